"""Short-text recommendation: query suggestions that learn from your own log.

from suggest import Engine

with Engine.open("index/") as engine:
    engine.complete("niv", k=10, user="u1")
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from suggest.errors import (
    ArgumentError,
    ArtifactError,
    BuildLocked,
    EventError,
    GenerationBroken,
    GenerationTooNew,
    InputError,
    NotBuiltError,
    NotEnoughExamples,
    StateError,
    SuggestError,
    WorseThanUntrained,
)

if TYPE_CHECKING:
    from suggest.engine import Engine
    from suggest.types import EntitySpan, Suggestion

__version__ = "0.1.0"

__all__ = [
    "ArgumentError",
    "ArtifactError",
    "BuildLocked",
    "Engine",
    "EntitySpan",
    "EventError",
    "GenerationBroken",
    "GenerationTooNew",
    "InputError",
    "NotBuiltError",
    "NotEnoughExamples",
    "StateError",
    "SuggestError",
    "Suggestion",
    "WorseThanUntrained",
]


def __getattr__(name: str) -> object:
    # Loaded when asked for: the engine brings numpy and ICU, and `suggest --help` must answer without them.
    if name == "Engine":
        from suggest.engine import Engine

        return Engine
    if name in {"EntitySpan", "Suggestion"}:
        from suggest import types

        return getattr(types, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
