"""Not part of this version."""

from __future__ import annotations

from suggest.pipelines.admitted import Admitted


def write_items(made: Admitted) -> None:
    """Writes nothing."""
