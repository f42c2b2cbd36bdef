"""How likely is it that somebody who means one word types another?

The noisy channel: a writer errs in a word with some probability; given that, parts of it of up to three
characters come out as others, each part depending on the characters beside it. What was rarely or never
seen falls back to fewer neighbours, then to the kind of edit (a vowel for a vowel, a slip to the key
beside, one of two equal letters left out), so that it holds for every script.

Source: Brill & Moore, "An Improved Error Model for Noisy Channel Spelling Correction", ACL 2000.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from importlib import resources
from typing import Any

from suggest.text.edit_kinds import END, START, UNKNOWN, kind_of

IMPOSSIBLE = 99.0
"""Cost in nats of what the model does not explain with the rules it may use."""

MAX_PART = 3
"""Longest part of a word that comes out as another; longer ones gained nothing on 1,858 misspellings."""

_MAX_RULES = 2
# A longer part that came out otherwise once proves nothing.
_LEAST_SEEN = 2
# Least squares of the costs of 7,000 verified spellings: of each edit, of another first character, of a shorter text.
_GUESS = (7.0, 1.5, -4.2)
# Characters typed and meant by an edit of one character.
_SINGLE = ((1, 1), (0, 1), (1, 0))
_CACHED_RULES = 1 << 16


Rule = tuple[str, str, str, str]
"""A part of a word, what came out instead (0 to `MAX_PART` characters each, different at both ends), and the
characters of the meant word before and after: `START` and `END` beyond its ends, `UNKNOWN` after what is unfinished.
A plain tuple, since thousands are made in a request."""

Alignment = tuple[float, tuple[Rule, ...]]
"""The likeliest way from a meant word to a typed one: its cost in nats and its rules, in order; `IMPOSSIBLE` or more
when there is none."""

_UNEXPLAINED: Alignment = IMPOSSIBLE, ()


class EditCosts:
    """Costs of misspellings in nats, from counts.

    Attributes:
        error: of making any error in a word, on top of the errors made.
        unfinished: of stopping to type before the end of a misspelt word.
        space: of one space too many or too few between two words.
    """

    def __init__(self, learned: Mapping[str, Any]) -> None:
        """Takes what `learn` of `suggest.pipelines.edit_costs` returned."""
        self.error: float = learned["error"]
        self.unfinished: float = learned["unfinished"]
        self.space = self.error + learned["space"]
        self._scale: float = learned["scale"]
        self._own: float = learned["smoothing"]["rule"]
        self._context: float = learned["smoothing"]["context"]
        self._slip: float = learned["slip"]
        self._kinds: Mapping[str, float] = learned["kinds"]
        self._errors = _marginals(learned["errors"])
        self._guess: tuple[float, float, float] = _GUESS
        self._longer = _longer_parts(self._errors)
        self._seen: Mapping[str, int] = learned["grams"]
        self.rule = lru_cache(_CACHED_RULES)(self._rule_cost)

    def cost(self, typed: str, meant: str, max_rules: int = _MAX_RULES, *, finished: bool = True) -> float:
        """Nats of typing one word for another: 0 for itself. 1.4 µs with one rule, 4 µs with two.

        Args:
            typed: unaccented.
            meant: unaccented.
            max_rules: how many rules may explain it; one suffices for one edit.
            finished: whether both are whole words; otherwise beginnings.
        """
        if typed == meant:
            return 0.0
        cost, _ = self.align(typed, meant, max_rules, END if finished else UNKNOWN)
        return self.error + self._scale * cost

    def guess(self, typed: str, meant: str, edits: int) -> float:
        """Roughly the cost, from lengths and first characters alone: to choose whose cost is worth computing."""
        more, other_start, omitted = self._guess
        cost = more * edits
        if typed[0] != meant[0]:
            cost += other_start
        return cost + omitted if len(typed) < len(meant) else cost

    def align(self, typed: str, meant: str, max_rules: int, end: str = END) -> Alignment:
        """The likeliest rules, at most `max_rules`, that make `typed` of `meant`; equal ends stay."""
        start, stop = _shared_ends(typed, meant)
        before = meant[start - 1] if start else START
        after = meant[-stop] if stop else end
        core = f"{before}{meant[start : len(meant) - stop]}{after}"
        return self._aligned(typed[start : len(typed) - stop], core, 0, 1, max_rules)

    def _aligned(self, typed: str, meant: str, i: int, j: int, max_rules: int) -> Alignment:
        """From `typed[i]` and `meant[j]` on; `meant` stands between its neighbours, and the ends differ."""
        n_typed, n_meant = len(typed), len(meant) - 1
        while i < n_typed and j < n_meant and typed[i] == meant[j]:
            i += 1
            j += 1
        if i == n_typed and j == n_meant:
            return 0.0, ()
        best = _UNEXPLAINED
        if n_typed - i <= MAX_PART and n_meant - j <= MAX_PART:
            rule = meant[j:n_meant], typed[i:], meant[j - 1], meant[n_meant]
            best = self.rule(*rule), (rule,)
        if max_rules == 1 or n_typed - i + n_meant - j == 1:
            return best
        for x, y in self._first_parts(typed[i : i + 2], meant[j : min(j + 2, n_meant)]):
            if i + x > n_typed or j + y > n_meant:
                continue
            # What is left first: more often than not it takes too many rules, and no cost is needed.
            more, rules = self._aligned(typed, meant, i + x, j + y, max_rules - 1)
            if more < best[0]:
                rule = meant[j : j + y], typed[i : i + x], meant[j - 1], meant[j + y]
                cost = self.rule(*rule) + more
                if cost < best[0]:
                    best = cost, (rule, *rules)
        return best

    def _first_parts(self, typed: str, meant: str) -> Iterable[tuple[int, int]]:
        """Characters typed and meant of the rules that could come first, from the two next characters of both."""
        longer = self._longer.get(meant[:1] + typed[:1], ())
        if typed == meant[::-1] and len(meant) > 1:
            return ((2, 2), *_SINGLE, *longer)
        return (*_SINGLE, *longer) if longer else _SINGLE

    def _rule_cost(self, meant: str, typed: str, before: str, after: str) -> float:
        """-log of the probability that a part comes out so in a word with an error; nothing seen backs off."""
        kind = kind_of(meant, typed, before, after)
        part = f"{meant}>{typed}"
        if kind is None and self._errors.get(part, 0) < _LEAST_SEEN:
            return IMPOSSIBLE
        base = math.exp(-self._kinds.get(kind.name, IMPOSSIBLE)) / kind.n_alternatives if kind else 0.0
        chance = (self._errors.get(part, 0) + self._own * base) / (self._seen.get(meant, 0) + self._own)
        left = self._closer(f"{before}|{part}", before + meant, chance)
        right = self._closer(f"{part}|{after}", meant + after, chance) if after != UNKNOWN else left
        chance = self._closer(f"{before}|{part}|{after}", before + meant + after, math.sqrt(left * right))
        if kind is not None:
            chance += self._slip
        return -math.log(chance) if chance > 0 else IMPOSSIBLE

    def _closer(self, rule: str, gram: str, chance: float) -> float:
        """What is known with more neighbours in view, starting from what is known with fewer."""
        seen = self._seen.get(gram, 0)
        return (self._errors.get(rule, 0) + self._context * chance) / (seen + self._context) if seen else chance


@cache
def edit_costs() -> EditCosts:
    """The costs that ship with the package; read at the first call (about 5 ms)."""
    return EditCosts(json.loads(resources.files("suggest.models").joinpath("edit_costs.json").read_bytes()))


def _shared_ends(typed: str, meant: str) -> tuple[int, int]:
    """How many characters two texts share at the beginning, and of the rest at the end."""
    shorter = min(len(typed), len(meant))
    start = 0
    while start < shorter and typed[start] == meant[start]:
        start += 1
    stop = 0
    while stop < shorter - start and typed[-1 - stop] == meant[-1 - stop]:
        stop += 1
    return start, stop


def _marginals(errors: Mapping[str, int]) -> dict[str, int]:
    """Counts of `before|meant>typed|after`, and summed over what is before, what is after, and both."""
    summed: dict[str, int] = {}
    for rule, count in errors.items():
        before, part, after = rule.split("|")
        for name in (rule, f"{before}|{part}", f"{part}|{after}", part):
            summed[name] = summed.get(name, 0) + count
    return summed


def _longer_parts(errors: Mapping[str, int]) -> dict[str, set[tuple[int, int]]]:
    """By the first characters meant and typed: sizes (typed, meant) of the rules that no kind of edit describes."""
    found: dict[str, set[tuple[int, int]]] = {}
    for part, count in errors.items():
        if "|" in part or count < _LEAST_SEEN:
            continue
        meant, typed = part.split(">")
        if kind_of(meant, typed, UNKNOWN, UNKNOWN) is None:
            found.setdefault(meant[:1] + typed[:1], set()).add((len(typed), len(meant)))
    return found
