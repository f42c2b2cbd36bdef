"""Here is a name as one heard it: which names sound like it? The last resort for other scripts.

Three steps, each on fewer names and with more care: the consonants that begin a name, less one, lead to names
that may fit (deletion neighbourhoods); the edit distance between kinds of letters orders them, all at once in the
bits of an integer each; a weighted distance between letters decides among the best.

Source: Mor & Fraenkel, "A hash code method for detecting and correcting spelling errors", CACM 1982, for the
neighbourhoods; Myers, "A fast bit-vector algorithm for approximate string matching", JACM 1999; Wagner & Fischer,
"The string-to-string correction problem", JACM 1974.
"""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from suggest.artifacts import Generation, GenerationWriter
from suggest.index.budget import Budget
from suggest.text.romanise import kinds, skeleton

WIDTH = 16
"""Letters kept of a name: what comes later seldom decides, and one integer holds the kinds of all."""

MAX_NEAR = 8192
"""Names ordered by kinds of letters for one request, the most popular first: about 0.3 ms."""

MAX_COMPARED = 512
"""Names compared letter by letter: about 0.3 ms."""

_KINDS = "aptkslmn0"
_N_DIGITS = 8
"""Kinds of a consonant, and digits: the base in which a neighbourhood is a number."""

_PAIR, _MOST = 2, 4
"""Up to two consonants must all agree. Of more, four are looked at: with four, less one, of eight kinds, a
neighbourhood holds one name in 100 or less."""

UNFINISHED = 1.5
"""Cost, in nats, of a name that goes on after what was typed: one that is complete is likelier meant."""

_ALPHABET = "abcdefghijklmnopqrstuvwxyz0123456789"
_CODE = np.zeros(128, dtype=np.uint8)
_CODE[[ord(letter) for letter in _ALPHABET]] = np.arange(1, len(_ALPHABET) + 1)

# Costs in nats. A vowel comes and goes between systems and scripts, a consonant seldom does; within one place
# of articulation they are exchanged. Measured in benchmarks/scripts.py.
_VOWELS = "aeiouhyj"
_VOWEL_CHANGED, _VOWEL_LOST = 1.5, 2.1
_CONSONANT_NEAR, _CONSONANT_CHANGED, _CONSONANT_LOST = 2.4, 9.0, 7.5
_UNIT = np.float32(0.1)
"""Nats of the integers in which distances are counted, which is twice as fast."""
_NEVER = 100.0
_INFINITE = np.int16(32_000)
_FURTHER = 4
"""Letters of a name looked at beyond the number of those typed."""


class Sounding(NamedTuple):
    """Queries that sound like what was typed; columns of one length.

    Attributes:
        ranks: of the queries, int64; one may come several times.
        costs: of what was typed against the beginning of the name, float32, nats.
    """

    ranks: npt.NDArray[np.int64]
    costs: npt.NDArray[np.float32]


class SoundIndex:
    """The names of a generation by their sound, memory-mapped; 60 bytes a name.

    Names are rows in the order of their query's rank, so that the first rows are the most popular.
    """

    def __init__(self, generation: Generation) -> None:
        self._n_names = 0
        if not generation.holds("sound_ranks.npy"):
            return
        self._ranks = generation.array("sound_ranks")
        self._letters = generation.array("sound_letters")
        self._places = generation.array("sound_places")
        self._near_starts = generation.array("sound_near_starts").data
        self._near = generation.array("sound_near")
        self._n_names = len(self._ranks)

    def like(self, loosely: str, budget: Budget) -> Sounding:
        """Names whose beginning may be what was typed, in the form of `loose`. About 1 ms in a large index."""
        rows = self._nearby(loosely, budget)
        rows = rows[: _afforded(len(rows), budget)]
        if not len(rows):
            return Sounding(np.empty(0, np.int64), np.empty(0, np.float32))
        if len(rows) > MAX_COMPARED:
            apart = beginning_distances(kinds(loosely), self._places, rows)
            # Stable, so that the most popular of equal ones stay.
            rows = rows[np.argsort(apart, kind="stable")[:MAX_COMPARED]]
        return Sounding(self._ranks[rows].astype(np.int64), beginning_costs(loosely, self._letters[rows]))

    def _nearby(self, loosely: str, budget: Budget) -> npt.NDArray[np.int64]:
        """The most popular names of the neighbourhoods of what was typed, ascending."""
        is_near = np.zeros(self._n_names, dtype=np.bool_)
        for number in _typed_neighbourhoods(skeleton(loosely)) if self._n_names else ():
            start, end = self._near_starts[number], self._near_starts[number + 1]
            end = start + _afforded(min(end - start, MAX_NEAR), budget)
            is_near[self._near[start:end]] = True
        return np.flatnonzero(is_near)[:MAX_NEAR]


