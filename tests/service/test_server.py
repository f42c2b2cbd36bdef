"""Real processes: several workers, swaps under load, stopping, and refusing to start."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from suggest import artifacts
from suggest.errors import ArgumentError
from suggest.service.server import serve
from tests.service.processes import Running, start, started

ADMIN = {"SUGGEST_ADMIN_TOKEN": "root-token"}
ROOT = {"authorization": "Bearer root-token"}
PATIENCE_S = 60
"""Workers may need long to start on a busy machine; connections wait for them."""

PLAIN: dict[str, Any] = {"timeout": PATIENCE_S, "verify": False, "trust_env": False}
"""Without the certificates that every new client would read first: 30 ms a request for nothing."""


def get(url: str, **options: Any) -> httpx.Response:
    return httpx.get(url, **(PLAIN | options))


def post(url: str, **options: Any) -> httpx.Response:
    return httpx.post(url, **PLAIN, **options)


def wait_until(condition: Callable[[], bool]) -> None:
    for _ in range(600):
        if condition():
            return
        time.sleep(0.05)
    raise AssertionError("the condition never held")


def state_in(directory: Path) -> str:
    return f"sqlite:///{directory / 'state.sqlite'}"


def swaps(running: Running) -> float:
    for line in get(f"{running.url}/metrics").text.splitlines():
        if line.startswith("suggest_generation_swaps_total "):
            return float(line.split()[1])
    return 0.0


def worker_pids(running: Running) -> set[int]:
    """Process ids of up to two workers that answer: the first is halted meanwhile, or it might take every request."""
    first = answering(running)
    os.kill(first, signal.SIGSTOP)
    try:
        # Well below the seconds after which the server takes a halted worker for dead.
        return {first, answering(running, timeout=2)}
    except httpx.TimeoutException:
        return {first}
    finally:
        os.kill(first, signal.SIGCONT)


def answering(running: Running, **options: Any) -> int:
    """Process id of the worker that answers now."""
    return int(get(f"{running.url}/v1/admin/status", headers=ROOT, **options).json()["pid"])


async def ask_until(stop: asyncio.Event, url: str, client: httpx.AsyncClient) -> list[tuple[int, str | None]]:
    answers = []
    while not stop.is_set():
        answer = await client.get(f"{url}/v1/complete?q=ni&user=u1")
        answers.append((answer.status_code, answer.json().get("generation")))
    return answers


async def write_until(stop: asyncio.Event, url: str, client: httpx.AsyncClient) -> list[tuple[int, str | None]]:
    answers = []
    while not stop.is_set():
        event = {"type": "search", "ts": len(answers) + 1, "user": "u1", "query": "nickel wire"}
        answer = await client.post(f"{url}/v1/events", json={"events": [event]})
        answers.append((answer.status_code, None))
        await asyncio.sleep(0.01)
    return answers


def test_no_request_fails_while_two_workers_change_generations(index_dir: Path, tmp_path: Path):
    """Ten swaps in both workers under load: every answer is 200 and from one of the generations."""
    names = sorted(artifacts.generations(index_dir))

    async def load(running: Running) -> list[tuple[int, str | None]]:
        stop = asyncio.Event()
        async with httpx.AsyncClient(**PLAIN) as client:
            asking = [asyncio.create_task(ask_until(stop, running.url, client)) for _ in range(4)]
            writing = asyncio.create_task(write_until(stop, running.url, client))
            for number in range(1, 11):
                await asyncio.to_thread(artifacts.switch_current, index_dir, names[number % 2])
                await asyncio.to_thread(wait_until, lambda number=number: swaps(running) == 2 * number)
            stop.set()
            return [answer for answers in await asyncio.gather(*asking, writing) for answer in answers]

    artifacts.switch_current(index_dir, names[0])
    with started(index_dir, state_in(tmp_path), workers=2, **ADMIN) as running:
        # A worker that starts after a switch has nothing to change.
        wait_until(lambda: len(worker_pids(running)) == 2)
        answers = asyncio.run(load(running))
        assert {status for status, _ in answers} == {200, 202}, running.log
        assert {name for _, name in answers} == {None, *names[:2]}
        assert len(answers) > 100
    assert "Traceback" not in running.log


def test_an_event_is_seen_by_every_worker_at_once(built: Path, tmp_path: Path):
    """Each answer after the 202 has it, whichever worker gives it; metrics count for all workers."""
    with started(built, state_in(tmp_path), workers=2, **ADMIN) as running:
        wait_until(lambda: len(worker_pids(running)) == 2)
        for number in range(5):
            query = f"nickel wire {number}"
            event = {"type": "search", "ts": number + 1, "user": "u1", "query": query}
            assert post(f"{running.url}/v1/events", json={"events": [event]}).status_code == 202
            for _ in range(10):
                answer = get(f"{running.url}/v1/complete", params={"q": query, "user": "u1"})
                assert answer.json()["suggestions"][0]["query"] == query
        line = 'suggest_requests_total{route="/v1/complete",status="200"} 50.0'
        wait_until(lambda: line in get(f"{running.url}/metrics").text.splitlines())


def test_a_killed_worker_is_replaced_and_nothing_accepted_is_lost(built: Path, tmp_path: Path):
    with started(built, state_in(tmp_path), workers=2, **ADMIN) as running:
        wait_until(lambda: len(worker_pids(running)) == 2)
        before = worker_pids(running)
        event = {"type": "search", "ts": 1, "user": "u1", "query": "nickel wire"}
        assert post(f"{running.url}/v1/events", json={"events": [event]}).json()["accepted"] == 1
        killed = min(before)
        os.kill(killed, signal.SIGKILL)
        wait_until(lambda: killed not in (now := pids_or_none(running)) and len(now) == 2)
        answer = get(f"{running.url}/v1/complete?q=nic&user=u1").json()
        assert answer["suggestions"][0]["query"] == "nickel wire"


def pids_or_none(running: Running) -> set[int]:
    """As `worker_pids`, but empty when a connection was lost with the worker that held it, or none is ready yet."""
    try:
        return worker_pids(running)
    except (httpx.TransportError, KeyError):
        return set()


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["TERM", "INT"])
def test_a_stopping_service_finishes_what_is_under_way(built: Path, tmp_path: Path, workers: int, number: int):
    """A request whose body is still arriving when the signal comes is answered; then the exit code is 0."""
    body = b'{"events":[{"type":"search","ts":1,"user":"u","query":"nickel wire"}]}'
    head = b"POST /v1/events HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
    with started(built, state_in(tmp_path), workers=workers) as running:
        with connected(running) as idle, connected(running) as connection:
            idle.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
            assert idle.recv(65_536).startswith(b"HTTP/1.1 200")
            connection.sendall(head % len(body) + body[:10])
            # The worker that holds it has begun with it when it goes on to serve others.
            get(f"{running.url}/healthz").raise_for_status()
            running.process.send_signal(number)
            # Connections without a request are closed first.
            while idle.recv(65_536):
                pass
            connection.sendall(body[10:])
            assert connection.recv(65_536).startswith(b"HTTP/1.1 202")
        assert running.wait() == 0, running.log
    assert "Traceback" not in running.log
    assert "Stopped" in running.log


def connected(running: Running) -> socket.socket:
    return socket.create_connection(running.address, timeout=PATIENCE_S)


def test_the_shared_metrics_leave_nothing_behind(built: Path, tmp_path: Path):
    with started(built, state_in(tmp_path), workers=2, TMPDIR=str(tmp_path)) as running:
        get(f"{running.url}/readyz").raise_for_status()
        assert list(tmp_path.glob("suggest-metrics-*"))
        assert running.stop() == 0
    assert not list(tmp_path.glob("suggest-metrics-*"))


def test_a_broken_current_generation_falls_back_at_the_start(index_dir: Path, tmp_path: Path):
    _, middle, newest = sorted(artifacts.generations(index_dir))
    (index_dir / newest / "manifest.json").write_bytes(b"")
    with started(index_dir, state_in(tmp_path)) as running:
        assert get(f"{running.url}/readyz").json()["generation"] == middle
        assert f"Fell back to generation {middle}" in running.log


def test_a_service_without_tokens_says_that_only_this_machine_reaches_it(built: Path):
    with started(built, "memory://") as running:
        assert running.address[0] == "127.0.0.1"
        assert "only this machine can reach it" in running.log
    with started(built, "memory://", SUGGEST_WRITE_TOKEN="w") as running:
        assert running.address
        assert "only this machine" not in running.log


def test_what_the_environment_says_holds_and_no_token_is_logged(built: Path):
    environ = {
        "SUGGEST_READ_TOKEN": "secret-1",
        "SUGGEST_ADMIN_TOKEN": "secret-2",
        "SUGGEST_CORS_ORIGINS": "https://a.example https://b.example",
        "SUGGEST_PUBLIC_URL": "https://suggest.example/",
    }
    with started(built, "memory://", **environ) as running:
        assert get(f"{running.url}/v1/complete?q=n").status_code == 401
        headers = {"authorization": "Bearer secret-1", "origin": "https://b.example"}
        answer = get(f"{running.url}/v1/complete?q=n", headers=headers)
        assert answer.status_code == 200
        assert answer.headers["access-control-allow-origin"] == "https://b.example"
        assert '"https://suggest.example/?q={searchTerms}"' in get(f"{running.url}/opensearch.xml").text
    assert "secret" not in running.log


def failure(running: Running) -> str:
    """The one line with which a service refused to start."""
    assert running.wait() == 1
    assert "Traceback" not in running.log
    return running.lines[-1]


def test_a_port_in_use_is_one_clear_line(built: Path):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        for workers in (1, 2):
            with tempfile.TemporaryDirectory() as directory:
                line = failure(start(built, state_in(Path(directory)), port=port, workers=workers))
                assert f"port {port} on 127.0.0.1 is in use" in line


def test_nothing_to_serve_is_one_clear_line(tmp_path: Path):
    assert "suggest build" in failure(start(tmp_path, "memory://"))


def test_a_state_that_cannot_be_opened_is_one_clear_line(built: Path, tmp_path: Path):
    (tmp_path / "state.sqlite").write_bytes(b"not a database, whatever its name says" * 100)
    assert "StateError" in failure(start(built, state_in(tmp_path)))


def test_several_workers_cannot_share_a_memory_state(built: Path):
    with pytest.raises(ArgumentError, match="sqlite") as raised:
        serve(built, "memory://", workers=2)
    assert raised.value.argument == "workers"


@pytest.mark.parametrize("host", ["0.0.0.0", "", "::", "192.0.2.1"])  # noqa: S104 - that it is refused is the point
def test_a_service_without_tokens_does_not_listen_to_the_network(built: Path, host: str, monkeypatch):
    for name in ("SUGGEST_READ_TOKEN", "SUGGEST_WRITE_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(ArgumentError, match="SUGGEST_WRITE_TOKEN") as raised:
        serve(built, "memory://", host)
    assert raised.value.argument == "host"
