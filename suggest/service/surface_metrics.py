"""What the surfaces besides the typeahead answered, and what they kept back."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count

from prometheus_client import CollectorRegistry, Counter, Histogram

from suggest.service.arm_metrics import ArmMetrics

SAMPLED_EVERY = 32
"""One in so many gated answers is made without its gate too: what a gate keeps back cannot be read off what it lets
through, because the order of a list depends on what is in it."""

BUCKETS_S = (2e-4, 5e-4, 1e-3, 2e-3, 5e-3, 1e-2, 2e-2, 5e-2, 0.1, 0.25, 1.0, 5.0)


class SurfaceMetrics:
    """Metrics by surface: `related`, `item`, `comment`. About 15 µs an answer."""

    def __init__(self, registry: CollectorRegistry, arms: ArmMetrics) -> None:
        def counter(name: str, what: str) -> Counter:
            return Counter(f"suggest_surface_{name}", what, ["surface"], registry=registry)

        self._arms = arms
        self._asked = count()
        self.answers = counter("answers", "Answers by surface; of comments, one for each")
        self.empty_answers = counter("empty_answers", "Of these, those with nothing to show")
        self.shown = counter("shown", "Suggestions and spans in these answers")
        self.sampled = counter("gate_sampled", f"Answers made without their gate too, one in {SAMPLED_EVERY}")
        self.suppressed = counter("suppressed", "Suggestions and spans that the gate kept out of these")
        self.seconds = Histogram(
            "suggest_surface_seconds",
            "Time inside the service for a request",
            ["surface"],
            buckets=BUCKETS_S,
            registry=registry,
        )

    def is_sampled(self) -> bool:
        """Whether this gated answer is one to be made without its gate too; from any thread."""
        return next(self._asked) % SAMPLED_EVERY == SAMPLED_EVERY - 1

    def count_suppressed(self, surface: str, n_answers: int, n_suppressed: int) -> None:
        """Takes in what sampled answers hold more without their gate; from any thread."""
        self.sampled.labels(surface).inc(n_answers)
        # A list without a gate may even be shorter: of what says the same only the best is kept.
        self.suppressed.labels(surface).inc(max(0, n_suppressed))

    def count(self, surface: str, seconds: float, n_shown: Sequence[int], arm: str | None = None) -> None:
        """Takes in one request; on the event loop only.

        Args:
            surface: that was asked.
            seconds: that it took.
            n_shown: of each of its answers, how many suggestions or spans it holds.
            arm: of the experiment that answered, or None.
        """
        self.seconds.labels(surface).observe(seconds)
        self.answers.labels(surface).inc(len(n_shown))
        self.empty_answers.labels(surface).inc(n_shown.count(0))
        self.shown.labels(surface).inc(sum(n_shown))
        if arm is not None:
            self._arms.answered[arm] += 1
