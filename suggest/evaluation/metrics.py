"""The field's metrics, one function per formula.

Ranks count from 1; 0 stands for "not among the answers". All means run over every test, the
unanswerable ones included: leaving those out would reward a system for knowing fewer queries.
"""

from __future__ import annotations

from collections.abc import Container, Sequence
from collections.abc import Set as AbstractSet

import numpy as np
import numpy.typing as npt

Ranks = npt.NDArray[np.int64]
PerTest = npt.NDArray[np.float64]


def rank_of(target: str, answers: Sequence[str]) -> int:
    """The rank of the first answer equal to `target`, from 1; 0 when there is none."""
    return answers.index(target) + 1 if target in answers else 0


def reciprocal_ranks(ranks: Ranks, k: int) -> PerTest:
    """1/rank of each test when within k, else 0; shape (n_tests,). Their mean is MRR@k.

    Source: Voorhees, "The TREC-8 Question Answering Track Report", 1999.
    """
    found = (ranks >= 1) & (ranks <= k)
    return np.where(found, 1.0 / np.maximum(ranks, 1), 0.0)


def successes(ranks: Ranks, k: int) -> PerTest:
    """1 for each test with its target in the top k, else 0; shape (n_tests,). Their mean is S@k.

    Source: Craswell, "Success at n", Encyclopedia of Database Systems, 2009.
    """
    return ((ranks >= 1) & (ranks <= k)).astype(np.float64)


def recall(answers: Sequence[str], truths: AbstractSet[str], k: int) -> float:
    """R@k: the share of the true queries within the top k, over min(k, number true).

    The divisor is bounded by k so that a perfect list scores 1 even when more than k are true.

    Raises:
        ValueError: `truths` is empty or k is below 1; such a test has no recall.
    """
    if not truths or k < 1:
        raise ValueError(f"expected at least one true query and k of 1 or more, got {len(truths)} and k={k}")
    return len(truths & set(answers[:k])) / min(k, len(truths))


def answered(n_answers: npt.NDArray[np.int64]) -> PerTest:
    """1 for each input with any suggestion, else 0; shape (n_tests,). Their mean is coverage."""
    return (n_answers > 0).astype(np.float64)


def in_vocabulary(targets: Sequence[str], vocabulary: Container[str]) -> PerTest:
    """1 for each target that the index holds, else 0; shape (n_tests,).

    Their mean is the vocabulary ceiling: no ranking of that index alone can have a higher S@k.
    """
    return np.array([target in vocabulary for target in targets], dtype=np.float64)
