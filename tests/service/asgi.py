"""The service in this process: its lifespan on a loop of its own, requests as plain ASGI calls."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

import orjson

from suggest.service.app import create_app
from suggest.service.settings import Settings


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return orjson.loads(self.body)

    def problem(self) -> dict[str, Any]:
        """The problem document, checked for what every one of them must have."""
        assert self.headers["content-type"] == "application/problem+json"
        document = self.json()
        assert {"type", "title", "status", "detail"} <= document.keys()
        assert document["status"] == self.status
        assert document["type"].startswith("urn:suggest:problem:")
        assert "Traceback" not in self.body.decode()
        return document


class Service:
    """Sends requests to one application."""

    def __init__(self, app: Any, loop: asyncio.AbstractEventLoop) -> None:
        self._app = app
        self._loop = loop

    def run(self, coroutine: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(timeout=60)

    def get(self, target: str, **headers: str) -> Answer:
        return self.request("GET", target, headers=headers)

    def post(self, target: str, document: Any = None, **headers: str) -> Answer:
        body = b"" if document is None else orjson.dumps(document)
        return self.request("POST", target, body, {"content-type": "application/json", **headers})

    def request(
        self,
        method: str,
        target: str | bytes,
        body: bytes = b"",
        headers: dict[str, str] | None = None,
        *,
        chunks: list[bytes] | None = None,
    ) -> Answer:
        return self.run(self.exchange(method, target, body, headers, chunks=chunks))

    async def exchange(
        self,
        method: str,
        target: str | bytes,
        body: bytes = b"",
        headers: dict[str, str] | None = None,
        *,
        chunks: list[bytes] | None = None,
    ) -> Answer:
        target = target.encode() if isinstance(target, str) else target
        path, _, query_string = target.partition(b"?")
        named = [(name.replace("_", "-").lower().encode(), value.encode()) for name, value in (headers or {}).items()]
        scope = {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": unquote(path.decode()),
            "raw_path": path,
            "query_string": query_string,
            "root_path": "",
            "headers": named,
            "server": ("127.0.0.1", 8000),
            "client": ("127.0.0.1", 40000),
            "state": {},
        }
        waiting = list(chunks if chunks is not None else [body])
        sent: list[dict[str, Any]] = []

        async def receive() -> dict[str, Any]:
            if not waiting:
                await asyncio.sleep(3600)
            return {"type": "http.request", "body": waiting.pop(0), "more_body": bool(waiting)}

        async def send(message: dict[str, Any]) -> None:
            sent.append(message)

        await self._app(scope, receive, send)
        start, *parts = sent
        answered = {name.decode().lower(): value.decode() for name, value in start["headers"]}
        return Answer(start["status"], answered, b"".join(part.get("body", b"") for part in parts))


@contextmanager
def serving(settings: Settings) -> Iterator[Service]:
    """Runs the application's lifespan around the block."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="service-loop")
    thread.start()
    try:
        app = create_app(settings)
        service = Service(app, loop)
        lifespan = _lifespan(app)
        service.run(lifespan.__aenter__())
        try:
            yield service
        finally:
            service.run(lifespan.__aexit__(None, None, None))
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.run_until_complete(loop.shutdown_default_executor())
        loop.close()


@asynccontextmanager
async def _lifespan(app: Any) -> AsyncIterator[None]:
    asked: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    told: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    scope = {"type": "lifespan", "asgi": {"version": "3.0", "spec_version": "2.0"}, "state": {}}
    task = asyncio.create_task(app(scope, asked.get, told.put))
    for phase in ("startup", "shutdown"):
        await asked.put({"type": f"lifespan.{phase}"})
        message = await told.get()
        assert message["type"] == f"lifespan.{phase}.complete", message
        if phase == "startup":
            yield
    await task
