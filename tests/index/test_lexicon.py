"""Names in texts: against a brute-force scan of all runs of words, and by example in many scripts."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from suggest.artifacts import Generation, building
from suggest.errors import InputError
from suggest.index.lexicon import MAX_NAME_WORDS, Lexicon, Meaning
from suggest.index.lexicon_build import MAX_KINDS, NameRow, folded, save_lexicon
from suggest.index.table import QueryColumns, QueryTable, save_queries
from suggest.text import normalise
from suggest.text.masks import masked
from suggest.text.spans_surface import surface
from suggest.text.spans_words import word_tokens


def lexicon_of(folder: Path, queries: dict[str, int], names: list[NameRow] = []) -> Lexicon:  # noqa: B006
    keys = sorted({normalise(query) for query in queries} - {""})
    weight = np.array([max(n for query, n in queries.items() if normalise(query) == key) for key in keys])
    counts = weight.astype(np.int64)
    columns = QueryColumns(
        pa.array(keys, pa.string()),
        pa.array(keys, pa.string()),
        weight.astype(np.float64),
        counts,
        counts,
        weight.astype(np.float64),
        np.zeros(len(keys), np.int64),
    )
    with building(folder) as writer:
        writer.parameters["watermark_us"] = None
        ids = save_queries(writer, columns)
        save_lexicon(writer, columns.keys, ids, names)
    generation = Generation.open(folder)
    return Lexicon(generation, QueryTable(generation))


def named(lexicon: Lexicon, text: str) -> list[str]:
    words = surface(text, word_tokens(text), masked(text))
    return [text[words.starts[found.first] : words.ends[found.last]] for found in lexicon.found(words)]


@pytest.fixture(scope="module")
def lexicon(tmp_path_factory: pytest.TempPathFactory) -> Lexicon:
    queries = [
        "nivea",
        "nivea cream",
        "cafés in paris",
        "dr strange",
        "海南航空",
        "wi-fi router",
        "rock and roll",
        "colour",
    ]
    names = [
        NameRow("Apple", "music", -1, "apple music"),
        NameRow("Apple", "fruit", -1, "apple recipes"),
        NameRow("Beyoncé", None, -1, "Beyoncé"),
        NameRow("Hello, Dolly!", "film", -1, "Hello, Dolly!"),
        NameRow("नरेंद्र मोदी", "person", -1, "नरेंद्र मोदी"),
        NameRow("تخت جمشید", "place", -1, "تخت جمشید"),
        NameRow("เสื้อมือสอง", "thing", -1, "เสื้อมือสอง"),
        NameRow(normalise("ร้านน้ำชา"), "place", -1, "ร้านน้ำชา"),
        NameRow("🙂", "emoji", -1, "smile"),
    ]
    return lexicon_of(tmp_path_factory.mktemp("lexicon"), {query: 9 - n for n, query in enumerate(queries)}, names)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("that NIVEA Cream, so good", ["NIVEA", "NIVEA Cream"]),
        ("Nivea's new thing", ["Nivea"]),
        ("nivea creams", ["nivea", "nivea creams"]),
        ("the best cafe in Paris", ["cafe in Paris"]),
        ("Dr. Strange again", ["Dr. Strange"]),
        ("ok nivea. Cream is on top", ["nivea"]),
        ("我坐海南航空去的", ["海南航空"]),
        ("my wifi router", ["wifi router"]),
        ("rock & roll", ["rock & roll"]),
        ("what a color", ["color"]),
        ("beyonce!", ["beyonce"]),
        ("moi aussi BEYONCÉ", ["BEYONCÉ"]),
        ("hello dolly", ["hello dolly"]),
        ("आज नरेंद्र मोदी आए", ["नरेंद्र मोदी"]),
        ("رفتیم تخت جمشید", ["تخت جمشید"]),
        ("#nivea", ["#nivea"]),
        ("@nivea hi", []),
        ("see http://nivea.com/nivea", []),
        ("niveas-nivea", ["niveas", "nivea"]),
        ("univea niveax", []),
        ("ขอเสื้อมือสองอีกค่ะ", ["เสื้อมือสอง"]),
        ("ร้านน้ำชาอร่อย", ["ร้านน้ำชา"]),
        ("", []),
    ],
)
def test_lexicon_finds_names_however_they_are_written(lexicon: Lexicon, text: str, expected: list[str]) -> None:
    assert named(lexicon, text) == expected


def test_lexicon_says_all_that_a_name_may_mean(lexicon: Lexicon) -> None:
    found = lexicon.lookup("apple")
    assert found is not None
    assert lexicon.meanings(found) == [
        Meaning(-1, "apple music", "music", is_given=True, popularity=0.0),
        Meaning(-1, "apple recipes", "fruit", is_given=True, popularity=0.0),
    ]


def test_lexicon_knows_the_popularity_of_queries(lexicon: Lexicon) -> None:
    (most,) = lexicon.meanings(lexicon.lookup("nivea"))  # type: ignore[arg-type]
    (less,) = lexicon.meanings(lexicon.lookup("nivea cream"))  # type: ignore[arg-type]
    assert most.popularity == 1.0 > less.popularity > 0.0
    assert not most.is_given


WORDS = st.lists(st.sampled_from(["a", "b", "nivea", "Cream", "é", "海", "南", "ya.", "🙂", "#x", "क्या"]), max_size=30)


@settings(max_examples=60, deadline=None)
@given(texts=st.lists(WORDS.map(" ".join), min_size=1, max_size=8), text=WORDS.map(" ".join))
def test_lexicon_finds_what_a_scan_of_all_runs_of_words_finds(
    tmp_path_factory: pytest.TempPathFactory, texts: list[str], text: str
) -> None:
    lexicon = lexicon_of(tmp_path_factory.mktemp("scan"), {"zzz": 1}, [NameRow(name, "x", -1, name) for name in texts])
    known = {fold[0] for name in texts if (fold := folded(name))}
    words = surface(text, word_tokens(text))
    spans = [(i, j) for i in range(len(words.folds)) for j in range(i, min(i + MAX_NAME_WORDS, len(words.folds)))]
    expected = [
        (i, j)
        for i, j in spans
        if "\0" not in words.folds[i : j + 1]
        and (fold := folded(text[words.starts[i] : words.ends[j]]))
        and fold[0] in known
    ]
    assert [(found.first, found.last) for found in lexicon.found(words)] == expected


def test_lexicon_finds_names_far_into_a_long_text(lexicon: Lexicon) -> None:
    assert named(lexicon, "x " * 5000 + "nivea cream" + " y" * 600) == ["nivea", "nivea cream"]
    assert named(lexicon, "x " * 511 + "nivea cream" + " y" * 600) == ["nivea", "nivea cream"]


EVERYTHING = st.characters(exclude_categories=[])


@settings(max_examples=200, deadline=None)
@given(text=st.text(EVERYTHING))
def test_lexicon_reads_any_text(lexicon: Lexicon, text: str) -> None:
    words = surface(text, word_tokens(text), masked(text))
    assert words.starts == sorted(words.starts)
    for found in lexicon.found(words):
        assert 0 <= words.starts[found.first] < words.ends[found.last] <= len(text)
        assert lexicon.meanings(found)


def test_lexicon_of_too_many_kinds_is_refused(tmp_path: Path) -> None:
    rows = [NameRow(f"n{n}", f"k{n}", -1, "q") for n in range(MAX_KINDS + 1)]
    with pytest.raises(InputError, match="kinds"):
        lexicon_of(tmp_path, {"a b": 1}, rows)
