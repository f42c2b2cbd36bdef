"""The rows of a table of vectors, moved so that the vectors of texts come to lie where they should."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

_TINY = 1e-9


class Bags(NamedTuple):
    """Texts as the pieces they are made of, one after the other.

    Attributes:
        numbers: int64[p], pieces of all texts.
        starts: int64[n], where each text begins.
        vectors: float32[n, d], of unit length.
        lengths: float32[n, 1], of the sums of their rows.
    """

    numbers: npt.NDArray[np.int64]
    starts: npt.NDArray[np.int64]
    vectors: npt.NDArray[np.float32]
    lengths: npt.NDArray[np.float32]


class TableFit:
    """Stochastic gradient descent on the rows that a batch has, with a step size for each row.

    Source: Duchi, Hazan & Singer, "Adaptive Subgradient Methods for Online Learning and Stochastic Optimization", JMLR
    2011 (Adagrad; one step size a row, as is usual for embeddings).

    Attributes:
        rows: float32[n, d], changed in place.
    """

    def __init__(self, rows: npt.NDArray[np.float32], step: float) -> None:
        self.rows = rows
        self.step = step
        self._squares = np.full(len(rows), _TINY, dtype=np.float32)

    def bags(self, pieces: Sequence[Sequence[int]]) -> Bags:
        """Vectors of texts as the rows stand now.

        Args:
            pieces: of each text, none of them empty.
        """
        sizes = np.array([len(found) for found in pieces])
        numbers = np.fromiter(chain.from_iterable(pieces), dtype=np.int64, count=int(sizes.sum()))
        starts = np.cumsum(sizes) - sizes
        sums = np.add.reduceat(self.rows[numbers], starts, axis=0)
        lengths = np.linalg.norm(sums, axis=1, keepdims=True) + _TINY
        return Bags(numbers, starts, sums / lengths, lengths)

    def learn(self, gradients: Sequence[tuple[Bags, npt.NDArray[np.float32]]]) -> None:
        """One step down.

        Args:
            gradients: of the loss by the unit vectors of bags, float32[n, d] each.
        """
        of_sum = [_through_length(bags, gradient) for bags, gradient in gradients]
        numbers = np.concatenate([bags.numbers for bags, _ in gradients])
        of_piece = np.concatenate(
            [
                np.repeat(found, np.diff(bags.starts, append=len(bags.numbers)), axis=0)
                for (bags, _), found in zip(gradients, of_sum, strict=True)
            ]
        )
        order = np.argsort(numbers, kind="stable")
        rows, firsts = np.unique(numbers[order], return_index=True)
        summed = np.add.reduceat(of_piece[order], firsts, axis=0)
        self._squares[rows] += np.square(summed).mean(axis=1)
        self.rows[rows] -= self.step * summed / np.sqrt(self._squares[rows])[:, None]


def contrast(
    ours: npt.NDArray[np.float32], theirs: npt.NDArray[np.float32], sharpness: float
) -> tuple[float, npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """How hard it is to tell which of all `theirs` belongs to each of `ours`, and the gradients by both.

    Args:
        ours: float32[n, d] of unit length.
        theirs: float32[n, d] of unit length; row i belongs to row i.
        sharpness: what cosines are multiplied by.

    Source: Henderson et al., "Efficient Natural Language Response Suggestion for Smart Reply", 2017 (multiple negatives
    ranking).
    """
    scores = sharpness * (ours @ theirs.T)
    scores -= scores.max(axis=1, keepdims=True)
    shares = np.exp(scores)
    shares /= shares.sum(axis=1, keepdims=True)
    n = len(ours)
    loss = float(-np.log(shares[np.arange(n), np.arange(n)] + _TINY).mean())
    shares[np.arange(n), np.arange(n)] -= 1
    shares *= sharpness / n
    return loss, shares @ theirs, shares.T @ ours


def _through_length(bags: Bags, gradient: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """The gradient by the sum, from that by the unit vector."""
    along = np.einsum("ij,ij->i", gradient, bags.vectors)[:, None]
    return (gradient - along * bags.vectors) / bags.lengths  # type: ignore[no-any-return]