def _afforded(n: int, budget: Budget) -> int:
    """How many of `n` names the budget pays for: half of them, half of those ..., the most popular come first."""
    while n and not budget.spend(n):
        n //= 2
    return n


def beginning_distances(
    typed: str, places: npt.NDArray[np.uint16], rows: npt.NDArray[np.int64]
) -> npt.NDArray[np.int8]:
    """Edits that make what was typed from the beginning of each name, in kinds of letters, int8[n_rows].

    Args:
        typed: in the form of `kinds`.
        places: uint16[n_kinds, n_names]: for each kind of letter the bits of the places where a name has it.
        rows: the names to compare.
    """
    typed = typed[:WIDTH]
    equals = {kind: places[_KINDS.index(kind)].take(rows) for kind in set(typed)}
    rises = np.full(len(rows), 0xFFFF, dtype=np.uint16)
    falls = np.zeros_like(rises)
    for kind in typed:
        equal = equals[kind]
        across = (((equal & rises) + rises) ^ rises) | equal
        equal = equal | falls
        up, down = falls | ~(across | rises), rises & across
        up = (up << 1) | np.uint16(1)
        rises, falls = (down << 1) | ~(equal | up), up & equal
    # The distance to each beginning follows from the one before; the least of them, eight places at a time.
    first = (rises & 0xFF) << 8 | falls & 0xFF
    second = rises & 0xFF00 | falls >> 8
    least: npt.NDArray[np.int8] = np.minimum(_LOWEST.take(first), _CHANGE.take(first) + _LOWEST.take(second))
    return least + np.int8(len(typed))


def _eight_places() -> tuple[npt.NDArray[np.int8], npt.NDArray[np.int8]]:
    """By eight bits of rises and eight of falls: the lowest point of the distance on its way, and its change."""
    bits = np.arange(1 << 16, dtype=np.uint16)
    change = np.zeros(1 << 16, dtype=np.int8)
    lowest = change.copy()
    for place in range(8):
        change += ((bits >> (8 + place)) & 1).astype(np.int8) - ((bits >> place) & 1).astype(np.int8)
        np.minimum(lowest, change, out=lowest)
    return lowest, change


_LOWEST, _CHANGE = _eight_places()


