"""The field's metrics, one function per formula.

Ranks count from 1; 0 stands for "not among the answers". All means run over every test, the
unanswerable ones included: leaving those out would reward a system for knowing fewer queries.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Container, Sequence
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


def reciprocal_examination(rank: int) -> float:
    """1/rank: how probably a suggestion is looked at, in the user model whose single prefix gives MRR."""
    return 1.0 / rank


def logarithmic_examination(rank: int) -> float:
    """1/log2(1 + rank): how probably a suggestion is looked at by people who read on longer."""
    return 1.0 / math.log2(1 + rank)


def saved(
    series: Sequence[int], n_chars: int, examination: Callable[[int], float] = reciprocal_examination
) -> tuple[float, float]:
    """Of one query pSaved and eSaved: how probably a suggestion is used, and the share of typing that spares.

    A person types the query character by character. After each they look at the suggestion at rank r with
    probability `examination(r)`, and use it when it is their query; else they type on. So the query is taken
    after i characters with probability `A(r_i)` times that of not having been taken before, where `A(0)` is 0.
    pSaved is the sum of these, eSaved the sum weighed by `1 - i / n_chars`.

    The last prefix of a series is one character short of the query: what is shown for the whole query saves
    nothing and is in neither. A series of one prefix is somebody who looks once: the mean of its pSaved over
    hash-chosen cuts is MRR for `reciprocal_examination`.

    Source: Kharitonov, Macdonald, Serdyukov and Ounis, "User Model-based Metrics for Offline Query Suggestion
    Evaluation", SIGIR 2013, with the user models of reciprocal and logarithmic examination.

    Args:
        series: rank of the query in the answer after 1, 2, ... characters, from 1; 0 where it is not shown.
        n_chars: length of the query.
        examination: probability of looking at a rank, from 1.

    Returns:
        (pSaved, eSaved), both from 0 to 1, eSaved below pSaved or both 0.
    """
    untaken, p_saved, e_saved = 1.0, 0.0, 0.0
    for typed, rank in enumerate(series, start=1):
        if rank:
            taken = untaken * examination(rank)
            untaken -= taken
            p_saved += taken
            e_saved += taken * (1 - typed / n_chars)
    return p_saved, e_saved


def alpha_ndcg(intents: Sequence[str], wanted: AbstractSet[str], k: int, alpha: float = 0.5) -> float:
    """alpha-nDCG@k: does a list serve different intents early, rather than one again and again?

    A suggestion of a wanted intent gains `(1 - alpha) ** n`, where n suggestions of that intent stand above it,
    discounted by log2(1 + rank); other suggestions gain nothing. The ideal takes each wanted intent in turn:
    with one intent a suggestion that is exact, and not only found greedily as in general.

    Source: Clarke, Kolla, Cormack, Vechtomova, Ashkan, Büttcher and MacKinnon, "Novelty and Diversity in
    Information Retrieval Evaluation", SIGIR 2008.

    Args:
        intents: of each suggestion, best first.
        wanted: intents that are right for this input; not empty.
        k: how far down the list counts.
        alpha: how probably a suggestion has served whoever has its intent; 0 makes no difference of repeats.

    Returns:
        0 to 1; 0 for an empty list.
    """
    shown: Counter[str] = Counter()
    gain = ideal = 0.0
    for position in range(k):
        discount = 1 / math.log2(2 + position)
        ideal += discount * (1 - alpha) ** (position // len(wanted))
        if position < len(intents) and intents[position] in wanted:
            gain += discount * (1 - alpha) ** shown[intents[position]]
            shown[intents[position]] += 1
    return gain / ideal
