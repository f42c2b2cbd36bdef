"""What every route of one worker shares."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends, Request

from suggest.interfaces import State
from suggest.service.authorization import Right, require
from suggest.service.feature_log import FeatureLog
from suggest.service.generations import Generations
from suggest.service.metrics import Metrics
from suggest.service.settings import Settings
from suggest.service.writer import Writer


@dataclass(slots=True)
class Context:
    """The parts of a running worker.

    Attributes:
        settings: what the service was told.
        metrics: its counters.
        generations: the engine that answers.
        writer: the thread that commits.
        feature_log: where features are logged, or None.
        state: open between start-up and shutdown, else None.
        started_s: when the worker started, on the monotonic clock.
    """

    settings: Settings
    metrics: Metrics
    generations: Generations
    writer: Writer
    feature_log: FeatureLog | None = None
    state: State | None = None
    started_s: float = field(default_factory=time.monotonic)


# Coroutines, because a framework runs plain functions in a thread: 50 µs for an attribute.
async def _context(request: Request) -> Context:
    context: Context = request.app.state.context
    return context


async def _may_read(request: Request) -> None:
    _require("read", request)


async def _may_write(request: Request) -> None:
    _require("write", request)


async def _may_administer(request: Request) -> None:
    _require("admin", request)


def _require(right: Right, request: Request) -> None:
    context: Context = request.app.state.context
    require(right, context.settings.tokens, request.scope["headers"])


Shared = Annotated[Context, Depends(_context)]
"""Parameter type by which a route asks for the context."""

READ = Depends(_may_read)
WRITE = Depends(_may_write)
ADMIN = Depends(_may_administer)
