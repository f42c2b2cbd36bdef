"""The service as one ASGI application."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import PackageNotFoundError, version

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from suggest.errors import SuggestError
from suggest.service import demo_routes, operations, pages, reads, writes
from suggest.service.body import buffered
from suggest.service.context import Context
from suggest.service.demo import Demo
from suggest.service.description import describe
from suggest.service.direct import RELATED_PATH, item_route, names_item, related_route
from suggest.service.feature_log import FeatureLog
from suggest.service.generations import Generations
from suggest.service.hot import ARM_HEADER, COMPLETE_PATH, Complete
from suggest.service.metrics import Metrics
from suggest.service.problems import Refusal, problem, response_to
from suggest.service.settings import Settings
from suggest.service.writer import Writer
from suggest.stores import open_state


def create_app(settings: Settings) -> ASGIApp:
    """The whole service; the state and the newest good generation are opened by its lifespan."""
    metrics = Metrics()
    log = FeatureLog(settings.feature_log, settings.feature_log_bytes, metrics) if settings.feature_log else None
    context = Context(settings, metrics, Generations(settings, metrics), Writer(), log)
    service = Dispatcher(context, _api(context))
    if not settings.cors_origins:
        return service
    return CORSMiddleware(
        service,
        settings.cors_origins,
        allow_methods=["GET", "POST", "DELETE"],
        allow_headers=["*"],
        expose_headers=[ARM_HEADER.decode()],
        max_age=86_400,
    )


class Dispatcher:
    """Outermost: what answers a GET with suggestions is a callable of its own, all else goes to the framework."""

    def __init__(self, context: Context, api: ASGIApp) -> None:
        self._context = context
        self._api = api
        self._complete = Complete(context)
        self._related = related_route(context)
        self._item = item_route(context)
        self._under_way = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request, or runs the lifespan."""
        if scope["type"] != "http":
            await self._api(scope, receive, send)
            return
        route = self._route(scope["path"])
        if route is None:
            await self._counted(scope, receive, send)
        elif scope["method"] in ("GET", "HEAD"):
            await route(scope, receive, send)
        else:
            await problem("method-not-allowed", "expected GET", {"Allow": "GET, HEAD"})(scope, receive, send)

    def _route(self, path: str) -> ASGIApp | None:
        """The callable that answers at a path past the framework."""
        if path == COMPLETE_PATH:
            return self._complete
        if path == RELATED_PATH:
            return self._related
        return self._item if names_item(path) else None

    async def _counted(self, scope: Scope, receive: Receive, send: Send) -> None:
        # A copy, because the server drops the body of the answer by the method in its own scope.
        scope = {**scope, "method": "GET"} if scope["method"] == "HEAD" else dict(scope)
        status = 0

        async def watched(message: Message) -> None:
            nonlocal status
            status = message.get("status", status)
            await send(message)

        self._under_way += 1
        try:
            await self._limited(scope, receive, watched)
        except Exception as error:  # noqa: BLE001 - nothing but a problem document leaves the process
            # The framework answers an error that nobody foresaw, and then raises it again for its server.
            if not status:
                await response_to(error)(scope, receive, watched)
        finally:
            self._under_way -= 1
        route = getattr(scope.get("route"), "path", "unknown")
        self._context.metrics.requests.labels(route, str(status)).inc()

    async def _limited(self, scope: Scope, receive: Receive, send: Send) -> None:
        limit = self._context.settings.max_waiting
        if self._under_way > limit:
            raise Refusal(problem("busy", f"{limit} requests are under way in this worker; try again soon"))
        if scope["method"] == "POST":
            receive = await buffered(scope, receive, self._context.settings.body_timeout_s)
        await self._api(scope, receive, send)


def _api(context: Context) -> FastAPI:
    api = FastAPI(
        title="suggest",
        version=_version(),
        description="Short-text recommendation: what is being typed, and what else one would search.",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        lifespan=_lifespan,
    )
    api.state.context = context
    api.state.static_files = pages.load_static_files()
    api.state.demo = None if context.settings.demo is None else Demo.read(context.settings.demo)
    for router in (
        reads.router,
        reads.description_router,
        writes.router,
        operations.router,
        operations.admin_router,
        pages.router,
        demo_routes.router,
    ):
        api.include_router(router)
    for kind in (Refusal, SuggestError, RequestValidationError, HTTPException, Exception):
        api.add_exception_handler(kind, _answer_with_problem)
    api.openapi = describe(api)  # type: ignore[method-assign]
    return api


@asynccontextmanager
async def _lifespan(api: FastAPI) -> AsyncIterator[None]:
    context: Context = api.state.context
    context.state = await asyncio.to_thread(open_state, context.settings.state_url)
    # Libraries stay: the collector need not look at them again and again. Generations come and go.
    gc.freeze()
    try:
        await context.generations.start(context.state)
        if context.feature_log is not None:
            context.feature_log.start(context.state)
        yield
        await context.generations.stop()
        context.writer.close()
        if context.feature_log is not None:
            await asyncio.to_thread(context.feature_log.close)
    finally:
        gc.unfreeze()
        context.state.close()


async def _answer_with_problem(_request: Request, error: Exception) -> Response:
    return response_to(error)


def _version() -> str:
    try:
        return version("shorttext-suggest")
    except PackageNotFoundError:
        return "0+unknown"
