"""What the groups of features are made of."""

from __future__ import annotations

from collections.abc import Sequence

Column = Sequence[float]
"""The values of one feature, one for each candidate."""
