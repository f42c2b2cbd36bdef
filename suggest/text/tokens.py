"""The words that a query is put together from, and the query that words make: one is the inverse of the other.

Other than the words of `suggest.text.segmentation`, which are looked up, these lose nothing: punctuation stays
with its word, so that what is put together again is what somebody would have typed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

import pyarrow as pa
import pyarrow.compute as pc

from suggest.text.segmentation import word_spans
from suggest.text.unspaced import unspaced_runs

_SPACE = " "


def tokens(key: str) -> list[str]:
    """The words of a key: what stands between spaces, taken apart further where a script writes no spaces.

    A space between two characters of such scripts would be lost; the word after it keeps it as its first
    character. Cost: 0.2 µs in scripts with spaces, else as `word_spans`.
    """
    parts = key.split(_SPACE) if key else []
    if key.isascii() or not unspaced_runs(key):
        return parts
    found: list[str] = []
    for part in parts:
        first, *others = _segmented(part)
        found.append(_SPACE + first if found and is_joined(found[-1], first) else first)
        found += others
    return found


def join(words: Sequence[str]) -> str:
    """The text that words make: `join(tokens(key)) == key`. A space goes between all but unspaced characters."""
    spaced = _SPACE.join(words)
    if spaced.isascii() and _SPACE * 2 not in spaced:
        return spaced
    text = ""
    for word in words:
        text += word if not text or word.startswith(_SPACE) or is_joined(text, word) else _SPACE + word
    return text


def parts(words: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """Each word, and each pair of words in a row."""
    yield from ((word,) for word in words)
    yield from pairwise(words)


def is_joined(left: str, right: str) -> bool:
    """Whether two texts follow each other without a space: characters of unspaced scripts meet. 0.1 µs in ASCII."""
    meeting = left[-1:] + right[:1]
    return not meeting.isascii() and unspaced_runs(meeting) == [meeting]


def typed_tokens(prefix: str) -> tuple[list[str], str]:
    """What is typed, as its complete words and the unfinished one, empty after a space or for nothing typed."""
    if not prefix or prefix.endswith(_SPACE):
        return tokens(prefix.rstrip(_SPACE)), ""
    *complete, unfinished = tokens(prefix)
    return complete, unfinished


def token_lists(keys: pa.Array) -> pa.Array:
    """`tokens` of each key, list<string>; 0.1 µs a key where all of them are in scripts with spaces."""
    if not any(unspaced_runs(text) for text in keys.filter(pc.invert(pc.string_is_ascii(keys))).to_pylist()):
        return pc.split_pattern(keys, _SPACE)
    return pa.array([tokens(key) for key in keys.to_pylist()], pa.list_(pa.string()))


def _segmented(part: str) -> list[str]:
    """A text without spaces, cut where a word begins or ends between two characters of unspaced scripts."""
    edges = sorted({edge for span in word_spans(part) for edge in span} - {0, len(part)})
    cuts = [0, *(edge for edge in edges if is_joined(part[:edge], part[edge:])), len(part)]
    return [part[start:end] for start, end in pairwise(cuts)]
