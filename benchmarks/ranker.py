"""What scoring one request costs: LightGBM's interfaces and `suggest.rank.trees` side by side, on one thread.

    python -m benchmarks.ranker [--rows N] [--features N] [--rounds N]

Trees are trained on made-up lists. Half of the features are one value for all candidates of a request, as the hour or
the prefix's length are; every system scores the same requests, and all scores are checked to be equal. Before each call
an engine over the packaged sample answers: caches are then as cold as in a request, which costs numpy more than C;
the last column is without that.
CPU time by the thread's own clock; what other processes do to caches shows in the mean and in p99, less in p10.
"""

from __future__ import annotations

import argparse
import ctypes
import gc
import itertools
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from typing import Any

import lightgbm
import numpy as np
import numpy.typing as npt

from benchmarks.machine import print_machine, print_table
from suggest import Engine
from suggest.pipelines.build import build
from suggest.rank.trees import Trees

Rows = npt.NDArray[np.float32]
Scorer = Callable[[Rows], npt.NDArray[np.float64]]

SIZES = ((40, 15), (60, 15), (60, 31), (100, 15), (100, 31))
_REQUESTS = 50
_PREFIXES = itertools.cycle(["a", "b", "wh", "how", "t", "mu", "s", "foo", "best", "ho"])
_FLOAT32 = 0
_ROW_MAJOR = 1
_NORMAL = 0


def main() -> None:
    """Trains, checks, measures and prints."""
    options = _options()
    print_machine("lightgbm", "numpy")
    print(f"data: {_REQUESTS} requests of {options.rows} rows with {options.features} features, made up\n")
    features, labels, sizes = _lists(options.features, 3000, 20)
    requests = _requests(options.features, options.rows)
    for n_trees, n_leaves in SIZES:
        dataset = lightgbm.Dataset(features, labels, group=sizes)
        parameters = {"objective": "lambdarank", "num_leaves": n_leaves, "max_bin": 63, "verbose": -1}
        booster = lightgbm.train(parameters, dataset, n_trees)
        trees = Trees.of(booster.dump_model())
        scorers = _scorers(booster, trees, options.rows)
        _check(scorers, requests)
        megabytes = (trees.masks.nbytes + trees.leaf_values.nbytes + trees.leaf_contributions.nbytes) / 1e6
        title = f"{n_trees} trees, {n_leaves} leaves, {len(trees.thresholds)} thresholds, {megabytes:.1f} MB"
        with _sample_engine() as engine:
            cold = _timed(scorers, requests, options.rounds, lambda: engine.complete(next(_PREFIXES), user="a"))
        _print(title, cold, _timed(scorers, requests, options.rounds, lambda: None))
    _print_imports()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Scoring side by side")
    parser.add_argument("--rows", type=int, default=64)
    parser.add_argument("--features", type=int, default=45)
    parser.add_argument("--rounds", type=int, default=10)
    return parser.parse_args()


@contextmanager
def _sample_engine() -> Iterator[Engine]:
    sample = Path(str(files("suggest.data")))
    with tempfile.TemporaryDirectory() as temporary:
        build(temporary, events=[sample / "events.jsonl.gz"], queries=[sample / "queries.tsv.gz"])
        with Engine.open(temporary) as engine:
            yield engine


def _lists(
    n_features: int, n_lists: int, n_rows: int, seed: int = 1
) -> tuple[Rows, npt.NDArray[np.int32], npt.NDArray[np.int64]]:
    """Lists in which the best of a sum of products was wanted: features, labels and sizes."""
    rng = np.random.default_rng(seed)
    features = _columns(n_features, n_lists * n_rows, rng)
    features[:, ::2] = np.repeat(features[::n_rows, ::2], n_rows, axis=0)
    worth = rng.normal(size=len(features))
    for column in range(n_features):
        worth += 0.3 * np.tanh(features[:, column]) * np.clip(features[:, (7 * column + 1) % n_features], -2, 2)
    worth = worth.reshape(n_lists, n_rows)
    labels = (worth == worth.max(axis=1, keepdims=True)).astype(np.int32).ravel()
    return features, labels, np.full(n_lists, n_rows)


