"""A bare ASGI callable that answers bytes made in advance, on the settings of the service.

python -m benchmarks.bare PORT ANSWERS.json
"""

from __future__ import annotations

import json
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import uvicorn


def main() -> None:
    """Serves until it is stopped."""
    answers = {path.encode(): body.encode() for path, body in json.loads(Path(sys.argv[2]).read_bytes()).items()}

    async def app(scope: dict[str, Any], _receive: object, send: Callable[[dict[str, Any]], Awaitable[None]]) -> None:
        body = answers[scope["raw_path"] + b"?" + scope["query_string"]]
        headers = [
            (b"content-type", b"application/json"),
            (b"cache-control", b"no-store"),
            (b"content-length", b"%d" % len(body)),
        ]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    uvicorn.run(
        app,
        port=int(sys.argv[1]),
        loop="uvloop",
        http="httptools",
        ws="none",
        lifespan="off",
        access_log=False,
        server_header=False,
        log_level="warning",
    )


if __name__ == "__main__":
    main()
