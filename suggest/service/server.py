"""Starts and stops the processes that serve."""

from __future__ import annotations

import errno
import ipaddress
import logging
import logging.config
import os
import shutil
import signal
import socket
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from suggest.errors import ArgumentError, SuggestError
from suggest.service.experiment import CURRENT, read_experiment
from suggest.service.settings import METRICS_VARIABLE, Gates, Settings
from suggest.service.tokens import tokens_from

if TYPE_CHECKING:
    from starlette.types import ASGIApp

logger = logging.getLogger("suggest.service")

_BACKLOG = 2048
_GRACE_S = 20
# The supervisor replaces a worker that does not answer for so long. Its default of 5 s kills workers
# that are still importing on a busy machine, again and again.
_HEALTHCHECK_S = 60
_THREAD_VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
_STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM)
_LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "loggers": {
        "suggest": {"handlers": ["stderr"], "level": "INFO", "propagate": False},
        "uvicorn": {"handlers": ["stderr"], "level": "WARNING", "propagate": False},
    },
}


def serve(
    index_dir: str | os.PathLike[str],
    state_url: str,
    host: str = "127.0.0.1",
    port: int = 8000,
    workers: int = 1,
    *,
    verify: bool = True,
    experiment: str | os.PathLike[str] | None = None,
    feature_log: str | os.PathLike[str] | None = None,
    feature_log_bytes: int = 1 << 30,
    demo: str | os.PathLike[str] | None = None,
    gates: Gates | None = None,
) -> None:
    """Serves until SIGINT or SIGTERM; requests under way are finished first, for at most 20 s.

    Tokens, the origins of other sites and the public URL come from the environment; see `docs/http.md`.

    Args:
        index_dir: directory of the generations.
        state_url: where the state lives.
        host: address to bind; other than loopback only with a read or write token.
        port: port to bind; 0 for any free one, which the log line of the start names.
        workers: processes that share the port and, through memory maps, the generation.
        verify: check the SHA-256s of a generation before it is served.
        experiment: a TOML file of the orders to compare, see `docs/experiments.md`; None for one order.
        feature_log: a directory in which the features of personal answers are logged; None to log none.
        feature_log_bytes: of all its files together; beyond it the oldest are removed.
        demo: a folder with `items.jsonl` and `comments.jsonl`, plain or `.gz`, that the pages show; None for none.
        gates: what scores too little to be shown, to requests that do not say; None for the defaults.

    Raises:
        ArgumentError: arguments that do not go together, or a file that describes no experiment.
        ArtifactError: no generation can be served.
        InputError: there is nothing to show in `demo`, or it is malformed.
        StateError: the state cannot be opened.
        SuggestError: the port cannot be bound, or a worker could not start.
    """
    settings = Settings(
        index_dir=os.fspath(index_dir),
        state_url=state_url,
        tokens=tokens_from(os.environ),
        verify=verify,
        cors_origins=tuple(os.environ.get("SUGGEST_CORS_ORIGINS", "").split()),
        public_url=os.environ.get("SUGGEST_PUBLIC_URL", "").rstrip("/") or None,
        experiment=None if experiment is None else read_experiment(experiment),
        feature_log=None if feature_log is None else _checked_log(feature_log),
        feature_log_bytes=feature_log_bytes,
        demo=None if demo is None else _checked_demo(demo),
        gates=gates,
    )
    _check_workers(settings, workers)
    _check_host(settings, host)
    from suggest.artifacts import held

    logging.config.dictConfig(_LOGGING)
    _use_one_native_thread()
    served = _verified_generation(settings)
    settings = replace(settings, verified=(served, *_verified_arms(settings)))
    with ExitStack() as stack:
        listener = stack.enter_context(_listening(host, port))
        if workers > 1:
            stack.enter_context(_shared_metrics())
        # A build must not take away what an arm names; the parent holds it for workers that come and go.
        stack.enter_context(held(settings.index_dir, _named_generations(settings)))
        with _stop_signals_end_the_server():
            _announce(settings, served, listener)
            _run(settings, listener, workers)
    logger.info("Stopped")


def _checked_log(directory: str | os.PathLike[str]) -> str:
    from suggest.service.feature_log import checked_directory

    return os.fspath(checked_directory(directory))


def _checked_demo(folder: str | os.PathLike[str]) -> str:
    from suggest.service.demo import Demo

    Demo.read(folder)  # each worker reads it again; what is wrong with it is said here, once
    return os.fspath(folder)


def _check_workers(settings: Settings, workers: int) -> None:
    if workers < 1:
        raise ArgumentError("workers", f"expected 1 or more, got {workers}")
    if workers > 1 and settings.state_url == "memory://":
        raise ArgumentError(
            "workers",
            "memory:// is private to a process, so more than one worker cannot share it; use sqlite:///path",
        )


def _check_host(settings: Settings, host: str) -> None:
    if settings.tokens.open_to_all and not _is_loopback(host):
        raise ArgumentError(
            "host",
            f"{host or 'every address'} is reachable from outside and neither SUGGEST_READ_TOKEN nor "
            "SUGGEST_WRITE_TOKEN is set; set one, or bind to 127.0.0.1",
        )


