"""What a ranker saw when it answered: features of personal answers, joined by request id to what people then did.

    DIR/features-20260131-5f0c9e1b2a7d-000.jsonl    a day, a worker, a number
    DIR/.features.lock                              held while files are appended to, erased from or removed

Nothing else in the directory is touched.
"""

from __future__ import annotations

import base64
import fcntl
import logging
import os
import threading
import time
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import orjson

from suggest.errors import ArgumentError
from suggest.features import VERSION
from suggest.interfaces import State
from suggest.service.answers import WORKER
from suggest.service.metrics import Metrics

logger = logging.getLogger("suggest.service")

MAX_WAITING = 4096
"""Records that may wait for the disk in one worker: 16 MB at ten suggestions with fifty features each."""

MAX_FILE_BYTES = 64 << 20
"""A file grows to this before the next one is begun, or to a sixteenth of the whole bound."""

# So that nothing of somebody else's is removed or rewritten, whatever directory was named.
_FILES = "features-????????-????????????-*.jsonl"
_LOCK = ".features.lock"

_WRITE_EVERY_S = 0.25

_UNDER_WAY_US = 1_000_000
"""An answer this much later than its person was forgotten may have been under way, and have used what went."""


class Logged(NamedTuple):
    """One answer with what it was ordered by.

    Attributes:
        request_id: of the answer; impressions and clicks refer to it.
        generation: that answered; a draft leaves two records, one for each answer it was made of.
        ts_us: the moment that the features were computed for.
        arguments: of `Engine.answer`.
        queries: the suggestions, best first.
        features: float32[n_suggestions, n_features], rows as `queries`, columns as `FEATURES` of this version.
        degraded: whether a search ran out of budget or time, so that asking again may give other candidates.
    """

    request_id: str
    generation: str
    ts_us: int
    arguments: Mapping[str, Any]
    queries: list[str]
    features: npt.NDArray[np.float32]
    degraded: bool = False

    def to_line(self) -> bytes:
        """The record as a line of JSON; the features as base64 of little-endian float32, row by row."""
        features = base64.b64encode(self.features.astype("<f4", copy=False).tobytes()).decode()
        record = self._asdict() | {"version": VERSION, "features": features}
        return orjson.dumps(record, option=orjson.OPT_APPEND_NEWLINE)


