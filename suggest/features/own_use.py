"""How does the person asking use each candidate, and its words?"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from math import log1p

from suggest.candidates import Candidate, OwnQuery, Request
from suggest.features.columns import Column
from suggest.features.registry import OWN_HALF_LIFE_DAYS
from suggest.types import DAY_US, HOUR_US

NEAR_HOURS = 3

LATEST = 16
"""Searches of one query whose hours and weekdays count: habits change, and each costs a microsecond."""

OLDEST_DAYS = 20.0
"""What is older adds less than a millionth to a count halved every day."""

UNKNOWN_DAYS = -1.0
_NO_WORDS = (0.0, 0.0, UNKNOWN_DAYS, 0.0, 0.0)
_NO_USE = (0.0, 0.0, 0.0, UNKNOWN_DAYS, 0.0, 0.0, 0.0)


def own_features(
    request: Request, candidates: Sequence[Candidate], words: Sequence[Sequence[str]]
) -> tuple[Column, ...]:
    """The columns of the group `OWN`."""
    total = sum([len(candidate.own.times_us) for candidate in candidates if candidate.own is not None])
    uses = [
        _NO_USE if candidate.own is None else _own_use(candidate.own, request.now_us, total) for candidate in candidates
    ]
    return *zip(*uses, strict=True), *_word_uses(request, words)


def person_features(request: Request, candidates: Sequence[Candidate]) -> tuple[Column, ...]:
    """The columns of the group `PERSON`."""
    n = len(candidates)
    n_own = sum([candidate.own is not None for candidate in candidates])
    return [log1p(len(request.history or ()))] * n, [n_own] * n, [n] * n


def _own_use(own: OwnQuery, now_us: int, total: int) -> tuple[float, ...]:
    n = len(own.times_us)
    # A sender's clock may be ahead of the request's: such a search is as new as can be.
    ages = [max(now_us - time_us, 0) / DAY_US for time_us in own.times_us]
    decayed = sum([0.5 ** (age / OWN_HALF_LIFE_DAYS) for age in ages])
    day = sum([0.5**age for age in ages if age < OLDEST_DAYS])
    latest = own.times_us[-LATEST:]
    today = now_us // DAY_US
    hour = sum([_is_near(now_us, time_us) for time_us in latest]) / len(latest)
    weekday = sum([(today - time_us // DAY_US) % 7 == 0 for time_us in latest]) / len(latest)
    return n, decayed, day, ages[-1], n / total, hour, weekday


def _is_near(now_us: int, time_us: int) -> bool:
    apart = (now_us - time_us) % DAY_US
    return min(apart, DAY_US - apart) <= NEAR_HOURS * HOUR_US


def _word_uses(request: Request, words: Sequence[Sequence[str]]) -> Iterable[Column]:
    """Of the words that are added: share known, uses and age of the least used; of their pairs: share known, uses."""
    history = request.history
    if not history:
        return zip(*[_NO_WORDS] * len(words), strict=True)
    first, uses, latest_us = request.prefix.count(" "), history.word_uses, history.word_latest_us
    found = [_word_use(parts, first, uses, latest_us, request.now_us) for parts in words]
    return zip(*found, strict=True)


def _word_use(
    words: Sequence[str], first: int, uses: Mapping[str, int], latest_us: Mapping[str, int], now_us: int
) -> tuple[float, ...]:
    # Plain loops: with comprehensions and `min` it takes twice as long, and it is asked of every candidate.
    n_known, least, oldest_us = 0, sys.maxsize, sys.maxsize
    for word in words[first:]:
        n = uses.get(word)
        if n is not None:
            n_known += 1
            if n < least:  # noqa: PLR1730 - twice as fast
                least = n
            if (time_us := latest_us[word]) < oldest_us:
                oldest_us = time_us
    if not n_known:  # nothing of it is known, and no pair can be
        return _NO_WORDS
    n_added = len(words) - first
    log_least, days = (log1p(least), (now_us - oldest_us) / DAY_US) if n_known == n_added else (0.0, UNKNOWN_DAYS)
    if len(words) == 1:
        return n_known / n_added, log_least, days, 0.0, 0.0
    pairs = [uses.get(pair, 0) for pair in map(" ".join, pairwise(words[first - 1 if first else 0 :]))]
    return n_known / n_added, log_least, days, (len(pairs) - pairs.count(0)) / len(pairs), log1p(pairs[0])
