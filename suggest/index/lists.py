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

# Number of ids, bytes of the joined texts; then the texts, filled up to a multiple of four, then the ids.
_HEAD = Struct("<HH")
_ALIGNED = 4
_N_IDS = [Struct(f"<{n}I") for n in range(257)]


class ListTable:
    """Lists of ids by the number of a prefix, best first."""

    def __init__(self, generation: Generation, name: str) -> None:
        self._at = generation.array(f"{name}_at").data
        self._records = generation.content(f"{name}.records")

    def ids(self, number: int, k: int) -> list[int]:
        """The best `k` of a list. About 1 µs."""
        at = self._at[number]
        n_ids, n_text = _HEAD.unpack_from(self._records, at)
        return list(_N_IDS[min(k, n_ids)].unpack_from(self._records, at + _HEAD.size + _padded(n_text)))

    def top(self, number: int, k: int) -> tuple[list[int], list[str]]:
        """The best `k` of a list, and the texts of the first of them, as many as are stored. About 2 µs."""
        records = self._records
        at = self._at[number]
        n_ids, n_text = _HEAD.unpack_from(records, at)
        at += _HEAD.size
        ids = list(_N_IDS[min(k, n_ids)].unpack_from(records, at + _padded(n_text)))
        if not n_text:
            return ids, []
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
        ids: of each list, best first, at most 256.
        texts: of each list, joined by `\n`; empty for a list that stores none.
    """
    starts = np.zeros(len(ids) + 1, dtype=np.int64)
    with writer.path(f"{name}.records").open("wb") as file:
        for number, (best, text) in enumerate(zip(ids, texts, strict=True)):
            encoded = text.encode()
            padding = bytes(_padded(len(encoded)) - len(encoded))
            record = _HEAD.pack(len(best), len(encoded)) + encoded + padding + best.astype("<u4").tobytes()
            starts[number + 1] = starts[number] + file.write(record)
    wide = starts[-1] > np.iinfo(np.uint32).max
    writer.save_array(f"{name}_at", starts[list_of].astype(np.uint64 if wide else np.uint32))


def _padded(n_bytes: int) -> int:
    return n_bytes + -n_bytes % _ALIGNED
