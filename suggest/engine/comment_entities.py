"""Which spans of a comment would a reader tap to search?"""

from __future__ import annotations

from bisect import bisect
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from math import ceil
from typing import NamedTuple

from suggest.artifacts import Generation
from suggest.candidates.asking import Asking
from suggest.candidates.spans import Spotted, is_capitalised, is_quoted, is_shouted, spots
from suggest.errors import ArgumentError, NotBuiltError
from suggest.index import Indexes
from suggest.index.items import Items
from suggest.index.lexicon import SECTION, Lexicon, Meaning
from suggest.index.lexicon_clicks import SpanClicks
from suggest.rank import Policy
from suggest.rank.spans import Evidence, name_parts, share, tap_parts, trust
from suggest.text import display, normalise
from suggest.text.encoder import Encoder
from suggest.text.hashtags import SIGNS, parts
from suggest.text.spans_common import CommonWords
from suggest.text.spans_surface import is_unspaced_character, joined, surface
from suggest.text.spans_words import word_tokens
from suggest.text.tagger import Tagger
from suggest.text.tagger_tokens import tokenise
from suggest.types import EntitySpan

MAX_CHARS = 4_096
"""Code points of a comment that are looked at: what follows costs nothing, and no span is in it."""

_JUDGED = 16_384
_CONTEXTS = 256
_HALF = 0.5
_LEAST_CHANCE = 0.1  # below it nothing but a clean lexicon makes a name
_TAG_KIND, _NAME_KIND = "hashtag", "name"
_EDGES = " \t\n.,;:!?\"'()[]{}<>*_~|\u2026\u201c\u201d\u2018\u2019\u00ab\u00bb"


class _Chosen(NamedTuple):
    start: int
    end: int
    evidence: Evidence
    spot: Spotted | None
    is_name: float


