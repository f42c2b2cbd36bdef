"""The vocabularies: one TOML file a language, and the names all languages share."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, Literal

TOPICS = (
    *("food", "football", "beauty", "games", "music", "pets", "travel"),
    *("diy", "study", "cars", "fashion", "fitness", "anime", "health"),
)


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What is searched for about one topic in one language; the order is the order of popularity.

    Attributes:
        entities: things, as they stand alone in a query.
        intents: patterns of queries, with `{e}` for the thing.
        varieties: words that name a kind of the thing.
        channel: the word creators of the topic name their channels with.
    """

    entities: tuple[str, ...]
    intents: tuple[str, ...]
    varieties: tuple[str, ...]
    channel: str


@dataclass(frozen=True, slots=True)
class Language:
    """How queries, titles and comments are put together in one language.

    Patterns hold `{e}` for the thing and, in trends, `{n}` for a number, in comments for a name;
    tails may hold `{d}` for a number.

    Attributes:
        code: ISO 639-1.
        locales: BCP 47, the first is the commonest.
        variety_first: whether a variety stands before its thing.
        joiner: what stands between words: a space, or nothing.
        names: first names creators use.
        product_patterns: for names of what can be bought or played.
        person_patterns: for all other names.
    """

    code: str
    locales: tuple[str, ...]
    variety_first: bool
    joiner: str
    names: tuple[str, ...]
    patterns: tuple[str, ...]
    product_patterns: tuple[str, ...]
    person_patterns: tuple[str, ...]
    trend_patterns: tuple[str, ...]
    tails: tuple[str, ...]
    titles: tuple[str, ...]
    comments: tuple[str, ...]
    chatter: tuple[str, ...]
    abbreviations: tuple[tuple[str, str], ...]
    topics: dict[str, Vocabulary]


@dataclass(frozen=True, slots=True)
class Names:
    """Invented names of one topic, the most famous first."""

    kind: Literal["app", "artist", "brand", "game", "place", "series", "team"]
    names: tuple[str, ...]

    @property
    def are_products(self) -> bool:
        """Whether they can be bought or played, and so have reviews and releases."""
        return self.kind in {"app", "brand", "game"}


def load_language(code: str) -> Language:
    """Reads the vocabulary of one language. A millisecond."""
    table = _read(code)
    topics = {topic: _vocabulary(table["topics"][topic]) for topic in TOPICS}
    lists = ("names", "patterns", "product_patterns", "person_patterns", "trend_patterns", "tails")
    return Language(
        code=code,
        locales=tuple(table["locales"]),
        variety_first=table["variety_first"],
        joiner=table["joiner"],
        abbreviations=tuple(table.get("abbreviations", {}).items()),
        topics=topics,
        **{name: _split(table[name]) for name in (*lists, "titles", "comments", "chatter")},
    )


def load_names() -> dict[str, Names]:
    """Reads the names by topic."""
    return {topic: Names(entry["kind"], _split(entry["names"])) for topic, entry in _read("names").items()}


def _vocabulary(entry: dict[str, str]) -> Vocabulary:
    return Vocabulary(
        entities=_split(entry["entities"]),
        intents=_split(entry["intents"]),
        varieties=_split(entry["varieties"]),
        channel=entry["channel"],
    )


def _read(name: str) -> dict[str, Any]:
    text = files("suggest.simulation").joinpath("languages", f"{name}.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def _split(text: str) -> tuple[str, ...]:
    return tuple(text.split("|"))
