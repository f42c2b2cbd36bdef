"""The same replay on several cores: each process answers a stretch of time, knowing all that came before it."""

from __future__ import annotations

import multiprocessing
import signal
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from functools import partial
from itertools import pairwise
from multiprocessing.connection import Connection
from typing import Any, TypeVar

from suggest.errors import SuggestError
from suggest.evaluation.replay import Completer, Log, Outcome, replay, test_rows

_Opened = TypeVar("_Opened")
_Found = TypeVar("_Found")

Opener = Callable[[], AbstractContextManager[Completer]]
"""Opens a completer that knows the training part and nothing later; for several processes it must pickle, as
`functools.partial` of a function at the top of a module does."""


def read_in_processes(
    opener: Callable[[], AbstractContextManager[_Opened]], readings: Sequence[Callable[[_Opened], Iterable[_Found]]]
) -> Iterator[_Found]:
    """What each reading finds, in their order; each but a single one in a process of its own.

    Processes are spawned, not forked: threads of libraries do not survive a fork. A script that asks for more than
    one needs `if __name__ == "__main__":`.

    Args:
        opener: opens what a reading is given: in this process for one reading, else in each.
        readings: each takes what `opener` opens; for several, they and what they find must pickle.

    Raises:
        SuggestError: a process ended without a word, as for lack of memory.
    """
    if len(readings) == 1:
        with opener() as completer:
            yield from readings[0](completer)
        return
    context = multiprocessing.get_context("spawn")
    running = []
    try:
        for reading in readings:
            receiver, sender = context.Pipe(duplex=False)
            process = context.Process(target=_read, args=(sender, opener, reading), daemon=True)
            running.append((process, receiver))
            process.start()
            sender.close()
        for _, receiver in running:
            yield from _received(receiver)
    finally:
        for process, _ in running:
            process.terminate()
            process.join()


def stretches(rows: Sequence[int], n_events: int, n_stretches: int) -> list[tuple[int, int]]:
    """Cuts a log into stretches (start, end) that hold about equally many of these rows; one at least."""
    n_stretches = max(1, min(n_stretches, len(rows)))
    inner = (rows[len(rows) * number // n_stretches] for number in range(1, n_stretches))
    return list(pairwise([0, *inner, n_events]))


def replay_in_processes(
    opener: Opener,
    log: Log,
    *,
    processes: int = 1,
    test_from_us: int = 0,
    reveal_from_us: int | None = None,
    k: int = 10,
    series_share: float = 0.0,
) -> list[Outcome]:
    """`replay` with the same outcomes in the same order, in a fraction of the time.

    The tests are cut into stretches of about equal number, by time. Each process opens a completer of its own,
    observes what came before its stretch without answering, and replays its stretch. So the result is that of one
    process for every completer whose answers depend on what it observed, and not on what it was asked.

    Args:
        opener: opens the completer, in this process for one, else in each.
        log: as `replay` takes it.
        processes: how many; no more are started than there are tests.
        test_from_us: as in `replay`.
        reveal_from_us: as in `replay`.
        k: as in `replay`.
        series_share: as in `replay`.

    Raises:
        SuggestError: a process ended without a word, as for lack of memory.
    """
    options: dict[str, Any] = {
        "test_from_us": test_from_us,
        "reveal_from_us": reveal_from_us,
        "k": k,
        "series_share": series_share,
    }
    parts = stretches(test_rows(log, test_from_us), len(log), processes)
    readings = [partial(_replayed, log=log[:end], options={**options, "start": start}) for start, end in parts]
    return list(read_in_processes(opener, readings))


def _replayed(completer: Completer, log: Log, options: Mapping[str, Any]) -> Iterator[Outcome]:
    return replay(completer, log, **options)


def _read(sender: Connection, opener: Callable[[], Any], reading: Callable[[Any], Iterable[Any]]) -> None:
    # Ctrl-C is the parent's to handle: it ends this process.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    found: list[Any] | Exception
    try:
        with opener() as completer:
            found = list(reading(completer))
    except Exception as error:  # noqa: BLE001  # raised again by the parent
        found = error
    sender.send(found)


def _received(receiver: Connection) -> Iterator[Any]:
    try:
        found = receiver.recv()
    except EOFError:
        raise SuggestError("a process of the replay ended early; use fewer processes if memory is short") from None
    if isinstance(found, Exception):
        raise found
    yield from found
