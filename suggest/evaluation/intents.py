"""What was meant by a beginning? Intents of suggestions and of prefixes, from a log without judgements."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable

from suggest.text.keys import normalise
from suggest.text.near_duplicates import near_duplicate_key


def intent(query: str, prefix: str) -> str:
    """The intent a query stands for where this much was typed: its words up to the one being typed.

    Typed `niv`, the queries `nivea`, `nivea cream` and `nivea body lotion` have one intent, and `nivelles`
    another. Typed `nivea `, cream and body lotion are two. So an intent is where suggestions part at the next
    word, and near-duplicates of that beginning count as one: ten lines that all begin with the same next word
    leave everybody else without an answer, however different their ends.

    Args:
        query: comparison text.
        prefix: what was typed, in comparison form; a space at its end completes the word.

    Returns:
        A text to compare, never shown. About 5 µs.
    """
    n_words = len(prefix.split()) + prefix.endswith(" ")
    return near_duplicate_key(normalise(" ".join(query.split()[: max(n_words, 1)])))


class WantedIntents:
    """The intents of what people searched who could have typed a prefix.

    A log has no judgements of a suggestion, but it says what everybody went on to search: every search of the
    test part that begins with a prefix is one person's wish, and the intents of all of them are what a list for
    that prefix should serve. The test's own target is always among them.
    """

    def __init__(self, targets: Iterable[str]) -> None:
        """Takes the targets of all tests, in comparison form."""
        self._targets = sorted(set(targets))
        self._wanted: dict[str, frozenset[str]] = {}

    def of(self, prefix: str) -> frozenset[str]:
        """The intents wanted of a prefix; linear in the targets that begin so when it is first asked."""
        wanted = self._wanted.get(prefix)
        if wanted is None:
            start = bisect_left(self._targets, prefix)
            end = bisect_right(self._targets, prefix, lo=start, key=lambda text: text[: len(prefix)])
            wanted = frozenset(intent(target, prefix) for target in self._targets[start:end])
            self._wanted[prefix] = wanted
        return wanted
