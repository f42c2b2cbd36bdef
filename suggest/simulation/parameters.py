"""Every number the simulated world is made of, each with its reason."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Parameters:
    """The world's constants. Shares and chances lie in [0, 1].

    "Tuned" means: chosen so that `benchmarks/simulation_realism.py` agrees with a real search log.
    """

    last_day: date = date(2026, 10, 31)
    """The log ends with this day (UTC), so that the same arguments always give the same dates."""

    language_shares: tuple[tuple[str, float], ...] = (
        ("en", 0.36),
        ("es", 0.12),
        ("pt", 0.09),
        ("de", 0.08),
        ("fr", 0.07),
        ("ru", 0.06),
        ("tr", 0.04),
        ("ar", 0.04),
        ("hi", 0.04),
        ("zh", 0.03),
        ("ja", 0.03),
        ("ko", 0.02),
        ("th", 0.02),
    )
    """Home languages: one dominant, some large, some small, as a service grown out of one country has."""

    personas: tuple[str, ...] = ("food", "football", "games")
    """Main interests of user-1, user-2, ...: people a demonstration can name; all in the first locale."""

    persona_affinity: float = 0.75
    """What a persona's main interest weighs: clear enough to be seen in an order, not the only one."""

    favourite_topics: int = 4
    """Topics a user cares for; the other topics share `background_interest`."""

    background_interest: float = 0.1
    """Everybody looks up anything now and then; without it affinities would be a hard filter."""

    sessions_per_day: tuple[float, float] = (0.45, 2.85)
    """Least and greatest activity. Tuned: about 310 searches a user in 92 days."""

    weekday_factors: tuple[float, ...] = (0.92, 0.9, 0.92, 0.95, 1.02, 1.18, 1.22)
    """Monday to Sunday: leisure use grows towards the weekend."""

    hour_weights: tuple[int, ...] = (
        *(20, 12, 7, 4, 3, 4, 9, 20, 30, 33, 35, 38),
        *(46, 42, 36, 36, 40, 48, 58, 70, 82, 88, 72, 42),
    )
    """Use by local hour, from midnight: a dip at night, a small peak at noon, the great one at nine."""

    mood_continue: tuple[float, float] = (0.18, 0.68)
    """Chance that a quick or a browsing session goes on after a search. Tuned: 2.0 searches a session,
    most of them single, a tenth above four."""

    browsing_share: float = 0.19
    """Share of browsing sessions. Tuned with `mood_continue`."""

    navigational_share: float = 0.34
    """Searches for a name (creator, brand, game). Tuned: the slope of the popularity curve."""

    name_exponent: float = 1.25
    """Zipf exponent of fame among names. Tuned: the slope of the popularity curve."""

    word_exponent: float = 0.4
    """Zipf exponent of things and patterns. Tuned: lower, and too few queries would be seen once."""

    bare_share: float = 0.1
    """Topical searches for the thing alone. Tuned: query length."""

    general_pattern_share: float = 0.25
    """Patterns that fit any topic ("best ..."), against those of the topic ("... recipe")."""

    variety_share: float = 0.44
    """A kind is named ("vegan ..."). Tuned: query length and the share of queries seen once."""

    tail_share: float = 0.42
    """A circumstance follows ("... for beginners"). Tuned as `variety_share`."""

    creator_tail_share: float = 0.3
    """Circumstances that are whose video it is ("banana bread mia kitchen"). Tuned as `variety_share`."""

    trend_share: float = 0.04
    """Searches for what is new these days."""

    trends_per_day: float = 1.2
    """New trends a day; with `trend_lives` about ten are alive at a time."""

    trend_lives: tuple[float, ...] = (0.5, 1.0, 0.8, 0.55, 0.35, 0.22, 0.14, 0.08, 0.04)
    """Strength of a trend by its age in days: up within a day, half gone after three."""

    foreign_share: float = 0.04
    """Searches in the first language of the world by people who live in another one."""

    habit_share: float = 0.34
    """A session opens with one of the user's own earlier searches. Tuned: repeat rate."""

    again_share: float = 0.36
    """The next search of a session is the same once more. Tuned: repeat rate."""

    narrower_share: float = 0.16
    """The next search adds words to the last one."""

    wider_share: float = 0.07
    """The next search drops words from the last one."""

    remembered: int = 80
    """Own searches a user can come back to: bounds memory; older ones are rarely repeated."""

    typo_rate: tuple[float, float] = (0.0, 0.09)
    """Least and greatest chance that a user misspells a query; about one in twenty is usual in logs."""

    corrected_share: float = 0.6
    """A misspelt search is followed by its correction."""

    half_typed_share: float = 0.012
    """The client sends a half-typed query some seconds before the whole, as search-as-you-type does."""

    plain_accents_share: float = 0.35
    """Users who leave accents out."""

    title_case_share: float = 0.1
    """Users whose keyboard capitalises the first letter."""

    abbreviation_share: float = 0.12
    """Users who abbreviate."""

    typeahead_share: float = 0.6
    """Typed searches during which the list is looked at, at one prefix."""

    list_length: int = 8
    """Queries shown under the search box."""

    shortest_first: bool = False
    """The most searched queries are shown by length instead of by count, as many search boxes do: an order that has
    little to do with what is wanted, so that learning from its clicks as they are goes wrong."""

    panel_length: int = 5
    """Queries shown beside a video, a search or a comment."""

    examination: tuple[float, ...] = (0.95, 0.78, 0.62, 0.5, 0.41, 0.34, 0.28, 0.23)
    """Chance that a position is looked at, from the top; close to 1/rank^0.6, as eye-tracking finds."""

    shuffled_share: float = 0.06
    """Lists shown in random order: what makes position bias measurable without knowing the truth."""

    logged_propensities: bool = False
    """Impressions say with which chance each query was shown at its place. Off: it doubles their bytes, and many
    services do not log it."""

    target_attraction: float = 0.92
    """Chance to take the wanted query once it is looked at; the rest type on out of habit."""

    stray_attraction: float = 0.05
    """Chance, times affinity, to take another query than the wanted one from a typeahead list."""

    panel_attraction: float = 0.3
    """Chance, times affinity and relevance, to take a query from a panel: nobody came for it."""

    relevance: tuple[float, float, float] = (1.0, 0.6, 0.2)
    """Of a panel's query: what the video or comment shows; the same thing otherwise; the same topic."""

    views_per_search: float = 0.9
    """Videos watched after a search, on average."""

    panel_share: float = 0.35
    """Watched videos whose related queries come into view; the same for comments and for related lists."""

    items_per_user: float = 4.0
    """Videos in the world, by user; `least_items` below."""

    least_items: int = 1500
    """So that a small world still has videos of every topic in every language."""

    comments_per_item: float = 2.0
    """Mean comments under a video."""

    creators_per_topic: int = 8
    """Creators of a topic in a language, named after their channel."""

    past_searches_per_user: int = 300
    """Searches of the month before the log, which fill `queries.tsv` and the lists shown."""

    past_searches: tuple[int, int] = (150_000, 400_000)
    """Least and most of them: the small languages need lists, and memory must stay bounded."""
