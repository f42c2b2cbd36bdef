"""Two lists shown as one: which of them gave what people chose?"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from hashlib import blake2b
from typing import Any, Literal, NamedTuple

import numpy as np

from suggest.evaluation.intervals import Interval, bootstrap_mean
from suggest.evaluation.replay import Outcome

Team = Literal["a", "b", ""]
"""Which list put a query there; neither for what one list had left when the other was used up."""

_COIN_BYTES = 64
SURE = 0.05
"""A winner is named where wins as uneven would come by chance less often than this."""


class Choice(NamedTuple):
    """One interleaved list from which somebody chose.

    Attributes:
        user: who.
        team: of the query chosen.
    """

    user: str
    team: Team


@dataclass(frozen=True, slots=True)
class InterleavingReport:
    """Who wins, and how sure that is.

    Attributes:
        n_lists: interleaved lists shown.
        wins_a: lists from which what `a` had put there was chosen.
        wins_b: the same of `b`.
        uncredited: lists from which something was chosen that one list had left when the other was used up.
        share_a: wins of `a` among all wins, 0.5 for equals, with its interval over users; None without wins.
        users_a: people with more wins of `a` than of `b`.
        users_b: the reverse.
        p_value: how often people would be parted at least as unevenly if `a` and `b` were equals.
        winner: `a` or `b` where `p_value` is below `SURE`, else empty.
    """

    n_lists: int
    wins_a: int
    wins_b: int
    uncredited: int
    share_a: Interval | None
    users_a: int
    users_b: int
    p_value: float
    winner: Team

    def to_json(self) -> dict[str, Any]:
        """Plain numbers and lists; an interval is `[value, low, high]`."""
        return {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(self).items()}


def team_draft(a: Sequence[str], b: Sequence[str], k: int, seed: str) -> tuple[list[str], list[Team]]:
    """One list of two: captains take turns, and before each pair of turns a coin says who begins.

    Each captain takes the best of their own list that is not taken yet. So a list interleaved with itself wins
    and loses equally often, and so do any two lists before a person who chooses blindly. Once one of the lists has
    nothing new the other fills the rest, for nobody's team: blind choices would favour the longer list.

    Source: Radlinski, Kurup and Joachims, "How Does Clickthrough Data Reflect Retrieval Quality?", CIKM 2008,
    algorithm 2, which ends where filling begins here.

    Args:
        a: one system's queries, best first, in a form in which equal ones are one.
        b: the other's.
        k: how many to show, at most 1,000.
        seed: of the coins, such as the request's id: the same seed gives the same list on every machine.

    Returns:
        At most k distinct queries, best first, and the team of each. About 10 µs for ten.
    """
    coins = int.from_bytes(blake2b(seed.encode(), digest_size=_COIN_BYTES).digest())
    shown: dict[str, Team] = {}
    is_turn_of_a = False
    while len(shown) < k:
        best_a, best_b = _best(a, shown), _best(b, shown)
        if best_a is None or best_b is None:
            break
        is_pair_begun = len(shown) % 2 == 1
        if is_pair_begun:
            is_turn_of_a = not is_turn_of_a
        else:
            is_turn_of_a = bool(coins & 1)
            coins >>= 1
        shown[best_a if is_turn_of_a else best_b] = "a" if is_turn_of_a else "b"
    for query in (*a, *b):
        if len(shown) < k:
            shown.setdefault(query, "")
    return list(shown), list(shown.values())


def interleaved(a: Sequence[Outcome], b: Sequence[Outcome], k: int = 10) -> InterleavingReport:
    """Two replays of the same tests as if each answer had been shown interleaved: people choose their query.

    Its team is credited wherever it stands: a person who searched for it anyway would have found it.

    Args:
        a: one system's outcomes.
        b: the other's, of the same tests in the same order.
        k: length of the lists.

    Raises:
        ValueError: the tests differ.
    """
    choices = []
    for mine, theirs in zip(a, b, strict=True):
        if (mine.user, mine.ts_us, mine.target) != (theirs.user, theirs.ts_us, theirs.target):
            raise ValueError("expected two replays of the same tests; replay both with one log and test_from_us")
        seed = f"{mine.user} {mine.ts_us} {mine.target}"
        queries, teams = team_draft(mine.shown, theirs.shown, k, seed)
        if mine.target in queries:
            choices.append(Choice(mine.user, teams[queries.index(mine.target)]))
    return who_wins(choices, len(a))


def who_wins(choices: Iterable[Choice], n_lists: int, *, resamples: int = 1000, seed: int = 0) -> InterleavingReport:
    """The report on choices from interleaved lists.

    How sure: a sign test over people, each of whom counts once for the list that gave most of what they chose, as
    choices of one person are not independent; and the share of wins with an interval from drawing people.

    Args:
        choices: of the lists from which something was chosen.
        n_lists: lists shown, those without a choice included.
        resamples: bootstrap draws.
        seed: of the bootstrap.
    """
    wins = []
    by_team: Counter[Team] = Counter()
    for choice in choices:
        by_team[choice.team] += 1
        if choice.team:
            wins.append(choice)
    margins: Counter[str] = Counter()
    for user, team in wins:
        margins[user] += 1 if team == "a" else -1
    users_a, users_b = sum(margin > 0 for margin in margins.values()), sum(margin < 0 for margin in margins.values())
    share = None
    if wins:
        won_by_a = np.array([team == "a" for _, team in wins], dtype=np.float64)
        share = bootstrap_mean(won_by_a, [win.user for win in wins], resamples=resamples, seed=seed)
    p_value = sign_test(users_a, users_b)
    winner: Team = ""
    if p_value < SURE:
        winner = "a" if users_a > users_b else "b"
    return InterleavingReport(
        n_lists, by_team["a"], by_team["b"], by_team[""], share, users_a, users_b, p_value, winner
    )


def sign_test(n_a: int, n_b: int) -> float:
    """How probably `n_a + n_b` fair coins fall at least this unevenly, either way; 1 without any.

    Source: Dixon and Mood, "The Statistical Sign Test", Journal of the American Statistical Association, 1946.
    """
    n = n_a + n_b
    # Logarithms: 2 ** n is beyond a float from a thousand people on.
    tail = [math.lgamma(n + 1) - math.lgamma(i + 1) - math.lgamma(n - i + 1) for i in range(min(n_a, n_b) + 1)]
    return min(1.0, 2 * math.exp(float(np.logaddexp.reduce(tail)) - n * math.log(2)))


def _best(queries: Sequence[str], shown: dict[str, Team]) -> str | None:
    return next((query for query in queries if query not in shown), None)
