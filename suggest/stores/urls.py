"""From the text after `--state` to an open state."""

from __future__ import annotations

from suggest.errors import StateError
from suggest.interfaces import State
from suggest.stores.memory import MemoryState
from suggest.stores.sqlite import SqliteState

_ACCEPTED = "memory://, sqlite:///relative/path or sqlite:////absolute/path"


def open_state(url: str | None) -> State:
    """Opens the state a URL names; a SQLite file is made when it does not exist.

    Args:
        url: `None` and `memory://` keep everything in the process. `sqlite:///x.sqlite` is a path relative
            to the working directory and `sqlite:////x.sqlite` an absolute one; the text is taken as it is,
            without percent-decoding, and the directory must exist.

    Raises:
        StateError: no such kind of state, or its file cannot be opened.
    """
    if url is None or url == "memory://":
        return MemoryState()
    path = url.removeprefix("sqlite:///")
    if path not in (url, "", ":memory:"):
        return SqliteState(path)
    if url.startswith(("redis:", "rediss:")):
        raise StateError("the Redis store is not part of this version; use sqlite:///path instead")
    raise StateError(f"expected {_ACCEPTED} as the state, got {url!r}")
