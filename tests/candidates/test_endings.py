"""Laws of endings that nobody searched: well-formed, continuing what was typed, each once, and only for a person."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from suggest import Engine
from suggest.pipelines.build import build
from suggest.text import normalise
from tests.engine.small import search
from tests.pipelines.train_logs import write_log

NOW = 1_768_000_000
SEARCHED = [
    "honda civic parts",
    "honda civic price",
    "toyota camry",
    "縦列駐車 やり方",
    "縦列駐車やり方 コツ",
    "駐車 コツ",
]
PREFIXES = [
    "h",
    "honda",
    "honda ",
    "toyota camry p",
    "toyota camry ",
    "縦列駐車",
    "縦列駐車 ",
    "縦列駐車 や",
    "駐",
    "駐車 ",
    "civic p",
]


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    folder = tmp_path_factory.mktemp("endings")
    records = [search(user, query, NOW - 90_000 - n) for n, query in enumerate(SEARCHED) for user in "abc"]
    build(folder / "index", events=[write_log(folder / "log.jsonl", records)])
    with Engine.open(folder / "index") as opened:
        yield opened


@pytest.mark.parametrize("prefix", PREFIXES)
@pytest.mark.parametrize("user", ["a", "stranger"])
def test_candidates_are_normal_forms_each_once_and_endings_continue_the_prefix(engine: Engine, prefix: str, user: str):
    found = engine.scored(prefix, user, NOW)
    assert len(set(found.keys)) == len(found.keys)
    for candidate, key in zip(found.candidates, found.keys, strict=True):
        assert normalise(key) == key, "a space that was typed is not put in twice"
        if candidate.source == "generated":
            assert key.startswith(prefix)
            assert key not in map(normalise, SEARCHED), "what was searched is no invention"


def test_words_of_others_end_what_nobody_searched(engine: Engine):
    assert "toyota camry parts" in engine.scored("toyota camry p", "a", NOW).keys


@pytest.mark.parametrize("prefix", PREFIXES)
def test_without_a_person_nothing_is_put_together(engine: Engine, prefix: str):
    assert not [row for row in engine.complete(prefix, now=NOW) if row.source == "generated"]
    assert not [row for row in engine.complete(prefix, user="a", now=NOW, match="prefix") if row.source == "generated"]