def beginning_costs(typed: str, letters: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
    """The cheapest way to make what was typed from the beginning of each name, float32[n_names].

    Args:
        typed: letters and digits of ASCII.
        letters: uint8[n_names, WIDTH], codes of letters, 0 after the end.
    """
    length = np.count_nonzero(letters, axis=1)
    # Places first: what follows is done for all names at once.
    letters = np.ascontiguousarray(letters.T[: len(typed) + _FURTHER]).astype(np.intp)
    skipped = np.zeros((len(letters) + 1, letters.shape[1]), dtype=np.int16)
    np.cumsum(_LOST.take(letters), axis=0, dtype=np.int16, out=skipped[1:])
    row = skipped.copy()
    for code in _CODE[[ord(letter) for letter in typed[:WIDTH]]]:
        following = row + _LOST[code]
        np.minimum(following[1:], row[:-1] + _CHANGED[code].take(letters), out=following[1:])
        # new[j] = min over i <= j of following[i] + what skipping letters i to j costs.
        following -= skipped
        for before, at in pairwise(following):
            np.minimum(before, at, out=at)
        row = following + skipped
    whole = np.where(length <= len(letters), row[np.minimum(length, len(letters)), np.arange(len(length))], _INFINITE)
    costs: npt.NDArray[np.float32] = np.minimum(row.min(axis=0) * _UNIT + UNFINISHED, whole * _UNIT)
    return costs


def save_sounds(writer: GenerationWriter, loosely: pa.Array, ranks: npt.NDArray[np.uint32]) -> None:
    """Writes what `SoundIndex` reads: distinct pairs of a loose form and the rank of its query.

    About 30 µs a name; no file at all when there is none.
    """
    cut = pc.utf8_slice_codeunits(loosely, 0, WIDTH)
    pairs = pa.table({"name": cut, "rank": ranks}).group_by(["rank", "name"]).aggregate([])
    pairs = pairs.sort_by([("rank", "ascending"), ("name", "ascending")])
    names: list[str] = pairs["name"].to_pylist()
    if not names:
        return
    writer.save_array("sound_ranks", pairs["rank"].to_numpy().astype(np.uint32))
    writer.save_array("sound_letters", _CODE[_characters(names)])
    kinds_of = _characters([kinds(name) for name in names])
    bits = np.uint16(1) << np.arange(WIDTH, dtype=np.uint16)
    places = [(kinds_of == ord(kind)) @ bits for kind in _KINDS]
    writer.save_array("sound_places", np.array(places, dtype=np.uint16))
    _save_neighbourhoods(writer, names)


def _save_neighbourhoods(writer: GenerationWriter, names: list[str]) -> None:
    numbers = [_stored_neighbourhoods(skeleton(name)) for name in names]
    number = np.array([one for found in numbers for one in found], dtype=np.int64)
    row = np.repeat(np.arange(len(names), dtype=np.uint32), [len(found) for found in numbers])
    size = np.bincount(number, minlength=_N_NEIGHBOURHOODS)
    writer.save_array("sound_near_starts", np.concatenate(([0], np.cumsum(size))).astype(np.uint32))
    writer.save_array("sound_near", row[np.argsort(number, kind="stable")])


def _characters(names: list[str]) -> npt.NDArray[np.uint8]:
    return np.array(names, dtype=f"S{WIDTH}").view(np.uint8).reshape(len(names), WIDTH)


def _stored_neighbourhoods(consonants: str) -> set[int]:
    """Under what a name is found: its first consonant or two, its first three and four less any one."""
    found = {_number(n, consonants[:n]) for n in range(1, _PAIR + 1)}
    return found | {_number(n, form) for n in range(_PAIR + 1, _MOST + 1) for form in _less_one(consonants[:n], n)}


def _typed_neighbourhoods(consonants: str) -> set[int]:
    n = min(len(consonants), _MOST)
    return {_number(n, form) for form in ({consonants} if n <= _PAIR else _less_one(consonants[:n], n))}


def _less_one(consonants: str, n: int) -> set[str]:
    """With one of them left out; all of them where there are fewer than `n`."""
    if len(consonants) < n:
        return {consonants}
    return {consonants[:at] + consonants[at + 1 :] for at in range(n)}


def _number(n: int, consonants: str) -> int:
    """Number of the neighbourhood of up to three consonants, among those for `n` typed ones."""
    number = n
    for consonant in consonants:
        number = number * (_N_DIGITS + 1) + _KINDS.index(consonant)
    return number


_N_NEIGHBOURHOODS = (_MOST + 1) * (_N_DIGITS + 1) ** (_MOST - 1)


def _counted(nats: npt.ArrayLike) -> npt.NDArray[np.int16]:
    return np.rint(np.asarray(nats) / _UNIT).astype(np.int16)


def _lost_costs() -> npt.NDArray[np.int16]:
    lost = [_VOWEL_LOST if letter in _VOWELS else _CONSONANT_LOST for letter in _ALPHABET]
    return _counted([_NEVER, *lost])


def _changed_costs() -> npt.NDArray[np.int16]:
    """Cost of one letter for another, by their codes; nothing turns into the end of a name."""
    n = len(_ALPHABET)
    changed = np.full((n + 1, n + 1), _CONSONANT_CHANGED)
    for one, letter in enumerate(_ALPHABET, start=1):
        for two, other in enumerate(_ALPHABET, start=1):
            if letter in _VOWELS and other in _VOWELS:
                changed[one, two] = _VOWEL_CHANGED
            elif letter.isalpha() and skeleton(letter) and skeleton(letter) == skeleton(other):
                changed[one, two] = _CONSONANT_NEAR
    np.fill_diagonal(changed, 0)
    changed[:, 0] = _NEVER
    return _counted(changed)


_LOST = _lost_costs()
_CHANGED = _changed_costs()
