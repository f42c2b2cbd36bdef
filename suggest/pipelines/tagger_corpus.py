"""Annotated texts as sparse matrices: which rows of weights does each token add up?

A row for each word in each kind of place is made once and used wherever the word stands: five times fewer numbers
than a row for each token.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import sparse  # type: ignore[import-untyped]

from suggest.text.tagger_features import (
    AFTER,
    BEFORE,
    BITS,
    N_HASHES,
    OFFSETS,
    ClassesOf,
    WordFacts,
    context_hashes,
    context_rows,
    folded,
    places,
    surfaces,
    word_facts,
)
from suggest.text.tagger_lattice import ALONE, BEGIN, END, INSIDE
from suggest.text.tagger_tokens import Token, tokenise

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]


class AnnotatedText(NamedTuple):
    """A text and the names in it: start, end in code points."""

    text: str
    spans: Sequence[tuple[int, int]]


class Shares(NamedTuple):
    """How tokens see the words at one offset, and the weights that those words add up."""

    seen: Any  # sparse[n_tokens, n_words], a one where the token sees the word
    told: Any  # sparse[n_words, n_columns]


@dataclass(frozen=True, slots=True)
class Corpus:
    """Tokens of texts one after another.

    Attributes:
        lengths: int64[n_texts], tokens of each text, none zero.
        tags: int64[n_tokens].
        shares: For each of `OFFSETS`.
        context: sparse[n_tokens, n_columns].
        columns: int64[n_columns], the rows of a tagger's table that have a column, ascending.
    """

    lengths: Ints
    tags: Ints
    shares: Sequence[Shares]
    context: Any
    columns: Ints

    def emissions(self, weights: Floats) -> Floats:
        """float32[n_tokens, N_TAGS] for float32[n_columns, N_TAGS]."""
        total: Floats = self.context @ weights
        for seen, told in self.shares:
            total += seen @ (told @ weights)
        return total

    def gradient(self, by_token: Floats) -> Floats:
        """float32[n_columns, N_TAGS]: how a sum over tokens moves with the weights; the transpose of `emissions`."""
        total: Floats = self.context.T @ by_token
        for seen, told in self.shares:
            total += told.T @ (seen.T @ by_token)
        return total


@dataclass(slots=True)
class _Gathered:
    lengths: list[int] = field(default_factory=list)
    tags: list[int] = field(default_factory=list)
    words: list[int] = field(default_factory=list)  # of each token
    numbers: dict[tuple[str, str], int] = field(default_factory=dict)
    facts: list[WordFacts] = field(default_factory=list)  # of each word
    hashes: list[list[int]] = field(default_factory=list)  # of each word, as `context_rows` wants them
    context: list[Ints] = field(default_factory=list)  # [n_tokens, n] of each text


def read_corpus(texts: Iterable[AnnotatedText], language: str, classes_of: ClassesOf, least: int) -> Corpus:
    """The matrices of texts.

    Args:
        texts: At least one with a token.
        language: Of all of them.
        classes_of: The classes of a folded word.
        least: Rows that fewer tokens than this use get no column.
    """
    gathered = _Gathered()
    for each in texts:
        _add(gathered, each, language, classes_of)
    words, lengths = np.array(gathered.words), np.array(gathered.lengths)
    told = _told(gathered.facts)
    seen = [_seen(words, lengths, offset, len(gathered.facts)) for offset in OFFSETS]
    context = _sparse(np.concatenate(gathered.context))
    uses = np.asarray(context.sum(axis=0)).ravel()
    for sees, tells in zip(seen, told, strict=True):
        uses += tells.T @ np.asarray(sees.sum(axis=0)).ravel()
    columns = np.flatnonzero(uses >= least)
    shares = [Shares(sees, tells[:, columns]) for sees, tells in zip(seen, told, strict=True)]
    return Corpus(lengths, np.array(gathered.tags), shares, context[:, columns], columns)


def _add(gathered: _Gathered, annotated: AnnotatedText, language: str, classes_of: ClassesOf) -> None:
    tokens = tokenise(annotated.text)
    if not tokens:
        return
    words = surfaces(annotated.text, tokens)
    hashes = [[BEFORE] * N_HASHES]
    for word, place in zip(words, places(words), strict=True):
        number = gathered.numbers.setdefault((word, place), len(gathered.numbers))
        if number == len(gathered.facts):
            classes = classes_of(folded(word))
            facts = word_facts(word, place, classes)
            gathered.facts.append(facts)
            gathered.hashes.append(context_hashes(word, facts, classes))
        gathered.words.append(number)
        hashes.append(gathered.hashes[number])
    around = np.array([*hashes, [AFTER] * N_HASHES], np.uint32)
    gathered.context.append(context_rows(annotated.text, tokens, around, language, classes_of))
    gathered.lengths.append(len(tokens))
    gathered.tags += tags_of(tokens, annotated.spans)


def tags_of(tokens: Sequence[Token], spans: Iterable[tuple[int, int]]) -> list[int]:
    """The tag of each token. Names that do not begin and end with tokens are left out."""
    starts = {token.start: index for index, token in enumerate(tokens)}
    ends = {token.end: index for index, token in enumerate(tokens)}
    tags = [0] * len(tokens)
    for start, end in spans:
        first, last = starts.get(start), ends.get(end)
        if first is None or last is None or last < first:
            continue
        tags[first : last + 1] = [BEGIN, *[INSIDE] * (last - first - 1), END] if last > first else [ALONE]
    return tags


def _told(facts: Sequence[WordFacts]) -> list[Any]:
    """For each of `OFFSETS`, sparse[n_words, 2 ** BITS]."""
    by_offset: list[list[Ints]] = [[] for _ in OFFSETS]
    for each in facts:
        rows, starts = each.rows()
        for parts, part in zip(by_offset, np.split(rows, starts[1:]), strict=True):
            parts.append(part)
    return [_ragged(parts) for parts in by_offset]


def _ragged(rows: Sequence[Ints]) -> Any:
    columns = np.concatenate(rows)
    pointers = np.concatenate([[0], np.cumsum([len(each) for each in rows])])
    return sparse.csr_matrix((np.ones(len(columns), np.float32), columns, pointers), shape=(len(rows), 1 << BITS))


def _sparse(rows: Ints) -> Any:
    pointers = np.arange(len(rows) + 1) * rows.shape[1]
    ones = np.ones(rows.size, np.float32)
    return sparse.csr_matrix((ones, rows.ravel(), pointers), shape=(len(rows), 1 << BITS))


def _seen(words: Ints, lengths: Ints, offset: int, n_words: int) -> Any:
    tokens = np.arange(len(words))
    ends = np.repeat(np.cumsum(lengths), lengths)
    within = (tokens + offset >= ends - np.repeat(lengths, lengths)) & (tokens + offset < ends)
    ones = np.ones(int(within.sum()), np.float32)
    pairs = (tokens[within], words[tokens[within] + offset])
    return sparse.csr_matrix((ones, pairs), shape=(len(words), n_words))
