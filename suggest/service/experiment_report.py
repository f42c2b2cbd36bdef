"""Which arm do people choose more from, and how sure is that? From the log, where each event stands once."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from suggest.evaluation.interleaving import Choice, InterleavingReport, Team, who_wins
from suggest.evaluation.intervals import Interval, bootstrap
from suggest.service.credit import Credit, credit_of
from suggest.service.experiment import Experiment
from suggest.types import Event


class _Seen(NamedTuple):
    """One answer that was really seen: by whom, whose it was, and the positions that were clicked."""

    user: str
    credit: Credit
    clicked: set[int]

    @property
    def reciprocal_rank(self) -> float:
        return 1 / (min(self.clicked) + 1) if self.clicked else 0.0

    @property
    def team(self) -> Team:
        """The team with more of the clicks; nobody where they are equal."""
        teams = [self.credit.team_at(position) for position in self.clicked]
        margin = teams.count("a") - teams.count("b")
        return "a" if margin > 0 else "b" if margin < 0 else ""


@dataclass(frozen=True, slots=True)
class ArmReport:
    """What people did with one arm's answers.

    Attributes:
        n_users: people who saw one.
        n_impressions: answers seen.
        n_clicked: of these, those with a click.
        click_share: `n_clicked` over `n_impressions`.
        mrr: mean of 1/rank of the first suggestion clicked, 0 without a click.
        mrr_over_control: `mrr` less the control's; None for the control. The arms differ where its interval lies
            on one side of 0. Intervals are over users; all are None without impressions.
    """

    n_users: int
    n_impressions: int
    n_clicked: int
    click_share: Interval | None
    mrr: Interval | None
    mrr_over_control: Interval | None


@dataclass(frozen=True, slots=True)
class ExperimentReport:
    """What a log says of an experiment.

    Attributes:
        arms: by name, the control first.
        drafts: by arm that drafts, who wins: `a` is the first arm that it names, `b` the second.
        n_clicks_unseen: clicks left out because no impression came with their request id.
    """

    arms: Mapping[str, ArmReport]
    drafts: Mapping[str, InterleavingReport]
    n_clicks_unseen: int

    def to_json(self) -> dict[str, Any]:
        """Plain numbers and lists; an interval is `[value, low, high]`."""
        arms = {name: _plain(asdict(report)) for name, report in self.arms.items()}
        drafts = {name: report.to_json() for name, report in self.drafts.items()}
        return {"arms": arms, "drafts": drafts, "n_clicks_unseen": self.n_clicks_unseen}


def report_of(experiment: Experiment, events: Iterable[Event], *, resamples: int = 1000) -> ExperimentReport:
    """Joins impressions and clicks by request id; each event once, in any order.

    Args:
        experiment: as it ran; the request ids of an edited one are not its own.
        events: of a log; all but credited impressions and clicks are passed over.
        resamples: bootstrap draws.
    """
    seen: dict[str, _Seen] = {}
    clicks: list[tuple[str, int]] = []
    for event in events:
        credit = None if event.request_id is None else credit_of(event.request_id, experiment)
        if credit is None or event.request_id is None:
            continue
        if event.type == "impression":
            seen.setdefault(event.request_id, _Seen(event.user, credit, set()))
        elif event.type == "click" and event.position is not None:
            clicks.append((event.request_id, event.position))
    for request_id, position in clicks:
        if request_id in seen:
            seen[request_id].clicked.add(position)
    n_unseen = sum(request_id not in seen for request_id, _ in clicks)
    return _report(experiment, seen.values(), n_unseen, resamples)


def _report(experiment: Experiment, seen: Iterable[_Seen], n_unseen: int, resamples: int) -> ExperimentReport:
    by_arm: defaultdict[str, list[_Seen]] = defaultdict(list)
    for one in seen:
        by_arm[one.credit.arm.name].append(one)
    control = by_arm[experiment.control.name]
    arms = {arm.name: _arm_report(by_arm[arm.name], control, resamples) for arm in experiment.arms}
    drafts = {arm.name: _draft_report(by_arm[arm.name], resamples) for arm in experiment.arms if arm.interleave}
    return ExperimentReport(arms, drafts, n_unseen)


def _arm_report(seen: list[_Seen], control: list[_Seen], resamples: int) -> ArmReport:
    n_users, n_clicked = len({one.user for one in seen}), sum(bool(one.clicked) for one in seen)
    if not seen:
        return ArmReport(0, 0, 0, None, None, None)
    columns = np.array([(one.reciprocal_rank, bool(one.clicked), 1.0) for one in seen], dtype=np.float64)
    users = [one.user for one in seen]
    mrr = bootstrap(lambda sums: _over(sums[0], sums[2]), columns, users, resamples=resamples)
    share = bootstrap(lambda sums: _over(sums[1], sums[2]), columns, users, resamples=resamples)
    gain = None if seen is control or not control else _gain(seen, control, resamples)
    return ArmReport(n_users, len(seen), n_clicked, share, mrr, gain)


def _gain(seen: list[_Seen], control: list[_Seen], resamples: int) -> Interval:
    """The difference of the two means, from drawing among the people of both arms together."""
    rows = [(one.reciprocal_rank, 1.0, 0.0, 0.0) for one in seen]
    rows += [(0.0, 0.0, one.reciprocal_rank, 1.0) for one in control]
    users = [one.user for one in (*seen, *control)]
    return bootstrap(_difference, np.array(rows, dtype=np.float64), users, resamples=resamples)


def _difference(sums: npt.NDArray[np.float64]) -> float:
    return _over(sums[0], sums[1]) - _over(sums[2], sums[3])


def _over(total: float, n: float) -> float:
    return float(total / n) if n else math.nan


def _draft_report(seen: list[_Seen], resamples: int) -> InterleavingReport:
    choices = [Choice(one.user, one.team) for one in seen if one.clicked]
    return who_wins(choices, len(seen), resamples=resamples)


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}
