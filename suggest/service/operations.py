"""Routes for those who run the service: health, metrics, and the generation being served."""

from __future__ import annotations

import os
import time
from typing import Any

from fastapi import APIRouter, Response

from suggest import artifacts
from suggest.errors import ArtifactError
from suggest.service import metrics
from suggest.service.arms import Serving
from suggest.service.context import ADMIN, Shared
from suggest.service.experiment import Experiment
from suggest.service.problems import Refusal, problem

router = APIRouter()
admin_router = APIRouter(prefix="/v1/admin", dependencies=[ADMIN])


@router.get("/healthz")
async def get_health() -> dict[str, str]:
    """The process answers."""
    return {"status": "alive"}


@router.get("/readyz")
async def get_readiness(context: Shared) -> dict[str, str]:
    """A generation is loaded; 503 before."""
    return {"status": "ready", "generation": context.generations.engine.generation}


@router.get("/metrics")
async def get_metrics(context: Shared) -> Response:
    """Prometheus metrics of all workers."""
    return Response(context.metrics.exposition(), media_type=metrics.CONTENT_TYPE)


@admin_router.post("/reload")
async def post_reload(context: Shared) -> dict[str, str]:
    """Takes up the generation that `CURRENT` names; answers when this worker serves it.

    Other workers follow within the polling interval.
    """
    try:
        return {"generation": await context.generations.reload()}
    except ArtifactError as error:
        raise _refused(context, error) from error


@admin_router.post("/rollback")
async def post_rollback(context: Shared) -> dict[str, str]:
    """Goes back to the generation before the current one; answers when this worker serves it."""
    try:
        return {"generation": await context.generations.rollback()}
    except (ArtifactError, OSError) as error:
        raise _refused(context, error) from error


@admin_router.get("/status")
async def get_status(context: Shared) -> dict[str, Any]:
    """What this worker serves and knows."""
    serving = context.generations.serving
    engine = serving.engine
    return {
        "generation": engine.generation,
        "generations": artifacts.generations(context.settings.index_dir),
        "refused": context.generations.refused,
        "experiment": _experiment(context.settings.experiment, serving),
        "watermark": engine.watermark,
        "state": dict(context.state.counters()) if context.state is not None else {},
        "pid": os.getpid(),
        "uptime_s": round(time.monotonic() - context.started_s),
    }


def _experiment(experiment: Experiment | None, serving: Serving) -> dict[str, Any] | None:
    """By arm the generations that answer for it; none where the control does."""
    if experiment is None:
        return None
    arms = {arm.name: [engine.generation for engine in serving.arms.get(arm.name, ())] for arm in experiment.arms}
    return {"name": experiment.name, "arms": arms}


def _refused(context: Shared, error: Exception) -> Refusal:
    return Refusal(problem("generation-refused", str(error), serving=context.generations.name))
