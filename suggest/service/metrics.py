"""Counters and times for Prometheus, answered for all workers by any of them."""

from __future__ import annotations

import os
from collections import Counter as Counts

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from suggest.service.arm_metrics import ArmMetrics
from suggest.service.settings import METRICS_VARIABLE
from suggest.service.surface_metrics import SurfaceMetrics
from suggest.types import Answer

CONTENT_TYPE = CONTENT_TYPE_LATEST

COMPLETE_BUCKETS_S = (5e-5, 1e-4, 2e-4, 5e-4, 1e-3, 2e-3, 5e-3, 1e-2, 5e-2, 0.25, 1.0)

TIMED_EVERY = 8
"""One in so many completions is timed: a shared histogram costs 6 µs an observation, a third of the answer."""


class Metrics:
    """All metrics of one worker.

    The hot route adds to plain integers, `answered` and `empty`; `flush` moves them to the shared
    counters, twice a second and before every exposition. A shared counter costs 2.5 µs a call.
    """

    def __init__(self) -> None:
        registry = CollectorRegistry()
        self._registry = registry
        self.answered = 0
        self.answered_before = 0
        self.empty = 0
        self._tried: Counts[str] = Counts()
        self._cut: Counts[str] = Counts()
        self.requests = Counter("suggest_requests", "Requests answered", ["route", "status"], registry=registry)
        self.empty_answers = Counter("suggest_empty_answers", "Completions without a suggestion", registry=registry)
        self.degraded = Counter("suggest_degraded_answers", "Answers made without the state", registry=registry)
        self.searches = Counter(
            "suggest_fallback_searches", "Searches besides the plain prefix", ["search"], registry=registry
        )
        self.searches_cut = Counter(
            "suggest_fallback_searches_cut",
            "Of these, those stopped by budget or deadline",
            ["search"],
            registry=registry,
        )
        self.complete_seconds = Histogram(
            "suggest_complete_seconds",
            f"Time inside the service for a completion, one in {TIMED_EVERY} measured",
            buckets=COMPLETE_BUCKETS_S,
            registry=registry,
        )
        self.events = Counter("suggest_events", "Events received by outcome", ["outcome"], registry=registry)
        self.logged = Counter(
            "suggest_feature_log_records", "Records of the feature log by outcome", ["outcome"], registry=registry
        )
        self.swaps = Counter("suggest_generation_swaps", "Generations taken up while serving", registry=registry)
        self.swap_failures = Counter(
            "suggest_generation_swap_failures", "New generations that could not be served", registry=registry
        )
        self.fallbacks = Counter(
            "suggest_generation_fallback", "Workers that started on an earlier generation", registry=registry
        )
        self.loaded_at = Gauge(
            "suggest_generation_loaded_timestamp_seconds",
            "When a worker last took up a generation",
            registry=registry,
            multiprocess_mode="mostrecent",
        )
        self.arms = ArmMetrics(registry, COMPLETE_BUCKETS_S)
        self.surfaces = SurfaceMetrics(registry, self.arms)
        self._complete_ok = self.requests.labels("/v1/complete", "200")

    def count(self, answer: Answer) -> None:
        """Takes in what an answer cost that was made anew."""
        self.empty += not answer.suggestions
        self._tried.update(answer.tried)
        self._cut.update(answer.cut)

    def time(self, seconds: float, arm: str | None) -> None:
        """Takes in what one completion took, for its arm of the experiment as well."""
        self.complete_seconds.observe(seconds)
        if arm is not None:
            self.arms.seconds.labels(arm).observe(seconds)

    def flush(self) -> None:
        """Moves what the hot route counted to the shared counters; on the event loop only."""
        self.answered_before += self.answered
        self._complete_ok.inc(self.answered)
        self.empty_answers.inc(self.empty)
        self.answered = self.empty = 0
        self.arms.flush()
        for counter, counts in ((self.searches, self._tried), (self.searches_cut, self._cut)):
            for search, n_searches in counts.items():
                counter.labels(search).inc(n_searches)
            counts.clear()

    def exposition(self) -> bytes:
        """The text that Prometheus scrapes; about 1 ms for two workers."""
        self.flush()
        if METRICS_VARIABLE not in os.environ:
            return generate_latest(self._registry)
        shared = CollectorRegistry()
        MultiProcessCollector(shared)  # type: ignore[no-untyped-call]
        return generate_latest(shared)
