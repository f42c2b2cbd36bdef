"""The table of vectors that ships, fitted to pairs of texts."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from itertools import chain

import numpy as np
import numpy.typing as npt

from suggest.pipelines.encoder_pairs import TextPairs
from suggest.pipelines.table_fit import TableFit, contrast
from suggest.text.encoder_table import TableEncoder
from suggest.types import Progress

ROUNDS = 8
"""Over all pairs at most."""

PATIENCE = 2
"""Rounds without a gain before the best is taken."""

STEP = 0.02
SHARPNESS = 20.0
_BATCH = 512
_LARGEST = 127
_KEPT_SHARE = 0.9998


def fitted_table(
    base: TableEncoder, pairs: TextPairs, judge: Callable[[TableEncoder], float], seed: int, told: Progress
) -> TableEncoder:
    """Moves the rows so that the texts of a pair come together and others apart, until `judge` gains no more.

    Args:
        base: begins with its rows; stays as it is.
        pairs: to learn from.
        judge: of pairs that are not among them; higher is better.
        seed: of the order of pairs.
        told: of each round.
    """
    left, right = ([base.pieces.numbers(text) for text in texts] for texts in (pairs.left, pairs.right))
    usable = np.array([row for row in range(len(left)) if left[row] and right[row]], dtype=np.int64)
    # Only rows that occur move: the others need neither memory nor rounding.
    moving = np.unique(np.fromiter(chain.from_iterable([*left, *right]), dtype=np.int64))
    ours, theirs = ([np.searchsorted(moving, found).tolist() for found in texts] for texts in (left, right))
    fit = TableFit((base.rows[moving] / np.float32(_LARGEST)).astype(np.float32), STEP)
    rng = np.random.default_rng(seed)
    best, best_score, waited = base, judge(base), 0
    for done in range(ROUNDS):
        told("train the encoder", done, ROUNDS)
        _round(fit, ours, theirs, rng.permutation(usable))
        made = _moved(base, moving, fit.rows)
        score = judge(made)
        best, best_score, waited = (made, score, 0) if score > best_score else (best, best_score, waited + 1)
        if waited >= PATIENCE:
            break
    return best


def _moved(base: TableEncoder, moving: npt.NDArray[np.int64], rows: npt.NDArray[np.float32]) -> TableEncoder:
    """The table with some rows moved, rounded on the scale of the others; what is beyond it is cut."""
    values = base.rows.copy()
    values[moving] = np.clip(np.rint(rows * _LARGEST), -_LARGEST, _LARGEST).astype(np.int8)
    return TableEncoder(_name(base, values), base.pieces, values)


def table_of(base: TableEncoder, rows: npt.NDArray[np.float32]) -> TableEncoder:
    """A table with other rows, rounded to int8 with one scale for all; the few values beyond it are cut."""
    largest = max(float(np.quantile(np.abs(rows[:: max(len(rows) // 20_000, 1)]), _KEPT_SHARE)), 1e-12)
    values = np.clip(np.rint(rows * (_LARGEST / largest)), -_LARGEST, _LARGEST).astype(np.int8)
    return TableEncoder(_name(base, values), base.pieces, values)


def _name(base: TableEncoder, values: npt.NDArray[np.int8]) -> str:
    return f"{base.name.split('-')[0]}-{hashlib.sha256(values.tobytes()).hexdigest()[:12]}"


def _round(
    fit: TableFit, left: Sequence[Sequence[int]], right: Sequence[Sequence[int]], order: npt.NDArray[np.int64]
) -> None:
    for at in range(0, len(order), _BATCH):
        batch = order[at : at + _BATCH]
        ours = fit.bags([left[row] for row in batch])
        theirs = fit.bags([right[row] for row in batch])
        _, by_ours, by_theirs = contrast(ours.vectors, theirs.vectors, SHARPNESS)
        fit.learn([(ours, by_ours), (theirs, by_theirs)])
