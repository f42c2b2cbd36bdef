"""Here are rows: what do regression trees give each? With numpy alone, exactly as LightGBM does.

A node that is false clears, in a bit mask of its tree's leaves, those of its left branch; the lowest bit that no node
clears is the leaf reached. What a feature's value clears depends only on which of the thresholds in all trees it
passes, so the masks of all nodes on one feature are combined in advance: a table with one row for each interval
between its thresholds and a column for each tree. A request then costs one comparison with each distinct
threshold, one table row for each feature, and their AND.

Source: Lucchese et al., "QuickScorer: A Fast Algorithm to Rank Documents with Additive Ensembles of Regression
Trees", SIGIR 2015; its masks are cleared node by node, here interval by interval.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from suggest.artifacts import Generation, GenerationWriter

MAX_LEAVES = 31
"""Of one tree: the sign bit of an int32 is no leaf, so that the lowest bit set converts to float32 fast."""

_PLACES = 32  # of one tree's leaves in `Trees.leaf_values`
_LANES = 8  # bytes in a uint64
_MAX_THRESHOLDS = 255
"""Of one feature: their count is a byte."""
_BLOCK = 128
"""Rows scored at once: with 50 features and 100 trees they take 2.5 MB of masks."""
_ZERO = float(np.float32(1e-35))
"""LightGBM reads what is at most this far from zero as zero, and splits there."""
_EXPONENT_BIAS = 127
_MANTISSA_BITS = 23


@dataclass(frozen=True, eq=False)
class Trees:
    """Trees arranged for scoring; immutable.

    Attributes:
        thresholds: float32[n_thresholds, 1], ascending for each feature; the last of each is infinity, which all
            values but NaN are below.
        features: intp[n_thresholds], the column that each is compared with, ascending.
        starts: intp[n_used], where the thresholds of each used feature begin.
        last_rows: intp[n_used, 1], row of `masks` for a value that passes all of a feature's thresholds: NaN.
        masks: int8, int16 or int32[n_rows, n_trees], leaves that are left, bit 0 being the leftmost; of the smallest
            type that has a bit for each leaf and its sign left: with 300 trees of 7 leaves int8 takes half the time.
        leaf_values: float64[n_trees * 32], of leaf l of tree t at 32 t + l.
        leaf_contributions: float32[n_trees * 32, n_features], what each feature's splits add on the way to the leaf.
        expected: float64[1], what all trees give before any split.
    """

    thresholds: npt.NDArray[np.float32]
    features: npt.NDArray[np.intp]
    starts: npt.NDArray[np.intp]
    last_rows: npt.NDArray[np.intp]
    masks: npt.NDArray[np.signedinteger]
    leaf_values: npt.NDArray[np.float64]
    leaf_contributions: npt.NDArray[np.float32]
    expected: npt.NDArray[np.float64]

    @classmethod
    def of(cls, dump: Mapping[str, Any]) -> Trees:
        """Arranges the trees of LightGBM's `Booster.dump_model`.

        Raises:
            ValueError: they do not give one score a row, treat zeros as missing, or have more than 31 leaves a tree or
                254 thresholds a feature.
        """
        if dump["num_class"] != 1 or dump["average_output"]:
            raise ValueError("expected boosted trees with one score a row, got classes or an average")
        n_features = dump["max_feature_idx"] + 1
        leaves = [_read(tree, number, n_features) for number, tree in enumerate(dump["tree_info"])]
        splits = [split for read in leaves for split in read.splits]
        blank: npt.NDArray[np.signedinteger] = np.full(len(leaves), -1, _mask_type(leaves))
        tables = [_table([split for split in splits if split.feature == feature], blank) for feature in _used(splits)]
        lengths = [len(thresholds) for thresholds, _ in tables]
        ends = np.cumsum(lengths, dtype=np.intp)
        return cls(
            thresholds=np.concatenate([thresholds for thresholds, _ in tables])[:, None],
            features=np.repeat(np.array(_used(splits), dtype=np.intp), lengths),
            starts=ends - lengths,
            # A feature with n thresholds has n + 1 rows.
            last_rows=(ends + np.arange(len(ends)))[:, None],
            masks=np.concatenate([masks for _, masks in tables]),
            leaf_values=np.concatenate([_padded(read.values) for read in leaves]),
            leaf_contributions=np.concatenate([_padded(read.contributions) for read in leaves]).astype(np.float32),
            expected=np.array([sum(read.expected for read in leaves)]),
        )

    def save(self, writer: GenerationWriter, prefix: str) -> None:
        """Writes each array as `<prefix>_<attribute>.npy`."""
        for field in fields(self):
            writer.save_array(f"{prefix}_{field.name}", getattr(self, field.name))

    @classmethod
    def open(cls, generation: Generation, prefix: str) -> Trees:
        """Maps what `save` wrote."""
        return cls(**{field.name: generation.array(f"{prefix}_{field.name}") for field in fields(cls)})

    @property
    def n_trees(self) -> int:
        """How many there are."""
        return int(self.masks.shape[1])

    @property
    def n_features(self) -> int:
        """How many columns a row has."""
        return int(self.leaf_contributions.shape[1])

    def scores(self, features: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
        """Sum of what the trees give, float64[n], bit for bit as LightGBM's.

        Cost: for 64 rows, 60 trees, 15 leaves and 400 thresholds 100 µs, half of what LightGBM's C interface takes.

        Args:
            features: float32[n, n_features], in any order; NaN is a missing value.
        """
        blocks = [self._block_scores(features[start : start + _BLOCK]) for start in range(0, len(features), _BLOCK)]
        return blocks[0] if len(blocks) == 1 else np.concatenate([np.empty(0), *blocks])

    def contributions(self, features: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
        """What each feature adds to the score, float64[n, n_features]; with `expected` they sum to it.

        A split adds the difference between the value of the branch taken and its own.
        Source: Saabas, "Interpreting random forests", 2014.

        Args:
            features: float32[n, n_features].
        """
        added = np.zeros((len(features), self.n_features))
        for row, leaves in zip(added, self._leaves(features).T, strict=True):
            self.leaf_contributions[leaves].sum(axis=0, dtype=np.float64, out=row)
        return added

    def _block_scores(self, features: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
        found = self.leaf_values.take(self._leaves(features))
        # Over the first of two axes numpy adds one tree after another, as LightGBM does; over an only one, pairwise.
        total: npt.NDArray[np.float64] = found.sum(axis=0) if len(features) > 1 else found.cumsum(axis=0)[-1]
        return total

    def _leaves(self, features: npt.NDArray[np.float32]) -> npt.NDArray[np.int32]:
        """Where in `leaf_values` each row ends in each tree, int32[n_trees, n]."""
        # Few calls on small arrays: looking up once what all rows share took fewer comparisons and more time.
        n = len(features)
        columns = np.zeros((self.n_features, n + -n % _LANES), dtype=np.float32)
        columns[:, :n] = features.T
        is_below = columns.take(self.features, axis=0) <= self.thresholds
        # Eight bytes are added as one integer: no count carries over, and that takes a quarter of the time.
        n_below = np.add.reduceat(is_below.view(np.uint64), self.starts, axis=0).view(np.uint8)[:, :n]
        left = np.bitwise_and.reduce(self.masks.take(self.last_rows - n_below, axis=0), axis=0)
        # A power of two is its exponent as a float32.
        lowest = (left & -left).astype(np.float32).view(np.int32) >> _MANTISSA_BITS
        reached: npt.NDArray[np.int32] = (lowest + self._places).T
        return reached

    @cached_property
    def _places(self) -> npt.NDArray[np.int32]:
        """Where each tree's leaves begin, less the bias of a float's exponent."""
        return (np.arange(self.n_trees) * _PLACES - _EXPONENT_BIAS).astype(np.int32)


class _Split(NamedTuple):
    """One inner node.

    Attributes:
        tree: number of its tree.
        feature: number of the column it asks.
        threshold: values up to it go left; NaN for categories.
        categories: those that go left; None for a threshold.
        nan_left: whether NaN goes left.
        cleared: the leaves of its left branch, as bits.
    """

    tree: int
    feature: int
    threshold: float
    categories: frozenset[int] | None
    nan_left: bool
    cleared: int

    def goes_left(self, value: float) -> bool:
        if np.isnan(value):
            return self.nan_left
        if self.categories is None:
            return value <= self.threshold
        return bool(np.isfinite(value)) and int(value) in self.categories

    def thresholds(self) -> Iterator[np.float32]:
        """Values at which the answer may change: it is one for all in (a, b] between neighbours a and b."""
        if self.categories is None:
            yield _float32_below(self.threshold)
        else:
            for category in self.categories:
                # Category c is all of [c, c + 1), but 0 begins above -1: LightGBM cuts off the fraction.
                yield np.float32(-1) if category == 0 else np.nextafter(np.float32(category), np.float32(-1))
                yield np.nextafter(np.float32(category + 1), np.float32(-1))


class _Leaves(NamedTuple):
    """One tree as read.

    Attributes:
        splits: its inner nodes.
        values: of its leaves, from left to right.
        contributions: float64[n_leaves, n_features].
        expected: the root's value.
    """

    splits: list[_Split]
    values: list[float]
    contributions: list[npt.NDArray[np.float64]]
    expected: float


def _read(tree: Mapping[str, Any], number: int, n_features: int) -> _Leaves:
    if tree["num_leaves"] > MAX_LEAVES:
        raise ValueError(f"expected at most {MAX_LEAVES} leaves a tree, got {tree['num_leaves']} in tree {number}")
    root = tree["tree_structure"]
    read = _Leaves([], [], [], _value(root))
    _walk(root, number, np.zeros(n_features), read)
    return read


def _walk(node: Mapping[str, Any], tree: int, added: npt.NDArray[np.float64], read: _Leaves) -> None:
    if "split_feature" not in node:
        read.values.append(node["leaf_value"])
        read.contributions.append(added)
        return
    first = len(read.values)
    for child in (node["left_child"], node["right_child"]):
        with_child = added.copy()
        with_child[node["split_feature"]] += _value(child) - _value(node)
        _walk(child, tree, with_child, read)
        if child is node["left_child"]:
            cleared = (1 << len(read.values)) - (1 << first)
            read.splits.append(_split(node, tree, cleared))


def _split(node: Mapping[str, Any], tree: int, cleared: int) -> _Split:
    if node["missing_type"] == "Zero":
        raise ValueError("expected trees made with zero_as_missing=false, got a split that treats zeros as missing")
    if node["decision_type"] == "==":
        categories = frozenset(map(int, node["threshold"].split("||")))
        return _Split(tree, node["split_feature"], np.nan, categories, nan_left=False, cleared=cleared)
    # Where training saw no NaN, LightGBM takes one for zero.
    nan_left = node["default_left"] if node["missing_type"] == "NaN" else node["threshold"] >= 0
    return _Split(tree, node["split_feature"], node["threshold"], None, nan_left, cleared)


def _value(node: Mapping[str, Any]) -> float:
    return float(node["internal_value"] if "split_feature" in node else node["leaf_value"])


def _used(splits: list[_Split]) -> list[int]:
    # At least one, so that trees without any split need no code of their own.
    return sorted({split.feature for split in splits}) or [0]


def _table(
    splits: list[_Split], blank: npt.NDArray[np.signedinteger]
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.signedinteger]]:
    """Thresholds of one feature's splits, float32[n], and rows of masks cleared by them, [n + 1, n_trees].

    Args:
        splits: all that ask the feature.
        blank: a row in which no leaf is cleared.
    """
    passed = {threshold for split in splits for threshold in split.thresholds()}
    thresholds = np.array([*sorted(passed), np.inf], dtype=np.float32)
    if len(thresholds) > _MAX_THRESHOLDS:
        raise ValueError(
            f"expected fewer than {_MAX_THRESHOLDS} thresholds a feature, got {len(passed)}; train with a lower max_bin"
        )
    masks = np.tile(blank, (len(thresholds) + 1, 1))
    # The largest value of each interval stands for all of it.
    for row, value in zip(masks, [*thresholds.tolist(), np.nan], strict=True):
        for split in splits:
            if not split.goes_left(value):
                row[split.tree] &= ~split.cleared
    return thresholds, masks


def _mask_type(leaves: list[_Leaves]) -> type[np.signedinteger]:
    """The smallest integers that hold a bit for each leaf of a tree, and their sign."""
    most = max(len(read.values) for read in leaves)
    return next(kind for kind in (np.int8, np.int16, np.int32) if most < np.iinfo(kind).bits)


def _float32_below(value: float) -> np.float32:
    """The largest float32 that LightGBM does not take for more: the same ones are below either."""
    with np.errstate(over="ignore"):
        nearest = np.float32(value)
    is_below = float(nearest) <= value and value != -_ZERO
    return nearest if is_below else np.nextafter(nearest, np.float32(-np.inf))


def _padded(rows: list[Any]) -> npt.NDArray[np.float64]:
    """Rows of one tree's leaves, filled up with zeros to 32."""
    found = np.array(rows, dtype=np.float64)
    return np.concatenate([found, np.zeros((_PLACES - len(found), *found.shape[1:]))])
