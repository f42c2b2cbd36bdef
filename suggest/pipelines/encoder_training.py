"""`suggest train --encoder`: a log teaches the encoder of an index, and the index is built again with it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from tempfile import mkdtemp

from suggest.errors import NotBuiltError
from suggest.pipelines.collect import BuildInputs, collect, connect
from suggest.pipelines.encoder_pairs import TextPairs, encoder_pairs
from suggest.pipelines.read_items import read_items
from suggest.pipelines.report import ReadReport
from suggest.pipelines.train_encoder import TrainedEncoder, parts, save_trained, train_encoder
from suggest.pipelines.training import Training
from suggest.text.encoder import SECTION, open_encoder
from suggest.text.encoder_table import TableEncoder
from suggest.types import DAY_US, now_us


def train_index_encoder(training: Training, index_dir: Path) -> TrainedEncoder:
    """Trains the encoder of the served generation, and builds the index anew with what came of it.

    Vectors of two encoders cannot be compared, so every vector is made again; what was trained before is carried on.

    Args:
        training: what to learn from.
        index_dir: whose generation is served; gets the new one.

    Raises:
        NotBuiltError: the index was built with `--encoder none`, or the extra `encoder` is not installed.
        NotEnoughExamples: the log brings too few texts together.
        WorseThanUntrained: it is no better on later pairs, with the figures.
        BuildLocked: a build of this directory is running.
        ArtifactError: the directory cannot be written.
    """
    base = open_encoder(training.served)
    if base is None:
        raise NotBuiltError(
            "the index has no encoder to train; build it with --encoder default, or a model of your own"
        )
    asked: str = training.served.parameters["encoder"]
    training.told("find texts that belong together", 0, 0)
    pairs = log_pairs(training)
    model = None if isinstance(base, TableEncoder) else asked
    trained = train_encoder(pairs, base, model, training.seed, training.told)
    directory = training.folder / "encoder"
    save_trained(trained.encoder, asked, directory)
    training.build(index_dir, training.log.paths, state=training.log.state, encoder=str(directory))
    return trained


def log_pairs(training: Training) -> TextPairs:
    """The pairs of texts of the whole log, and of the items' titles and tags."""
    state = training.log.state
    latest_us = now_us() + DAY_US
    inputs = BuildInputs(
        events=tuple(training.log.paths),
        latest_us=latest_us,
        extra_events=() if state is None else (event for _, event in state.read() if event.ts_us <= latest_us),
        forgotten={} if state is None else state.forgotten(),
    )
    folder = Path(mkdtemp(dir=training.folder))
    tables = collect(connect(folder), inputs, ReadReport(), directory=folder)
    return encoder_pairs(tables.searches, item_texts(training.items))


def learned_texts(training: Training) -> frozenset[str]:
    """The left texts of all pairs that the served encoder may have learned from; none where no log has taught it.

    Of a log that has grown since, these are more than it had.
    """
    served = training.served
    if not served.holds(f"{SECTION}.json") or "trained_from" not in served.json(SECTION):
        return frozenset()
    _, learned, *_ = parts(log_pairs(training))
    return frozenset(learned.left)


def item_texts(paths: Iterable[Path]) -> dict[str, str]:
    """Title and tags by item; of one that comes twice the last."""
    texts = {}
    for batch in read_items(paths, report=ReadReport()):
        for row in batch.select(["item", "title", "tags"]).to_pylist():
            texts[row["item"]] = " ".join([row["title"], *(row["tags"] or [])])
    return texts
