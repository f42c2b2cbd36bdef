"""Names, meanings, units, defaults and order of all features: the columns of every feature matrix."""

from __future__ import annotations

from typing import NamedTuple

VERSION = 2
"""Raised whenever a column's place or meaning changes; a trained ranker names the version it was made for."""

OWN_HALF_LIFE_DAYS = 14.0
"""Middle of a plateau: 7 to 30 days rank alike on a web, a site and a hashtag log; 1 day is worse."""


class Feature(NamedTuple):
    """One column.

    Attributes:
        name: unique.
        meaning: one sentence.
        unit: what a value of 1 is.
        default: the value where nothing is known.
    """

    name: str
    meaning: str
    unit: str
    default: float


FEATURES: tuple[Feature, ...] = (
    Feature("popularity", "Searches in the request's locale as of the build, each user's bounded.", "searches", 0.0),
    Feature("popularity_all", "Searches in all locales as of the build, each user's bounded.", "searches", 0.0),
    Feature("own_count", "The person's own searches of it.", "searches", 0.0),
    Feature("own_decayed", f"The same, each halved every {OWN_HALF_LIFE_DAYS:g} days.", "searches", 0.0),
    Feature("own_age", "Since the person's latest search of it.", "days", -1.0),
    Feature("session_rank", "Place among the session's queries, the latest being 1.", "place", 0.0),
    Feature("edits", "Single-character changes between what was typed and what was meant.", "edits", 0.0),
    Feature("match_cost", "-log of how likely this is typed by somebody who means the query.", "nats", 0.0),
)

_COLUMNS = {feature.name: number for number, feature in enumerate(FEATURES)}


def column(name: str) -> int:
    """Number of a feature's column."""
    return _COLUMNS[name]
