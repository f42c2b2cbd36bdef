"""Here is an unfinished query that nobody searched: how may it end?

By words that the person searched before, and by those that a word model of everybody's queries expects.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from suggest.candidates.candidate import Candidate
from suggest.candidates.own import OwnHistory
from suggest.candidates.request import Request
from suggest.index import Budget, Indexes
from suggest.index.word_model import Ending
from suggest.text.tokens import join, parts, typed_tokens

MAX_CONTEXT_HITS = 32
MAX_WORD_HITS = 64
"""Earlier searches looked at for the words being typed: the latest ones; of a single letter there are hundreds."""

MAX_ENDINGS = 8
"""With 16 MRR@10 on a web log is the same, at a sixth more candidates."""

ENDING_NODES = 4000

MAX_OWN_ENDINGS = 12

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
    endings: dict[str, float | None] = dict.fromkeys(own_endings(request, MAX_OWN_ENDINGS))
    endings |= public_endings(request, indexes, MAX_ENDINGS)
    find = indexes.prefixes.queries.find
    for key, log_p in endings.items():
        query_id = find(key)
        own = request.history.find(key) if request.history else None
        if query_id >= 0:
            yield Candidate(query_id, "prefix", own)
        elif own is None:
            yield Candidate(-1, "generated", text=key, log_p=log_p)


def public_endings(request: Request, indexes: Indexes, k: int) -> dict[str, float]:
    """Queries that end the prefix as the word model expects, likeliest first, to the `log_p` of `Candidate`."""
    context, partial = typed_tokens(request.prefix)
    found = indexes.word_model.endings(context, partial, k, Budget(ENDING_NODES))
    head = request.prefix[: len(request.prefix) - len(partial)]
    # Words of unspaced scripts that stand apart bring their space, which may have been typed already.
    endings = {}
    for ending in found:
        if ending.words != (partial,) and _is_shown(ending, context, request):
            added = join(ending.words)
            endings[head + (added.removeprefix(" ") if head.endswith(" ") else added)] = ending.log_p
    return endings


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
    best = sorted([(use, ending) for ending, use in uses.items()], reverse=True)
    return [typed.head + ending for _, ending in best[:k]]


def _add_uses(uses: dict[str, list[int]], history: OwnHistory, typed: Unfinished, context: str) -> None:
    most = MAX_CONTEXT_HITS if context else MAX_WORD_HITS
    # What followed the same word is found again without it, and counts there.
    counted = 0 if context else 1
    for rest, (n, time_us) in history.searched.followed(typed.head, context, typed.last, most).items():
        for ending in _beginnings(rest):
            known = uses.get(ending)
            if known is None:
                uses[ending] = [n, 1, time_us] if context else [0, n, time_us]
            else:
                known[counted] += n


def _beginnings(rest: str) -> list[str]:
    """All of what followed, and its first words."""
    found = [rest]
    at = rest.find(" ")
    while at >= 0 and len(found) <= OWN_WORDS:
        found.append(rest[:at])
        at = rest.find(" ", at + 1)
    return found
