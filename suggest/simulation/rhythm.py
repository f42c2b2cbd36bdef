"""When people are there: hours of the day and days of the week, in local time."""

from __future__ import annotations

from datetime import date

from suggest.simulation.draws import Draws, Weighted
from suggest.simulation.parameters import Parameters

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS

# Whole hours without summer time: the shape of a day needs no more.
_UTC_OFFSET_H = {
    "en-US": -5,
    "en-GB": 0,
    "en-IN": 5,
    "es-ES": 1,
    "es-MX": -6,
    "pt-BR": -3,
    "pt-PT": 0,
    "de-DE": 1,
    "de-AT": 1,
    "fr-FR": 1,
    "fr-CA": -5,
    "ru-RU": 3,
    "tr-TR": 3,
    "ar-EG": 2,
    "ar-SA": 3,
    "hi-IN": 5,
    "zh-CN": 8,
    "ja-JP": 9,
    "ko-KR": 9,
    "th-TH": 7,
}


class Rhythm:
    """Draws the moments at which sessions begin."""

    def __init__(self, parameters: Parameters) -> None:
        self._weekdays = parameters.weekday_factors
        self._hours = Weighted(range(24), parameters.hour_weights)

    def sessions(self, per_day: float, day: date, draws: Draws) -> int:
        """How many sessions a user of this activity has on a day."""
        return draws.count(per_day * self._weekdays[day.weekday()])

    def start_ms(self, locale: str, draws: Draws) -> int:
        """When a session begins, in milliseconds of the UTC day: [0, DAY_MS)."""
        local_ms = self._hours.pick(draws) * HOUR_MS + draws.below(HOUR_MS)
        return (local_ms - _UTC_OFFSET_H[locale] * HOUR_MS) % DAY_MS
