"""Names, meanings, units, defaults and order of all features: the columns of every feature matrix."""

from __future__ import annotations

from itertools import chain
from typing import NamedTuple

VERSION = 4
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
        monotone: 1 where more of it must never lower a trained score, -1 where never raise it, 0 where either may be.
        categorical: whether its values are names without an order.
    """

    name: str
    meaning: str
    unit: str
    default: float = 0.0
    monotone: int = 0
    categorical: bool = False


POPULARITY = (
    Feature("popularity", "Searches in the request's locale as of the build, each user's bounded.", "searches"),
    Feature("popularity_all", "Searches in all locales as of the build, each user's bounded.", "searches"),
    Feature("popularity_gap", "Log of popularity over that of the most popular candidate.", "nats"),
    Feature("popularity_share", "Share of the candidates' popularity.", "share"),
    Feature("popularity_region", "Searches in the request's region as of the build, each user's bounded.", "searches"),
    Feature("region_lift", "Log of these over what the region's share of all searches makes of popularity.", "nats"),
    Feature("decayed", "Searches halved every 30 days up to the request, of those before the build.", "searches"),
    Feature("decayed_week", "The same, halved every 7 days.", "searches"),
    Feature("decayed_day", "The same, halved every day.", "searches"),
    Feature("trend", "Log of how much of its popularity is of the last weeks, 0 where as much as of all.", "nats"),
    Feature("unseen_days", "Since anybody's latest search of it before the build.", "days", -1.0),
)
CLICKS = (
    Feature("clicks", "Clicks on it in answers as of the build, each user's bounded.", "clicks"),
    Feature("examined", "Looks at it there, those at lower positions counted for less.", "looks"),
    Feature("click_rate", "Log of the clicks over those that the average query had where it was shown.", "nats"),
)
MATCH = (
    Feature("edits", "Single-character changes between what was typed and what was meant.", "edits"),
    Feature("match_cost", "-log of how likely this is typed by somebody who means the query.", "nats", monotone=-1),
    Feature("is_generated", "Nobody searched it; it was put together of words.", "0 or 1"),
    Feature("typed_chars", "Length of what was typed.", "characters"),
    Feature("typed_words", "Complete words of what was typed.", "words"),
    Feature("last_chars", "Length of the word being typed; 0 after a space.", "characters"),
    Feature("added_chars", "Characters that the query has beyond what was typed.", "characters"),
    Feature("added_words", "Words that it has beyond the one being typed.", "words"),
    Feature("n_words", "Words of the query.", "words"),
)
LANGUAGE = (
    Feature("log_p", "Log of how probable the query is by the words of all queries.", "nats"),
    Feature("log_p_gap", "The same over that of the most probable candidate.", "nats"),
)
OWN = (
    Feature("own_count", "The person's own searches of it.", "searches"),
    Feature("own_decayed", f"The same, each halved every {OWN_HALF_LIFE_DAYS:g} days.", "searches"),
    Feature("own_day", "The same, each halved every day.", "searches"),
    Feature("own_age", "Since the person's latest search of it.", "days", -1.0),
    Feature("own_share", "Share of the person's searches that begin so.", "share"),
    Feature("own_hour", "Share of the own searches of it within three hours of this time of day.", "share"),
    Feature("own_weekday", "Share of the own searches of it on this day of the week.", "share"),
    Feature("own_words", "Share of the words to be added that the person has used.", "share"),
    Feature("own_word_uses", "Log of how often the least used of them was.", "nats"),
    Feature(
        "own_word_days", "Since the least recently used of them was searched; -1 with one never used.", "days", -1.0
    ),
    Feature("own_pairs", "Share of the pairs of neighbouring words to be added that the person has used.", "share"),
    Feature("own_pair_uses", "Log of how often the first of these pairs was used.", "nats"),
)
SESSION = (
    Feature("session_rank", "Place among the session's queries, the latest being 1.", "place"),
    Feature("session_queries", "Different queries of the session so far.", "queries"),
    Feature("session_words", "Share of its words that the session's queries hold.", "share"),
    Feature("last_words", "Words it shares with the session's latest query, of all words of both.", "share"),
    Feature(
        "own_follow_ups", "Log of how often the person searched it right after the session's latest query.", "nats"
    ),
    Feature("extends_last", "Begins with the session's latest query.", "0 or 1"),
    Feature("idle_minutes", "Log of the minutes since the person's latest search.", "nats", -1.0),
)
TRANSITIONS = (
    Feature("transitions", "Log of the people who searched it right after the session's latest query.", "nats"),
    Feature("transition_share", "Share of them among those who searched anything after that.", "share"),
)
PERSON = (
    Feature("history", "Log of the person's searches known.", "nats"),
    Feature("own_matches", "Own queries among the candidates.", "queries"),
    Feature("candidates", "Candidates of the request.", "queries"),
)

GROUPS = (POPULARITY, CLICKS, MATCH, LANGUAGE, OWN, SESSION, TRANSITIONS, PERSON)
"""In the order of the columns; each is written by a function of its own, see `compute`."""

FEATURES: tuple[Feature, ...] = tuple(chain.from_iterable(GROUPS))

_COLUMNS = {feature.name: number for number, feature in enumerate(FEATURES)}


def column(name: str) -> int:
    """Number of a feature's column."""
    return _COLUMNS[name]
