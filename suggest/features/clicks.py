"""How often was each candidate clicked when it was looked at?"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from suggest.index import Indexes


def click_features(indexes: Indexes, ids: npt.NDArray[np.int64], rows: npt.NDArray[np.float32]) -> None:
    """Writes the group `CLICKS`, float32[3, n_candidates], over zeros; the bias of positions was removed at build."""
    indexes.clicks.write(ids, rows)
