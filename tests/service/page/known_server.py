"""A small service with known answers, for tests that look at the page and not at the engine."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.service.page.known_videos import EVIL, KnownVideos

STATIC = Path(__file__).parents[3] / "suggest" / "service" / "static"
PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; base-uri 'none'"
)
CONTENT_TYPES = {".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
OPEN_HEADERS = {
    "Server-Timing": "app;dur=0.25",
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Headers": "Authorization, Content-Type",
    "Access-Control-Expose-Headers": "Server-Timing",
}
PAGES = {"/": "index.html", "/video": "video.html"}
QUERIES = (
    "guitar",
    "guitar chords",
    "guitar lessons for beginners",
    "guitar solo",
    "🎸🎸 guitar riffs",
    "garden",
    "गिटार",
    "موسيقى",
    "موسيقى هادئة",
    "safe\u202etxt.exe",
    EVIL,
    *(f"list {number:02}" for number in range(1, 31)),
)


@dataclass
class PageServer:
    """A running server: where it is, what it was asked, and pages of a test's own."""

    url: str
    pages: dict[str, str] = field(default_factory=dict)
    questions: list[dict[str, str]] = field(default_factory=list)
    tokens: list[str | None] = field(default_factory=list)
    events: list[dict[str, Any]] = field(default_factory=list)
    videos: KnownVideos = field(default_factory=KnownVideos)
    generation: str = "20260101T000000-test"

    def complete(self, question: dict[str, str]) -> dict[str, Any]:
        """Own searches first, then the fixed queries, all that hold the text typed."""
        text = question["q"].casefold()
        own = [event["query"] for event in self.events if _is_search_of(event, question.get("user"))]
        known = [(query, "history") for query in dict.fromkeys(reversed(own))]
        known += [(query, "prefix") for query in QUERIES if query not in own]
        found = [(query, source) for query, source in known if text in query.casefold()]
        return {
            "request_id": f"r{len(self.questions)}",
            "query": question["q"],
            "suggestions": [
                {"query": query, "score": 1.0, "source": source, "highlights": _highlights(query, text)}
                for query, source in found[: int(question.get("k", 10))]
            ],
            "generation": self.generation,
            "watermark": None,
            "degraded": False,
        }


def _is_search_of(event: dict[str, Any], user: str | None) -> bool:
    return event["type"] == "search" and event["user"] == user


def _highlights(query: str, text: str) -> list[list[int]]:
    start = query.casefold().find(text)
    return [[start, start + len(text)]] if text else []


@contextmanager
def serving() -> Iterator[PageServer]:
    """Serves on a free port of 127.0.0.1 until the block ends."""
    httpd = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    httpd.daemon_threads = True
    server = PageServer(f"http://127.0.0.1:{httpd.server_port}")
    httpd.page_server = server  # type: ignore[attr-defined]
    thread = threading.Thread(target=httpd.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        httpd.shutdown()
        httpd.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        url = urlsplit(self.path)
        server: PageServer = self.server.page_server  # type: ignore[attr-defined]
        question = {name: values[0] for name, values in parse_qs(url.query, keep_blank_values=True).items()}
        if url.path == "/v1/complete":
            server.questions.append(question)
            server.tokens.append(self.headers["Authorization"])
            self._answer_json(200, server.complete(question))
        elif url.path in server.pages:
            self._answer(200, "text/html", server.pages[url.path].encode())
        elif url.path in PAGES:
            self._answer_file(STATIC / PAGES[url.path], {"Content-Security-Policy": PAGE_POLICY})
        elif found := server.videos.answer(url.path, question):
            self._answer_json(*found)
        else:
            self._answer_file(STATIC / Path(url.path).name, {})

    def do_POST(self) -> None:
        server: PageServer = self.server.page_server  # type: ignore[attr-defined]
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if found := server.videos.answer(urlsplit(self.path).path, body):
            self._answer_json(*found)
            return
        events = body["events"]
        server.events += events
        self._answer_json(202, {"accepted": len(events), "duplicates": 0, "rejected": []})

    def do_OPTIONS(self) -> None:
        self._answer(204, "text/plain", b"")

    def _answer_json(self, status: int, body: dict[str, Any]) -> None:
        self._answer(status, "application/json", json.dumps(body).encode())

    def _answer_file(self, path: Path, headers: dict[str, str]) -> None:
        if path.is_file():
            self._answer(200, CONTENT_TYPES[path.suffix], path.read_bytes(), headers)
        else:
            self._answer(404, "text/plain", b"")

    def _answer(self, status: int, content_type: str, body: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        self.send_header("Content-Type", f"{content_type}; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        for name, value in (OPEN_HEADERS | (headers or {})).items():
            self.send_header(name, value)
        self.end_headers()
        # A page that types on drops its question.
        with suppress(ConnectionError):
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
        """Keeps requests out of the test output."""
