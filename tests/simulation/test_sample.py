"""The sample in `data/` is what its card says, and can be made again."""

from __future__ import annotations

import gzip
import re
from collections import Counter
from pathlib import Path

import orjson
import pytest

from suggest.simulation import Parameters, simulate
from suggest.types import parse_event

DATA = Path(__file__).parents[2] / "data"
CARD = (DATA / "README.md").read_text(encoding="utf-8")
NAMES = ("events.jsonl.gz", "items.jsonl.gz", "comments.jsonl.gz", "queries.tsv.gz", "lexicon.tsv.gz")


def content(path: Path) -> bytes:
    # Compared unpacked: how gzip packs depends on the version of zlib, what it packs must not.
    return gzip.decompress(path.read_bytes())


@pytest.fixture(scope="module")
def events():
    return [parse_event(orjson.loads(line)) for line in content(DATA / "events.jsonl.gz").splitlines()]


def test_sample_is_made_again_by_the_command_on_its_card(tmp_path):
    command = re.search(r"suggest simulate --out \S+ --users (\d+) --days (\d+) --seed (\d+)", CARD)
    assert command is not None
    simulate(tmp_path, *map(int, command.groups()))
    for name in NAMES:
        assert content(tmp_path / name) == content(DATA / name), name


def test_card_counts_what_the_files_hold():
    for name in NAMES:
        rows = content(DATA / name).count(b"\n") - name.endswith(".tsv.gz")
        assert re.search(rf"`{re.escape(name)}` \| {rows:,} \|", CARD), (name, rows)


def test_sample_is_small_enough_for_git():
    assert sum(path.stat().st_size for path in DATA.iterdir() if path.is_file()) <= 1_500_000


def test_sample_holds_queries_in_every_locale():
    """With the counts, each language has hundreds of queries that two users searched."""
    rows = [line.split("\t") for line in content(DATA / "queries.tsv.gz").decode().splitlines()[1:]]
    by_locale = Counter(row[3] for row in rows if int(row[2]) >= 2)
    assert len(by_locale) == len(Parameters().language_shares)
    assert min(by_locale.values()) >= 250


def test_card_names_what_its_users_searched_again_and_again(events):
    """For each prefix in the card's table, each user's own query, searched at least twice."""
    searched = Counter((event.user, event.query.lower()) for event in events if event.type == "search")
    rows = re.findall(r"\| `(user-\d)` \| \w+ \| (best.*?) \| (how.*?) \| (s.*?) \|", CARD)
    assert [row[0] for row in rows] == ["user-1", "user-2", "user-3"]
    for user, *queries in rows:
        assert all(searched[user, query] >= 2 for query in queries), user