class CommentEntities:
    """Spans of comments under the items of one generation.

    Safe to call from several threads.
    """

    def __init__(
        self, generation: Generation, indexes: Indexes, encoder: Encoder | None, policy: Policy, *, is_trained: bool
    ) -> None:
        """Maps the lexicon; the tagger is read when the first comment is."""
        self._is_built = generation.holds(SECTION)
        if not self._is_built:
            return
        self._queries = indexes.prefixes.queries
        self._lexicon = Lexicon(generation, self._queries)
        noise = generation.json("lexicon_noise")
        self._trust = {True: trust(noise["given"]), False: trust(noise["queries"])}
        self._clicks = SpanClicks(generation)
        self._items = Items.open(generation)
        self._common = CommonWords.default()
        self._admits = lru_cache(_JUDGED)(lambda key: policy.refusal(key) is None)
        self._context = lru_cache(_CONTEXTS)(self._words_of_item)

    def answer(
        self,
        texts: Sequence[str],
        item: str | None,
        asking: Asking,
        min_score: float | None = None,
        max_per_chars: float | None = None,
    ) -> list[list[EntitySpan]]:
        """The spans of each of several comments under one item, in the order of the text; none overlaps another.

        Args:
            texts: the comments; the first `MAX_CHARS` code points of each are looked at.
            item: what they stand under; None, or one that is not indexed, for nothing known.
            asking: who asks.
            min_score: leave out what scores less.
            max_per_chars: keep at most so many spans a code point, rounded up, the best ones.

        Raises:
            ArgumentError: `min_score` or `max_per_chars` is no number of 0 or more.
            NotBuiltError: the generation was built by a version without comment entities.
        """
        if not self._is_built:
            raise NotBuiltError("this generation holds no lexicon; build the index again with: suggest build")
        _check_limit("min_score", min_score)
        _check_limit("max_per_chars", max_per_chars)
        is_known = item is not None and item not in asking.hidden_items
        context = self._context(item) if item is not None and is_known else frozenset()
        return [
            _calm(
                list(self._spans(text[:MAX_CHARS], len(text) > MAX_CHARS, context, asking)),
                min_score,
                max_per_chars,
                len(text),
            )
            for text in texts
        ]

    def _spans(self, text: str, is_cut: bool, context: frozenset[str], asking: Asking) -> Iterator[EntitySpan]:
        for chosen in _disjoint(self._candidates(text)):
            # A span at the end of what is looked at may be the beginning of another name.
            if is_cut and chosen.end == len(text):
                continue
            span = self._linked(text, chosen, context, asking)
            if span is not None:
                yield span

    def _candidates(self, text: str) -> Iterator[_Chosen]:
        """Parts of the text that are names, overlapping ones too."""
        reading = Tagger.default().read(text, tokenise(text))
        spotted = {(spot.start, spot.end): spot for spot in spots(text, self._lexicon)}
        chances = {(name.start, name.end): name.probability for name in reading.names()} if reading else {}
        if reading:
            chances |= {span: reading.probability(*span) for span in spotted.keys() - chances.keys()}
        may_shout = is_shouted(text)
        for span in sorted(spotted.keys() | chances.keys()):
            chance, spot = chances.get(span, 0.0), spotted.get(span)
            if reading and chance < _LEAST_CHANCE and not (spot and self._is_trusted(spot)):
                continue
            evidence = self._evidence(text, span, chance, spot)._replace(
                is_read=reading is not None, is_capital=not may_shout and is_capitalised(text, *span)
            )
            is_name = sum(name_parts(evidence).values())
            if is_name > 0:
                yield _Chosen(*span, evidence, spot, is_name)

    def _is_trusted(self, spot: Spotted) -> bool:
        """Whether the lexicon may make it a name against the tagger."""
        return (self._trust[False] > 0) or (spot.found.name >= 0 and self._trust[True] > 0)

    def _evidence(self, text: str, span: tuple[int, int], chance: float, spot: Spotted | None) -> Evidence:
        is_tag = text[span[0]] in SIGNS
        if spot is None:
            return Evidence(tagged=chance, is_tag=is_tag)
        meanings = self._lexicon.meanings(spot.found)
        return Evidence(
            tagged=chance,
            trust=max(self._trust[meaning.is_given] for meaning in meanings),
            is_named=True,
            is_given=any(meaning.is_given for meaning in meanings),
            is_searched=any(meaning.query_id >= 0 for meaning in meanings),
            popularity=max(meaning.popularity for meaning in meanings),
            n_words=len(spot.folds),
            zipf=self._zipf(spot.folds),
            is_tag=is_tag,
        )

    def _zipf(self, folds: Sequence[str]) -> float:
        """Of the rarest word; where no spaces are written, of the name as one word."""
        if any(map(is_unspaced_character, folds)):
            return self._common.zipf(joined(folds)[0])
        return self._common.rarest(folds)

    def _linked(self, text: str, chosen: _Chosen, context: frozenset[str], asking: Asking) -> EntitySpan | None:
        """The span with what it searches for; None where nothing that it may search for may be shown."""
        surface_text = text[chosen.start : chosen.end]
        meaning = self._meant(surface_text, chosen, context, asking)
        if meaning is None:
            return None
        query = self._queries.text(meaning.query_id) if meaning.query_id >= 0 else meaning.query
        key = normalise(query)
        evidence = chosen.evidence._replace(
            popularity=meaning.popularity,
            is_quoted=is_quoted(text, chosen.start, chosen.end),
            likeness=_likeness(_folds(query), context),
            tap_rate=self._clicks.rate(meaning.query_id),
            is_own=asking.history is not None and asking.history.find(key) is not None,
        )
        taps = tap_parts(evidence, chosen.is_name)
        explanation = {"name": name_parts(evidence), "tap": taps} if asking.explain else None
        score = share(sum(taps.values()))
        return EntitySpan(chosen.start, chosen.end, surface_text, query, score, meaning.kind, explanation)

    def _meant(self, surface_text: str, chosen: _Chosen, context: frozenset[str], asking: Asking) -> Meaning | None:
        """Of all that a name may mean and that may be shown, what fits the item and the comment best."""
        if chosen.spot is None:
            return self._of_surface(surface_text, asking)
        meanings = [each for each in self._lexicon.meanings(chosen.spot.found) if self._may_be_shown(each, asking)]
        if not meanings:
            return None
        own = set(chosen.spot.folds)

        def fit(meaning: Meaning) -> tuple[float, bool, float, str]:
            told = (_folds(self._text(meaning)) | _folds(meaning.kind)) - own
            return len(told & context) / (len(told) or 1), meaning.is_given, meaning.popularity, self._text(meaning)

        best = max(map(fit, meanings), key=lambda each: each[:3])
        return min((each for each in meanings if fit(each)[:3] == best[:3]), key=self._text)

    def _text(self, meaning: Meaning) -> str:
        return self._queries.text(meaning.query_id) if meaning.query_id >= 0 else meaning.query

    def _may_be_shown(self, meaning: Meaning, asking: Asking) -> bool:
        if meaning.query_id >= 0:
            return meaning.query_id not in asking.hidden_ids
        return not asking.hidden_keys or normalise(meaning.query) not in asking.hidden_keys

    def _of_surface(self, surface_text: str, asking: Asking) -> Meaning | None:
        """What a name that no lexicon holds searches for: itself, unless the policy refuses it."""
        is_tag = surface_text[0] in SIGNS
        query = display(" ".join(parts(surface_text)) if is_tag else surface_text).strip(_EDGES)
        key = normalise(query)
        if not key or key in asking.hidden_keys or not self._admits(key):
            return None
        query_id = self._queries.find(key)
        if query_id >= 0 and query_id in asking.hidden_ids:
            return None
        return Meaning(query_id, query, _TAG_KIND if is_tag else _NAME_KIND, is_given=False, popularity=0.0)

    def _words_of_item(self, item: str) -> frozenset[str]:
        """Folded words of what is written on an item; empty for one that is not indexed."""
        number = -1 if self._items is None else self._items.find(item)
        if self._items is None or number < 0:
            return frozenset()
        return _folds(" ".join(self._items.text(number).parts())[:MAX_CHARS])


