"""Which queries get a vector, and that a cache never changes one."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from suggest.index import QueryColumns
from suggest.pipelines import vector_cache
from suggest.pipelines.vectors import STAGE, chosen_encoder, encoded, make_vectors


class CountingEncoder:
    """A vector made of a text's letters; remembers what it was asked."""

    dimensions = 8
    is_quick = False

    def __init__(self, name="counting"):
        self.name = name
        self.asked = []

    def encode(self, texts):
        self.asked += texts
        rows = np.array([np.bincount([ord(char) % 8 for char in text], minlength=8) for text in texts], np.float32)
        return rows.reshape(-1, 8) / np.maximum(np.linalg.norm(rows.reshape(-1, 8), axis=1, keepdims=True), 1)


def columns(weights):
    keys = pa.array([f"query {number:03d}" for number in range(len(weights))])
    zeros = np.zeros(len(weights), np.int64)
    return QueryColumns(keys, keys, np.asarray(weights, np.float64), zeros, zeros, zeros.astype(np.float64), zeros)


def test_vectors_are_made_of_the_heaviest_queries_and_of_equal_ones_of_the_first():
    rows, vectors = make_vectors(columns([1, 5, 2, 2, 2, 9]), CountingEncoder(), max_vectors=4)

    assert rows.tolist() == [1, 2, 3, 5]
    assert np.array_equal(vectors, CountingEncoder().encode(["query 001", "query 002", "query 003", "query 005"]))


def test_vectors_without_an_encoder_are_none():
    rows, vectors = make_vectors(columns([1, 2]), None)

    assert (len(rows), len(vectors)) == (0, 0)


def test_progress_ends_with_all_of_them():
    told = []

    make_vectors(columns(np.ones(5000)), CountingEncoder(), progress=lambda *args: told.append(args))

    assert told[0] == (STAGE, 0, 5000)
    assert told[-1] == (STAGE, 5000, 5000)
    assert [done for _, done, _ in told] == sorted(done for _, done, _ in told)


def test_cached_vectors_are_those_of_the_first_build_and_only_new_texts_are_encoded(tmp_path):
    texts = [f"text {number}" for number in range(300)]
    first = encoded(texts[:200], CountingEncoder(), tmp_path)
    again = CountingEncoder()

    second = encoded(texts[::-1], again, tmp_path)

    assert sorted(again.asked) == sorted(texts[200:])
    assert np.array_equal(second[::-1][:200], first)
    assert np.array_equal(second, encoded(texts[::-1], CountingEncoder(), tmp_path))
    assert np.array_equal(second, encoded(texts[::-1], CountingEncoder(), tmp_path / "another"))


def test_cache_of_another_encoder_is_not_used_and_goes(tmp_path):
    encoded(["a", "b"], CountingEncoder(), tmp_path)
    other = CountingEncoder("other")

    encoded(["a", "b"], other, tmp_path)

    assert other.asked == ["a", "b"]
    assert len(list((tmp_path / vector_cache.DIRECTORY).iterdir())) == 1


def test_a_killed_build_loses_only_what_was_not_yet_written(tmp_path, monkeypatch):
    monkeypatch.setattr(vector_cache, "_FLUSHED", 2048)
    texts = [f"text {number}" for number in range(9000)]

    class Killed(CountingEncoder):
        def encode(self, batch):
            if len(self.asked) >= 6000:
                raise KeyboardInterrupt
            return super().encode(batch)

    with pytest.raises(KeyboardInterrupt):
        encoded(texts, Killed(), tmp_path)
    after = CountingEncoder()
    vectors = encoded(texts, after, tmp_path)

    assert len(after.asked) == 9000 - 3 * 2048
    assert np.array_equal(vectors, encoded(texts, CountingEncoder(), tmp_path / "another"))


@pytest.mark.parametrize("damage", [b"", b"PK\x03\x04 nothing", "cut", "flipped", "of another shape"])
def test_damaged_cache_files_are_made_again(tmp_path, damage, caplog):
    texts = [f"text {number}" for number in range(50)]
    clean = encoded(texts, CountingEncoder(), tmp_path)
    (file,) = (tmp_path / vector_cache.DIRECTORY).rglob("*.npz")
    whole = file.read_bytes()
    if damage == "of another shape":
        np.savez(file, hashes=np.zeros(3, np.uint64), vectors=np.zeros((2, 5), np.float16))
    else:
        flipped = whole[:900] + bytes([whole[900] ^ 255]) + whole[901:]
        file.write_bytes({"cut": whole[: len(whole) // 2], "flipped": flipped}.get(damage, damage))
    again = CountingEncoder()

    assert np.array_equal(encoded(texts, again, tmp_path), clean)
    assert again.asked == texts
    assert "cannot be read" in caplog.text


def test_cache_keeps_a_bounded_number_of_texts_nobody_asks_for(tmp_path, monkeypatch):
    monkeypatch.setattr(vector_cache, "MAX_UNUSED", 10)
    encoded([f"old {number}" for number in range(100)], CountingEncoder(), tmp_path)

    encoded([f"new {number}" for number in range(5)], CountingEncoder(), tmp_path)

    (file,) = (tmp_path / vector_cache.DIRECTORY).rglob("*.npz")
    with np.load(file) as kept:
        assert len(kept["hashes"]) == 15


def test_encoder_is_chosen_by_name():
    assert chosen_encoder("none") is None
    assert chosen_encoder("default").encode(["a query"]).any()
