"""What was searched in the month before the log: the counts, and the lists a plain service shows."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import NamedTuple

from suggest.simulation.draws import Draws, Weighted
from suggest.simulation.intents import Grammar, Intent
from suggest.simulation.keystrokes import slip
from suggest.simulation.language import TOPICS
from suggest.simulation.parameters import Parameters

_LONGEST_PREFIX = 16
_SLIP_RATE = 0.04
_FEWEST_USERS = 2


class Offer(NamedTuple):
    """One query of a list.

    Attributes:
        relevance: for what it is shown beside: [0, 1].
    """

    text: str
    intent: Intent
    relevance: float


class PastQuery(NamedTuple):
    """One row of the counts before the log."""

    query: str
    n_searches: int
    n_users: int
    locale: str


class Popular:
    """The most searched queries of one language, by prefix and by thing.

    Attributes:
        rows: queries searched by two users or more, by falling count, then text.
    """

    def __init__(self, grammar: Grammar, searches: int, past_users: int, parameters: Parameters, draws: Draws) -> None:
        counts: Counter[str] = Counter()
        searchers: defaultdict[str, set[int]] = defaultdict(set)
        meaning: dict[str, Intent] = {}
        topics = Weighted(TOPICS, [1.0 + 1.0 / rank for rank in range(1, len(TOPICS) + 1)])
        for _ in range(searches):
            intent = grammar.want(topics.pick(draws), draws)
            text = grammar.text(intent).lower()
            if draws.chance(_SLIP_RATE):
                text = slip(text, draws)
            counts[text] += 1
            searchers[text].add(draws.below(past_users))
            meaning.setdefault(text, intent)
        locale = grammar.language.locales[0]
        kept = [(text, count) for text, count in counts.items() if len(searchers[text]) >= _FEWEST_USERS]
        kept.sort(key=lambda row: (-row[1], row[0]))
        self.rows = [PastQuery(text, count, len(searchers[text]), locale) for text, count in kept]
        self._index(meaning, parameters)

    def completions(self, prefix: str) -> tuple[Offer, ...]:
        """The most searched queries that start with a prefix, in the order in which they are shown; may be empty."""
        return self._by_prefix.get(prefix, ())

    def about(self, entity: str) -> tuple[Offer, ...]:
        """The most searched queries about a thing or name, best first; may be empty."""
        return self._by_entity.get(entity, ())

    def _index(self, meaning: dict[str, Intent], parameters: Parameters) -> None:
        by_prefix: defaultdict[str, list[Offer]] = defaultdict(list)
        by_entity: defaultdict[str, list[Offer]] = defaultdict(list)
        for row in self.rows:
            offer = Offer(row.query, meaning[row.query], parameters.relevance[1])
            for length in range(1, min(len(row.query), _LONGEST_PREFIX) + 1):
                listed = by_prefix[row.query[:length]]
                if len(listed) < parameters.list_length:
                    listed.append(offer)
            listed = by_entity[offer.intent.entity]
            if len(listed) < parameters.panel_length + 1:
                listed.append(offer)
        if parameters.shortest_first:
            for listed in by_prefix.values():
                listed.sort(key=lambda offer: (len(offer.text), offer.text))
        self._by_prefix = {prefix: tuple(listed) for prefix, listed in by_prefix.items()}
        self._by_entity = {entity: tuple(listed) for entity, listed in by_entity.items()}
