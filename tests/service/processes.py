"""The service as the processes that run in production, on a free port of this machine."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]

_MAIN = """
import json
import sys
from suggest.errors import SuggestError
from suggest.service.server import serve
from suggest.service.settings import Gates
options = json.loads(sys.argv[6])
if "gates" in options:
    options["gates"] = Gates(*options["gates"])
try:
    serve(sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]), int(sys.argv[5]), **options)
except SuggestError as error:
    sys.exit(f"{type(error).__name__}: {error}")
"""


class Running:
    """A started service: its address, its process, and what it has logged so far."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.lines: list[str] = []
        self._announced = threading.Event()
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    @property
    def address(self) -> tuple[str, int]:
        assert self._announced.wait(60), self.lines
        found = re.search(r"http://([\d.]+):(\d+)", "".join(self.lines))
        assert found, self.lines
        return found[1], int(found[2])

    @property
    def url(self) -> str:
        host, port = self.address
        return f"http://{host}:{port}"

    @property
    def log(self) -> str:
        return "".join(self.lines)

    def stop(self) -> int:
        """Asks it to stop and waits; its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.wait()

    def wait(self) -> int:
        code = self.process.wait(60)
        self._reader.join()
        return code

    def _read(self) -> None:
        assert self.process.stderr is not None
        with self.process.stderr as lines:
            for line in lines:
                self.lines.append(line)
                if "at http://" in line:
                    self._announced.set()
        self._announced.set()


def start(
    index_dir: Path,
    state_url: str,
    host: str = "127.0.0.1",
    port: int = 0,
    workers: int = 1,
    options: Mapping[str, object] | None = None,
    **environ: str,
) -> Running:
    """Starts a service; the caller stops it."""
    numbers = [str(port), str(workers)]
    command = [sys.executable, "-c", _MAIN, str(index_dir), state_url, host, *numbers, json.dumps(options or {})]
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SUGGEST_")}
    return Running(
        subprocess.Popen(
            command, cwd=ROOT, env={**kept, **environ}, stderr=subprocess.PIPE, text=True, errors="replace"
        )
    )


@contextmanager
def started(
    index_dir: Path,
    state_url: str,
    host: str = "127.0.0.1",
    port: int = 0,
    workers: int = 1,
    options: Mapping[str, object] | None = None,
    **environ: str,
) -> Iterator[Running]:
    """Starts a service and stops it after the block."""
    running = start(index_dir, state_url, host, port, workers, options, **environ)
    try:
        yield running
    finally:
        running.stop()
