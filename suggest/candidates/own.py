"""Here is a person's past: which of their own queries start with what is being typed?"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from heapq import nlargest
from itertools import accumulate, pairwise
from operator import itemgetter
from typing import NamedTuple

from suggest.text import MAX_QUERY_CHARS, display, normalise
from suggest.text.unspaced import unspaced_runs
from suggest.types import PastSearch
from suggest.types.history import FINAL_INTENT_US, MAX_HISTORY, SESSION_GAP_US

MAX_OWN = 64
"""Own queries considered for one request: the most used, the latest first among equals."""


class OwnQuery(NamedTuple):
    """One query of a person's own.

    Attributes:
        key: normalised.
        text: the form they last used.
        times_us: when they searched it, ascending.
    """

    key: str
    text: str
    times_us: tuple[int, ...]


class OwnText(NamedTuple):
    """All searches of a person as one text, for finding any of their words again at the speed of `str.rfind`.

    Attributes:
        text: the keys in order of time, each as ` words of it` and a line break.
        starts: where each begins, ascending.
        times_us: when each was searched.
    """

    text: str
    starts: list[int]
    times_us: list[int]

    def longer(self, searches: Sequence[tuple[str, int]]) -> OwnText:
        """With further (key, time in µs), ascending in time."""
        lines = [f" {key}\n" for key, _ in searches]
        starts = list(accumulate(map(len, lines), initial=len(self.text)))[:-1]
        return OwnText(self.text + "".join(lines), self.starts + starts, self.times_us + [at for _, at in searches])

    def followed(self, head: str, context: str, last: str, most: int) -> dict[str, list[int]]:
        """What followed in earlier searches, to how often and when last (in µs); the latest first. About 1 µs a search.

        Args:
            head: what is typed of complete words, with its space; searches that began so are left out.
            context: what must come before, the end of `head`, or empty.
            last: how it begins: at a word, within a script without spaces at any character.
            most: the latest places looked at.
        """
        text, beginning, whole = self.text, context + last, f" {head}"
        needle = beginning if unspaced_runs(beginning[:1]) else f" {beginning}"
        skipped = len(needle) - len(last)
        found: dict[str, list[int]] = {}
        at = len(text)
        for _ in range(most):
            at = text.rfind(needle, 0, at)
            if at < 0:
                break
            start = at + skipped
            begins = start - len(whole)
            if text.startswith(whole, begins) and text[begins - 1 : begins] in ("", "\n"):
                continue  # the search began as this one does: it is a candidate by itself
            rest = text[start : text.index("\n", start)]
            if rest in found:
                found[rest][0] += 1
            else:
                found[rest] = [1, self.times_us[bisect_right(self.starts, at) - 1]]
        return found


class OwnHistory:
    """A person's searches, arranged for lookups by prefix. Nothing changes one that was handed out.

    The latest `MAX_HISTORY` searches count. One query at one moment is one search, however often it
    was reported, so that what a generation and a state both know is not counted twice.
    """

    def __init__(self, searches: Iterable[PastSearch], admits: Callable[[str, str], bool]) -> None:
        """Arranges searches that ascend in time; about 5 µs each.

        Args:
            searches: oldest first.
            admits: whether a (key, text) may be shown to its own author.
        """
        self._admits = admits
        self._searches: list[PastSearch] = []
        self._known: set[tuple[int, str]] = set()
        self._final: list[tuple[str, PastSearch]] = []
        self._queries: dict[str, OwnQuery] = {}
        self._keys: list[str] = []
        self._word_uses: dict[str, int] = {}
        self._word_latest_us: dict[str, int] = {}
        self._follow_ups: dict[tuple[str, str], int] = {}
        for search in searches:
            self._add(search)

    def __len__(self) -> int:
        return len(self._final)

    def as_of(self, now_us: int) -> OwnHistory:
        """The history without searches after `now_us`; itself when there are none."""
        if not self._searches or self._searches[-1].ts_us <= now_us:
            return self
        return OwnHistory((search for search in self._searches if search.ts_us <= now_us), self._admits)

    def extended(self, searches: Sequence[PastSearch]) -> OwnHistory:
        """The history with further searches, ascending in time; some 10 µs when they are the latest."""
        latest_us = self._searches[-1].ts_us if self._searches else 0
        if searches and searches[0].ts_us < latest_us:
            return OwnHistory(sorted([*self._searches, *searches], key=itemgetter(0)), self._admits)
        longer = OwnHistory((), self._admits)
        longer._searches, longer._known, longer._final = self._searches.copy(), self._known.copy(), self._final.copy()
        longer._queries, longer._keys = self._queries.copy(), self._keys.copy()
        longer._word_uses, longer._word_latest_us = self._word_uses.copy(), self._word_latest_us.copy()
        longer._follow_ups = self._follow_ups.copy()
        for search in searches:
            longer._add(search)
        if "searched" in self.__dict__ and len(longer._final) == len(self._final) + len(searches):
            longer.__dict__["searched"] = self.searched.longer(longer._shown(len(self._final)))
        return longer

    def starting_with(self, prefix: str) -> list[OwnQuery]:
        """Own queries that start with a normalised prefix, at most `MAX_OWN`, in order of their keys."""
        keys = self._keys
        start = end = bisect_left(keys, prefix)
        while end < len(keys) and keys[end].startswith(prefix):
            end += 1
        found = [self._queries[key] for key in keys[start:end]]
        return sorted(nlargest(MAX_OWN, found, key=_use)) if len(found) > MAX_OWN else found

    def find(self, key: str) -> OwnQuery | None:
        """The person's own use of a normalised query."""
        return self._queries.get(key)

    @property
    def word_uses(self) -> Mapping[str, int]:
        """Words, and pairs of words in a row with a space between, to how many of the searches hold them."""
        return self._word_uses

    @property
    def word_latest_us(self) -> Mapping[str, int]:
        """The same words and pairs to when they were last searched."""
        return self._word_latest_us

    @property
    def follow_ups(self) -> Mapping[tuple[str, str], int]:
        """Two queries in a row of one session to how often that came."""
        return self._follow_ups

    @cached_property
    def searched(self) -> OwnText:
        """All searches as one text; 50 µs once for a thousand of them."""
        return OwnText("", [], []).longer(self._shown(0))

    @property
    def latest_us(self) -> int:
        """When the latest search was; 0 without any."""
        return self._final[-1][1].ts_us if self._final else 0

    def session_keys(self, session: str | None, now_us: int) -> list[str]:
        """Keys searched in the current session, the latest first, each once.

        Args:
            session: the session the client names; None derives it by the 30-minute gap up to `now_us`.
            now_us: the moment of the request.
        """
        keys: dict[str, None] = {}
        later_us = now_us
        for key, search in reversed(self._final):
            if session is None and later_us - search.ts_us > SESSION_GAP_US:
                break
            later_us = search.ts_us
            if session is None or search.session == session:
                keys.setdefault(key)
        return list(keys)

    def _shown(self, start: int) -> list[tuple[str, int]]:
        """(key, time) of the searches from the given one on that their author may be shown."""
        return [(key, search.ts_us) for key, search in self._final[start:] if key in self._queries]

    def _add(self, search: PastSearch) -> None:
        key = normalise(search.query)
        if not 0 < len(key) <= MAX_QUERY_CHARS or (search.ts_us, key) in self._known:
            return
        self._known.add((search.ts_us, key))
        if self._final and _unfinished(self._final[-1], (key, search)):
            self._drop(*self._final.pop())
        self._searches.append(search)
        self._final.append((key, search))
        text = display(search.query)
        own = self._queries.get(key)
        if own is not None:
            self._queries[key] = OwnQuery(key, text, (*own.times_us, search.ts_us))
        elif self._admits(key, text):
            self._queries[key] = OwnQuery(key, text, (search.ts_us,))
            insort(self._keys, key)
        if key in self._queries:
            self._count_words(key, 1)
            self._word_latest_us.update(dict.fromkeys(distinct_parts(key.split(" ")), search.ts_us))
            self._count_follow_up(key, search)
        if len(self._searches) > MAX_HISTORY:
            self._drop_oldest()

    def _drop_oldest(self) -> None:
        oldest = self._searches.pop(0)
        self._known.discard((oldest.ts_us, normalise(oldest.query)))
        if self._final[0][1] is oldest:
            self._drop(*self._final.pop(0))

    def _count_follow_up(self, key: str, search: PastSearch) -> None:
        if len(self._final) > 1:
            before, earlier = self._final[-2]
            if search.ts_us - earlier.ts_us <= SESSION_GAP_US:
                self._follow_ups[before, key] = self._follow_ups.get((before, key), 0) + 1

    def _count_words(self, key: str, n: int) -> None:
        uses = self._word_uses
        for part in distinct_parts(key.split(" ")):
            uses[part] = uses.get(part, 0) + n
            if not uses[part]:
                del uses[part]

    def _drop(self, key: str, search: PastSearch) -> None:
        own = self._queries.get(key)
        if own is None:
            return
        self._count_words(key, -1)
        times_us = tuple(time_us for time_us in own.times_us if time_us != search.ts_us)
        if times_us:
            self._queries[key] = own._replace(times_us=times_us)
        else:
            del self._queries[key]
            self._keys.remove(key)


def distinct_parts(words: Sequence[str]) -> set[str]:
    """The words, and the pairs of words in a row with a space between."""
    return {*words, *map(" ".join, pairwise(words))}


def _use(query: OwnQuery) -> tuple[int, int]:
    return len(query.times_us), query.times_us[-1]


def _unfinished(own: tuple[str, PastSearch], later: tuple[str, PastSearch]) -> bool:
    (key, search), (later_key, later_search) = own, later
    return (
        search.typed
        and len(later_key) > len(key)
        and later_key.startswith(key)
        and later_search.ts_us - search.ts_us <= FINAL_INTENT_US
    )
