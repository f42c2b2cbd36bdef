"""The event log and the state that moves: here is an event, make it durable; here is a user, what did they do?

Two implementations of `suggest.interfaces.State`, one per file: in memory, and in one SQLite file.
"""

from suggest.stores.memory import MemoryState
from suggest.stores.sqlite import SqliteState
from suggest.stores.urls import open_state

__all__ = ["MemoryState", "SqliteState", "open_state"]
