"""The one thread of a worker that commits, so that a disk never holds up the event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Result = TypeVar("Result")


class Writer:
    """Runs writes one after the other; how many may wait is bounded by the requests the service lets in."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="suggest-writer")

    async def run(self, write: Callable[[], Result]) -> Result:
        """Result of `write`, called in the writer thread; errors pass through.

        A write that has begun is finished even when the client has gone.
        """
        return await asyncio.get_running_loop().run_in_executor(self._thread, write)

    def close(self) -> None:
        """Waits for the writes that were asked for."""
        self._thread.shutdown(wait=True)
