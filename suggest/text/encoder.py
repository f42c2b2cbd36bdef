"""Here is a text: what is its vector?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt

from suggest.artifacts import Generation


class Encoder(Protocol):
    """Makes vectors of texts; close ones mean alike.

    Attributes:
        name: names the weights: vectors of equal names may be compared, and kept.
        dimensions: length of a vector.
    """

    name: str
    dimensions: int

    def encode(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """The vectors, float32[n, dimensions], of length 1; zeros where nothing is left of a text."""
        ...


def open_encoder(generation: Generation) -> Encoder | None:
    """What the vectors of a generation were made with; None when it holds none."""
    return None
