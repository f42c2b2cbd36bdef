"""One visit: searches, lists looked at, videos watched, and what is tapped."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count

from suggest.simulation.attractions import AttractionLines
from suggest.simulation.draws import Draws, Weighted
from suggest.simulation.event_lines import EventLines
from suggest.simulation.intents import Grammar, Intent, wider
from suggest.simulation.keystrokes import slip, typed
from suggest.simulation.parameters import Parameters
from suggest.simulation.popular import Offer, Popular
from suggest.simulation.trends import Trend
from suggest.simulation.users import User
from suggest.simulation.videos import Library, Video, related

_SECOND_MS = 1000
_KEY_MS = 180
_LONGEST_PREFIX = 12
_SHORTEST_HALF = 4
_DIGITS = 6


@dataclass(frozen=True, slots=True)
class Arranged:
    """A list in the order in which it is shown.

    Attributes:
        offers: by position.
        propensities: chance that the service shows this query at this place, by position: (0, 1].
    """

    offers: Sequence[Offer]
    propensities: Sequence[float]


@dataclass(slots=True)
class Scene:
    """What a visit takes place in; `trending` changes from day to day."""

    parameters: Parameters
    draws: Draws
    grammars: dict[str, Grammar]
    popular: dict[str, Popular]
    library: Library
    lines: EventLines
    attractions: AttractionLines
    trending: Weighted[Trend] | None = None


class Visits:
    """Lets users visit; every event goes to the scene's lines."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._parameters = scene.parameters
        self._draws = scene.draws
        self._unit = scene.draws.unit
        self._request_ids: Iterator[int] = count(1)

    def visit(self, user: User, start_ms: int) -> None:
        """One session of one user. About 20 µs an event."""
        draws, parameters = self._draws, self._parameters
        go_on = parameters.mood_continue[draws.chance(parameters.browsing_share)]
        now_ms, last = start_ms, self._opening(user)
        now_ms, last = self._search(user, last, now_ms)
        while True:
            now_ms, tapped = self._look_around(user, last, now_ms)
            if tapped is not None:
                last = tapped
                continue
            if not draws.chance(go_on):
                return
            now_ms += int(draws.between(8, 150) * _SECOND_MS)
            now_ms, last = self._search(user, self._next(user, last), now_ms)

    def _opening(self, user: User) -> Intent:
        parameters, draws = self._parameters, self._draws
        if user.past and draws.chance(parameters.habit_share):
            return user.past[int(len(user.past) * (1 - self._unit() ** 2))]
        if self._scene.trending is not None and draws.chance(parameters.trend_share):
            return self._scene.trending.pick(draws).intent(self._scene.grammars[user.code])
        code = parameters.language_shares[0][0] if draws.chance(parameters.foreign_share) else user.code
        return self._scene.grammars[code].want(user.interests.pick(draws), draws)

    def _next(self, user: User, last: Intent) -> Intent:
        """The same again, narrower, wider, or something else."""
        parameters = self._parameters
        turn = self._unit() - parameters.again_share
        if turn < 0:
            return last
        if turn < parameters.narrower_share:
            return self._scene.grammars[last.code].narrower(last, self._draws)
        if turn < parameters.narrower_share + parameters.wider_share:
            return wider(last)
        return self._opening(user)

    def _search(self, user: User, intent: Intent, now_ms: int) -> tuple[int, Intent]:
        """Types a query; the list may end the typing. Returns when it was sent, and what was asked."""
        parameters, draws = self._parameters, self._draws
        grammar = self._scene.grammars[intent.code]
        right = typed(grammar.text(intent), user.habits, grammar.language.abbreviations)
        keyed = slip(right, draws) if draws.chance(user.habits.typo_rate) else right
        if draws.chance(parameters.typeahead_share):
            now_ms, taken = self._typeahead(user, intent, keyed, now_ms)
            if taken is not None:
                return now_ms, taken
        if draws.chance(parameters.half_typed_share) and len(keyed) > _SHORTEST_HALF:
            half = keyed[: len(keyed) // 2 + draws.below(len(keyed) // 2)].rstrip()
            self._send(user, half, "typed", now_ms)
            now_ms += int(draws.between(1, 3) * _SECOND_MS)
        now_ms += _KEY_MS * len(keyed)
        self._send(user, keyed, "typed", now_ms)
        if keyed != right and draws.chance(parameters.corrected_share):
            now_ms += int(draws.between(4, 25) * _SECOND_MS)
            self._send(user, right, "typed", now_ms)
        user.remember(intent, parameters.remembered)
        return now_ms, intent

    def _typeahead(self, user: User, intent: Intent, keyed: str, now_ms: int) -> tuple[int, Intent | None]:
        """Looks at the list once, after some characters."""
        parameters, draws = self._parameters, self._draws
        length = min(1 + draws.count(user.habits.patience), len(keyed), _LONGEST_PREFIX)
        prefix = keyed[:length]
        shown = self._arranged(self._scene.popular[user.code].completions(prefix.lower()))
        now_ms += _KEY_MS * length
        if not shown.offers:
            return now_ms, None
        stray = parameters.stray_attraction
        chances = [
            parameters.target_attraction if entry.intent == intent else stray * user.affinities[entry.intent.topic]
            for entry in shown.offers
        ]
        at = self._scan(chances)
        tapped_ms = now_ms + 400 + draws.below(1500)
        request_id = self._impression(user, "typeahead", prefix, shown, chances, now_ms)
        if at is None:
            return now_ms, None
        self._tap(user, request_id, "typeahead", shown.offers[at], at, tapped_ms, {"prefix": prefix})
        return tapped_ms, shown.offers[at].intent

    def _look_around(self, user: User, last: Intent, now_ms: int) -> tuple[int, Intent | None]:
        """Results of a search: related queries, videos and their panels. Returns what was tapped, if any."""
        parameters, draws = self._parameters, self._draws
        if draws.chance(parameters.panel_share):
            grammar = self._scene.grammars[last.code]
            text = grammar.text(last).lower()
            offers = related(self._scene.popular[last.code], last, text, parameters)
            now_ms, tapped = self._panel(user, "related", text, offers, now_ms, {})
            if tapped is not None:
                return now_ms, tapped
        for _ in range(draws.count(parameters.views_per_search)):
            video = self._scene.library.find(last, now_ms, draws)
            if video is None:
                break
            now_ms, tapped = self._watch(user, video, now_ms)
            if tapped is not None:
                return now_ms, tapped
        return now_ms, None

    def _watch(self, user: User, video: Video, now_ms: int) -> tuple[int, Intent | None]:
        parameters, draws = self._parameters, self._draws
        now_ms += 1500 + draws.below(8000)
        # People who care watch longer; a video loops at about a minute.
        watch_s = round((4 + 56 * draws.unit()) * (0.4 + user.affinities[video.topic]), 1)
        view = {"type": "view", "user": user.name, "locale": user.locale, "item": video.name, "watch_s": watch_s}
        self._scene.lines.add(now_ms, view)
        now_ms += int(watch_s * _SECOND_MS)
        if draws.chance(parameters.panel_share):
            now_ms, tapped = self._panel(user, "item", video.name, video.offers, now_ms, {"item": video.name})
            if tapped is not None:
                return now_ms, tapped
        written = [comment for comment in video.comments if comment.offers and comment.ts_ms < now_ms]
        if written and draws.chance(parameters.panel_share):
            comment = draws.one_of(written)
            return self._panel(user, "comment", comment.name, comment.offers, now_ms, {"item": video.name})
        return now_ms, None

    def _panel(
        self, user: User, surface: str, about: str, offers: Sequence[Offer], now_ms: int, item: dict[str, str]
    ) -> tuple[int, Intent | None]:
        """Queries beside something; one may be tapped and is searched for then."""
        if not offers:
            return now_ms, None
        now_ms += 500 + self._draws.below(2500)
        shown = self._arranged(offers)
        attraction = self._parameters.panel_attraction
        chances = [attraction * offer.relevance * user.affinities[offer.intent.topic] for offer in shown.offers]
        at = self._scan(chances)
        request_id = self._impression(user, surface, about, shown, chances, now_ms, item)
        if at is None:
            return now_ms, None
        now_ms += 500 + self._draws.below(2500)
        self._tap(user, request_id, surface, shown.offers[at], at, now_ms, item)
        return now_ms, shown.offers[at].intent

    def _arranged(self, entries: Sequence[Offer]) -> Arranged:
        order = list(range(len(entries)))
        if self._draws.chance(self._parameters.shuffled_share):
            self._draws.shuffle(order)
        moved = self._parameters.shuffled_share / max(1, len(order))
        kept = 1.0 - self._parameters.shuffled_share + moved
        propensities = [kept if nth == at else moved for at, nth in enumerate(order)]
        return Arranged([entries[nth] for nth in order], propensities)

    def _scan(self, chances: Sequence[float]) -> int | None:
        """From the top: the first position that is looked at and attracts is tapped, and ends it."""
        unit = self._unit
        for at, (looked, attracts) in enumerate(zip(self._parameters.examination, chances, strict=False)):
            if unit() < looked * attracts:
                return at
        return None

    def _impression(
        self,
        user: User,
        surface: str,
        about: str,
        shown: Arranged,
        chances: Sequence[float],
        now_ms: int,
        item: dict[str, str] | None = None,
    ) -> str:
        request_id = f"r{next(self._request_ids):x}"
        record: dict[str, object] = {
            "type": "impression",
            "user": user.name,
            "locale": user.locale,
            "request_id": request_id,
            "surface": surface,
            "input": about,
            "shown": [entry.text for entry in shown.offers],
            **(item or {}),
        }
        if self._parameters.logged_propensities:
            record["propensities"] = [round(propensity, _DIGITS) for propensity in shown.propensities]
        self._scene.lines.add(now_ms, record)
        self._scene.attractions.add(now_ms, request_id, chances)
        return request_id

    def _tap(
        self,
        user: User,
        request_id: str,
        surface: str,
        entry: Offer,
        at: int,
        now_ms: int,
        more: dict[str, str],
    ) -> None:
        """A click and the search it starts."""
        click = {"request_id": request_id, "query": entry.text, "position": at, "surface": surface}
        self._scene.lines.add(now_ms, {"type": "click", "user": user.name, "locale": user.locale, **click})
        self._send(user, entry.text, surface, now_ms + 1, {"request_id": request_id, **more})
        user.remember(entry.intent, self._parameters.remembered)

    def _send(self, user: User, query: str, source: str, now_ms: int, more: dict[str, str] | None = None) -> None:
        record = {"type": "search", "user": user.name, "locale": user.locale, "query": query, "source": source}
        self._scene.lines.add(now_ms, record | more if more else record)
