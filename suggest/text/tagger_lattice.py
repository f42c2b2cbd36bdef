"""The likeliest names of a text, and how likely any is, from a weight for each token and tag.

Tags say where in a name a token stands: outside, at its beginning, inside, at its end, or alone. A linear chain
of tags may only continue a name that began and only end what it continued.

Plain Python, since texts are short: a call of numpy costs as much as the five tags of a token.

Source: Lafferty, McCallum & Pereira, Conditional Random Fields, ICML 2001; Rabiner, A Tutorial on Hidden Markov
Models, Proc. IEEE 77(2), 1989 (the recursions, with scaling).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from itertools import pairwise
from math import exp

OUTSIDE, BEGIN, INSIDE, END, ALONE = range(5)
N_TAGS = 5

CLOSED = (OUTSIDE, END, ALONE)
"""Tags that may end a text, and after which a name may begin."""

FOLLOWERS = tuple((INSIDE, END) if tag in {BEGIN, INSIDE} else (OUTSIDE, BEGIN, ALONE) for tag in range(N_TAGS))
"""The tags that may stand after each; those after `OUTSIDE` may begin a text."""

_SURELY_NOT = -500.0  # nats: the exponential of what is less is no number

Rows = Sequence[Sequence[float]]


class Lattice:
    """All ways to read a text of one token or more.

    Args:
        emissions: For each token its weight for each tag, [n_tokens][N_TAGS], nats.
        steps: Weight of each tag after each, [before][after], nats; those not in `FOLLOWERS` are not looked at.
    """

    def __init__(self, emissions: Rows, steps: Rows) -> None:
        self._emissions = emissions
        self._steps = steps

    def names(self) -> list[tuple[int, int]]:
        """The names on the likeliest path, as (first token, one after the last); ascending. 2 µs a token."""
        return spans_of(best_path(self._emissions, self._steps))

    def probability(self, start: int, end: int) -> float:
        """That tokens `start` to `end` are a name, just these. The first time 6 µs a token, then 1 µs."""
        forward, scales, total = self._forward
        tags = _tags_of(end - start)
        chance = forward[start][tags[0]]
        for at in range(start + 1, end):
            before, tag = tags[at - start - 1], tags[at - start]
            chance *= self._ratios[before][tag] * self._odds[at][tag] / scales[at]
        return min(1.0, chance * self._backward[end - 1][tags[-1]] / total)

    def most_probable(self, start: int, end: int) -> float:
        """What `probability` does not exceed, 2 µs.

        To each way to read the text with that name belongs one that differs in reading its tokens as outside: all of
        the first are at most so many times likelier than those of the second as one can be.
        """
        steps, tags = self._steps, _tags_of(end - start)
        outside = steps[OUTSIDE]
        odds = sum([row[tag] - row[OUTSIDE] for row, tag in zip(self._emissions[start:end], tags, strict=True)])
        odds += sum([steps[one][next_one] - outside[OUTSIDE] for one, next_one in pairwise(tags)])
        if start:
            odds += max([steps[before][tags[0]] - steps[before][OUTSIDE] for before in CLOSED])
        if end < len(self._emissions):
            odds += max([steps[tags[-1]][after] - outside[after] for after in FOLLOWERS[OUTSIDE]])
        return 1 / (1 + exp(-odds)) if odds > _SURELY_NOT else 0.0

    @cached_property
    def _odds(self) -> Rows:
        odds = []
        for row in self._emissions:
            most = max(row)
            outside, begin, inside, end, alone = row
            odds.append(
                (exp(outside - most), exp(begin - most), exp(inside - most), exp(end - most), exp(alone - most))
            )
        return odds

    @cached_property
    def _ratios(self) -> Rows:
        return [[exp(weight) for weight in row] for row in self._steps]

    @cached_property
    def _forward(self) -> tuple[Rows, Sequence[float], float]:
        """Chance of each tag given the tokens up to it, what each token's chances were divided by, chance of an end."""
        (oo, ob, _, _, oa), (_, _, bi, be, _), (_, _, ii, ie, _), (eo, eb, _, _, ea), (ao, ab, _, _, aa) = self._ratios
        outside, begin, inside, end, alone = 1.0, 0.0, 0.0, 0.0, 0.0
        oo_first, ob_first, oa_first = 1.0, 1.0, 1.0
        rows, scales = [], []
        for to_o, to_b, to_i, to_e, to_a in self._odds:
            outside, begin, inside, end, alone = (
                to_o * (outside * oo_first + end * eo + alone * ao),
                to_b * (outside * ob_first + end * eb + alone * ab),
                to_i * (begin * bi + inside * ii),
                to_e * (begin * be + inside * ie),
                to_a * (outside * oa_first + end * ea + alone * aa),
            )
            oo_first, ob_first, oa_first = oo, ob, oa
            scale = outside + begin + inside + end + alone
            outside, begin, inside, end, alone = (
                outside / scale, begin / scale, inside / scale, end / scale, alone / scale,
            )  # fmt: skip
            rows.append((outside, begin, inside, end, alone))
            scales.append(scale)
        return rows, scales, outside + end + alone

    @cached_property
    def _backward(self) -> Rows:
        """Of each tag, the chance of the tokens after it; times that of `_forward` it is the tag's probability."""
        (oo, ob, _, _, oa), (_, _, bi, be, _), (_, _, ii, ie, _), (eo, eb, _, _, ea), (ao, ab, _, _, aa) = self._ratios
        row = (1.0, 0.0, 0.0, 1.0, 1.0)
        rows = [row]
        scales = self._forward[1]
        for at in range(len(scales) - 1, 0, -1):
            (to_o, to_b, to_i, to_e, to_a), scale = self._odds[at], scales[at]
            outside, begin, inside = to_o * row[OUTSIDE] / scale, to_b * row[BEGIN] / scale, to_i * row[INSIDE] / scale
            end, alone = to_e * row[END] / scale, to_a * row[ALONE] / scale
            row = (
                outside * oo + begin * ob + alone * oa,
                inside * bi + end * be,
                inside * ii + end * ie,
                outside * eo + begin * eb + alone * ea,
                outside * ao + begin * ab + alone * aa,
            )
            rows.append(row)
        return rows[::-1]


