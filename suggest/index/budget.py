"""How much work one request may cost: counted, so that the same request always does the same."""

from __future__ import annotations

from collections.abc import Callable


class Budget:
    """Work left to one request; a node is one posting, index entry or spelling looked at.

    Attributes:
        visited: nodes spent so far.
        exhausted: whether a search was refused for want of budget or time; its answer may lack matches.
    """

    __slots__ = ("_is_late", "_nodes", "exhausted", "visited")

    def __init__(self, nodes: int, is_late: Callable[[], bool] | None = None) -> None:
        """Grants `nodes`; `is_late` adds a deadline, which only a service sets: it makes answers depend on time."""
        self._nodes = nodes
        self._is_late = is_late
        self.visited = 0
        self.exhausted = False

    def spend(self, nodes: int) -> bool:
        """Asks for `nodes` before visiting them; False means: do not, answer with what is there. 0.2 µs."""
        if self.visited + nodes > self._nodes or (self._is_late is not None and self._is_late()):
            self.exhausted = True
            return False
        self.visited += nodes
        return True