def _columns(n_features: int, n: int, rng: np.random.Generator) -> Rows:
    """Counts, heavy tails, bell curves and what is mostly unknown, in turn."""
    kinds: list[Callable[[], npt.NDArray[Any]]] = [
        lambda: rng.poisson(0.5, n),
        lambda: rng.lognormal(2, 2, n),
        lambda: rng.normal(size=n),
        lambda: np.where(rng.random(n) < 0.8, -1, 30 * rng.random(n)),
    ]
    return np.column_stack([kinds[number % len(kinds)]() for number in range(n_features)]).astype(np.float32)


def _requests(n_features: int, n_rows: int) -> list[Rows]:
    features, _, _ = _lists(n_features, _REQUESTS, n_rows, seed=2)
    return list(features.reshape(_REQUESTS, n_rows, n_features))


def _scorers(booster: lightgbm.Booster, trees: Trees, n_rows: int) -> dict[str, Scorer]:
    return {
        "LightGBM, Python": lambda rows: np.asarray(booster.predict(rows, num_threads=1)),
        "LightGBM, C, all rows": _c_matrix(booster, n_rows),
        "LightGBM, C, row by row": _c_rows(booster, n_rows),
        "numpy, node by node": _node_by_node(booster),
        "suggest.rank.trees": trees.scores,
    }


def _c_matrix(booster: lightgbm.Booster, n_rows: int) -> Scorer:
    """`LGBM_BoosterPredictForMat` into a prepared array, without what its Python wrapper does."""
    predict = _library().LGBM_BoosterPredictForMat
    found, length = np.empty(n_rows), ctypes.c_int64()

    def score(rows: Rows) -> npt.NDArray[np.float64]:
        shape = (ctypes.c_int32(rows.shape[0]), ctypes.c_int32(rows.shape[1]))
        data, out = ctypes.c_void_p(rows.ctypes.data), ctypes.c_void_p(found.ctypes.data)
        predict(
            booster._handle,  # noqa: SLF001
            data,
            _FLOAT32,
            *shape,
            _ROW_MAJOR,
            _NORMAL,
            0,
            -1,
            b"num_threads=1",
            ctypes.byref(length),
            out,
        )
        return found

    return score


def _c_rows(booster: lightgbm.Booster, n_rows: int) -> Scorer:
    """`LGBM_BoosterPredictForMatSingleRowFast`, whose setting up is done once."""
    library, handle = _library(), booster._handle  # noqa: SLF001
    found, length, prepared = np.empty(n_rows), ctypes.c_int64(), ctypes.c_void_p()
    n_features = ctypes.c_int32(booster.num_feature())
    library.LGBM_BoosterPredictForMatSingleRowFastInit(
        handle, _NORMAL, 0, -1, _FLOAT32, n_features, b"num_threads=1", ctypes.byref(prepared)
    )
    predict, n_out = library.LGBM_BoosterPredictForMatSingleRowFast, ctypes.byref(length)

    def score(rows: Rows) -> npt.NDArray[np.float64]:
        data, out = rows.ctypes.data, found.ctypes.data
        for number in range(len(rows)):
            row = ctypes.c_void_p(data + number * rows.strides[0])
            predict(prepared, row, n_out, ctypes.c_void_p(out + 8 * number))
        return found

    return score


def _library() -> Any:
    return vars(lightgbm.basic)["_LIB"]  # which the package does not export


