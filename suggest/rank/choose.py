"""Here are scored candidates: which are shown, in which order?"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt


def chosen(
    keys: Sequence[str], scores: npt.NDArray[np.float64], k: int, may_be_shown: Callable[[int], bool]
) -> list[int]:
    """Rows of the best `k` that may be shown, ties by key.

    Args:
        keys: normalised texts.
        scores: float64[n], higher is better.
        k: at most this many.
        may_be_shown: asked of a row that would be shown, best first, no oftener than needed.
    """
    shown: list[int] = []
    for _, _, row in sorted(zip((-scores).tolist(), keys, range(len(keys)), strict=True)):
        if may_be_shown(row):
            shown.append(row)
            if len(shown) == k:
                break
    return shown


def diversified(
    keys: Sequence[str], scores: npt.NDArray[np.float64], prefix: str, nats: float
) -> npt.NDArray[np.float64]:
    """The scores, each lowered by `nats` for every better candidate that goes on with the same next word.

    Ten lines that all begin with one next word leave everybody else without an answer. Choosing one by one, each
    time the best after such a deduction, gives the same order: within a next word the order stays.

    Source: maximal marginal relevance, Carbonell & Goldstein, "The use of MMR, diversity-based reranking for
    reordering documents and producing summaries", SIGIR 1998, with one similarity: the same next word or not.

    Args:
        keys: normalised texts.
        scores: float64[n].
        prefix: what was typed, normalised.
        nats: the deduction; 0 for none.
    """
    n_typed = prefix.count(" ") + 1
    n_better: dict[str, int] = {}
    lowered = scores.copy()
    for _, key, row in sorted(zip((-scores).tolist(), keys, range(len(keys)), strict=True)):
        intent = " ".join(key.split(" ", n_typed)[:n_typed])
        better = n_better.get(intent, 0)
        n_better[intent] = better + 1
        if better:
            lowered[row] -= nats * better
    return lowered