def _disjoint(candidates: Iterable[_Chosen]) -> list[_Chosen]:
    """Candidates that do not overlap, by start.

    Of a clean lexicon the name that begins first and of those the longest, as it was made to be read; of all others the
    likeliest.
    """
    taken: list[_Chosen] = []
    starts: list[int] = []
    for each in sorted(candidates, key=_precedence):
        at = bisect(starts, each.start)
        if (at and taken[at - 1].end > each.start) or (at < len(taken) and taken[at].start < each.end):
            continue
        taken.insert(at, each)
        starts.insert(at, each.start)
    return taken


def _precedence(one: _Chosen) -> tuple[bool, float, int, int]:
    is_clean = one.evidence.trust > _HALF
    return not is_clean, 0.0 if is_clean else -one.is_name, one.start, -one.end


def _calm(
    spans: list[EntitySpan], min_score: float | None, max_per_chars: float | None, n_chars: int
) -> list[EntitySpan]:
    """The best spans, no more than a text of that length may have, in its order."""
    if min_score is not None:
        spans = [span for span in spans if span.score >= min_score]
    if max_per_chars is None:
        return spans
    best = sorted(spans, key=lambda span: (-span.score, span.query, span.start))[: ceil(max_per_chars * n_chars)]
    return sorted(best, key=lambda span: span.start)


def _likeness(words: frozenset[str], context: frozenset[str]) -> float:
    return len(words & context) / len(words) if words else 0.0


def _folds(text: str) -> frozenset[str]:
    return frozenset(surface(text, word_tokens(text)).folds) - {"\0"}


def _check_limit(name: str, value: float | None) -> None:
    if value is not None and (isinstance(value, bool) or not isinstance(value, (int, float)) or not value >= 0):
        raise ArgumentError(name, f"expected a number of 0 or more, or None, got {value!r}")
