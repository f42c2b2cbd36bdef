"""What one running service is told; picklable, because workers are started from it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from suggest.service.experiment import Experiment
from suggest.service.tokens import Tokens

METRICS_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
"""Environment variable of the directory in which workers share their numbers; read by prometheus_client on import,
so it is set before."""


class Gates(NamedTuple):
    """What is not shown, where a request does not say; None leaves out nothing.

    Attributes:
        related_min_relevance: related queries that are related less.
        item_min_score: queries beside an item that score less.
        comment_min_score: spans of a comment that score less.
        comment_max_per_chars: all but the best spans of a comment, beyond so many for each code point.
    """

    related_min_relevance: float | None
    item_min_score: float | None
    comment_min_score: float | None
    comment_max_per_chars: float | None


@dataclass(frozen=True, slots=True)
class Settings:
    """Settings of the service.

    Attributes:
        index_dir: directory of the generations.
        state_url: where the state lives, e.g. `sqlite:////var/lib/suggest/state.sqlite`.
        tokens: who may do what.
        verify: check the SHA-256s of a generation before it is served.
        verified: names of generations whose SHA-256s were checked already; workers need not repeat it.
        experiment: which orders are compared; None for one order for everybody.
        gates: what scores too little to be shown; None for the defaults of the surfaces.
        cors_origins: web origins that may call the service from their pages; `*` for any.
        feature_log: directory of the features of personal answers; None to log none.
        feature_log_bytes: of all its files together.
        demo: folder of the videos that the pages show; None to show none.
        public_url: how the service is reached from outside, e.g. `https://suggest.example.org`;
            None takes it from each request.
        poll_s: how often a worker looks for a new generation, in seconds.
        max_waiting: requests (of all routes but `/v1/complete`) that may be under way in one worker;
            the next is answered 503.
        body_timeout_s: how long a request body may take to arrive, in seconds.
    """

    index_dir: str
    state_url: str
    tokens: Tokens = field(default_factory=Tokens)
    verify: bool = True
    verified: tuple[str, ...] = ()
    experiment: Experiment | None = None
    gates: Gates | None = None
    cors_origins: tuple[str, ...] = ()
    feature_log: str | None = None
    feature_log_bytes: int = 1 << 30
    demo: str | None = None
    public_url: str | None = None
    poll_s: float = 0.5
    max_waiting: int = 64
    body_timeout_s: float = 15.0
