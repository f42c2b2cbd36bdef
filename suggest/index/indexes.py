"""All indexes of one generation, opened and written together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from suggest.artifacts import Generation, GenerationWriter
from suggest.index.attributes import AttributeIndex, AttributeRows, save_attributes
from suggest.index.clicks import ClickRows, Clicks, save_clicks
from suggest.index.groups import GroupTable, save_groups
from suggest.index.items import Items
from suggest.index.prefix import PrefixIndex, save_prefixes
from suggest.index.regions import RegionWeights, save_regions
from suggest.index.scripts import ScriptIndex, save_scripts
from suggest.index.spelling import Spelling, save_spelling
from suggest.index.spelling_learned import Learned, LearnedCorrections, save_learned
from suggest.index.spelling_rivals import confident_variants
from suggest.index.table import QueryColumns, ranks, save_queries
from suggest.index.transitions import TransitionRows, Transitions, save_transitions
from suggest.index.vectors import VectorIndex
from suggest.index.word_model import WordModel
from suggest.index.word_model_build import WordStatistics, save_word_model
from suggest.index.words import WordIndex
from suggest.index.words_build import save_words
from suggest.text.encoder import Encoder, open_encoder

QUERY_VECTORS = "query_vectors"
"""Section of the vectors of queries."""


class Indexes(NamedTuple):
    """What a request is looked up in; all memory-mapped.

    Attributes:
        prefixes: queries by their beginning, and what is known of each.
        words: queries by their words.
        spelling: words by their misspellings.
        learned: queries by what people corrected to them.
        scripts: queries by their other spellings.
        attributes: queries by what can be filtered.
        groups: near-duplicates.
        word_model: words by the words before them, for queries that nobody searched.
        regions: popularity of queries by region.
        clicks: looks and clicks of queries.
        transitions: queries by the query before them.
        encoder: makes vectors of texts; None where the generation was built without one.
        vectors: queries by their vector; None likewise.
        items: what is known of items; None where the generation was built without any.
    """

    prefixes: PrefixIndex
    words: WordIndex
    spelling: Spelling
    learned: LearnedCorrections
    scripts: ScriptIndex
    attributes: AttributeIndex
    groups: GroupTable
    word_model: WordModel
    regions: RegionWeights
    clicks: Clicks
    transitions: Transitions
    encoder: Encoder | None
    vectors: VectorIndex | None
    items: Items | None

    @classmethod
    def open(cls, generation: Generation) -> Indexes:
        """Maps what `save_indexes` wrote."""
        prefixes = PrefixIndex(generation)
        words = WordIndex(generation)
        return cls(
            prefixes,
            words,
            Spelling(generation, words),
            LearnedCorrections(generation),
            ScriptIndex(generation),
            AttributeIndex(generation, prefixes),
            GroupTable(generation),
            WordModel(generation),
            RegionWeights(generation),
            Clicks(generation),
            Transitions(generation),
            open_encoder(generation),
            VectorIndex(generation, QUERY_VECTORS) if generation.holds(f"{QUERY_VECTORS}.json") else None,
            Items.open(generation),
        )


class Behaviour(NamedTuple):
    """What the log knows about queries beyond their popularity; rows are those of the queries, sorted by key.

    Attributes:
        regions: as of `save_regions`.
        clicks: as of `save_clicks`.
        transitions: as of `save_transitions`.
    """

    regions: Mapping[str, tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]]
    clicks: ClickRows
    transitions: TransitionRows


def save_indexes(
    writer: GenerationWriter,
    columns: QueryColumns,
    locales: Mapping[str, tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]],
    attributes: AttributeRows,
    aliases: Iterable[tuple[int, str]] = (),
    learned: Sequence[Learned] = (),
    statistics: WordStatistics | None = None,
    behaviour: Behaviour | None = None,
) -> npt.NDArray[np.uint32]:
    """Writes everything that `Indexes.open` reads.

    Args:
        writer: the generation being built.
        columns: the queries, sorted by key.
        locales: as of `save_prefixes`.
        attributes: of the queries, by row of `columns`.
        aliases: (row of `columns`, normalised other name) pairs.
        learned: corrections that people made.
        statistics: of words that completions may be generated from; without them none are.
        behaviour: by region, by clicks and within sessions; without it nothing of these is known.

    Returns:
        The id of each row of `columns`, uint32[n].
    """
    ids = save_queries(writer, columns)
    rank = ranks(columns.weight)
    save_prefixes(writer, columns, ids, locales)
    vocabulary, weight = save_words(writer, columns.keys, rank, columns.weight)
    save_spelling(writer, vocabulary, weight)
    save_learned(writer, learned)
    save_scripts(writer, columns.keys, rank.astype(np.uint32), aliases)
    save_attributes(writer, ids, attributes)
    save_groups(writer, columns.keys, ids, columns.weight, dict(confident_variants(vocabulary, weight)))
    if statistics is not None:
        save_word_model(writer, statistics, columns.keys, ids)
    if behaviour is not None:
        save_regions(writer, ids, behaviour.regions)
        save_clicks(writer, ids, behaviour.clicks)
        save_transitions(writer, ids, behaviour.transitions)
    return ids
