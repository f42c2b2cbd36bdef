"""Judged refinements of queries teach the order and the map for related queries that ship.

    python -m suggest.pipelines.related_judged JUDGED models/

makes `models/related_order.npz` and `models/related_sequel.npz` again. Every query and refinement of the file is
indexed, so that no count tells them apart, and each query is asked for.
"""

from __future__ import annotations

import gzip
import sys
import tempfile
from collections.abc import Iterable, Sequence
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import orjson
import pyarrow as pa

from suggest.artifacts import Generation, building
from suggest.candidates.asking import Asking
from suggest.engine.related import RelatedQueries
from suggest.features.related import MEANING, RELATED_VERSION, TEXT_FEATURES, related_column
from suggest.index import ALL, AttributeRows, Indexes, QueryColumns, ranks, save_indexes
from suggest.index.indexes import QUERY_VECTORS
from suggest.index.related import SECTION, RelatedIndex, save_initials
from suggest.index.related_crowd import surroundings
from suggest.index.vectors import save_vectors
from suggest.pipelines.vectors import chosen_encoder
from suggest.rank import Policy
from suggest.rank.examples import Examples
from suggest.rank.order_fit import fit_order
from suggest.rank.order_model import OrderModel
from suggest.rank.related import TEXT_ORDER
from suggest.rank.related_model import Sequel, write_order, write_sequel
from suggest.text import normalise
from suggest.text.encoder import Encoder

N_FOLDS = 5
RIDGES = 2.0, 0.2
"""Of the mean variance of a dimension, added to each: of asked queries, and of all. A quarter of it or four times as
much, and the share of related queries without a shared word that is among the nearest 60 moves by a tenth of itself."""

_TREES, _LEAVES, _RATE = 150, 8, 0.06


class Judged(NamedTuple):
    """One query and what was judged to be related to it.

    Attributes:
        query: normalised.
        related: normalised, at least one.
    """

    query: str
    related: frozenset[str]

    @property
    def fold(self) -> int:
        """Which of `N_FOLDS` parts it belongs to, by a hash of the query."""
        return int(sha256(self.query.encode()).hexdigest(), 16) % N_FOLDS


class Opened(NamedTuple):
    """A generation over the judged queries.

    Attributes:
        generation: itself.
        indexes: its own.
        related: likewise.
        policy: likewise.
    """

    generation: Generation
    indexes: Indexes
    related: RelatedIndex
    policy: Policy

    def asked(self, sequel: npt.NDArray[np.float32] | None) -> RelatedQueries:
        """The engine's part that answers, with another map to next queries; without an order of its own."""
        indexes, vectors = self.indexes, self.indexes.vectors
        related = self.related._replace(sequel=None)
        if vectors is not None:
            ids = np.arange(len(indexes.prefixes.queries))
            around = surroundings(vectors.rows(ids), ids, len(ids), sequel)
            related = related._replace(sequel=sequel, crowd=around.crowd, middle=around.middle)
        return RelatedQueries(self.generation, indexes, self.policy, is_trained=False, related=related)


def opened(folder: Path, judged: Sequence[Judged], encoder: Encoder | None) -> Opened:
    """Indexes every query and related one, each as popular as the others, under a folder that is empty."""
    keys = pa.array(sorted({key for each in judged for key in (each.query, *each.related)}))
    ones = np.ones(len(keys))
    counts = ones.astype(np.int64)
    columns = QueryColumns(keys, keys, ones, counts, counts, ones, np.zeros(len(keys), np.int64))
    nothing = AttributeRows(np.empty(0, np.int64), np.empty(0, np.int64), [])
    with building(folder) as writer:
        ids = save_indexes(writer, columns, {}, nothing)
        save_initials(writer, keys, ranks(columns.weight))
        if encoder is not None:
            by_id = np.argsort(ids)
            save_vectors(writer, QUERY_VECTORS, ids[by_id], encoder.encode(keys.take(pa.array(by_id)).to_pylist()))
        writer.save_json(SECTION, {"version": RELATED_VERSION})
    generation = Generation.open(folder)
    return Opened(generation, Indexes.open(generation), RelatedIndex.open(generation), Policy())


def read_judged(path: Path) -> list[Judged]:
    """Queries in the order of the file: `query`, and `related` with `query` and `grade`; grade 0 counts too.

    The judges were shown refinements that were all meant for the query; the grade is that of the whole group.
    """
    read = gzip.open if path.suffix == ".gz" else open
    with read(path, "rb") as lines:
        rows = [orjson.loads(line) for line in lines]
    return [
        Judged(normalise(row["query"]), frozenset(normalise(other["query"]) for other in row["related"]))
        for row in rows
    ]


