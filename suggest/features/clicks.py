"""How often was each candidate clicked when it was looked at?"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from suggest.features.columns import Column
from suggest.features.registry import CLICKS
from suggest.index import Indexes


def click_features(indexes: Indexes, ids: Sequence[int]) -> Sequence[Column]:
    """The columns of the group `CLICKS`; the bias of positions was removed at build."""
    if not indexes.clicks:
        return [[0.0] * len(ids)] * len(CLICKS)
    rows = np.zeros((len(CLICKS), len(ids)), dtype=np.float32)
    indexes.clicks.write(np.array(ids), rows)
    columns: Sequence[Column] = rows.tolist()
    return columns
