"""The people of the world: where they live, what they like, how they type."""

from __future__ import annotations

from dataclasses import dataclass, field

from suggest.simulation.draws import Draws, Weighted
from suggest.simulation.intents import Intent
from suggest.simulation.keystrokes import Habits
from suggest.simulation.language import TOPICS, Language
from suggest.simulation.parameters import Parameters

_SECOND_LOCALE_SHARE = 0.3
"""Users of a language who live in one of its further locales."""


@dataclass(slots=True)
class User:
    """One person.

    Attributes:
        code: home language.
        affinities: share of interest by topic; they sum to 1.
        per_day: mean sessions a day.
        past: own searches, oldest first, at most `Parameters.remembered`.
    """

    name: str
    code: str
    locale: str
    affinities: dict[str, float]
    interests: Weighted[str]
    per_day: float
    habits: Habits
    past: list[Intent] = field(default_factory=list)

    def remember(self, intent: Intent, at_most: int) -> None:
        """Adds a search to the past and lets the oldest go."""
        self.past.append(intent)
        if len(self.past) > at_most:
            del self.past[0]


def make_users(count: int, languages: dict[str, Language], parameters: Parameters, draws: Draws) -> list[User]:
    """The users `user-1`, `user-2`, ...; the first ones are the personas. About 20 µs each."""
    home = Weighted(*zip(*parameters.language_shares, strict=True))
    users = []
    for number in range(1, count + 1):
        persona = parameters.personas[number - 1] if number <= len(parameters.personas) else None
        language = languages[parameters.language_shares[0][0] if persona else home.pick(draws)]
        users.append(_user(f"user-{number}", language, persona, parameters, draws))
    return users


def _user(name: str, language: Language, persona: str | None, parameters: Parameters, draws: Draws) -> User:
    affinities = _affinities(persona, parameters, draws)
    low, high = parameters.sessions_per_day
    return User(
        name=name,
        code=language.code,
        locale=language.locales[0] if persona else _locale(language, draws),
        affinities=affinities,
        interests=Weighted(list(affinities), list(affinities.values())),
        # A persona needs a past that shows.
        per_day=high if persona else draws.between(low, high),
        habits=_habits(parameters, draws),
    )


def _affinities(persona: str | None, parameters: Parameters, draws: Draws) -> dict[str, float]:
    topics = list(TOPICS)
    draws.shuffle(topics)
    if persona:
        topics.remove(persona)
        topics.insert(0, persona)
    weights = [draws.unit() + 0.1 for _ in range(parameters.favourite_topics)]
    if persona:
        weights[0] = sum(weights[1:]) * parameters.persona_affinity / (1 - parameters.persona_affinity)
    total = sum(weights)
    background = parameters.background_interest / len(TOPICS)
    affinities = dict.fromkeys(TOPICS, background)
    for topic, weight in zip(topics, weights, strict=False):
        affinities[topic] += (1 - parameters.background_interest) * weight / total
    return affinities


def _locale(language: Language, draws: Draws) -> str:
    if len(language.locales) > 1 and draws.chance(_SECOND_LOCALE_SHARE):
        return draws.one_of(language.locales[1:])
    return language.locales[0]


def _habits(parameters: Parameters, draws: Draws) -> Habits:
    low, high = parameters.typo_rate
    return Habits(
        typo_rate=draws.between(low, high),
        plain_accents=draws.chance(parameters.plain_accents_share),
        title_case=draws.chance(parameters.title_case_share),
        abbreviates=draws.chance(parameters.abbreviation_share),
        patience=draws.between(1.0, 6.0),
    )
