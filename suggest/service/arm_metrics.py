"""What an experiment's arms did, live; `docs/experiments.md` says how to judge them from the log."""

from __future__ import annotations

from collections import Counter as Counts
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Histogram

from suggest.service.credit import Credit, credit_of
from suggest.service.experiment import Experiment


class ArmMetrics:
    """Metrics split by arm. The hot route adds to `answered`; `flush` moves that to the shared counter."""

    def __init__(self, registry: CollectorRegistry, buckets: Sequence[float]) -> None:
        def counter(name: str, what: str, *labels: str) -> Counter:
            return Counter(f"suggest_experiment_{name}", what, ["arm", *labels], registry=registry)

        self.answered: Counts[str] = Counts()
        self.requests = counter("requests", "Completions by the arm that answered")
        self.failures = counter("arm_failures", "Arms that a worker could not serve; the control answers for them")
        self.impressions = counter("impressions", "Impressions of the arm's answers")
        self.clicks = counter("clicks", "Clicks in the arm's answers")
        self.reciprocal_ranks = counter("click_reciprocal_ranks", "Sum of the reciprocal ranks of these clicks")
        self.team_clicks = counter("team_clicks", "Clicks in a draft by the arm that the query came from", "team")
        self.seconds = Histogram(
            "suggest_experiment_seconds",
            "Time inside the service for a completion, measured as suggest_complete_seconds",
            ["arm"],
            buckets=buckets,
            registry=registry,
        )

    def flush(self) -> None:
        """Moves what the hot route counted to the shared counter."""
        for arm, n_requests in self.answered.items():
            self.requests.labels(arm).inc(n_requests)
        self.answered.clear()

    def count_events(self, records: Sequence[Any], left_out: Collection[int], experiment: Experiment) -> None:
        """Credits impressions and clicks that were accepted.

        Args:
            records: as they were sent.
            left_out: indexes of those that were not accepted.
            experiment: that is running.
        """
        for index, record in enumerate(records):
            if index in left_out or record["type"] not in ("impression", "click"):
                continue
            credit = credit_of(str(record["request_id"]), experiment)
            if credit is not None:
                self._count(record, credit)

    def _count(self, record: Mapping[str, Any], credit: Credit) -> None:
        arm = credit.arm.name
        if record["type"] == "impression":
            self.impressions.labels(arm).inc()
            return
        position = int(record["position"])
        self.clicks.labels(arm).inc()
        self.reciprocal_ranks.labels(arm).inc(1 / (position + 1))
        team = credit.team_at(position)
        if team:
            self.team_clicks.labels(arm, credit.arm_of_team(team)).inc()
