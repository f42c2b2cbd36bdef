"""The HTTP service against a bare ASGI answer of the same bytes, and what a second worker's memory is.

    python -m benchmarks.http [--queries N] [--rounds N] [--requests N]

Both run on uvicorn with uvloop and httptools, one worker, no access log. CPU time is that of the
server process alone, by the kernel's scheduler in nanoseconds. Rounds alternate between the servers;
connections are kept alive, and each has one request under way.
"""

from __future__ import annotations

import argparse
import random
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

import numpy as np
import orjson
import psutil

from benchmarks.corpus import load_corpus, read_queries
from benchmarks.machine import SUGGEST, disk_bytes, own_bytes, print_machine, print_table
from suggest.service.hot import MAX_READY

_CONNECTIONS = 4
_USER = "reader"
_HISTORY = 200
"""Searches of the user of the personal answers."""


class Figures(NamedTuple):
    """CPU of the server per request and elapsed time per request, µs."""

    cpu_us: float
    wall_us: float


def main() -> None:
    """Builds an index, starts the servers, measures and prints."""
    parser = argparse.ArgumentParser(description="HTTP beside a bare answer of the same bytes")
    parser.add_argument("--queries", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--requests", type=int, default=2000, help="in each round")
    options = parser.parse_args()
    print_machine("uvicorn", "uvloop", "httptools", "starlette", "orjson")
    with tempfile.TemporaryDirectory() as temporary, ExitStack() as stack:
        folder = Path(temporary)
        corpus = load_corpus(folder, options.queries)
        print(f"data: {corpus.name}; {options.rounds} rounds of {options.requests} requests each\n")
        _build(folder / "index", corpus.tsv)
        service = stack.enter_context(_service(folder, "index", workers=1))
        _give_history(service, [query for query, _ in read_queries(corpus.tsv)])
        static = [f"/v1/complete?q={quote(prefix)}" for prefix in corpus.weighted[:500]]
        # More than a worker keeps ready, and asked in turn: none is kept when it is asked again.
        made_anew = [f"{path}&x={number}" for number in range(2 * MAX_READY // len(static)) for path in static]
        personal = [f"{path}&user={_USER}" for path in static]
        bare = stack.enter_context(
            _bare(folder, {path: _body(service, path) for path in static + made_anew + personal})
        )
        rows = []
        answers = {
            "static (no user), kept ready": static,
            "static (no user), made anew": made_anew,
            f"personal ({_HISTORY} own searches)": personal,
        }
        for name, paths in answers.items():
            rows.append(_row(name, *_interleaved(service, bare, paths, options.rounds, options.requests)))
        header = ("answer", "bare CPU µs", "service CPU µs", "ratio", "difference µs", "bare p50 µs", "service p50 µs")
        print_table(header, rows)
        print()
        _print_workers(folder, static)


def _build(index: Path, tsv: Path) -> None:
    options = ["--encoder", "none", "--min-users", "1"]
    subprocess.run(
        [SUGGEST, "build", "--out", str(index), "--queries", str(tsv), *options], check=True, capture_output=True
    )


class _Server(NamedTuple):
    process: psutil.Process
    port: int


@contextmanager
def _service(folder: Path, index: str, workers: int) -> Iterator[_Server]:
    port = _free_port()
    state = f"sqlite:///{folder / index}-{workers}.sqlite"
    command = [SUGGEST, "serve", "--index", str(folder / index), "--state", state, "--port", str(port)]
    with _started([*command, "--workers", str(workers)], port) as server:
        yield server


@contextmanager
def _bare(folder: Path, answers: dict[str, bytes]) -> Iterator[_Server]:
    """`benchmarks/bare.py` on a file of ready answers by path."""
    file = folder / "answers.json"
    file.write_bytes(orjson.dumps({path: body.decode() for path, body in answers.items()}))
    port = _free_port()
    with _started([sys.executable, "-m", "benchmarks.bare", str(port), str(file)], port) as server:
        yield server


@contextmanager
def _started(command: list[str], port: int) -> Iterator[_Server]:
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 60
        while not _accepts(port):
            if process.poll() is not None or time.monotonic() > deadline:
                raise SystemExit(f"the server did not start: {' '.join(command)}")
            time.sleep(0.1)
        yield _Server(psutil.Process(process.pid), port)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait()


def _accepts(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _give_history(service: _Server, queries: Sequence[str]) -> None:
    """Searches of one user over the last weeks, drawn from the corpus."""
    rng = random.Random(0)
    now_s = int(time.time())
    times = (now_s - rng.randrange(30 * 86_400) for _ in range(_HISTORY))
    events = [{"type": "search", "ts": ts, "user": _USER, "query": rng.choice(queries)} for ts in times]
    body = orjson.dumps({"events": events})
    head = (
        f"POST /v1/events HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", service.port)) as connection:
        connection.sendall(head.encode() + body)
        answer = orjson.loads(_read_response(connection))
    if answer["accepted"] != _HISTORY:
        raise SystemExit(f"expected {_HISTORY} events to be accepted, got {answer}")


def _body(service: _Server, path: str) -> bytes:
    with socket.create_connection(("127.0.0.1", service.port)) as connection:
        connection.sendall(_request(path))
        return _read_response(connection)


def _request(path: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode()


def _read_response(connection: socket.socket) -> bytes:
    """One response's body; refuses anything but success."""
    received = connection.recv(65_536)
    while b"\r\n\r\n" not in received:
        received += connection.recv(65_536)
    head, _, body = received.partition(b"\r\n\r\n")
    length = re.search(rb"(?i)\r\ncontent-length: (\d+)", head)
    if not head.startswith(b"HTTP/1.1 20") or length is None:
        raise SystemExit(f"expected a successful answer, got {head[:200]!r}")
    while len(body) < int(length[1]):
        body += connection.recv(65_536)
    return body


def _interleaved(
    service: _Server, bare: _Server, paths: list[str], rounds: int, n_requests: int
) -> tuple[list[Figures], list[Figures]]:
    figures: tuple[list[Figures], list[Figures]] = ([], [])
    requests = [_request(path) for path in paths]
    for server in (service, bare):
        _round(server, requests, n_requests)
    for turn in range(1, rounds + 1):
        # Each round goes on where the one before ended.
        at = turn * n_requests % len(requests)
        turned = requests[at:] + requests[:at]
        for server, into in zip((service, bare), figures, strict=True):
            into.append(_round(server, turned, n_requests))
    return figures


def _round(server: _Server, requests: list[bytes], n_requests: int) -> Figures:
    connections = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(_CONNECTIONS)]
    for connection in connections:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    walls = []
    before = _cpu_ns(server.process.pid)
    for number in range(0, n_requests, _CONNECTIONS):
        start = time.perf_counter_ns()
        for offset, connection in enumerate(connections):
            connection.sendall(requests[(number + offset) % len(requests)])
        for connection in connections:
            _read_response(connection)
        walls.append((time.perf_counter_ns() - start) / 1000 / _CONNECTIONS)
    cpu_us = (_cpu_ns(server.process.pid) - before) / 1000 / n_requests
    for connection in connections:
        connection.close()
    return Figures(cpu_us, float(np.median(walls)))


def _cpu_ns(pid: int) -> int:
    """Time on a processor of all threads of a process, in nanoseconds."""
    tasks = Path(f"/proc/{pid}/task").glob("*/schedstat")
    return sum(int(task.read_text(encoding="ascii").split()[0]) for task in tasks)


def _row(name: str, service: list[Figures], bare: list[Figures]) -> tuple[str, ...]:
    ours, theirs = (np.median([figures.cpu_us for figures in side]) for side in (service, bare))
    walls = (np.median([figures.wall_us for figures in side]) for side in (bare, service))
    return (
        name,
        f"{theirs:.0f}",
        f"{ours:.0f}",
        f"{ours / theirs:.2f}",
        f"{ours - theirs:.0f}",
        *(f"{wall:.0f}" for wall in walls),
    )


def _print_workers(folder: Path, paths: list[str]) -> None:
    """Two workers on the index and two on an index of one query, after the same requests."""
    one = folder / "one.tsv"
    one.write_text("query\tcount\nempty\t1\n", encoding="utf-8")
    _build(folder / "empty", one)
    rows, private = [], {}
    for index in ("index", "empty"):
        with _service(folder, index, workers=2) as server:
            for path in paths * 8:
                # A connection each, so that the kernel spreads them over the workers.
                _body(server, path)
            workers = [own_bytes(pid) for pid in _workers(server)]
        private[index] = np.mean([memory["Uss"] for memory in workers])
        name = "the index" if index == "index" else "an index of one query"
        for number, memory in enumerate(workers, start=1):
            sizes = (f"{memory[kind] / 2**20:.1f}" for kind in ("Rss", "Pss", "Uss"))
            rows.append((f"worker {number} of 2 on {name}", *sizes))
    print_table(("memory", "RSS MiB", "PSS MiB", "USS MiB"), rows)
    generation = disk_bytes(folder / "index")
    added = private["index"] - private["empty"]
    print(f"\na worker adds {added / 2**20:.1f} MiB of its own above an empty one, ", end="")
    print(f"{100 * added / generation:.1f}% of the generation's {generation / 2**20:.1f} MiB")


def _workers(server: _Server) -> list[int]:
    """The serving children: the largest ones, beside the resource tracker of multiprocessing."""
    children = server.process.children(recursive=True)
    return sorted((child.pid for child in children), key=lambda pid: -own_bytes(pid)["Rss"])[:2]


if __name__ == "__main__":
    main()
