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
    values = scores.tolist()
    shown: list[int] = []
    for _, _, row in sorted(zip([-value for value in values], keys, range(len(keys)), strict=True)):
        if may_be_shown(row):
            shown.append(row)
            if len(shown) == k:
                break
    return shown