def _node_by_node(booster: lightgbm.Booster) -> Scorer:
    """The masks of Lucchese et al. (SIGIR 2015) without tables: every node of every tree is compared."""
    nodes: list[tuple[int, np.float32, int]] = []
    starts, values = [], np.zeros((booster.num_trees(), 32))

    def walk(node: Mapping[str, Any], leaves: list[float]) -> None:
        if "split_feature" not in node:
            leaves.append(node["leaf_value"])
            return
        place, first = len(nodes), len(leaves)
        nodes.append((0, np.float32(0), 0))
        walk(node["left_child"], leaves)
        cleared = (1 << len(leaves)) - (1 << first)
        nearest = np.float32(node["threshold"])
        below = nearest if float(nearest) <= node["threshold"] else np.nextafter(nearest, np.float32(-np.inf))
        nodes[place] = (node["split_feature"], below, ~cleared)
        walk(node["right_child"], leaves)

    for number, tree in enumerate(booster.dump_model()["tree_info"]):
        starts.append(len(nodes))
        leaves: list[float] = []
        walk(tree["tree_structure"], leaves)
        values[number, : len(leaves)] = leaves
    columns = np.array([node[0] for node in nodes])
    thresholds = np.array([node[1] for node in nodes])[:, None]
    masks = np.array([node[2] for node in nodes], dtype=np.int32)[:, None]
    places = (32 * np.arange(len(starts)) - 1)[:, None]

    def score(rows: Rows) -> npt.NDArray[np.float64]:
        is_above = rows.T[columns] > thresholds
        left = np.bitwise_and.reduceat(np.where(is_above, masks, np.int32(-1)), starts, axis=0)
        leaves = np.frexp((left & -left).astype(np.float32))[1]
        found: npt.NDArray[np.float64] = values.ravel()[leaves + places].sum(axis=0)
        return found

    return score


def _check(scorers: Mapping[str, Scorer], requests: Sequence[Rows]) -> None:
    for rows in requests:
        expected, *others = (scorer(rows).copy() for scorer in scorers.values())
        for other in others:
            np.testing.assert_array_equal(other, expected)


def _timed(
    scorers: Mapping[str, Scorer], requests: Sequence[Rows], rounds: int, between: Callable[[], object]
) -> dict[str, npt.NDArray[np.float64]]:
    """CPU microseconds of each call by system; the systems take turns with all requests."""
    spent: dict[str, list[int]] = {name: [] for name in scorers}
    gc.disable()
    for _ in range(rounds):
        for name, scorer in scorers.items():
            for rows in requests:
                between()
                start = time.thread_time_ns()
                scorer(rows)
                spent[name].append(time.thread_time_ns() - start)
    gc.enable()
    return {name: np.array(values) / 1000 for name, values in spent.items()}


def _print(
    title: str, cold: Mapping[str, npt.NDArray[np.float64]], warm: Mapping[str, npt.NDArray[np.float64]]
) -> None:
    rows = []
    for name, us in cold.items():
        p10, p50, p99 = np.percentile(us, [10, 50, 99])
        share = us.mean() / cold["LightGBM, C, all rows"].mean()
        figures = [f"{value:.0f}" for value in (us.mean(), p10, p50, p99)]
        rows.append((name, *figures, f"{share:.2f}", f"{warm[name].mean():.0f}"))
    print_table((title, "CPU mean µs", "p10", "p50", "p99", "of C, all rows", "mean in a row"), rows)
    print()


def _print_imports() -> None:
    """CPU milliseconds and resident megabytes that each import adds to Python with numpy."""
    rows = []
    for module in ("suggest.rank.trees", "suggest.rank.trees, lightgbm"):
        code = (
            "import time, psutil, numpy; process = psutil.Process(); before = process.memory_info().rss; "
            f"start = time.process_time(); import {module}; "
            "print(1000 * (time.process_time() - start), (process.memory_info().rss - before) / 1e6)"
        )
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        ms, megabytes = map(float, done.stdout.split())
        rows.append((module, f"{ms:.0f}", f"{megabytes:.1f}"))
    print_table(("import, after numpy", "CPU ms", "MB"), rows)


if __name__ == "__main__":
    main()
