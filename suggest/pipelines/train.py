"""A log teaches each surface its order; what wins on data that it has not seen becomes the next generation."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from suggest.artifacts import Generation
from suggest.errors import ArgumentError, InputError, NotEnoughExamples, WorseThanUntrained
from suggest.interfaces import State
from suggest.pipelines.admitted import Progress
from suggest.pipelines.publish import publish_models
from suggest.pipelines.train_typeahead import train_typeahead
from suggest.pipelines.trained import Trained
from suggest.pipelines.training import Training, recorded
from suggest.pipelines.training_folder import training_folder
from suggest.pipelines.training_log import LogFiles, cut_log

TRAINERS: dict[str, Callable[[Training], Trained]] = {
    "typeahead": train_typeahead,
}
"""What is trained, in this order."""


@dataclass(frozen=True)
class TrainReport:
    """What one training did.

    Attributes:
        generation: name of the published generation.
        n_searches: of the log.
        n_malformed: rows of the log that were left out.
        surfaces: by surface: `outcome` (`trained`, `too few examples` or `worse`), `why`, and the figures of what was
            trained.
        seconds: wall time.
    """

    generation: str
    n_searches: int
    n_malformed: int
    surfaces: dict[str, dict[str, Any]]
    seconds: float

    def to_json(self) -> dict[str, Any]:
        """The attributes as a JSON object."""
        return asdict(self)


def train(
    index_dir: str | Path,
    *,
    events: Sequence[str | Path] = (),
    items: Sequence[str | Path] = (),
    comments: Sequence[str | Path] = (),
    annotations: Sequence[str | Path] = (),
    surfaces: Sequence[str] = tuple(TRAINERS),
    state: State | None = None,
    seed: int = 0,
    n_threads: int = 2,
    processes: int = 1,
    progress: Progress | None = None,
) -> TrainReport:
    """Trains what the generation that is served can be trained for, and serves the result from then on.

    A surface that the log teaches nothing, or nothing better, keeps the order it has, and the report says so.

    Args:
        index_dir: what `suggest build --out` wrote.
        events: log files; default those that the generation was built from.
        items: likewise.
        comments: likewise.
        annotations: texts with the spans that are names.
        surfaces: what to train, of `TRAINERS`.
        state: an open state whose log is learned from too, and whose forgotten people are left out.
        seed: of the training.
        n_threads: of the training.
        processes: replay on up to this many, with the result of one; a script that asks for more than one needs
            `if __name__ == "__main__":`.
        progress: told of each stage.

    Raises:
        ArgumentError: there is no such surface.
        InputError: a file cannot be used.
        NotEnoughExamples: there is too little to learn anything from; nothing is published.
        WorseThanUntrained: nothing that was learned is better, with the figures; nothing is published.
        GenerationBroken: there is no generation to train for, or it is damaged.
        BuildLocked: a build of this directory runs when the models are ready.
        ArtifactError: the directory cannot be written.
    """
    started = time.monotonic()
    told = progress or (lambda _stage, _done, _total: None)
    index_dir = Path(index_dir)
    _require_known(surfaces)
    served = Generation.open(index_dir, verify=False)
    log = LogFiles(_files(served, "events", events), state)
    if not log.paths and state is None and not annotations:
        raise InputError(f"{served.directory} was built without events; give a log to learn from with --events")
    told("cut the log", 0, 0)
    with training_folder(index_dir) as folder:
        training = Training(
            served=served,
            folder=folder,
            log=log,
            cut=cut_log(log),
            items=_files(served, "items", items),
            comments=_files(served, "comments", comments),
            lexicon=_files(served, "lexicon", ()),
            annotations=[Path(path) for path in annotations],
            seed=seed,
            n_threads=n_threads,
            processes=processes,
            told=told,
        )
        outcomes = {surface: _outcome(TRAINERS[surface], training) for surface in surfaces}
        models = _models(outcomes)
        told("publish", 0, 0)
        name = publish_models(index_dir, models)
    return TrainReport(
        generation=name,
        n_searches=training.cut.n_searches,
        n_malformed=training.cut.n_malformed,
        surfaces={surface: _reported(outcome) for surface, outcome in outcomes.items()},
        seconds=round(time.monotonic() - started, 1),
    )


def _require_known(surfaces: Sequence[str]) -> None:
    for surface in surfaces:
        if surface not in TRAINERS:
            raise ArgumentError("surfaces", f"expected some of {', '.join(TRAINERS)}, got {surface!r}")


def _files(served: Generation, kind: str, given: Sequence[str | Path]) -> list[Path]:
    return [Path(path) for path in given] or recorded(served, kind, f"give it with --{kind}")


Outcome = Trained | NotEnoughExamples | WorseThanUntrained


def _outcome(trainer: Callable[[Training], Trained], training: Training) -> Outcome:
    try:
        return trainer(training)
    except (NotEnoughExamples, WorseThanUntrained) as error:
        return error


def _models(outcomes: dict[str, Outcome]) -> list[Trained]:
    """What was trained; raises what stood against it where nothing was: first of all that it was no better."""
    models = [outcome for outcome in outcomes.values() if isinstance(outcome, Trained)]
    if models:
        return models
    errors = [outcome for outcome in outcomes.values() if not isinstance(outcome, Trained)]
    raise next(_worst_first(errors))


def _worst_first(errors: Sequence[NotEnoughExamples | WorseThanUntrained]) -> Iterator[Exception]:
    yield from sorted(errors, key=lambda error: not isinstance(error, WorseThanUntrained))


def _reported(outcome: Outcome) -> dict[str, Any]:
    if isinstance(outcome, Trained):
        return {"outcome": "trained", "why": outcome.sentence, **outcome.figures}
    return {"outcome": "worse" if isinstance(outcome, WorseThanUntrained) else "too few examples", "why": str(outcome)}
