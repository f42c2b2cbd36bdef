"""Not part of this version."""

from __future__ import annotations

from suggest.artifacts import Generation
from suggest.errors import NotBuiltError
from suggest.index import Indexes
from suggest.rank import Policy
from suggest.text.encoder import Encoder


class RelatedQueries:
    """Not part of this version."""

    def __init__(
        self, generation: Generation, indexes: Indexes, encoder: Encoder | None, policy: Policy, *, is_trained: bool
    ) -> None:
        """Keeps nothing."""

    def __getattr__(self, name: str) -> None:
        raise NotBuiltError(
            "this generation holds no related queries; this version cannot build them yet (they need queries)"
        )