class FeatureLog:
    """Appends records to this worker's files in a thread of its own; a slow disk costs records, never an answer.

    Holds the user as long as the state does: once the state has forgotten a person, their records are
    erased from the files of all workers and those that wait are not written. All workers do so, whether
    this one, another one or the command line was told to forget.
    """

    def __init__(self, directory: str | os.PathLike[str], max_bytes: int, metrics: Metrics) -> None:
        """Makes the directory where it is missing.

        Args:
            directory: of the files of all workers.
            max_bytes: of all files together; beyond it the oldest are removed.
            metrics: to count in.

        Raises:
            ArgumentError: the directory cannot be made or written to.
        """
        self._directory = checked_directory(directory)
        self._max_bytes = max_bytes
        self._metrics = metrics
        self._waiting: deque[Logged] = deque()
        self._number = 0
        self._erased: dict[str, int] = {}
        self._has_complained = False
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self, state: State) -> None:
        """Starts the thread; `state` tells who is forgotten."""
        self._thread = threading.Thread(target=self._run, args=(state,), name="suggest-feature-log")
        self._thread.start()

    def close(self) -> None:
        """Writes what waits and ends the thread."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join()

    def append(self, record: Logged) -> None:
        """Leaves a record to be written; counted and dropped where too many wait. 0.2 µs."""
        if len(self._waiting) >= MAX_WAITING:
            self._metrics.logged.labels("dropped").inc()
        else:
            self._waiting.append(record)

    def erase_forgotten(self, state: State) -> None:
        """Erases all records of people whom the state has forgotten, in the files of all workers.

        Raises:
            StateError: the state cannot be read.
            OSError: a file cannot be rewritten.
        """
        with self._locked():
            self._erase(state.forgotten())

    def _run(self, state: State) -> None:
        is_last = False
        while not is_last:
            # Set first, drained after: what was appended before `close` is written.
            is_last = self._stopping.wait(_WRITE_EVERY_S)
            records = [self._waiting.popleft() for _ in range(len(self._waiting))]
            try:
                self._write(records, state)
                self._has_complained = False
            except Exception as error:  # noqa: BLE001 - a thread that ended would log nothing more
                self._metrics.logged.labels("dropped").inc(len(records))
                self._complain(error)

    def _complain(self, error: Exception) -> None:
        # Once, not four times a second.
        if not self._has_complained:
            logger.error("Features cannot be logged to %s", self._directory, exc_info=error)
        self._has_complained = True

    def _write(self, records: list[Logged], state: State) -> None:
        with self._locked():
            forgotten = state.forgotten()
            self._erase(forgotten)
            lines = [line for record in records if (line := _line_unless_forgotten(record, forgotten))]
            if lines:
                self._remove_oldest(sum(map(len, lines)))
                with self._file().open("ab") as file:
                    file.writelines(lines)
        self._metrics.logged.labels("written").inc(len(lines))

    def _file(self) -> Path:
        """This worker's file of today that has room; another is begun where there is none."""
        today = f"{datetime.now(UTC):%Y%m%d}"
        while True:
            path = self._directory / f"features-{today}-{WORKER}-{self._number:03d}.jsonl"
            if _size(path) < min(MAX_FILE_BYTES, 1 + self._max_bytes // 16):
                return path
            self._number += 1

    def _remove_oldest(self, n_bytes: int) -> None:
        """Makes room for so many bytes."""
        files = sorted((path.stat().st_mtime_ns, path, path.stat().st_size) for path in self._files())
        total = sum(size for _, _, size in files) + n_bytes
        for _, path, size in files:
            if total <= self._max_bytes:
                break
            path.unlink()
            total -= size

    def _erase(self, forgotten: Mapping[str, int]) -> None:
        """Rewrites the files that hold records of people forgotten since the last call; called with the lock."""
        new = {user: at_us for user, at_us in forgotten.items() if self._erased.get(user) != at_us}
        if new:
            for path in self._files():
                _erase_from(path, new)
            self._erased |= new

    def _files(self) -> list[Path]:
        return sorted(self._directory.glob(_FILES))

    @contextmanager
    def _locked(self) -> Iterator[None]:
        # Opened anew each time, so that threads of one process exclude each other too.
        with (self._directory / _LOCK).open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def checked_directory(directory: str | os.PathLike[str]) -> Path:
    """The directory, made where it is missing.

    Raises:
        ArgumentError: it cannot be made or written to.
    """
    path = Path(directory)
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        (path / _LOCK).open("a").close()
    except OSError as error:
        raise ArgumentError("feature_log", f"{path} cannot be written to: {error.strerror}") from error
    return path


def _line_unless_forgotten(record: Logged, forgotten: Mapping[str, int]) -> bytes | None:
    # Gives the event loop's thread the interpreter after every record rather than after 5 ms.
    time.sleep(0)
    user = record.arguments["user"]
    return record.to_line() if _is_later(record.ts_us, forgotten.get(user)) else None


def _erase_from(path: Path, forgotten: Mapping[str, int]) -> None:
    with path.open("rb") as file:
        if all(_is_kept(line, forgotten) for line in file):
            return
        file.seek(0)
        _replace(path, (line for line in file if _is_kept(line, forgotten)))


def _is_kept(line: bytes, forgotten: Mapping[str, int]) -> bool:
    time.sleep(0)
    try:
        record = orjson.loads(line)
    except orjson.JSONDecodeError:
        # The torn end of a worker that died: whose it was is not known.
        return False
    return _is_later(record["ts_us"], forgotten.get(record["arguments"]["user"]))


def _is_later(ts_us: int, forgotten_us: int | None) -> bool:
    return forgotten_us is None or ts_us > forgotten_us + _UNDER_WAY_US


def _replace(path: Path, lines: Iterable[bytes]) -> None:
    before = path.stat()
    temporary = path.with_suffix(".rewritten")
    with temporary.open("wb") as file:
        file.writelines(lines)
        file.flush()
        os.fsync(file.fileno())
    # Its age is that of its records: the oldest file goes first when room is wanted.
    os.utime(temporary, ns=(before.st_atime_ns, before.st_mtime_ns))
    temporary.replace(path)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0