def _tags_of(n_tokens: int) -> list[int]:
    return [ALONE] if n_tokens == 1 else [BEGIN, *[INSIDE] * (n_tokens - 2), END]


def best_path(emissions: Rows, steps: Rows) -> list[int]:
    """The likeliest tags, one for each token; where two paths are equal, that of the earlier tag."""
    (oo, ob, _, _, oa), (_, _, bi, be, _), (_, _, ii, ie, _), (eo, eb, _, _, ea), (ao, ab, _, _, aa) = steps
    outside, begin, inside, end, alone = emissions[0]
    inside = end = float("-inf")
    came_from = []
    for to_o, to_b, to_i, to_e, to_a in emissions[1:]:
        from_o, before_o = (outside + oo, OUTSIDE) if outside + oo >= end + eo else (end + eo, END)
        from_b, before_b = (outside + ob, OUTSIDE) if outside + ob >= end + eb else (end + eb, END)
        from_a, before_a = (outside + oa, OUTSIDE) if outside + oa >= end + ea else (end + ea, END)
        if alone + ao > from_o:
            from_o, before_o = alone + ao, ALONE
        if alone + ab > from_b:
            from_b, before_b = alone + ab, ALONE
        if alone + aa > from_a:
            from_a, before_a = alone + aa, ALONE
        from_i, before_i = (begin + bi, BEGIN) if begin + bi >= inside + ii else (inside + ii, INSIDE)
        from_e, before_e = (begin + be, BEGIN) if begin + be >= inside + ie else (inside + ie, INSIDE)
        came_from.append((before_o, before_b, before_i, before_e, before_a))
        outside, begin, inside, end, alone = from_o + to_o, from_b + to_b, from_i + to_i, from_e + to_e, from_a + to_a
    tag = OUTSIDE if outside >= max(end, alone) else END if end >= alone else ALONE
    path = [tag]
    for came in reversed(came_from):
        tag = came[tag]
        path.append(tag)
    return path[::-1]


def spans_of(path: Sequence[int]) -> list[tuple[int, int]]:
    """The names that tags mark, as (first token, one after the last)."""
    found, start = [], 0
    for at, tag in enumerate(path):
        if tag in {BEGIN, ALONE}:
            start = at
        if tag in {END, ALONE}:
            found.append((start, at + 1))
    return found
