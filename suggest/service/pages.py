"""The demo page and its files, from memory, and the description of the routes."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from importlib import resources

from fastapi import APIRouter, Request, Response

from suggest.service.problems import Refusal, problem
from suggest.service.reference import STYLE, reference_page

router = APIRouter(include_in_schema=False)

# A table and not `mimetypes`: that one reads files of the machine, which may call JavaScript plain text.
_TYPES = {
    "html": "text/html; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "json": "application/json",
    "svg": "image/svg+xml",
    "png": "image/png",
    "ico": "image/x-icon",
    "webmanifest": "application/manifest+json",
}
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
_STYLE_HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
_REFERENCE_POLICY = f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; base-uri 'none'; frame-ancestors 'none'"


@dataclass(frozen=True, slots=True)
class StaticFile:
    """One file of the page.

    Attributes:
        content: its bytes.
        media_type: its content type.
        etag: changes with its content.
    """

    content: bytes
    media_type: str
    etag: str


def load_static_files() -> dict[str, StaticFile]:
    """Name to file, of every file in the package's `static` folder with a known type."""
    folder = resources.files("suggest.service").joinpath("static")
    if not folder.is_dir():
        return {}
    files = {}
    for entry in folder.iterdir():
        media_type = _TYPES.get(entry.name.rpartition(".")[2])
        if media_type is not None:
            content = entry.read_bytes()
            files[entry.name] = StaticFile(content, media_type, f'"{hashlib.sha256(content).hexdigest()[:16]}"')
    return files


@router.get("/")
async def get_page(request: Request) -> Response:
    """The demo page."""
    return _file(request, "index.html")


@router.get("/video")
async def get_video_page(request: Request) -> Response:
    """The page of one video, which its address names as `?item=`: ids may hold anything, slashes too."""
    return _file(request, "video.html")


@router.get("/static/{name}")
async def get_static_file(request: Request, name: str) -> Response:
    """One file of the demo page."""
    return _file(request, name)


@router.get("/docs")
async def get_reference(request: Request) -> Response:
    """The routes, written out for people; needs neither scripts nor the network."""
    headers = {"Content-Security-Policy": _REFERENCE_POLICY, "X-Content-Type-Options": "nosniff"}
    return Response(reference_page(request.app.openapi()), 200, headers, media_type="text/html")


def _file(request: Request, name: str) -> Response:
    files: dict[str, StaticFile] = request.app.state.static_files
    file = files.get(name)
    if file is None:
        raise Refusal(problem("not-found", "there is no such file"))
    headers = {
        "ETag": file.etag,
        # Kept by the browser but asked for again each time: a new version of the service shows at once.
        "Cache-Control": "no-cache",
        "Content-Security-Policy": _POLICY,
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
    }
    if file.etag in request.headers.get("if-none-match", ""):
        return Response(None, 304, headers)
    return Response(file.content, 200, {**headers, "Content-Type": file.media_type})
