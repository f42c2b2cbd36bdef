"""The engines of one moment: the one that answers by itself, and those of an experiment's arms."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from suggest.engine import Engine
from suggest.errors import ArtifactError
from suggest.service.experiment import CURRENT, Arm, Experiment, Ranker

Order = tuple[str, Ranker]
"""What an engine is opened by: a generation's name and the ranker of its answers."""


class Serving(NamedTuple):
    """What answers; replaced as one, between two requests.

    Attributes:
        engine: of the generation that is served, for whatever is no part of an experiment.
        arms: by arm, its engine, or the two that it drafts from; only arms that can be served.
        missing: by arm that cannot be served, why; the control answers for it. Without the control itself
            there is nothing to compare with: then `arms` is empty and the experiment rests.
        opened: all engines, to be taken over by what is served next.
    """

    engine: Engine
    arms: Mapping[str, tuple[Engine, ...]]
    missing: Mapping[str, str]
    opened: Mapping[Order, Engine]


def serving_alone(engine: Engine) -> Serving:
    """One engine, and no experiment."""
    return Serving(engine, {}, {}, {})


def serving_with_arms(
    engine: Engine,
    experiment: Experiment,
    open_engine: Callable[[str, Ranker], Engine],
    kept: Mapping[Order, Engine],
) -> Serving:
    """The engine with those of all arms; each generation and ranker is opened once, `kept` ones not again.

    A generation that is broken or gone costs its arm and not the service: it may vanish or break while the
    service runs, and a restart at night must not turn that into an outage.
    """
    opened: dict[Order, Engine] = {(engine.generation, "default"): engine}
    arms: dict[str, tuple[Engine, ...]] = {}
    missing: dict[str, str] = {}
    for arm in experiment.arms:
        try:
            for order in _orders(arm, experiment, engine):
                if order not in opened:
                    opened[order] = kept.get(order) or open_engine(*order)
        except ArtifactError as error:
            missing[arm.name] = str(error)
        else:
            arms[arm.name] = tuple(opened[order] for order in _orders(arm, experiment, engine))
    if experiment.control.name in missing:
        return Serving(engine, {}, missing, opened)
    return Serving(engine, arms, missing, opened)


def _orders(arm: Arm, experiment: Experiment, engine: Engine) -> list[Order]:
    drafted = [experiment.arm(name) for name in arm.interleave] or [arm]
    return [(engine.generation if one.generation == CURRENT else one.generation, one.ranker) for one in drafted]
