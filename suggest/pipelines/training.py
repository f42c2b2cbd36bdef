"""What every surface learns from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from suggest.artifacts import Generation
from suggest.errors import InputError, NotEnoughExamples
from suggest.pipelines.build import build
from suggest.pipelines.training_log import Cut, LogFiles, write_earlier
from suggest.rank import Policy
from suggest.types import Progress


@dataclass(frozen=True)
class Training:
    """One training of all surfaces.

    A trainer takes it and answers `Trained`. It raises `NotEnoughExamples` where there is too little to learn from,
    and `WorseThanUntrained` where what it learned is no better.

    Attributes:
        served: the generation to train for.
        folder: for scratch files; exists and is empty.
        log: what was done.
        cut: where the log is cut in two; a cut with fewer than `LEAST_SEARCHES` may be one-sided.
        items, comments, lexicon: files that the generation was built from, or others given for the training.
        annotations: texts with their spans.
        seed: of everything drawn.
        n_threads: of a training.
        processes: that may replay.
        told: of each stage.
    """

    served: Generation
    folder: Path
    log: LogFiles
    cut: Cut
    items: Sequence[Path]
    comments: Sequence[Path]
    lexicon: Sequence[Path]
    annotations: Sequence[Path]
    seed: int
    n_threads: int
    processes: int
    told: Progress

    @cached_property
    def inner(self) -> Path:
        """Index directory of what lies before the cut: built on first use.

        Raises:
            NotEnoughExamples: nothing can be built of it.
        """
        self.told("build from what lies before the cut", 0, 0)
        directory = self.folder / "index"
        if self.cut.by == "time":
            self.build(directory, self.log.paths, state=self.log.state, as_of_us=self.cut.from_us - 1)
        else:
            earlier = self.folder / "earlier.jsonl"
            write_earlier(self.log, self.cut, earlier)
            self.build(directory, [earlier])
        return directory

    def build(self, directory: Path, events: Sequence[Path], **more: Any) -> None:
        """Builds from some events as the served generation was built from all.

        Args:
            directory: the index directory to make.
            events: log files.
            more: further arguments of `build`, or others in place of the recorded ones.

        Raises:
            NotEnoughExamples: nothing is left to suggest from.
        """
        policy = Policy.from_json(self.served.json("policy"))
        queries = recorded(self.served, "queries", "bring it back, or build the index again")
        files = {"items": self.items, "comments": self.comments, "lexicon": self.lexicon}
        encoder = str(self.served.directory) if self.served.holds("encoder.json") else "none"
        try:
            build(
                directory,
                **{"events": events, "queries": queries, "policy": policy, "encoder": encoder, **files, **more},
            )
        except InputError as error:
            raise NotEnoughExamples(
                f"no index can be made of the part of the log before the cut: {error}; nothing was published"
            ) from error


def recorded(served: Generation, kind: str, remedy: str) -> list[Path]:
    """The files of a kind that a generation was built from.

    Raises:
        InputError: one of them is gone; `remedy` says what to do.
    """
    paths = [Path(entry["path"]) for entry in served.manifest["inputs"] if entry["kind"] == kind]
    missing = [path for path in paths if not path.is_file()]
    if missing:
        raise InputError(f"{missing[0]}: the index was built from it and it is gone; {remedy}")
    return paths
