"""Here is a name in a comment: what does a tap on it search for, and how much would a reader want that?"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from suggest.candidates.asking import Asking
from suggest.candidates.spans import Spotted, is_quoted
from suggest.index import QueryTable
from suggest.index.lexicon import Lexicon, Meaning
from suggest.index.lexicon_clicks import SpanClicks
from suggest.rank import Policy
from suggest.rank.spans import Evidence, name_parts, share, tap_parts
from suggest.text import display, normalise
from suggest.text.hashtags import SIGNS, parts
from suggest.text.spans_surface import BREAK, surface
from suggest.text.spans_words import word_tokens
from suggest.types import EntitySpan

_KEPT = 16_384  # verdicts of the policy, and words of queries: some 3 MB each at most
_TAG_KIND, _NAME_KIND = "hashtag", "name"
_EDGES = " \t\n.,;:!?\"'()[]{}<>*_~|\u2026\u201c\u201d\u2018\u2019\u00ab\u00bb"


class Name(NamedTuple):
    """A part of a text that is a name.

    Attributes:
        start: first code point.
        end: code point after the last one.
        evidence: what is known of it.
        spot: it in the lexicon; None where the tagger alone found it.
        is_name: log-odds that it is one.
    """

    start: int
    end: int
    evidence: Evidence
    spot: Spotted | None
    is_name: float


class Links:
    """Names to queries, in one generation. Safe to call from several threads."""

    def __init__(self, lexicon: Lexicon, queries: QueryTable, clicks: SpanClicks, policy: Policy) -> None:
        """Keeps what it is given."""
        self._lexicon = lexicon
        self._queries = queries
        self._clicks = clicks
        self._admits = lru_cache(_KEPT)(lambda key: policy.refusal(key) is None)

    def span(self, text: str, name: Name, context: frozenset[str], asking: Asking) -> EntitySpan | None:
        """A name with what it searches for; None where nothing that it may search for may be shown. About 15 µs.

        Args:
            text: what it stands in.
            name: part of it.
            context: folded words of the item that the comment stands under.
            asking: who asks.
        """
        written = text[name.start : name.end]
        meaning = self._of_text(written, asking) if name.spot is None else self._of_lexicon(name.spot, context, asking)
        if meaning is None:
            return None
        query = self._text(meaning)
        evidence = name.evidence._replace(
            popularity=meaning.popularity,
            is_quoted=is_quoted(text, name.start, name.end),
            likeness=_share_within(folds(query), context) if context else 0.0,
            tap_rate=self._clicks.rate(meaning.query_id),
            is_own=asking.history is not None and asking.history.find(normalise(query)) is not None,
        )
        taps = tap_parts(evidence, name.is_name)
        explanation = {"name": name_parts(name.evidence), "tap": taps} if asking.explain else None
        return EntitySpan(name.start, name.end, written, query, share(sum(taps.values())), meaning.kind, explanation)

    def _of_lexicon(self, spot: Spotted, context: frozenset[str], asking: Asking) -> Meaning | None:
        """Of all that it may mean and that may be shown, what fits the item best; then what was given; then popular."""
        meanings = [each for each in self._lexicon.meanings(spot.found) if self._may_be_shown(each, asking)]
        if len(meanings) <= 1:
            return meanings[0] if meanings else None
        own = frozenset(spot.folds)

        def rank(meaning: Meaning) -> tuple[float, bool, float, str]:
            query = self._text(meaning)
            told = (folds(query) | folds(meaning.kind)) - own if context else frozenset()
            return -_share_within(told, context), not meaning.is_given, -meaning.popularity, query

        return min(meanings, key=rank)

    def _of_text(self, written: str, asking: Asking) -> Meaning | None:
        """What a name that no lexicon holds searches for: itself, unless the policy refuses it."""
        is_tag = written[0] in SIGNS
        query = display(" ".join(parts(written)) if is_tag else written).strip(_EDGES)
        key = normalise(query)
        if not any(map(str.isalnum, key)) or key in asking.hidden_keys or not self._admits(key):
            return None
        query_id = self._queries.find(key)
        if query_id >= 0 and query_id in asking.hidden_ids:
            return None
        return Meaning(query_id, query, _TAG_KIND if is_tag else _NAME_KIND, is_given=False, popularity=0.0)

    def _text(self, meaning: Meaning) -> str:
        return self._queries.text(meaning.query_id) if meaning.query_id >= 0 else meaning.query

    def _may_be_shown(self, meaning: Meaning, asking: Asking) -> bool:
        if meaning.query_id >= 0:
            return meaning.query_id not in asking.hidden_ids
        return not asking.hidden_keys or normalise(meaning.query) not in asking.hidden_keys


@lru_cache(_KEPT)
def folds(text: str) -> frozenset[str]:
    """The words of a text as names are looked up."""
    return frozenset(surface(text, word_tokens(text)).folds) - {BREAK}


def _share_within(words: frozenset[str], context: frozenset[str]) -> float:
    return len(words & context) / len(words) if words else 0.0
