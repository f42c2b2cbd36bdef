"""Here is an unfinished query that nobody searched: how may it end?

By words that the person searched before, and by those that a word model of everybody's queries expects.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from heapq import nlargest
from typing import NamedTuple

from suggest.candidates.candidate import Candidate
from suggest.candidates.own import OwnHistory
from suggest.candidates.request import Request
from suggest.index import Budget, Indexes
from suggest.index.word_model import Ending
from suggest.text.tokens import join, parts, typed_tokens
from suggest.types import Source

MAX_CONTEXT_HITS = 32
MAX_WORD_HITS = 64
"""Earlier searches looked at for the words being typed: the latest ones; of a single letter there are hundreds."""

MAX_ENDINGS = 16

ENDING_NODES = 4000

MAX_OWN_ENDINGS = 16

OWN_WORDS = 3
"""Words that own history adds at most, beside all that followed in an earlier search."""


class Unfinished(NamedTuple):
    """A prefix taken apart for completing its last word.

    Attributes:
        head: what stands before the word being typed, with its space.
        last: the word being typed; empty after a space.
        context: the latest of the complete words, empty where there is none.
    """

    head: str
    last: str
    context: str

    @classmethod
    def of(cls, prefix: str) -> Unfinished:
        """Of a normalised prefix."""
        head, space, last = prefix.rpartition(" ")
        return cls(head + space, last, head.rpartition(" ")[2])


def generated(request: Request, indexes: Indexes) -> Iterator[Candidate]:
    """Endings of the prefix as candidates: what the index or the person's history holds, and what nobody searched."""
    if not request.is_personal or request.match != "any" or not request.prefix.strip():
        return
    keys = dict.fromkeys((*own_endings(request, MAX_OWN_ENDINGS), *public_endings(request, indexes, MAX_ENDINGS)))
    for key in keys:
        query_id = indexes.prefixes.queries.find(key)
        own = request.history.find(key) if request.history else None
        if query_id >= 0 or own is None:
            source: Source = "prefix" if query_id >= 0 else "generated"
            yield Candidate(query_id, source, own, text="" if query_id >= 0 else key)


def public_endings(request: Request, indexes: Indexes, k: int) -> list[str]:
    """Queries that end the prefix as the word model expects, likeliest first."""
    context, partial = typed_tokens(request.prefix)
    found = indexes.word_model.endings(context, partial, k, Budget(ENDING_NODES))
    head = request.prefix[: len(request.prefix) - len(partial)]
    # Words of unspaced scripts that stand apart bring their space, which may have been typed already.
    endings = (
        join(ending.words) for ending in found if ending.words != (partial,) and _is_shown(ending, context, request)
    )
    return [head + (ending.removeprefix(" ") if head.endswith(" ") else ending) for ending in endings]


def _is_shown(ending: Ending, context: Sequence[str], request: Request) -> bool:
    hidden = request.hidden_parts
    return not hidden or hidden.isdisjoint(parts((*context[-1:], *ending.words)))


def own_endings(request: Request, k: int) -> list[str]:
    """Queries that end the prefix by words of the person's own, most promising first; about 50 µs.

    Whoever searched `honda civic parts` and types `toyota camry pa` may mean `toyota camry parts`.
    """
    history = request.history
    if not history or not request.prefix:
        return []
    typed = Unfinished.of(request.prefix)
    # By ending: uses after the same word as now, all uses, the latest of them.
    uses: dict[str, list[int]] = {}
    if typed.context:
        _add_uses(uses, history, typed, f"{typed.context} ")
    if typed.last:
        _add_uses(uses, history, typed, "")
    uses.pop(typed.last, None)
    best = nlargest(k, ((use, ending) for ending, use in uses.items()))
    return [typed.head + ending for _, ending in best]


def _add_uses(uses: dict[str, list[int]], history: OwnHistory, typed: Unfinished, context: str) -> None:
    searched = history.searched
    most = MAX_CONTEXT_HITS if context else MAX_WORD_HITS
    whole = f" {typed.head}"
    for start, end, time_us in searched.found(context + typed.last, most):
        begins = start + len(context) - len(whole)
        if searched.text.startswith(whole, begins) and searched.text[begins - 1 : begins] in ("", "\n"):
            continue  # the search began as this one does: it is a candidate by itself
        for ending in _beginnings(searched.text[start + len(context) : end]):
            known = uses.get(ending)
            if known is None:
                uses[ending] = [bool(context), 1, time_us]
            elif context:
                known[0] += 1
            else:  # what followed the same word is found again without it
                known[1] += 1


def _beginnings(rest: str) -> Iterator[str]:
    """The first words of what followed, and all of it."""
    yield rest
    at = -1
    for _ in range(OWN_WORDS):
        at = rest.find(" ", at + 1)
        if at < 0:
            return
        yield rest[:at]