def fit_sequel(judged: Iterable[Judged], opened: Opened) -> npt.NDArray[np.float32] | None:
    """The map from a query's vector to those of its related ones, float32[d, d]; None without vectors.

    With vectors less their mean, and a query as heavy however many related ones it has, the map is `A^-1 B C^-1`, for
    the covariances of asked queries, of asked with related ones, and of all queries: a ridge regression whose outcome
    is then measured in units of what is usual in each direction.

    Source: canonical correlation with regularisation; Vinod, "Canonical ridge and econometrics of joint production",
    Journal of Econometrics 4, 1976.
    """
    vectors = opened.indexes.vectors
    if vectors is None:
        return None
    find = opened.indexes.prefixes.queries.find
    every = vectors.rows(np.arange(len(opened.indexes.prefixes.queries))).astype(np.float64)
    every -= every.mean(axis=0)
    pairs = [
        (find(each.query), find(other), 1 / len(each.related)) for each in judged for other in sorted(each.related)
    ]
    asked, others, weight = (np.array(column) for column in zip(*pairs, strict=True))
    sources = every[np.unique(asked)]
    both = (every[asked] * weight[:, None]).T @ every[others] / weight.sum()
    inputs, outputs = (
        _ridged(rows.T @ rows / len(rows), ridge) for rows, ridge in zip((sources, every), RIDGES, strict=True)
    )
    return np.linalg.solve(outputs, np.linalg.solve(inputs, both).T).T.astype(np.float32)


def _ridged(covariance: npt.NDArray[np.float64], ridge: float) -> npt.NDArray[np.float64]:
    spread = float(np.trace(covariance)) / len(covariance)
    return covariance + ridge * spread * np.eye(len(covariance))


def lists(
    asked: Sequence[Judged], teaching: Sequence[Judged], opened: Opened, unseen: frozenset[str] = frozenset()
) -> Examples:
    """The candidates of each query, in the order given, with a map that was fitted without the query's own fold.

    Args:
        asked: what lists are made of.
        teaching: what maps are fitted on.
        opened: the generation.
        unseen: keys that are no candidates, so that nothing is learned of them.
    """
    features, labels, sizes = [], [], []
    for fold in sorted({each.fold for each in asked}):
        related = opened.asked(fit_sequel([each for each in teaching if each.fold != fold], opened))
        for each in (each for each in asked if each.fold == fold):
            scored = related.scored(each.query, Asking(0, ALL))
            kept = [row for row, key in enumerate(scored.keys) if key not in unseen]
            features.append(scored.features[kept, : len(TEXT_FEATURES)])
            labels.append(np.array([scored.keys[row] in each.related for row in kept], dtype=np.int32))
            sizes.append(len(kept))
    return Examples(np.concatenate(features), np.concatenate(labels), np.array(sizes))


def fit_text_order(training: Examples, validation: Examples, seed: int = 0) -> OrderModel:
    """The order by words and meaning; half of the lists are learned from without meaning, for who has no encoder."""
    return fit_order(
        TEXT_ORDER,
        TEXT_FEATURES,
        RELATED_VERSION,
        _with_blind(training),
        validation,
        learning_rate=_RATE,
        max_trees=_TREES,
        max_leaves=_LEAVES,
        seed=seed,
    )


def _with_blind(examples: Examples) -> Examples:
    """The lists twice, the second time as they are without an encoder."""
    blind = examples.features.copy()
    first = related_column(MEANING[0].name)
    blind[:, first : first + len(MEANING)] = np.nan
    return Examples(
        np.concatenate([examples.features, blind]),
        np.concatenate([examples.labels, examples.labels]),
        np.concatenate([examples.sizes, examples.sizes]),
    )


def main(judged_path: Path, models: Path) -> None:
    """Writes both files; a fifth of the queries says when to stop adding trees."""
    judged, encoder = read_judged(judged_path), chosen_encoder("default")
    with tempfile.TemporaryDirectory() as folder:
        over = opened(Path(folder), judged, encoder)
        sequel = fit_sequel(judged, over)
        training, validation = (
            lists([each for each in judged if (each.fold == 0) == is_last], judged, over) for is_last in (False, True)
        )
        write_order(models, fit_text_order(training, validation))
        if sequel is not None and encoder is not None:
            write_sequel(models, Sequel(encoder.name, sequel))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
