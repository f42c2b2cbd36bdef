"""What can be watched: videos with titles, tags and comments, and the queries shown beside them."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from dataclasses import dataclass
from typing import NamedTuple

from suggest.simulation.draws import Draws, Weighted, zipf
from suggest.simulation.intents import BARE, Grammar, Intent
from suggest.simulation.language import TOPICS
from suggest.simulation.parameters import Parameters
from suggest.simulation.popular import Offer, Popular
from suggest.simulation.rhythm import DAY_MS

_OLDEST_DAYS = 60
_CHATTER_SHARE = 0.3
_COMMENT_DELAY_MS = 5 * DAY_MS


class Comment(NamedTuple):
    """One comment; `spans` are (start, end, query) in code points."""

    name: str
    text: str
    user: str
    ts_ms: int
    spans: tuple[tuple[int, int, str], ...]
    offers: tuple[Offer, ...]


@dataclass(slots=True)
class Video:
    """One video; `offers` are the queries shown beside it, in their order."""

    name: str
    title: str
    tags: tuple[str, ...]
    topic: str
    entity: str
    locale: str
    ts_ms: int
    offers: tuple[Offer, ...]
    comments: tuple[Comment, ...]


class Shelf:
    """Videos by the time they came out."""

    def __init__(self) -> None:
        self._videos: list[Video] = []
        self._times: list[int] = []

    def add(self, video: Video) -> None:
        """Puts a video at the end; it is not older than the last one."""
        self._videos.append(video)
        self._times.append(video.ts_ms)

    def pick(self, now_ms: int, draws: Draws) -> Video | None:
        """A video that is out, newer ones rather than older ones; None when none is."""
        out = bisect_right(self._times, now_ms)
        if not out:
            return None
        return self._videos[out - 1 - int(out * draws.unit() ** 2)]


class Library:
    """All videos, by what they show.

    Attributes:
        videos: in the order in which they came out.
    """

    def __init__(self, videos: list[Video], codes: list[str]) -> None:
        self.videos = videos
        self._by_topic: defaultdict[tuple[str, str], Shelf] = defaultdict(Shelf)
        self._by_entity: defaultdict[tuple[str, str], Shelf] = defaultdict(Shelf)
        for video, code in zip(videos, codes, strict=True):
            self._by_topic[code, video.topic].add(video)
            self._by_entity[code, video.entity].add(video)

    def find(self, intent: Intent, now_ms: int, draws: Draws) -> Video | None:
        """A video for a wish: of the same thing when there is one, else of the same topic."""
        shelf = self._by_entity.get((intent.code, intent.entity)) or self._by_topic.get((intent.code, intent.topic))
        return shelf.pick(now_ms, draws) if shelf else None


class Studio:
    """Makes the videos of one world."""

    def __init__(self, grammars: dict[str, Grammar], popular: dict[str, Popular], parameters: Parameters) -> None:
        self._grammars = grammars
        self._popular = popular
        self._parameters = parameters
        self._creators = {
            (code, topic): zipf(grammar.creators[topic], parameters.name_exponent)
            for code, grammar in grammars.items()
            for topic in TOPICS
        }

    def library(self, users: int, first_ms: int, last_ms: int, draws: Draws) -> Library:
        """The videos of a log from `first_ms` to `last_ms`; some are older. About 20 µs each."""
        parameters = self._parameters
        count = max(parameters.least_items, int(parameters.items_per_user * users))
        home = Weighted(*zip(*parameters.language_shares, strict=True))
        oldest_ms = first_ms - _OLDEST_DAYS * DAY_MS
        times = sorted(oldest_ms + draws.below(last_ms - oldest_ms) for _ in range(count))
        codes = [home.pick(draws) for _ in range(count)]
        videos = [
            self._video(f"video-{number}", self._grammars[code], ts_ms, last_ms, users, draws)
            for number, (code, ts_ms) in enumerate(zip(codes, times, strict=True), 1)
        ]
        return Library(videos, codes)

    def _video(self, name: str, grammar: Grammar, ts_ms: int, last_ms: int, users: int, draws: Draws) -> Video:
        topic = draws.one_of(TOPICS)
        language = grammar.language
        intent = grammar.want(topic, draws)._replace(tail="")
        creator = self._creators[language.code, topic].pick(draws)
        shown = grammar.text(intent._replace(pattern=BARE))
        title = draws.one_of(language.titles).replace("{e}", shown)
        comments = [
            self._comment(f"{name}-{nth}", grammar, intent, creator, ts_ms, users, draws)
            for nth in range(1, 1 + draws.count(self._parameters.comments_per_item))
        ]
        written = tuple(comment for comment in comments if comment.ts_ms < last_ms)
        tags = tuple(dict.fromkeys((intent.entity, language.topics[topic].channel, creator)))
        offers = self._offers(grammar, intent, creator, draws)
        return Video(name, title, tags, topic, intent.entity, language.locales[0], ts_ms, offers, written)

    def _offers(self, grammar: Grammar, intent: Intent, creator: str, draws: Draws) -> tuple[Offer, ...]:
        exact, same, near = self._parameters.relevance
        bare = Intent(intent.code, intent.topic, intent.entity, BARE, "", "", intent.named)
        other = grammar.want(intent.topic, draws)
        wishes = [(bare, exact), (intent, exact)]
        wishes += [(offer.intent, same) for offer in self._popular[intent.code].about(intent.entity)]
        wishes = wishes[: self._parameters.panel_length - 2]
        wishes += [(Intent(intent.code, intent.topic, creator, BARE, "", "", named=True), same), (other, near)]
        best: dict[str, Offer] = {}
        for wish, relevance in wishes:
            text = grammar.text(wish).lower()
            best.setdefault(text, Offer(text, wish, relevance))
        offers = list(best.values())
        draws.shuffle(offers)
        return tuple(offers)

    def _comment(
        self, name: str, grammar: Grammar, intent: Intent, creator: str, ts_ms: int, users: int, draws: Draws
    ) -> Comment:
        user = f"user-{1 + draws.below(users)}"
        ts_ms += 1000 + int(_COMMENT_DELAY_MS * draws.unit() ** 3)
        if draws.chance(_CHATTER_SHARE):
            return Comment(name, draws.one_of(grammar.language.chatter), user, ts_ms, (), ())
        pattern = draws.one_of(grammar.language.comments)
        mentioned = {"{e}": intent.entity, "{n}": creator}
        text, spans = _fill(pattern, mentioned)
        offers = tuple(self._mention(intent, text[start:end], creator) for start, end, _ in spans)
        return Comment(name, text, user, ts_ms, spans, offers)

    def _mention(self, intent: Intent, value: str, creator: str) -> Offer:
        named = intent.named or value == creator
        bare = Intent(intent.code, intent.topic, value, BARE, "", "", named)
        return Offer(value.lower(), bare, self._parameters.relevance[0])


def related(popular: Popular, intent: Intent, text: str, parameters: Parameters) -> tuple[Offer, ...]:
    """The queries shown beside a search: the popular ones about the same thing, without itself."""
    others = tuple(offer for offer in popular.about(intent.entity) if offer.text != text)
    return others[: parameters.panel_length]


def _fill(pattern: str, values: dict[str, str]) -> tuple[str, tuple[tuple[int, int, str], ...]]:
    """A comment's text and the (start, end, query) of what stands in for the pattern's slots."""
    text, spans = "", []
    while pattern:
        slot = pattern[:3]
        if slot in values:
            spans.append((len(text), len(text) + len(values[slot]), values[slot].lower()))
            text, pattern = text + values[slot], pattern[3:]
        else:
            text, pattern = text + pattern[0], pattern[1:]
    return text, tuple(spans)
