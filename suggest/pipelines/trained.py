"""What a training of one surface gives back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from suggest.artifacts import GenerationWriter


class Trained(NamedTuple):
    """A model that is no worse than what it replaces.

    Attributes:
        prefix: every file that `save` writes begins so, and no other file of a generation.
        save: writes the model, and the card of it.
        sentence: how it was judged, in words.
        figures: what else the report of the training says of it, ready for JSON.
    """

    prefix: str
    save: Callable[[GenerationWriter], None]
    sentence: str
    figures: dict[str, Any]
