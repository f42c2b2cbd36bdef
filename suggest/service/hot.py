"""`GET /v1/complete` as a plain ASGI callable.

A framework's route costs 150 µs before any work, a bare callable 50 µs; this file is what is added to the latter.
"""

from __future__ import annotations

from collections import OrderedDict, defaultdict
from time import perf_counter
from typing import Any

from starlette.types import Receive, Scope, Send

from suggest.engine import Engine
from suggest.errors import StateError
from suggest.service.answers import answer_tail, next_request_id, with_request_id
from suggest.service.arguments import DEFAULT_K, complete_arguments
from suggest.service.arms import Serving
from suggest.service.authorization import require
from suggest.service.context import Context
from suggest.service.credit import credited_id
from suggest.service.draft import drafted
from suggest.service.experiment import Experiment
from suggest.service.feature_log import Logged
from suggest.service.metrics import TIMED_EVERY
from suggest.service.problems import response_to
from suggest.types import Answer

COMPLETE_PATH = "/v1/complete"
"""Where the hot route answers."""

ARM_HEADER = b"suggest-arm"
"""Response header that names the arm of the experiment; the body's shape is the same for all."""

# Never cached: every answer has a request id of its own, which an impression is joined by, and a
# blocked query must not come back from a cache.
HEADERS = [(b"content-type", b"application/json"), (b"cache-control", b"no-store")]
"""Of every answer with suggestions."""

_PERSONAL = ("user", "session")
_NOT_KEPT = ("user", "session", "explain")

MAX_READY = 4096
"""Answers kept ready in a worker: 5 MB, for the one to three characters that most of what is typed consists of."""

FALLBACK_DEADLINE_S = 0.02
"""Time that each search besides the plain prefix may take in the service, where others wait for the same worker.

Their budgets of counted work end them after 3 to 8 ms of CPU; this ends what a busy machine draws out.
Misspelt inputs over a million queries, two cores with four processes at work: 5 ms cut 40% of the answers and
left 29% empty, 10 ms 2.1% and 6.9%, 20 ms 0.1% and 6.3%, which is what no deadline leaves empty.
"""

MAX_READY_QUERY_BYTES = 64
"""Longest query string whose answer is kept; longer ones come back too rarely."""


class ReadyAnswers:
    """Impersonal answers ready to send, by raw query string: what is typed most is typed by many.

    Emptied when the generation or the state's tombstones change. The `MAX_READY` asked for last are
    kept, of about 1 KB each.
    """

    def __init__(self) -> None:
        self._tails: OrderedDict[bytes, bytes] = OrderedDict()
        self._made_of: tuple[str, int] = ("", -1)

    def get(self, engine: Engine, query_string: bytes) -> bytes | None:
        """The answer of this engine as it stands now; None when it has to be made. About 4 µs."""
        made_of = engine.generation, engine.impersonal_version()
        if made_of != self._made_of:
            self._tails.clear()
            self._made_of = made_of
        tail = self._tails.get(query_string)
        if tail is not None:
            self._tails.move_to_end(query_string)
        return tail

    def keep(self, query_string: bytes, tail: bytes) -> None:
        """Keeps an answer that was made after the last `get`."""
        if len(query_string) <= MAX_READY_QUERY_BYTES:
            self._tails[query_string] = tail
            if len(self._tails) > MAX_READY:
                self._tails.popitem(last=False)


