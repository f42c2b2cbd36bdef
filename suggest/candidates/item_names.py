"""Here is what is written on an item: which queries of the index stand in it, word for word?"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from suggest.index import QueryTable
from suggest.index.items import Floats, Ids
from suggest.text import normalise, word_spans

MOST_WORDS = 64
"""Of one text that are looked at: about 0.3 ms."""

LONGEST = 5
"""Words of the longest query that is looked for."""

_JOINED = 3
"""Words that a hashtag writes as one."""

_LEAST_JOINED_CHARS = 6
_PIECE_CHARS = 1024


class Named(NamedTuple):
    """Queries that texts hold, each once, in no order that means anything.

    Attributes:
        ids: int64[n].
        n_words: how many words of the text each is, float32[n].
    """

    ids: Ids
    n_words: Floats


def named_queries(texts: Iterable[str], queries: QueryTable) -> Named:
    """The queries that stand in texts as whole words, and those that they write as one word or as several.

    About 5 µs a word.
    """
    found: dict[int, int] = {}
    for text in texts:
        for piece in _pieces(text):
            _look_up(normalise(piece), queries, found)
    return Named(
        np.fromiter(found.keys(), dtype=np.int64, count=len(found)),
        np.fromiter(found.values(), dtype=np.float32, count=len(found)),
    )


def _pieces(text: str) -> Iterable[str]:
    # `normalise` reads no further than that.
    return (text[start : start + _PIECE_CHARS] for start in range(0, min(len(text), 4 * _PIECE_CHARS), _PIECE_CHARS))


def _look_up(key: str, queries: QueryTable, found: dict[int, int]) -> None:
    spans = word_spans(key)[:MOST_WORDS]
    for first, (start, _) in enumerate(spans):
        joined = ""
        for last in range(first, min(first + LONGEST, len(spans))):
            end = spans[last][1]
            n_words = last - first + 1
            joined += key[slice(*spans[last])]
            phrases = [key[start:end]]
            if 1 < n_words <= _JOINED and len(joined) >= _LEAST_JOINED_CHARS:
                phrases.append(joined)
            for phrase in phrases:
                query_id = queries.find(phrase)
                if query_id >= 0:
                    found[query_id] = max(found.get(query_id, 0), n_words)
