"""The same replay on several cores: each process answers a stretch of time, knowing all that came before it."""

from __future__ import annotations

import multiprocessing
import signal
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from itertools import pairwise
from multiprocessing.connection import Connection
from typing import Any

from suggest.errors import SuggestError
from suggest.evaluation.replay import Completer, Log, Outcome, replay, test_rows

Opener = Callable[[], AbstractContextManager[Completer]]
"""Opens a completer that knows the training part and nothing later; for several processes it must pickle, as
`functools.partial` of a function at the top of a module does."""


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

    Processes are spawned, not forked: threads of libraries do not survive a fork. A script that asks for more than
    one needs `if __name__ == "__main__":`.

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
    bounds = _bounds(log, test_from_us, processes)
    if len(bounds) <= 2:  # noqa: PLR2004  # one stretch
        with opener() as completer:
            return list(replay(completer, log, **options))
    context = multiprocessing.get_context("spawn")
    running = []
    try:
        for start, end in pairwise(bounds):
            receiver, sender = context.Pipe(duplex=False)
            process = context.Process(
                target=_replay_stretch, args=(sender, opener, log[:end], {**options, "start": start}), daemon=True
            )
            running.append((process, receiver))
            process.start()
            sender.close()
        return [outcome for _, receiver in running for outcome in _received(receiver)]
    finally:
        for process, _ in running:
            process.terminate()
            process.join()


def _bounds(log: Log, test_from_us: int, n_stretches: int) -> list[int]:
    """Indices that cut the log into stretches with about equally many tests: the first 0, the last its length."""
    tests = test_rows(log, test_from_us)
    n_stretches = max(1, min(n_stretches, len(tests)))
    inner = (tests[len(tests) * number // n_stretches] for number in range(1, n_stretches))
    return [0, *inner, len(log)]


def _replay_stretch(sender: Connection, opener: Opener, log: Log, options: Mapping[str, Any]) -> None:
    # Ctrl-C is the parent's to handle: it ends this process.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    found: Sequence[Outcome] | Exception
    try:
        with opener() as completer:
            found = list(replay(completer, log, **options))
    except Exception as error:  # noqa: BLE001  # raised again by the parent
        found = error
    sender.send(found)


def _received(receiver: Connection) -> Iterator[Outcome]:
    try:
        found = receiver.recv()
    except EOFError:
        raise SuggestError("a process of the replay ended early; use fewer processes if memory is short") from None
    if isinstance(found, Exception):
        raise found
    yield from found
