"""Here is a name as one heard it: which names sound like it? The last resort for other scripts.

Names are kept as their first letters in a loose romanisation, a row of a matrix each. The consonants that begin
them, less one, lead from what is typed to rows that may fit (deletion neighbourhoods, as SymSpell has them for
letters), and a weighted edit distance over all these rows at once orders them.

Source: Mor & Fraenkel, "A hash code method for detecting and correcting spelling errors", CACM 1982, for
the deletion neighbourhoods; Wagner & Fischer, JACM 1974, for the distance.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from suggest.artifacts import Generation, GenerationWriter
from suggest.index.budget import Budget
from suggest.index.entries import EntryIndex, save_entries
from suggest.text.romanise import skeleton

WIDTH = 16
"""Letters kept of a name: what comes later seldom decides, and the matrix stays small."""

MAX_COMPARED = 1024
"""Names compared for one request, the most popular first: about 0.5 ms."""

_PAIR, _MOST = 2, 4
"""Consonants that must agree, and how many are looked at: with four of eight kinds, one name in 512 is compared."""

_ALPHABET = "abcdefghijklmnopqrstuvwxyz0123456789"
_CODE = np.zeros(128, dtype=np.uint8)
_CODE[[ord(letter) for letter in _ALPHABET]] = np.arange(1, len(_ALPHABET) + 1)

# Costs in nats. A vowel comes and goes between systems and scripts, a consonant seldom does; within one place
# of articulation they are exchanged. Measured in benchmarks/scripts.py.
_VOWELS = "aeiouhyj"
_VOWEL_CHANGED, _VOWEL_LOST = 0.5, 0.7
_CONSONANT_NEAR, _CONSONANT_CHANGED, _CONSONANT_LOST = 0.8, 3.0, 2.5
_NEVER = 1000.0


class Sounding(NamedTuple):
    """Queries that sound like what was typed; columns of one length, in no order.

    Attributes:
        ranks: of the queries, int64; one may come several times.
        costs: of what was typed against the beginning of the name, float32, nats.
    """

    ranks: npt.NDArray[np.int64]
    costs: npt.NDArray[np.float32]


class SoundIndex:
    """The names of a generation by their sound, memory-mapped."""

    def __init__(self, generation: Generation) -> None:
        self._rows = EntryIndex(generation, "sounds")
        if len(self._rows):
            self._letters = generation.array("sound_letters")
            self._ranks = generation.array("sound_ranks")

    def like(self, loosely: str, budget: Budget) -> Sounding:
        """Names whose beginning may be what was typed, in the form of `loose`; none for a single consonant."""
        numbers: set[int] = set()
        for pattern in _patterns_typed(skeleton(loosely)):
            numbers.update(self._rows.exact(pattern, MAX_COMPARED, budget))
        # Rows are numbered by the rank of their query: the smallest are the most popular.
        rows = np.array(sorted(numbers)[:MAX_COMPARED], dtype=np.int64)
        if not len(rows) or not budget.spend(len(rows)):
            return Sounding(np.empty(0, np.int64), np.empty(0, np.float32))
        return Sounding(self._ranks[rows].astype(np.int64), beginning_costs(loosely, self._letters[rows]))


def beginning_costs(typed: str, letters: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
    """The cheapest way to make what was typed from the beginning of each name, float32[n_names].

    Args:
        typed: letters and digits of ASCII.
        letters: uint8[n_names, WIDTH], codes of letters, 0 after the end.
    """
    lost = _LOST[letters]
    skipped = np.zeros((len(letters), letters.shape[1] + 1), dtype=np.float32)
    np.cumsum(lost, axis=1, out=skipped[:, 1:])
    row = skipped.copy()
    for code in _coded(typed):
        following = row + _LOST[code]
        np.minimum(following[:, 1:], row[:, :-1] + _CHANGED[code][letters], out=following[:, 1:])
        # new[j] = min over i <= j of following[i] + what skipping letters i to j costs, all j at once.
        row = np.minimum.accumulate(following - skipped, axis=1) + skipped
    best: npt.NDArray[np.float32] = row.min(axis=1)
    return best


def save_sounds(writer: GenerationWriter, loosely: pa.Array, ranks: npt.NDArray[np.uint32]) -> None:
    """Writes what `SoundIndex` reads: distinct pairs of a loose form and the rank of its query, none without a name."""
    cut = pc.utf8_slice_codeunits(loosely, 0, WIDTH)
    pairs = pa.table({"name": cut, "rank": ranks}).group_by(["rank", "name"]).aggregate([])
    pairs = pairs.sort_by([("rank", "ascending"), ("name", "ascending")])
    names: list[str] = pairs["name"].to_pylist()
    if not names:
        return
    writer.save_array("sound_ranks", pairs["rank"].to_numpy().astype(np.uint32))
    fixed = np.array(names, dtype=f"S{WIDTH}").view(np.uint8).reshape(len(names), WIDTH)
    writer.save_array("sound_letters", _CODE[fixed])
    patterns = [_patterns_stored(skeleton(name)) for name in names]
    rows = np.repeat(np.arange(len(names), dtype=np.uint32), [len(found) for found in patterns])
    save_entries(writer, "sounds", pa.array([one for found in patterns for one in found], pa.string()), rows)


def _patterns_stored(consonants: str) -> list[str]:
    """Under what a name is found: its first three and four consonants less any one, and its first two."""
    return [f"{n}{form}" for n in (_PAIR + 1, _MOST) for form in _less_one(consonants, n)] + [consonants[:_PAIR] or "0"]


def _patterns_typed(consonants: str) -> list[str]:
    n = min(len(consonants), _MOST)
    if n < _PAIR:
        return []
    return [consonants] if n == _PAIR else [f"{n}{form}" for form in _less_one(consonants, n)]


def _less_one(consonants: str, n: int) -> set[str]:
    start = consonants[:n]
    return {start} if len(start) < n else {start[:at] + start[at + 1 :] for at in range(n)}


def _coded(text: str) -> list[int]:
    return [int(_CODE[ord(letter)]) for letter in text[:WIDTH]]


def _lost_costs() -> npt.NDArray[np.float32]:
    lost = [_VOWEL_LOST if letter in _VOWELS else _CONSONANT_LOST for letter in _ALPHABET]
    return np.array([_NEVER, *lost], dtype=np.float32)


def _changed_costs() -> npt.NDArray[np.float32]:
    """Cost of one letter for another, by their codes; nothing turns into the end of a name."""
    n = len(_ALPHABET)
    changed = np.full((n + 1, n + 1), _CONSONANT_CHANGED, dtype=np.float32)
    for one, letter in enumerate(_ALPHABET, start=1):
        for two, other in enumerate(_ALPHABET, start=1):
            if letter in _VOWELS and other in _VOWELS:
                changed[one, two] = _VOWEL_CHANGED
            elif letter.isalpha() and skeleton(letter) and skeleton(letter) == skeleton(other):
                changed[one, two] = _CONSONANT_NEAR
    np.fill_diagonal(changed, 0)
    changed[:, 0] = _NEVER
    return changed


_LOST = _lost_costs()
_CHANGED = _changed_costs()
