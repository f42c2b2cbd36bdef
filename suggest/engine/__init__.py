"""Request in, suggestions out: the only place where a request meets all stages."""

from suggest.engine.engine import RANKERS, Engine

__all__ = ["RANKERS", "Engine"]
