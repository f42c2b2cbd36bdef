"""Here is a misspelling: which words, or beginnings of words, may have been meant, and how likely is each?"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from math import expm1, inf, log1p
from typing import Any, NamedTuple, Protocol

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from rapidfuzz.distance import OSA
from rapidfuzz.process import extract

from suggest.artifacts import Generation, GenerationWriter
from suggest.index.budget import Budget
from suggest.index.sparse import rows_of_runs
from suggest.index.spelling_deletes import LENGTHS, WHOLE, Deletes, Interval, holds, save_deletes
from suggest.index.spelling_rivals import Rivals, save_rivals
from suggest.text.edits import EditCosts, edit_costs

ONE_EDIT_FROM, TWO_EDITS_FROM = 3, 5
"""Characters from which on a word may have one edit, and two."""

VERIFIED = 256
"""Words of about the length typed looked at, the heaviest; at 64 one in twenty was missed."""

VERIFIED_BEGINNINGS = 32
"""Of them and of longer words each, the heaviest, of which an unfinished text may be the beginning."""

LEAST_COST = 4.3
"""Nats that the likeliest slip costs with the costs that ship."""

COSTED = 24
"""Verified spellings whose cost is computed: those that could score best."""

MOST_NODES = 200_000
"""What a search may visit, either way: no request is granted more."""

REMEMBERED = 512
"""Searches whose corrections are kept, 1 kB each: at each key the words before are asked again. Where 100 people type
queries of a web log at once, key by key, 59% of the searches are found; with 4,096 kept 60%."""

_TOO_MANY = 1 << 62
_LONGEST = 255
_LIGHTER = -1.0, 0
"""Than any word, and its distance."""
_NO_ROWS = np.empty(0, np.int64)


class Vocabulary(Protocol):
    """Words in code point order, by number."""

    weight: Any
    """float32 by word: how much the queries that hold it weigh together."""

    def words(self, numbers: Sequence[int]) -> list[str]:
        """The words of numbers."""
        ...


class Correction(NamedTuple):
    """What may have been meant.

    Attributes:
        text: a word of the vocabulary, or the beginning of one or more.
        finished: whether it is a whole word that nothing may follow.
        edits: insertions, deletions, replacements and exchanges of neighbours; 0 for what was typed.
        cost: in nats, see `EditCosts`; 0 for what was typed.
        weight: of the word, or of the heaviest word that begins so.
    """

    text: str
    finished: bool
    edits: int
    cost: float
    weight: float

    @property
    def score(self) -> float:
        """Higher is better: logarithms of weight and of the chance of the error, summed."""
        return log1p(self.weight) - self.cost


class _Spelling(NamedTuple):
    """A correction whose cost is not known yet."""

    text: str
    weight: float
    edits: int
    finished: bool


class _Words(NamedTuple):
    """Some of a vocabulary.

    Attributes:
        texts: of each.
        weight: of each, float32[n].
    """

    texts: list[str]
    weight: npt.NDArray[np.float32]

    def heaviest(self, n_words: int) -> _Words:
        """So many of them, or all."""
        if len(self.texts) <= n_words:
            return self
        best = _heaviest(self.weight, n_words)
        return _Words([self.texts[at] for at in best.tolist()], self.weight[best])


class _Searched(NamedTuple):
    """What a search found, and what it takes.

    Attributes:
        probed: entries of deletes; more than any budget, and nothing found, where they are more than `MOST_NODES`.
        verified: words that these lead to; the same.
        corrections: the likeliest first.
    """

    probed: int
    verified: int
    corrections: tuple[Correction, ...]


class Spelling:
    """Corrections of words, finished or not, from memory-mapped arrays. About 130 bytes a word of a large vocabulary.

    Attributes:
        rivals: for which texts a look at misspellings may be worth it.
        unfinished_cost: nats that beginnings cost more than whole words.
        space_cost: nats of one space too many or too few.
    """

    def __init__(self, generation: Generation, words: Vocabulary, costs: EditCosts | None = None) -> None:
        """Opens what `save_spelling` wrote of the same words; the costs that ship unless others are given."""
        costs = costs or edit_costs()
        self.rivals = Rivals(generation)
        self.unfinished_cost = costs.unfinished
        self.space_cost = costs.space
        self._search = _Search(generation, words, costs)
        self._remembered = lru_cache(REMEMBERED)(self._search.searched)

    def corrections(
        self,
        typed: str,
        *,
        finished: bool,
        limit: int,
        budget: Budget,
        least: float = -inf,
        held: npt.NDArray[np.bool_] | None = None,
    ) -> Sequence[Correction]:
        """The likeliest other spellings, best score first; what was typed is never among them.

        Complete for whole words within `allowed_edits`, and for beginnings when `finished` is false, up to the
        cuts at `VERIFIED` and `COSTED`, of those that score more than `least`: where that is high, few words are
        heavy enough. `held` says by word which count; all when None. Cost: 40 to 400 µs, 0.6 µs where it is
        remembered. Nodes: probed entries, words verified, remembered or not.
        """
        if not allowed_edits(typed):
            return ()
        if held is None:
            probed, verified, found = self._remembered(typed, finished, limit, least)
        else:
            probed, verified, found = self._search.searched(typed, finished, limit, least, held)
        return found if budget.spend(probed) and budget.spend(verified) else ()


class _Search:
    """Searches for corrections; not in `Spelling`, which a memory of its own answers would keep from being let go."""

    def __init__(self, generation: Generation, words: Vocabulary, costs: EditCosts) -> None:
        self._words = words
        self._costs = costs
        self._deletes = {length: Deletes(generation, length) for length in LENGTHS if holds(generation, length)}
        self._length = self._letters = np.empty(0, np.uint8)
        if self._deletes:
            self._length = generation.array("spelling_length")
            self._letters = generation.array("spelling_letters")

    def searched(
        self, typed: str, finished: bool, limit: int, least: float, held: npt.NDArray[np.bool_] | None = None
    ) -> _Searched:
        """As `Spelling.corrections`, for a word that may have edits."""
        if not self._deletes:
            return _Searched(0, 0, ())
        edits = allowed_edits(typed)
        length = WHOLE if finished else max(length for length in LENGTHS if length <= len(typed))
        probing, verifying = Budget(MOST_NODES), Budget(MOST_NODES)
        near = self._deletes[length].near(typed, min(edits, LENGTHS[length]), probing)
        rows = self._rows(near, verifying)
        if held is not None:
            rows = rows[held.take(rows)]
        if least > -inf:
            rows = rows[self._words.weight.take(rows) > expm1(least + LEAST_COST)]
        found: list[Correction] = []
        if len(rows):
            found = self._best(typed, self._spellings(typed, rows, edits, finished=finished), limit, least)
        return _Searched(_spent(probing), _spent(verifying), tuple(found))

    def _rows(self, near: Interval, budget: Budget) -> npt.NDArray[np.int64]:
        """The words of intervals, or none when they are more than the budget allows."""
        first, last = near
        size = last - first
        ends = size.cumsum()
        if not len(ends) or not budget.spend(int(ends[-1])):
            return _NO_ROWS
        return rows_of_runs(first, size, ends)

    def _spellings(self, typed: str, rows: npt.NDArray[np.int64], edits: int, *, finished: bool) -> list[_Spelling]:
        """What is within reach among the heaviest words: whole, and of an unfinished text their beginnings too."""
        letters, own = self._letters.take(rows), letters_of(typed)
        more = self._length.take(rows).astype(np.int16) - len(typed)
        shared = letters & own
        lost, gained = np.bitwise_count(shared ^ own), np.bitwise_count(shared ^ letters)
        # An edit loses one letter at most and gains one; those that lengthen lose none, those that shorten gain none.
        alike = (lost + np.maximum(more, 0) <= edits) & (gained + np.maximum(-more, 0) <= edits)
        whole = self._heaviest(rows[alike], VERIFIED)
        found = _whole_words(typed, whole, edits)
        if not finished:
            may = (lost <= edits) & (more >= -edits)
            longer = self._heaviest(rows[may & ~alike], VERIFIED_BEGINNINGS)
            found += _beginnings(typed, whole.heaviest(VERIFIED_BEGINNINGS), longer, edits)
        return found

    def _heaviest(self, rows: npt.NDArray[np.int64], n_words: int) -> _Words:
        weight = self._words.weight.take(rows)
        if len(rows) > n_words:
            best = _heaviest(weight, n_words)
            rows, weight = rows[best], weight[best]
        return _Words(self._words.words(rows.tolist()), weight)

    def _best(self, typed: str, found: list[_Spelling], limit: int, least: float) -> list[Correction]:
        """The best corrections among the `COSTED` most promising that score more than `least`."""
        if len(found) > COSTED:
            guess = self._costs.guess
            found.sort(key=lambda each: guess(typed, each.text, each.edits) - log1p(each.weight))
        costed = [self._correction(typed, spelling) for spelling in found[:COSTED]]
        best = [(-score, each.text, each) for each in costed if (score := each.score) > least]
        best.sort()
        return [correction for _, _, correction in best[:limit]]

    def _correction(self, typed: str, spelling: _Spelling) -> Correction:
        text, weight, edits, finished = spelling
        cost = self._costs.cost(typed, text, edits, finished=finished)
        return Correction(text, finished, edits, cost if finished else cost + self._costs.unfinished, weight)


def save_spelling(writer: GenerationWriter, words: pa.Array, weight: npt.NDArray[np.float32]) -> None:
    """Writes what `Spelling` reads. About 40 µs a word.

    Args:
        writer: of the generation being built.
        words: distinct, in code point order, numbered as the vocabulary that `Spelling` is opened with.
        weight: of each, float32[n_words].
    """
    texts = words.to_pylist()
    save_deletes(writer, texts)
    save_rivals(writer, texts, weight)
    writer.save_array("spelling_length", np.array([min(len(text), _LONGEST) for text in texts], np.uint8))
    writer.save_array("spelling_letters", np.array([letters_of(text) for text in texts], np.uint32))


def letters_of(text: str) -> np.uint32:
    """A bit for each letter of a text: different letters of one alphabet rarely share one."""
    found = 0
    for char in text:
        found |= 1 << (ord(char) & 31)
    return np.uint32(found)


def allowed_edits(typed: str) -> int:
    """How many edits a word of this length may have."""
    return (len(typed) >= ONE_EDIT_FROM) + (len(typed) >= TWO_EDITS_FROM)


def _spent(budget: Budget) -> int:
    return _TOO_MANY if budget.exhausted else budget.visited


def _heaviest(weight: npt.NDArray[np.float32], n_words: int) -> npt.NDArray[np.int64]:
    """Where the heaviest of more words stand, in no order."""
    best: npt.NDArray[np.int64] = weight.argpartition(-n_words)[-n_words:]
    return best


def _whole_words(typed: str, words: _Words, edits: int) -> list[_Spelling]:
    # `cdist` and a look at its distances take twice as long: few words are near.
    near = extract(typed, words.texts, scorer=OSA.distance, score_cutoff=edits, limit=None)
    weight = words.weight.tolist()
    return [_Spelling(text, weight[at], distance, finished=True) for text, distance, at in near if distance]


def _beginnings(typed: str, shorter: _Words, longer: _Words, edits: int) -> list[_Spelling]:
    """Of each word its beginnings nearest to an unfinished one, if within reach; not of words that begin so."""
    texts = shorter.texts + longer.texts
    weight = shorter.weight.tolist() + longer.weight.tolist()
    ends = range(max(1, len(typed) - edits), len(typed) + edits + 1)
    cut = [text[:end] for end in ends for text in texts]
    nearest: dict[int, int] = {}
    heaviest: dict[str, tuple[float, int]] = {}
    for text, distance, at in extract(typed, cut, scorer=OSA.distance, score_cutoff=edits, limit=None):
        row = at % len(texts)
        # The nearest come first.
        if nearest.setdefault(row, distance) == distance and weight[row] > heaviest.get(text, _LIGHTER)[0]:
            heaviest[text] = weight[row], distance
    return [
        _Spelling(text, heavy, distance, finished=False) for text, (heavy, distance) in heaviest.items() if distance
    ]