def _is_loopback(host: str) -> bool:
    try:
        found = socket.getaddrinfo(host or None, 0, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except OSError as error:
        raise SuggestError(f"cannot bind to {host}: {error.strerror}") from error
    return all(ipaddress.ip_address(str(address[4][0]).partition("%")[0]).is_loopback for address in found)


def _use_one_native_thread() -> None:
    # A worker answers one request at a time: a pool of native threads would only fight with the other workers'.
    for variable in _THREAD_VARIABLES:
        os.environ.setdefault(variable, "1")


def _verified_generation(settings: Settings) -> str:
    from suggest.artifacts import generations
    from suggest.errors import GenerationBroken
    from suggest.service.generations import open_newest_good
    from suggest.stores import open_state

    if not generations(settings.index_dir):
        where = settings.index_dir
        raise GenerationBroken(f"{where} holds no generation; make one with: suggest build --out {where}")
    # Hashed once here, not once per worker; this also tells of an unusable state before anything is bound.
    state = open_state(settings.state_url)
    try:
        return open_newest_good(settings, state)[0].generation
    finally:
        state.close()


def _named_generations(settings: Settings) -> list[str]:
    if settings.experiment is None:
        return []
    return sorted({arm.generation for arm in settings.experiment.arms if not arm.interleave} - {CURRENT})


def _verified_arms(settings: Settings) -> list[str]:
    from suggest.artifacts import Generation
    from suggest.errors import ArtifactError

    if not settings.verify:
        return []
    verified = []
    for name in _named_generations(settings):
        # One that is broken is told by the workers, who serve the control in its place.
        with suppress(ArtifactError):
            verified.append(Generation.open(settings.index_dir, name).name)
    return verified


@contextmanager
def _listening(host: str, port: int) -> Iterator[socket.socket]:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.socket(family, kind, protocol)
    except (OSError, OverflowError) as error:
        raise SuggestError(f"cannot bind to {host}:{port}: {error}") from error
    with listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(address)
            listener.listen(_BACKLOG)
        except (OSError, OverflowError) as error:
            raise SuggestError(_bind_failure(host, port, error)) from error
        listener.set_inheritable(True)
        yield listener


def _bind_failure(host: str, port: int, error: Exception) -> str:
    number = getattr(error, "errno", None)
    if number == errno.EADDRINUSE:
        return f"port {port} on {host} is in use; stop what uses it or choose another with --port"
    if number == errno.EACCES:
        return f"no permission to bind port {port} on {host}; choose one above 1023 with --port"
    return f"cannot bind to {host}:{port}: {error}"


class _Stopped(BaseException):
    """A signal asked the service to stop; not an Exception, since nothing on its way may take it for a failure."""


@contextmanager
def _stop_signals_end_the_server() -> Iterator[None]:
    """A signal before the server listens to signals ends it too; one that it raises again afterwards is done."""

    def stop(_number: int, _frame: object) -> None:
        raise _Stopped

    before = {number: signal.signal(number, stop) for number in _STOP_SIGNALS}
    try:
        with suppress(_Stopped):
            yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def _shared_metrics() -> Iterator[None]:
    directory = tempfile.mkdtemp(prefix="suggest-metrics-")
    os.environ[METRICS_VARIABLE] = directory
    try:
        yield
    finally:
        del os.environ[METRICS_VARIABLE]
        shutil.rmtree(directory, ignore_errors=True)


def _announce(settings: Settings, served: str, listener: socket.socket) -> None:
    host, port = listener.getsockname()[:2]
    shown = f"[{host}]" if ":" in host else host
    limit = " (no token is set, so only this machine can reach it)" if settings.tokens.open_to_all else ""
    logger.info("Serving generation %s at http://%s:%d%s", served, shown, port, limit)


def _run(settings: Settings, listener: socket.socket, workers: int) -> None:
    import uvicorn
    from uvicorn.supervisors import Multiprocess

    config = uvicorn.Config(
        partial(_application, settings),
        factory=True,
        loop="uvloop",
        http="httptools",
        ws="none",
        lifespan="on",
        log_config=_LOGGING,
        access_log=False,
        server_header=False,
        workers=workers,
        timeout_graceful_shutdown=_GRACE_S,
        timeout_worker_healthcheck=_HEALTHCHECK_S,
    )
    if workers == 1:
        server = uvicorn.Server(config)
        server.run(sockets=[listener])
        started = server.started
    else:
        supervisor = Multiprocess(config, sockets=[listener])
        supervisor.run()
        started = all(process.exitcode != uvicorn.config.STARTUP_FAILURE for process in supervisor.processes)
    if not started:
        raise SuggestError("the service could not start; the reason is in the lines above")


def _application(settings: Settings) -> ASGIApp:
    # Imported by the worker that runs it: a worker answers its supervisor only once it has been unpickled.
    from suggest.service.app import create_app

    return create_app(settings)
