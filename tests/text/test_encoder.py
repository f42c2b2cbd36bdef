"""Laws of every encoder, and what the default one knows of languages."""

from __future__ import annotations

import gzip
import hashlib
import subprocess
import sys
import unicodedata
from collections import defaultdict
from functools import cache
from pathlib import Path

import marisa_trie
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from suggest.artifacts import Generation, building
from suggest.errors import GenerationBroken
from suggest.text.encoder import open_encoder, save_encoder
from suggest.text.encoder_pieces import MAX_CHARS, WORD_START, Pieces, words
from suggest.text.encoder_table import TableEncoder, default_encoder

ANYTHING = st.text(alphabet=st.characters(exclude_categories=()))
CITIES = Path(__file__).parents[3] / "shared" / "data" / "cities" / "cities.tsv.gz"


@cache
def toy_encoder():
    """Pieces of a few words, of which `new` is a whole one and `york` is made of two."""
    trie = marisa_trie.Trie([f"{WORD_START}new", f"{WORD_START}yo", "rk", "東京", "タワー"])
    rows = np.random.default_rng(3).integers(-127, 128, (len(trie) + 64, 16)).astype(np.int8)
    return TableEncoder("toy", Pieces(trie, 64), rows)


@pytest.fixture(params=[toy_encoder, default_encoder], ids=["toy", "default"])
def encoder(request):
    return request.param()


@settings(max_examples=40)
@given(texts=st.lists(ANYTHING, max_size=6))
def test_encoder_gives_rows_of_unit_length_or_zeros_for_any_text(encoder_of, texts):
    vectors = encoder_of.encode(texts)

    assert vectors.shape == (len(texts), encoder_of.dimensions)
    assert vectors.dtype == np.float32
    lengths = np.linalg.norm(vectors, axis=1)
    assert np.all((np.abs(lengths - 1) < 1e-5) | (lengths == 0))


@pytest.fixture(scope="module", params=[toy_encoder, default_encoder], ids=["toy", "default"])
def encoder_of(request):
    """As `encoder`, once for all examples of a law."""
    return request.param()


@settings(max_examples=40)
@given(texts=st.lists(ANYTHING, min_size=1, max_size=6), data=st.data())
def test_encoder_gives_a_text_the_same_bits_in_any_batch_and_order(encoder_of, texts, data):
    order = data.draw(st.permutations(range(len(texts))))

    together = encoder_of.encode(texts)

    assert np.array_equal(encoder_of.encode([texts[at] for at in order]), together[order])
    for text, vector in zip(texts, together, strict=True):
        assert np.array_equal(encoder_of.encode([text])[0], vector)


def test_encoder_gives_large_batches_the_same_bits_as_single_texts(encoder):
    texts = [f"new york {number} {'tower ' * (number % 140)}" for number in range(0, 700, 4)]

    assert np.array_equal(encoder.encode(texts), np.concatenate([encoder.encode([text]) for text in texts]))


