"""What is asked beside an item, with all that candidates are looked up by."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from suggest.candidates.asking import Asking
from suggest.index.items import Floats, Ids, Items, ItemText
from suggest.index.items_words import spoken_words
from suggest.text.encoder import Encoder


class ItemRequest(NamedTuple):
    """One item, known or new.

    Attributes:
        number: of a known item; -1 of a new one.
        text: what is written on it.
        spoken: its words in order.
        words: numbers of those words that items hold, each once, ascending.
        idf: how much each of these tells.
        weight: how much all of its words tell, above 0; those that no item holds tell most.
        vector: float32[1, d], of its text; None without an encoder.
        left_out: numbers of items that must not count as neighbours, ascending: the item itself, and what is deleted.
        hidden_comments: numbers of comments that must not count, ascending.
        locale: name of the index locale asked for.
        region: as the caller names it.
        now_us: the moment.
    """

    number: int
    text: ItemText
    spoken: list[str]
    words: list[int]
    idf: list[float]
    weight: float
    vector: Floats | None
    left_out: Ids
    hidden_comments: Ids
    locale: str
    region: str | None
    now_us: int


def item_request(items: Items, encoder: Encoder | None, number: int, text: ItemText, asking: Asking) -> ItemRequest:
    """Reads what is written on an item."""
    left_out = items.found(asking.hidden_items)
    if number >= 0:
        left_out = np.union1d(left_out, [number])
    spoken = spoken_words(text.parts())
    words = items.words.numbers(spoken)
    idf = items.words.idf(words)
    return ItemRequest(
        number,
        text,
        spoken,
        words,
        idf,
        max(items.words.weight(idf, len(set(spoken)) - len(words)), LEAST_WEIGHT),
        None if encoder is None else encoder.encode([encoded_text(text)]),
        left_out,
        items.found_comments(asking.hidden_comments),
        asking.locale,
        asking.region,
        asking.now_us,
    )


LEAST_WEIGHT = 1.0
"""Of an item's words, so that an item of one common word finds no item very close."""

MAX_ENCODED_CHARS = 512
"""Of an item's title, tags and text together that its vector is made from: more blurs it."""


def encoded_text(text: ItemText) -> str:
    """What an item's vector is made from, when it is built and when it is asked about."""
    return " ".join(filter(None, text.parts()))[:MAX_ENCODED_CHARS]
