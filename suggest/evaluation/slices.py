"""Which tests belong together: by what was typed, what was meant, who asked, and in which language."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from suggest.evaluation.protocol import comparison_text
from suggest.evaluation.replay import Outcome
from suggest.types.locales import canonical_locale

PREFIX_CHARS = ((1, 2), (3, 5), (6, 10))
"""Shortest and longest prefix of each slice by length; longer ones are one more slice."""

MAX_LOCALES = 20
"""The most frequent locales have slices of their own; the others share one."""


def slices(outcomes: Sequence[Outcome], seen: Iterable[str]) -> dict[str, list[Outcome]]:
    """Outcomes by slice: prefix length, target seen or not, repeated or not, user new or not, locale.

    Each family of slices holds every outcome once. Two replays of the same tests have the same slices, and in
    each the same tests in the same order.

    Args:
        outcomes: of one replay.
        seen: queries of the training part, as spelled there.
    """
    known = {comparison_text(query) for query in seen}
    locales = Counter(_locale(outcome) for outcome in outcomes)
    frequent = {name for name, _ in sorted(locales.items(), key=lambda entry: (-entry[1], entry[0]))[:MAX_LOCALES]}
    groups: dict[str, list[Outcome]] = {}
    for outcome in outcomes:
        locale = _locale(outcome)
        for name in (
            _length_slice(len(outcome.prefix)),
            "target: seen in training" if outcome.target in known else "target: unseen in training",
            "target: searched before by this user" if outcome.repeated else "target: new to this user",
            "user: new" if outcome.new_user else "user: known",
            locale if locale in frequent else "locale: others",
        ):
            groups.setdefault(name, []).append(outcome)
    return dict(sorted(groups.items()))


def _locale(outcome: Outcome) -> str:
    return f"locale: {canonical_locale(outcome.locale)}" if outcome.locale else "locale: none given"


def _length_slice(length: int) -> str:
    for low, high in PREFIX_CHARS:
        if low <= length <= high:
            return f"prefix: {low:02}-{high:02} characters"
    return f"prefix: {PREFIX_CHARS[-1][1] + 1} or more characters"