class Complete:
    """The hot route: parse, ask the engine, answer; no await in between, so a swap cannot fall into it."""

    def __init__(self, context: Context) -> None:
        self._generations = context.generations
        self._tokens = context.settings.tokens
        self._experiment = context.settings.experiment
        self._metrics = context.metrics
        self._log = context.feature_log
        self._ready = ReadyAnswers()
        # Of each arm its own: their engines answer differently.
        self._ready_of_arm: defaultdict[str, ReadyAnswers] = defaultdict(ReadyAnswers)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one GET or HEAD request."""
        metrics = self._metrics
        begin = perf_counter() if (metrics.answered_before + metrics.answered) % TIMED_EVERY == 0 else 0.0
        try:
            if self._tokens.read is not None:
                require("read", self._tokens, scope["headers"])
            body, arm = self.answer(scope["query_string"])
        except Exception as error:  # noqa: BLE001 - nothing but a problem document leaves the process
            await self._refuse(error, scope, receive, send)
            return
        metrics.answered += 1
        headers = [*HEADERS, (b"content-length", b"%d" % len(body))]
        if arm is not None:
            headers.append((ARM_HEADER, arm.encode()))
            metrics.arms.answered[arm] += 1
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})
        if begin:
            metrics.time(perf_counter() - begin, arm)

    def answer(self, query_string: bytes) -> tuple[bytes, str | None]:
        """The JSON answer to a raw query string, and the arm of the experiment that gave it.

        Raises:
            Refusal, SuggestError: to be answered with a problem document.
        """
        serving, request_id = self._generations.serving, next_request_id()
        if self._experiment is not None and serving.arms:
            return self._answer_in(self._experiment, serving, query_string, request_id)
        return self._answer_of(serving.engine, self._ready, query_string, None, request_id), None

    def _answer_in(
        self, experiment: Experiment, serving: Serving, query_string: bytes, request_id: str
    ) -> tuple[bytes, str]:
        arguments = complete_arguments(query_string)
        arm = experiment.arm_of(arguments.get("user"), arguments.get("session"), request_id)
        if arm.name not in serving.arms:
            arm = experiment.control
        engines = serving.arms[arm.name]
        if arm.interleave:
            asked = [self._ask(engine, arguments) for engine in engines]
            answer, teams = drafted(asked[0][0], asked[1][0], arguments.get("k", DEFAULT_K), request_id)
            request_id = credited_id(request_id, experiment, arm, teams)
            for engine, (own, _) in zip(engines, asked, strict=True):
                self._log_features(engine, request_id, arguments, own)
            tail = self._tail(engines[0], arguments, answer, degraded=any(degraded for _, degraded in asked))
            return with_request_id(tail, request_id), arm.name
        request_id = credited_id(request_id, experiment, arm)
        return self._answer_of(engines[0], self._ready_of_arm[arm.name], query_string, arguments, request_id), arm.name

    def _answer_of(
        self,
        engine: Engine,
        ready: ReadyAnswers,
        query_string: bytes,
        arguments: dict[str, Any] | None,
        request_id: str,
    ) -> bytes:
        """The answer of one engine, kept ready or made; the query string is parsed when it has to be."""
        tail = ready.get(engine, query_string)
        if tail is None:
            if arguments is None:
                arguments = complete_arguments(query_string)
            answer, degraded = self._ask(engine, arguments)
            tail = self._tail(engine, arguments, answer, degraded=degraded)
            if answer.suggestions and not degraded and arguments.keys().isdisjoint(_NOT_KEPT):
                ready.keep(query_string, tail)
            self._log_features(engine, request_id, arguments, answer)
        return with_request_id(tail, request_id)

    def _tail(self, engine: Engine, arguments: dict[str, Any], answer: Answer, *, degraded: bool) -> bytes:
        self._metrics.count(answer)
        explain = arguments.get("explain", False)
        return answer_tail(engine, arguments["text"], answer.suggestions, explain=explain, degraded=degraded)

    def _log_features(self, engine: Engine, request_id: str, arguments: dict[str, Any], answer: Answer) -> None:
        if self._log is None or answer.features is None or "user" not in arguments:
            return
        queries = [suggestion.query for suggestion in answer.suggestions]
        self._log.append(
            Logged(
                request_id,
                engine.generation,
                answer.at_us,
                arguments,
                queries,
                answer.features,
                degraded=bool(answer.cut),
            )
        )

    def _ask(self, engine: Engine, arguments: dict[str, Any]) -> tuple[Answer, bool]:
        """The answer, and whether it is less than it could be: it says so, and is counted."""
        try:
            answer = engine.answer(**arguments, deadline_s=FALLBACK_DEADLINE_S)
        except StateError:
            if not any(name in arguments for name in _PERSONAL):
                raise
        else:
            return answer, bool(answer.cut)
        # Without the user's history the answer is still a good one for everybody.
        common = {name: value for name, value in arguments.items() if name not in _PERSONAL}
        answer = engine.answer(**common, deadline_s=FALLBACK_DEADLINE_S)
        self._metrics.degraded.inc()
        # These features are nobody's: the log holds those of people.
        return answer._replace(features=None), True

    async def _refuse(self, error: Exception, scope: Scope, receive: Receive, send: Send) -> None:
        response = response_to(error)
        self._metrics.requests.labels(COMPLETE_PATH, str(response.status_code)).inc()
        await response(scope, receive, send)
