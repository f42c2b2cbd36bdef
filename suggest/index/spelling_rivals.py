"""Which words, or beginnings of words, are likely slips for far heavier ones? Known before anybody types.

Where plain matches fill an answer, a look at misspellings helps only if some word that is one edit away
weighs so much more that even its misspelling outweighs them. That is one number for each beginning, computed
for all at build: two texts one edit apart share a text with a character deleted.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import log
from typing import NamedTuple
from zlib import crc32

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from rapidfuzz.distance import OSA

from suggest.artifacts import Generation, GenerationWriter
from suggest.index.spelling_deletes import MOST_CHARACTERS, hashed_deletes, text_codes
from suggest.text.edits import EditCosts, edit_costs

SHORTEST, LONGEST = 3, 10
"""Characters of the beginnings that are known; of longer texts the first `LONGEST` are looked up."""

FINISHED = "$"
"""Stands after a word that is finished, so that it is told from a beginning."""

_SHORTEST_VARIANT = 5
_LIKELY = 6.5
"""Nats up to which a slip is common enough to explain a word; beyond, a rare word is rather one of its own."""

_DOUBT = 1.0
"""Nats by which a variant must be rarer than its slip makes it."""

_STEPS_PER_NAT = 10
_MOST = 255
_SLOTS_PER_TEXT = 2


class Rivals:
    """How much heavier the heaviest text one edit away is. About 8 bytes a word."""

    def __init__(self, generation: Generation) -> None:
        self._advantage = generation.array("rivals").data if generation.holds("rivals.npy") else b"\0"
        self._mask = len(self._advantage) - 1

    def advantage(self, typed: str, *, finished: bool) -> float:
        """Logarithm of how many times heavier, at least 0; too much where texts share a slot. 0.6 µs."""
        text = typed + FINISHED if finished else typed
        steps: int = self._advantage[crc32(text[:LONGEST].encode()) & self._mask]
        return steps / _STEPS_PER_NAT


def save_rivals(writer: GenerationWriter, words: list[str], weight: npt.NDArray[np.float32]) -> None:
    """Writes what `Rivals` reads. About 6 s for 200,000 words.

    Args:
        writer: of the generation being built.
        words: distinct, in code point order.
        weight: of each, float32[n_words].
    """
    texts, heaviest = beginnings(words, weight)
    if not texts:
        return
    rival = heaviest_rival(texts, heaviest)
    gain = np.log1p(heaviest[rival]) - np.log1p(heaviest)
    steps = np.minimum(np.ceil(gain * _STEPS_PER_NAT), _MOST).astype(np.uint8)
    n_slots = 1 << (_SLOTS_PER_TEXT * len(texts)).bit_length()
    slot = np.array([crc32(text.encode()) & (n_slots - 1) for text in texts])
    table = np.zeros(n_slots, np.uint8)
    np.maximum.at(table, slot, steps)
    writer.save_array("rivals", table)


class Texts(NamedTuple):
    """Texts and the weight of the heaviest word each stands for, float32[n]."""

    texts: list[str]
    weight: npt.NDArray[np.float32]


def beginnings(words: list[str], weight: npt.NDArray[np.float32]) -> Texts:
    """All beginnings of `SHORTEST` to `LONGEST` characters, and the words with the mark of a finished one."""
    found, heaviest = [], []
    for length in range(SHORTEST, LONGEST + 1):
        rows = [row for row, word in enumerate(words) if len(word) >= length]
        cut = [words[row][:length] for row in rows]
        starts = [at for at, text in enumerate(cut) if not at or text != cut[at - 1]]
        found += [cut[at] for at in starts]
        if starts:
            heaviest.append(np.maximum.reduceat(weight[rows], starts))
    finished = [row for row, word in enumerate(words) if SHORTEST <= len(word) < LONGEST]
    found += [words[row] + FINISHED for row in finished]
    return Texts(found, np.concatenate([*heaviest, weight[finished]]))


def heaviest_rival(texts: list[str], weight: npt.NDArray[np.float32]) -> npt.NDArray[np.int64]:
    """Of each text the heaviest one an edit away, or itself when none is heavier; int64[n].

    Of edits of the first or the last character only exchanges count: a slip seldom begins a word, and at the end
    the next character tells. Some of what is found is two edits away, a character left out here and one there.
    Texts have two characters or more.
    """
    if not texts:
        return np.empty(0, np.int64)
    owner, hashes = (np.concatenate(parts) for parts in zip(*_middle_deletes(texts), strict=True))
    # Within equal hashes the heaviest comes last.
    order = np.lexsort((weight[owner], hashes))
    ends = np.flatnonzero(np.append(np.diff(hashes[order]) != 0, [True]))
    size = np.diff(ends, prepend=-1)
    rival = np.empty(len(owner), np.int64)
    rival[order] = owner[order][ends].repeat(size)
    best = np.lexsort((weight[rival], owner))
    last = np.flatnonzero(np.append(np.diff(owner[best]) != 0, [True]))
    found = rival[best][last]
    own = np.arange(len(texts))
    return np.where(weight[found] > weight, found, own)


def _middle_deletes(texts: list[str]) -> Iterator[tuple[npt.NDArray[np.int64], npt.NDArray[np.uint64]]]:
    """Numbers of texts and hashes of them: whole, without one inner character, and blind to exchanges at the ends."""
    lengths = np.array([len(text) for text in texts])
    for length in np.unique(lengths).tolist():
        rows = np.flatnonzero(lengths == length)
        codes = text_codes([texts[row] for row in rows.tolist()], length)
        hashes = hashed_deletes(codes, 1)
        # The text itself, then without its first character, its second and so on.
        kept = np.delete(hashes, (1, length), axis=1)
        yield rows.repeat(kept.shape[1]), kept.ravel()
        for ends in (slice(0, 2), slice(length - 2, length)):
            blind = codes.copy()
            blind[:, ends].sort(axis=1)
            yield rows, hashed_deletes(blind, 0)[:, 0]


def confident_variants(
    words: pa.Array, weight: npt.NDArray[np.float32], costs: EditCosts | None = None
) -> list[tuple[str, str]]:
    """Words that are but slips for others: (rarer, usual), in order of the rarer. About 20 µs a word.

    One likely edit inside a word of five or more letters; and the rarer is so rare as that slip explains.

    Args:
        words: distinct, unaccented.
        weight: of each, float32[n_words].
        costs: of slips; those that ship unless others are given.
    """
    costs = costs or edit_costs()
    texts = words.to_pylist()
    rows = [row for row, text in enumerate(texts) if _SHORTEST_VARIANT <= len(text) <= MOST_CHARACTERS]
    rows = [row for row in rows if texts[row].isalpha()]
    texts, weight = [texts[row] for row in rows], weight[rows]
    found = []
    rival = heaviest_rival(texts, weight)
    for row in np.flatnonzero(rival != np.arange(len(texts))).tolist():
        rarer, usual = texts[row], texts[rival[row]]
        # What differs at the end alone is more often another form of the word than a slip.
        if rarer[-1] == usual[-1] and OSA.distance(rarer, usual, score_cutoff=1) == 1:
            cost = costs.cost(rarer, usual, 1)
            if cost <= _LIKELY and log(weight[rival[row]] / weight[row]) >= cost + _DOUBT:
                found.append((rarer, usual))
    return found
