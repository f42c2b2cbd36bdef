"""Stored answers: the best ids of many prefixes and the texts of the first, each list one record of one file.

A record holds everything that an answer reads, side by side: with a million queries nearly all of a
lookup's time is waiting for memory, and a record is one place of it where separate columns are four.
"""

from __future__ import annotations

from codecs import utf_8_decode
from collections.abc import Sequence
from struct import Struct

import numpy as np
import numpy.typing as npt

from suggest.artifacts import Generation, GenerationWriter

_MOST = 256
# A record is the number of ids, the bytes of the joined texts, the ids, the texts. The first three are read
# by one call, for as many ids as are wanted; of a shorter list that reads on into what follows.
_HEADS = [Struct(f"<HH{n}I") for n in range(_MOST + 1)]


class ListTable:
    """Lists of ids by the number of a prefix, best first."""

    def __init__(self, generation: Generation, name: str) -> None:
        self._at = generation.array(f"{name}_at").data
        self._records = generation.content(f"{name}.records")

    def ids(self, number: int, k: int) -> list[int]:
        """The best `k` of a list. About 1 µs."""
        n_ids, _, *ids = _HEADS[min(k, _MOST)].unpack_from(self._records, self._at[number])
        return ids if n_ids >= k else ids[:n_ids]

    def top(self, number: int, k: int) -> tuple[list[int], list[str]]:
        """The best `k` of a list, and the texts of the first of them, as many as are stored. About 2 µs."""
        records = self._records
        at = self._at[number]
        n_ids, n_text, *ids = _HEADS[min(k, _MOST)].unpack_from(records, at)
        if n_ids < k:
            del ids[n_ids:]
        if not n_text:
            return ids, []
        at += _HEADS[n_ids].size
        texts = utf_8_decode(records[at : at + n_text])[0].split("\n", k)
        if len(texts) > k:
            del texts[k:]
        return ids, texts


def save_lists(
    writer: GenerationWriter,
    name: str,
    list_of: npt.NDArray[np.int64],
    ids: Sequence[npt.NDArray[np.uint32]],
    texts: Sequence[str],
) -> None:
    r"""Writes what `ListTable(generation, name)` reads.

    Args:
        writer: the generation being built.
        name: of the files.
        list_of: number of the list of each prefix number, int64[n_prefixes].
        ids: of each list, best first, at most `_MOST`.
        texts: of each list, joined by `\n`; empty for a list that stores none.
    """
    starts = np.zeros(len(ids) + 1, dtype=np.int64)
    with writer.path(f"{name}.records").open("wb") as file:
        for number, (best, text) in enumerate(zip(ids, texts, strict=True)):
            encoded = text.encode()
            record = _HEADS[0].pack(len(best), len(encoded)) + best.astype("<u4").tobytes() + encoded
            starts[number + 1] = starts[number] + file.write(record)
        file.write(bytes(_HEADS[_MOST].size))  # what a reader of the last list may read on into
    wide = starts[-1] > np.iinfo(np.uint32).max
    writer.save_array(f"{name}_at", starts[list_of].astype(np.uint64 if wide else np.uint32))
