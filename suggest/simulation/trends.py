"""What is new: queries nobody searched before a day, which rise and fall within a week."""

from __future__ import annotations

from typing import NamedTuple

from suggest.simulation.draws import Draws, Weighted
from suggest.simulation.intents import Grammar, Intent
from suggest.simulation.language import Names
from suggest.simulation.parameters import Parameters

_HIGHEST_NUMBER = 9


class Trend(NamedTuple):
    """One piece of news, worded in every language by its own pattern.

    Attributes:
        day: its first day, counted from the first day of the log; negative ones are older.
        pattern: which of a language's trend patterns, modulo their number.
        size: how big it gets; most are small.
    """

    day: int
    topic: str
    name: str
    number: int
    pattern: int
    size: float

    def intent(self, grammar: Grammar) -> Intent:
        """The trend as a wish in one language."""
        patterns = grammar.language.trend_patterns
        worded = patterns[self.pattern % len(patterns)].replace("{n}", str(self.number))
        return Intent(grammar.language.code, self.topic, self.name, worded, "", "", named=True)


def make_trends(days: int, names: dict[str, Names], parameters: Parameters, draws: Draws) -> list[Trend]:
    """All trends that live during the log, by first day."""
    trends = []
    releasing = [topic for topic, named in names.items() if named.are_products]
    for day in range(1 - len(parameters.trend_lives), days):
        for _ in range(draws.count(parameters.trends_per_day)):
            topic = draws.one_of(releasing)
            name = draws.one_of(names[topic].names)
            number = 2 + draws.below(_HIGHEST_NUMBER - 1)
            # 1/u has the heavy tail of news; the bound keeps one story from being all of it.
            size = min(20.0, 1.0 / (1.0 - draws.unit()))
            trends.append(Trend(day, topic, name, number, draws.below(1 << 16), size))
    return trends


def alive(trends: list[Trend], day: int, parameters: Parameters) -> Weighted[Trend] | None:
    """The trends of a day by strength; None on a quiet day."""
    lives = parameters.trend_lives
    current = [trend for trend in trends if 0 <= day - trend.day < len(lives)]
    if not current:
        return None
    return Weighted(current, [trend.size * lives[day - trend.day] for trend in current])
