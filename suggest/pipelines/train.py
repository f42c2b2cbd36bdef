"""A log teaches each surface its order; what wins on data that it has not seen becomes the next generation."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from suggest.artifacts import Generation
from suggest.errors import ArgumentError, InputError, NotEnoughExamples, SuggestError, WorseThanUntrained
from suggest.interfaces import State
from suggest.pipelines.encoder_training import train_index_encoder
from suggest.pipelines.publish import publish_models
from suggest.pipelines.train_encoder import TrainedEncoder
from suggest.pipelines.train_items import train_items
from suggest.pipelines.train_names import train_names
from suggest.pipelines.train_related import train_related
from suggest.pipelines.train_typeahead import train_typeahead
from suggest.pipelines.trained import Trained
from suggest.pipelines.training import Training, recorded
from suggest.pipelines.training_folder import training_folder
from suggest.pipelines.training_log import LogFiles, cut_log
from suggest.types import Progress

TRAINERS: dict[str, Callable[[Training], Trained]] = {
    "typeahead": train_typeahead,
    "related": train_related,
    "item": train_items,
    "comment": train_names,
}
"""What is trained, in this order."""

ENCODER = "encoder"
"""Name of the encoder among the outcomes."""


@dataclass(frozen=True)
class TrainReport:
    """What one training did.

    Attributes:
        generation: name of the published generation.
        n_searches: of the log.
        n_malformed: rows of the log that were left out.
        surfaces: by surface, and `encoder` where that was asked for: `outcome` (`trained`, `too few examples` or
            `worse`), `why`, and the figures of what was trained.
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
    encoder: bool = False,
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
        encoder: train the encoder first, and build the index again with it: all vectors change, and what is trained
            after learns from the new ones.
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
        outcomes: dict[str, Outcome] = {}
        if encoder:
            outcomes[ENCODER] = _outcome(lambda training: train_index_encoder(training, index_dir), training)
            training = replace(training, served=Generation.open(index_dir, verify=False))
        outcomes |= {surface: _outcome(TRAINERS[surface], training) for surface in surfaces}
        models = _models(outcomes)
        told("publish", 0, 0)
        name = publish_models(index_dir, models, told) if models else training.served.name
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


Outcome = Trained | TrainedEncoder | NotEnoughExamples | WorseThanUntrained


def _outcome(trainer: Callable[[Training], Trained | TrainedEncoder], training: Training) -> Outcome:
    try:
        return trainer(training)
    except (NotEnoughExamples, WorseThanUntrained) as error:
        return error


def _models(outcomes: dict[str, Outcome]) -> list[Trained]:
    """What is to be published; raises what stood against it where nothing was trained.

    First of all that it was no better, then that there was too little to learn from.
    """
    errors = [outcome for outcome in outcomes.values() if isinstance(outcome, SuggestError)]
    if len(errors) == len(outcomes):
        raise min(errors, key=lambda error: not isinstance(error, WorseThanUntrained))
    return [outcome for outcome in outcomes.values() if isinstance(outcome, Trained)]


def _reported(outcome: Outcome) -> dict[str, Any]:
    if isinstance(outcome, SuggestError):
        is_worse = isinstance(outcome, WorseThanUntrained)
        return {"outcome": "worse" if is_worse else "too few examples", "why": str(outcome)}
    return {"outcome": "trained", "why": outcome.sentence, **outcome.figures}
