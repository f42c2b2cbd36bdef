"""What the surfaces besides the typeahead answered, and what they kept back."""

from __future__ import annotations

from collections.abc import Sequence

from prometheus_client import CollectorRegistry, Counter, Histogram

from suggest.service.arm_metrics import ArmMetrics

BUCKETS_S = (2e-4, 5e-4, 1e-3, 2e-3, 5e-3, 1e-2, 2e-2, 5e-2, 0.1, 0.25, 1.0, 5.0)


class SurfaceMetrics:
    """Metrics by surface: `related`, `item`, `comment`. Counted on the event loop, about 15 µs an answer."""

    def __init__(self, registry: CollectorRegistry, arms: ArmMetrics) -> None:
        def counter(name: str, what: str) -> Counter:
            return Counter(f"suggest_surface_{name}", what, ["surface"], registry=registry)

        self._arms = arms
        self.answers = counter("answers", "Answers by surface; of comments, one for each")
        self.empty_answers = counter("empty_answers", "Of these, those with nothing to show")
        self.shown = counter("shown", "Suggestions and spans in these answers")
        self.seconds = Histogram(
            "suggest_surface_seconds",
            "Time inside the service for a request",
            ["surface"],
            buckets=BUCKETS_S,
            registry=registry,
        )

    def count(self, surface: str, seconds: float, n_shown: Sequence[int], arm: str | None = None) -> None:
        """Takes in one request.

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
