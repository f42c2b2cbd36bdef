"""What somebody wants, and the words for it: queries by grammar, and how they are reformulated."""

from __future__ import annotations

from typing import NamedTuple

from suggest.simulation.draws import Draws, Weighted, zipf
from suggest.simulation.language import TOPICS, Language, Names, Vocabulary
from suggest.simulation.parameters import Parameters

BARE = "{e}"

_HIGHEST_NUMBER = 60


class Intent(NamedTuple):
    """One thing to search for.

    Attributes:
        code: the language it is worded in.
        topic: one of `TOPICS`.
        entity: the thing or name.
        pattern: holds `{e}` for the thing.
        variety: the kind of the thing, or empty.
        tail: a circumstance, or empty.
        named: whether the entity is a name, which takes no variety.
    """

    code: str
    topic: str
    entity: str
    pattern: str
    variety: str
    tail: str
    named: bool


class Grammar:
    """All that can be asked for in one language, with its popularity.

    Attributes:
        language: the words.
        creators: channel names by topic, the most famous first.
    """

    def __init__(self, language: Language, names: dict[str, Names], parameters: Parameters) -> None:
        self.language = language
        self.creators = {
            topic: _channels(language, topic, number, parameters.creators_per_topic)
            for number, topic in enumerate(TOPICS)
        }
        self._parameters = parameters
        self._things = {topic: _Things(language.topics[topic], parameters) for topic in TOPICS}
        self._named = {
            topic: zipf([*names[topic].names, *self.creators[topic]], parameters.name_exponent) for topic in TOPICS
        }
        self._patterns = zipf(language.patterns, parameters.word_exponent)
        products = zipf((BARE, BARE, *language.product_patterns), parameters.name_exponent)
        persons = zipf((BARE, BARE, *language.person_patterns), parameters.name_exponent)
        self._name_patterns = {
            name: products if names[topic].are_products else persons for topic in TOPICS for name in names[topic].names
        }
        self._person_patterns = persons
        self._tails = zipf(language.tails, parameters.word_exponent)

    def want(self, topic: str, draws: Draws) -> Intent:
        """A new wish about a topic. About 2 µs."""
        if draws.chance(self._parameters.navigational_share):
            name = self._named[topic].pick(draws)
            return Intent(self.language.code, topic, name, self._name_pattern(name, draws), "", "", named=True)
        return self.about(topic, self._things[topic].entities.pick(draws), draws)

    def about(self, topic: str, entity: str, draws: Draws) -> Intent:
        """A wish about one thing of a topic."""
        parameters = self._parameters
        pattern = self._pattern(topic, draws)
        variety = self._things[topic].varieties.pick(draws) if draws.chance(parameters.variety_share) else ""
        tail = self._tail(topic, draws) if draws.chance(parameters.tail_share) else ""
        return Intent(self.language.code, topic, entity, pattern, variety, tail, named=False)

    def narrower(self, intent: Intent, draws: Draws) -> Intent:
        """The same wish with more words; itself when it has them all."""
        if intent.named:
            return intent._replace(pattern=self._name_pattern(intent.entity, draws))
        if not intent.variety:
            return intent._replace(variety=self._things[intent.topic].varieties.pick(draws))
        if not intent.tail:
            return intent._replace(tail=self._tail(intent.topic, draws))
        return intent

    def text(self, intent: Intent) -> str:
        """The wish in words. About 1 µs."""
        joiner = self.language.joiner
        thing = intent.entity
        # "easy" twice is what no one types.
        if intent.variety and intent.variety not in intent.pattern:
            first, second = (intent.variety, thing) if self.language.variety_first else (thing, intent.variety)
            thing = f"{first}{joiner}{second}"
        text = intent.pattern.replace("{e}", thing)
        if intent.tail and intent.tail not in text:
            text = f"{text}{joiner}{intent.tail}"
        return text

    def _name_pattern(self, name: str, draws: Draws) -> str:
        return self._name_patterns.get(name, self._person_patterns).pick(draws)

    def _tail(self, topic: str, draws: Draws) -> str:
        if draws.chance(self._parameters.creator_tail_share):
            return draws.one_of(self.creators[topic])
        tail = self._tails.pick(draws)
        return tail.replace("{d}", str(2 + draws.below(_HIGHEST_NUMBER - 1))) if "{d}" in tail else tail

    def _pattern(self, topic: str, draws: Draws) -> str:
        if draws.chance(self._parameters.bare_share):
            return BARE
        if draws.chance(self._parameters.general_pattern_share):
            return self._patterns.pick(draws)
        return self._things[topic].intents.pick(draws)


def wider(intent: Intent) -> Intent:
    """The same wish with fewer words; itself when only the thing is left."""
    if intent.tail:
        return intent._replace(tail="")
    if intent.variety:
        return intent._replace(variety="")
    return intent._replace(pattern=BARE)


class _Things:
    """One topic's words, ready to be picked."""

    def __init__(self, vocabulary: Vocabulary, parameters: Parameters) -> None:
        exponent = parameters.word_exponent
        self.entities: Weighted[str] = zipf(vocabulary.entities, exponent)
        self.intents: Weighted[str] = zipf(vocabulary.intents, exponent)
        self.varieties: Weighted[str] = zipf(vocabulary.varieties, exponent)


def _channels(language: Language, topic: str, number: int, count: int) -> list[str]:
    """Channel names; the first names shift by topic, so that none is the most famous everywhere."""
    names, channel = language.names, language.topics[topic].channel
    return [f"{names[(number + nth) % len(names)]}{language.joiner}{channel}" for nth in range(count)]
