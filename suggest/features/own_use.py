"""How does the person asking use each candidate, and its words?"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from math import log1p

import numpy as np
import numpy.typing as npt

from suggest.candidates import Candidate, OwnHistory, OwnQuery, Request
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
    request: Request,
    candidates: Sequence[Candidate],
    words: Sequence[Sequence[str]],
    rows: npt.NDArray[np.float32],
) -> None:
    """Writes the group `OWN`, float32[12, n_candidates]."""
    total = sum(len(candidate.own.times_us) for candidate in candidates if candidate.own is not None)
    uses = [
        _NO_USE if candidate.own is None else _own_use(candidate.own, request.now_us, total) for candidate in candidates
    ]
    rows[:7] = np.array(uses, dtype=np.float32).T
    rows[7:] = np.array(_NO_WORDS, dtype=np.float32)[:, None]
    history = request.history
    if history:
        first = request.prefix.count(" ")
        rows[7:] = np.array([_word_use(parts, first, history, request.now_us) for parts in words], dtype=np.float32).T


def person_features(request: Request, candidates: Sequence[Candidate], rows: npt.NDArray[np.float32]) -> None:
    """Writes the group `PERSON`, float32[3, n_candidates]."""
    rows[0] = log1p(len(request.history or ()))
    rows[1] = sum(candidate.own is not None for candidate in candidates)
    rows[2] = len(candidates)


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


def _word_use(words: Sequence[str], first: int, history: OwnHistory, now_us: int) -> tuple[float, ...]:
    """Of the words that are added: known ones, uses and age of the least used; of their pairs: known ones, uses."""
    uses, latest = history.word_uses, history.word_latest_us
    added = words[first:]
    counts = [uses.get(word, 0) for word in added]
    n_unknown = counts.count(0)
    if n_unknown == len(counts):  # nothing of it is known, and no pair can be
        return _NO_WORDS
    least, days = 0, UNKNOWN_DAYS
    if not n_unknown:
        least, days = min(counts), (now_us - min([latest[word] for word in added])) / DAY_US
    pairs = [uses.get(f"{one} {other}", 0) for one, other in pairwise(words[max(first - 1, 0) :])]
    known = (len(counts) - n_unknown) / len(counts)
    if not pairs:
        return known, log1p(least), days, 0.0, 0.0
    return known, log1p(least), days, (len(pairs) - pairs.count(0)) / len(pairs), log1p(pairs[0])