def test_encoder_looks_at_no_more_than_the_first_code_points_of_a_text(encoder):
    kept = "new york " * (MAX_CHARS // 9) + "n" * (MAX_CHARS % 9)

    assert np.array_equal(encoder.encode([kept + "york" * 250_000]), encoder.encode([kept]))


def test_encoder_makes_no_difference_between_case_accents_and_punctuation(encoder):
    vectors = encoder.encode(["New  YÓRK!", "new york", "#new, (york)"])

    assert np.array_equal(vectors[0], vectors[1])
    assert np.array_equal(vectors[0], vectors[2])


def test_encoder_finds_nothing_in_texts_without_letters(encoder):
    assert not encoder.encode(["", "  ", "!?…", "\u200b\ufeff", "\ud800"]).any()
    assert encoder.encode([]).shape == (0, encoder.dimensions)


@settings(max_examples=60)
@given(ANYTHING)
def test_pieces_of_a_text_are_numbers_of_rows(text):
    pieces = toy_encoder().pieces

    numbers = pieces.numbers(text)

    assert all(0 <= number < len(pieces) for number in numbers)
    assert numbers == [number for word in words(text) for number in pieces.numbers(word)]


def test_pieces_of_a_whole_word_are_itself_and_of_others_the_longest_and_runs_of_three():
    pieces = toy_encoder().pieces
    trie = pieces.trie

    assert pieces.numbers("new") == [trie[f"{WORD_START}new"]]
    yo, rk, *runs = pieces.numbers("york")
    assert [yo, rk] == [trie[f"{WORD_START}yo"], trie["rk"]]
    assert len(runs) == len("<york>") - 2
    assert min(runs) >= len(trie)
    tokyo, tower, *_ = pieces.numbers("東京タワー")
    assert [tokyo, tower] == [trie["東京"], trie["タワー"]]


def test_encoder_of_a_generation_gives_what_it_was_saved_with(tmp_path):
    with building(tmp_path) as writer:
        save_encoder(writer, toy_encoder())
    opened = open_encoder(Generation.open(tmp_path))

    assert (opened.name, opened.dimensions) == ("toy", 16)
    assert np.array_equal(opened.encode(["new york", "x"]), toy_encoder().encode(["new york", "x"]))


def test_generation_without_an_encoder_opens_none(tmp_path):
    with building(tmp_path):
        pass

    assert open_encoder(Generation.open(tmp_path)) is None


def test_encoder_of_an_unknown_kind_is_refused_by_name(tmp_path):
    with building(tmp_path) as writer:
        writer.save_json("encoder", {"kind": "oracle"})

    with pytest.raises(GenerationBroken, match=r"expected an encoder of kind table or onnx, got 'oracle'"):
        open_encoder(Generation.open(tmp_path))


def test_default_encoder_gives_the_same_bits_in_another_process():
    texts = ["nivea creme", "東京タワー", "полотенце", "xyzzyq", "😍"]
    code = (
        "import hashlib; from suggest.text.encoder_table import default_encoder;"
        f"print(hashlib.sha256(default_encoder().encode({texts!r}).tobytes()).hexdigest())"
    )

    other = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()

    assert other == hashlib.sha256(default_encoder().encode(texts).tobytes()).hexdigest()


@pytest.mark.skipif(not CITIES.exists(), reason="needs ../shared/data/cities")
def test_default_encoder_finds_cities_by_their_names_in_other_scripts_half_as_often_as_in_latin():
    cities = city_names(2_000)
    vectors = default_encoder().encode([name for name, _ in cities])
    asked = defaultdict(list)
    for number, (_, names) in enumerate(cities):
        for script, name in names.items():
            asked[script].append((number, name))

    found = {}
    for script in SCRIPTS:
        numbers = np.array([number for number, _ in asked[script]])
        cosines = default_encoder().encode([name for _, name in asked[script]]) @ vectors.T
        better = (cosines > cosines[np.arange(len(numbers)), numbers][:, None]).sum(axis=1)
        found[script] = float((better < 10).mean())

    assert min(found.values()) >= 0.5 * found["LATIN"], found


SCRIPTS = ("LATIN", "CYRILLIC", "ARABIC", "CJK", "HANGUL", "THAI")


def city_names(n):
    """The largest cities, each with its first other name in every script."""
    with gzip.open(CITIES, "rt", encoding="utf-8") as lines:
        next(lines)
        rows = [line.rstrip("\n").split("\t") for _, line in zip(range(n), lines, strict=False)]
    found = []
    for name, _, _, aliases in rows:
        names = {}
        for alias in aliases.split("|"):
            if alias.lower() != name.lower() and (script_of(alias) != "LATIN" or alias.istitle()):
                names.setdefault(script_of(alias), alias)
        found.append((name, names))
    return found


def script_of(name):
    return next((unicodedata.name(char, "?").split()[0] for char in name if char.isalpha()), "?")
