"""Which spans of a comment would a reader tap to search?"""

from __future__ import annotations

from bisect import bisect
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache, partial
from math import ceil

from suggest.artifacts import Generation
from suggest.candidates.asking import Asking
from suggest.candidates.spans import Spotted, is_capitalised, is_shouted, spots
from suggest.engine.comment_links import Links, Name, folds
from suggest.errors import ArgumentError, NotBuiltError
from suggest.index import Indexes
from suggest.index.items import Items
from suggest.index.lexicon import SECTION, Lexicon
from suggest.index.lexicon_clicks import SpanClicks
from suggest.rank import Policy
from suggest.rank.spans import Evidence, name_parts, trust
from suggest.text.hashtags import SIGNS
from suggest.text.masks import masked
from suggest.text.spans_common import CommonWords
from suggest.text.spans_surface import is_unspaced_character, joined, surface
from suggest.text.spans_words import word_tokens
from suggest.text.tagger import Tagger
from suggest.text.tagger_tokens import tokenise
from suggest.types import EntitySpan

MAX_CHARS = 4_096
"""Code points of a comment that are looked at: what follows costs nothing, and no span is in it."""

SERVICE_MIN_SCORE = 0.5
"""What the service asks for: of names in English tweets held back seven in ten stay, and precision rises from 0.72 to
0.80, of overlap from 0.83 to 0.86."""

SERVICE_MAX_PER_CHARS = 1 / 40
"""Likewise: a name in eight words at most keeps a page calm; of 1,400 video comments it shortens one in a hundred."""

_CONTEXTS = 256
_HALF = 0.5
_SEVERAL = 2
_LEAST_CHANCE = 0.1  # below it nothing but a clean lexicon makes a name


class CommentEntities:
    """Spans of comments under the items of one generation.

    Safe to call from several threads.
    """

    def __init__(self, generation: Generation, indexes: Indexes, policy: Policy, *, is_trained: bool) -> None:
        """Maps the lexicon; the tagger is read when the first comment is."""
        self._is_built = generation.holds(f"{SECTION}.marisa")
        if not self._is_built:
            return
        queries = indexes.prefixes.queries
        self._lexicon = Lexicon(generation, queries)
        noise = generation.json("lexicon_noise")
        self._trust = {True: trust(noise["given"]), False: trust(noise["queries"])}
        self._tagger = Tagger.of(generation)
        self._is_clean = max(self._trust.values()) > 0
        self._links = Links(self._lexicon, queries, SpanClicks(generation), policy)
        self._common = CommonWords.default()
        self._context = lru_cache(_CONTEXTS)(partial(_words_of_item, indexes.items))

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
        for name in _disjoint(self._names(text)):
            # A span at the end of what is looked at may be the beginning of another name.
            if is_cut and name.end == len(text):
                continue
            span = self._links.span(text, name, context, asking)
            if span is not None:
                yield span

    def _names(self, text: str) -> Iterator[Name]:
        """Parts of the text that are names, overlapping ones too."""
        masks = masked(text)
        reading = self._tagger.read(text, tokenise(text))
        # Where a tagger reads, a noisy lexicon is asked for what the tagger may have cut too short.
        least_words = 1 if reading is None or self._is_clean else _SEVERAL
        spotted = {(spot.start, spot.end): spot for spot in spots(text, masks, self._lexicon, least_words)}
        chances, tagged = dict[tuple[int, int], float](), dict[tuple[int, int], float]()
        if reading:
            tagged = {(start, end): chance for start, end, chance in reading.names() if _is_free(start, end, masks)}
            least = 0.0 if self._is_clean else _LEAST_CHANCE
            chances = {span: reading.probability(*span, least) for span in spotted.keys() - tagged.keys()} | tagged
        can_shout = None
        for span in sorted(spotted.keys() | chances.keys()):
            chance = chances.get(span, 0.0)
            if reading and chance < _LEAST_CHANCE and not self._is_clean:
                continue
            spot = spotted.get(span) or self._spot(text, span)
            evidence = self._evidence(spot, chance, span in tagged, reading is not None, text[span[0]] in SIGNS)
            if evidence.trust or not reading:
                can_shout = is_shouted(text) if can_shout is None else can_shout
                evidence = evidence._replace(is_capital=not can_shout and is_capitalised(text, *span))
            is_name = sum(name_parts(evidence).values())
            if is_name > 0:
                yield Name(*span, evidence, spot, is_name)

    def _spot(self, text: str, span: tuple[int, int]) -> Spotted | None:
        """A part of the text in the lexicon, as a whole."""
        words = surface(text[slice(*span)], word_tokens(text[slice(*span)])).folds
        found = self._lexicon.lookup(joined(words)[0]) if words else None
        return Spotted(*span, tuple(words), found) if found else None

    def _evidence(self, spot: Spotted | None, tagged: float, is_tagged: bool, is_read: bool, is_tag: bool) -> Evidence:
        if spot is None:
            return Evidence(tagged, is_tagged, is_read, is_tag=is_tag)
        meanings = self._lexicon.meanings(spot.found)
        return Evidence(
            tagged,
            is_tagged,
            is_read,
            trust=max([self._trust[meaning.is_given] for meaning in meanings]),
            is_named=True,
            is_given=any(meaning.is_given for meaning in meanings),
            is_searched=any(meaning.query_id >= 0 for meaning in meanings),
            popularity=max([meaning.popularity for meaning in meanings]),
            n_words=len(spot.folds),
            zipf=self._zipf(spot.folds),
            is_tag=is_tag,
        )

    def _zipf(self, words: Sequence[str]) -> float:
        """Of the rarest word; where no spaces are written, of the name as one word."""
        if any(map(is_unspaced_character, words)):
            return self._common.zipf(joined(words)[0])
        return self._common.rarest(words)


def _words_of_item(items: Items | None, item: str) -> frozenset[str]:
    """Folded words of what is written on an item; empty for one that is not indexed."""
    number = -1 if items is None else items.find(item)
    if items is None or number < 0:
        return frozenset()
    return folds(" ".join(items.text(number).parts())[:MAX_CHARS])


def _disjoint(candidates: Iterable[Name]) -> list[Name]:
    """Candidates that do not overlap, by start.

    Of a clean lexicon the name that begins first and of those the longest, as it was made to be read; of all others the
    likeliest.
    """
    taken: list[Name] = []
    starts: list[int] = []
    for each in sorted(candidates, key=_precedence):
        at = bisect(starts, each.start)
        if (at and taken[at - 1].end > each.start) or (at < len(taken) and taken[at].start < each.end):
            continue
        taken.insert(at, each)
        starts.insert(at, each.start)
    return taken


def _precedence(one: Name) -> tuple[bool, float, int, int]:
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


def _is_free(start: int, end: int, masks: Sequence[tuple[int, int]]) -> bool:
    return all(mask_end <= start or end <= mask_start for mask_start, mask_end in masks)


def _check_limit(name: str, value: float | None) -> None:
    if value is not None and (isinstance(value, bool) or not isinstance(value, (int, float)) or not value >= 0):
        raise ArgumentError(name, f"expected a number of 0 or more, or None, got {value!r}")
