"""The generation being served, and the change to another one between two requests."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from itertools import chain
from string import ascii_lowercase

from suggest import artifacts
from suggest.engine import Engine
from suggest.errors import ArtifactError, NotBuiltError, SuggestError
from suggest.interfaces import State
from suggest.service.arms import Serving, serving_alone, serving_with_arms
from suggest.service.experiment import Ranker
from suggest.service.metrics import Metrics
from suggest.service.problems import Refusal, problem
from suggest.service.settings import Settings

logger = logging.getLogger("suggest.service")

# Every first letter touches the pages that the first requests would otherwise wait for.
_WARM_PREFIXES = ("", *ascii_lowercase)

# Without these, loading what corrections need on first use would cut the first request short.
_WARM_MISSPELT = ("warm up wrod", "слвоо")

# Likewise of the other surfaces: what they read on first use takes half a second each.
_WARM_SURFACES: tuple[Callable[[Engine], object], ...] = (
    lambda engine: engine.related(_WARM_MISSPELT[0]),
    lambda engine: engine.item_queries(title=_WARM_MISSPELT[0], min_score=0.0),
)

# What a script needs (Chinese: 0.6 s, 90 MB) is loaded for those that people search in, and for no other.
_WARM_LOCALES = 50
_WARM_QUERIES = 3


def open_newest_good(settings: Settings, state: State | None) -> tuple[Engine, list[str]]:
    """Opens what `CURRENT` names or, where that is broken, the newest earlier generation that is not.

    Returns:
        The engine, and one line for each generation that was passed over.

    Raises:
        ArtifactError: none can be served; the text says why and what to build.
    """
    passed_over: list[str] = []
    for name in _by_preference(settings.index_dir, passed_over):
        try:
            return _open(settings, state, name, "default"), passed_over
        except ArtifactError as error:
            passed_over.append(f"{name}: {error}")
    reasons = "; ".join(passed_over) or "nothing was built there"
    raise ArtifactError(f"no generation in {settings.index_dir} can be served ({reasons}); run `suggest build`")


class Generations:
    """Holds the engines that answer and replaces them when `CURRENT` names another generation.

    One reference is replaced between two requests. Whoever asked the old engine keeps it alive until
    they are done; its memory maps go with its last reader, without waiting for the collector. All
    methods run on the event loop; opening and verifying happen in a thread.

    Attributes:
        refused: name of the generation that `CURRENT` names and that could not be served, else None.
    """

    def __init__(self, settings: Settings, metrics: Metrics) -> None:
        self._settings = settings
        self._metrics = metrics
        self._state: State | None = None
        self._serving: Serving | None = None
        self._changing = asyncio.Lock()
        self._follower: asyncio.Task[None] | None = None
        self._complaint: str | None = None
        self.refused: str | None = None

    @property
    def name(self) -> str | None:
        """Name of the generation that is served, None before the first."""
        return None if self._serving is None else self._serving.engine.generation

    @property
    def serving(self) -> Serving:
        """What answers now; take it once per request, so that the whole answer comes from one moment.

        Raises:
            Refusal: 503, no generation could be loaded so far.
        """
        if self._serving is None:
            raise Refusal(problem("not-ready", "no generation is loaded; see the log of the service"))
        return self._serving

    @property
    def engine(self) -> Engine:
        """The engine of the generation that is served, as in `serving`."""
        return self.serving.engine

    async def start(self, state: State) -> None:
        """Loads the newest good generation and follows `CURRENT` from then on.

        A worker that finds none stays up, not ready, and takes up the first good one: its supervisor
        would otherwise take one failed start for a reason to stop all workers.
        """
        self._state = state
        try:
            engine, passed_over = await asyncio.to_thread(open_newest_good, self._settings, state)
        except ArtifactError as error:
            self._complain(str(error))
        else:
            self._serve(await self._with_arms(engine))
            self._note_fallback(engine, passed_over)
        self._follower = asyncio.create_task(self._follow())

    async def stop(self) -> None:
        """Stops following and lets the engine go; what is under way still holds it."""
        if self._follower is not None:
            self._follower.cancel()
            with suppress(asyncio.CancelledError):
                await self._follower
        self._serving = None

    async def reload(self) -> str:
        """Serves what `CURRENT` names; returns its name when this worker serves it.

        Arms of the experiment that could not be served are tried again.

        Raises:
            ArtifactError: it cannot be served; what was served stays served.
        """
        async with self._changing:
            name = artifacts.current(self._settings.index_dir)
            if name is None:
                raise ArtifactError(f"{self._settings.index_dir} holds no generation; run `suggest build`")
            if name != self.name:
                try:
                    engine = await self._opened(name)
                except ArtifactError:
                    self.refused = name
                    self._metrics.swap_failures.inc()
                    raise
                self._adopt(await self._with_arms(engine))
            elif self.serving.missing:
                self._serve(await self._with_arms(self.engine))
            return name

    async def rollback(self) -> str:
        """Goes back to the newest good generation before the current one; returns its name.

        `CURRENT` is switched only after that generation was opened, so other workers can follow.

        Raises:
            ArtifactError: there is none.
        """
        index_dir = self._settings.index_dir
        reasons: list[str] = []
        async with self._changing:
            now = artifacts.current(index_dir)
            for name in artifacts.generations(index_dir):
                if now is None or name >= now:
                    continue
                try:
                    engine = await self._opened(name)
                except ArtifactError as error:
                    reasons.append(f"{name}: {error}")
                    continue
                serving = await self._with_arms(engine)
                artifacts.switch_current(index_dir, name)
                self._adopt(serving)
                return name
        raise ArtifactError(f"no generation before {now} can be served ({'; '.join(reasons) or 'none is kept'})")

    async def _follow(self) -> None:
        while True:
            await asyncio.sleep(self._settings.poll_s)
            self._metrics.flush()
            try:
                if artifacts.current(self._settings.index_dir) not in (self.name, self.refused):
                    await self.reload()
            except (SuggestError, OSError) as error:
                self._complain(f"Still serving {self.name}: {error}")
            except Exception:
                # A follower that ended would leave this worker on an old generation for good.
                logger.exception("Still serving %s", self.name)
            else:
                self._complaint = None

    def _complain(self, complaint: str) -> None:
        # Once, not twice a second.
        if complaint != self._complaint:
            logger.error(complaint)
        self._complaint = complaint

    async def _opened(self, name: str) -> Engine:
        return await asyncio.to_thread(_open, self._settings, self._state, name, "default")

    async def _with_arms(self, engine: Engine) -> Serving:
        experiment = self._settings.experiment
        if experiment is None:
            return serving_alone(engine)
        kept = {} if self._serving is None else self._serving.opened
        open_arm = partial(_open, self._settings, self._state)
        return await asyncio.to_thread(serving_with_arms, engine, experiment, open_arm, kept)

    def _adopt(self, serving: Serving) -> None:
        self._serve(serving)
        self.refused = None
        self._metrics.swaps.inc()
        logger.info("Serving generation %s", serving.engine.generation)

    def _serve(self, serving: Serving) -> None:
        self._serving = serving
        self._metrics.loaded_at.set(time.time())
        for arm, reason in serving.missing.items():
            self._metrics.arms.failures.labels(arm).inc()
            logger.warning("Arm %s of the experiment cannot be served, the control answers for it: %s", arm, reason)

    def _note_fallback(self, engine: Engine, passed_over: list[str]) -> None:
        if passed_over:
            self.refused = _current_or_none(self._settings.index_dir)
            self._metrics.fallbacks.inc()
            logger.warning("Fell back to generation %s: %s", engine.generation, "; ".join(passed_over))


def _open(settings: Settings, state: State | None, name: str, ranker: Ranker) -> Engine:
    verify = settings.verify and name not in settings.verified
    engine = Engine.open(settings.index_dir, state=state, generation=name, ranker=ranker, verify=verify)
    for prefix in _WARM_PREFIXES:
        engine.complete(prefix, match="prefix")
        # Gives the event loop's thread the interpreter after every call rather than after 5 ms.
        time.sleep(0)
    for text in (*_WARM_MISSPELT, *_most_searched(engine)):
        engine.complete(text)
        with suppress(NotBuiltError):
            engine.comment_entities(text)
        time.sleep(0)
    for ask in _WARM_SURFACES:
        with suppress(NotBuiltError):
            ask(engine)
        time.sleep(0)
    return engine


def _most_searched(engine: Engine) -> dict[str, None]:
    """What is searched most, over all locales and in each of the first: each query once."""
    locales = (None, *engine.locales[:_WARM_LOCALES])
    lists = (engine.complete("", _WARM_QUERIES, locale=locale, match="prefix") for locale in locales)
    return dict.fromkeys(suggestion.query for suggestion in chain.from_iterable(lists))


def _by_preference(index_dir: str, passed_over: list[str]) -> list[str]:
    try:
        now = artifacts.current(index_dir)
    except ArtifactError as error:
        passed_over.append(f"CURRENT: {error}")
        now = None
    kept = artifacts.generations(index_dir)
    if now is None:
        return kept
    # CURRENT may name an earlier one than the newest, after a rollback: newer ones are not good then.
    return [now, *(name for name in kept if name < now)]


def _current_or_none(index_dir: str) -> str | None:
    with suppress(ArtifactError):
        return artifacts.current(index_dir)
    return None
