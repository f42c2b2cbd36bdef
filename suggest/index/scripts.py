"""Here is something typed in another script or spelling: which queries does it stand for?"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from suggest.artifacts import Generation, GenerationWriter
from suggest.index.entries import EntryIndex, save_entries
from suggest.index.sounds import SoundIndex, save_sounds
from suggest.text.forms import SOUND, further_keys
from suggest.text.romanise import loose

_BATCH = 65_536


class ScriptIndex:
    """The further forms of the queries of a generation, memory-mapped.

    Attributes:
        forms: marked forms (`suggest.text.forms`) to ranks.
        sounds: loose romanisations, for what is within a few letters of them.
    """

    def __init__(self, generation: Generation) -> None:
        self.forms = EntryIndex(generation, "forms")
        self.sounds = SoundIndex(generation)

    def __len__(self) -> int:
        """How many forms there are; none for a log in ASCII."""
        return len(self.forms)


def save_scripts(
    writer: GenerationWriter, keys: pa.Array, ranks: npt.NDArray[np.uint32], aliases: Iterable[tuple[int, str]] = ()
) -> None:
    """Writes what `ScriptIndex` reads; no file for queries in ASCII without other names.

    Args:
        writer: the generation being built.
        keys: normalised queries.
        ranks: of each row, uint32.
        aliases: (row, normalised other name) pairs.
    """
    forms: list[str] = []
    of_row: list[int] = []
    named: set[int] = set()
    for row, alias in aliases:
        found = further_keys(alias, alias=True)
        forms += found
        of_row += [row] * len(found)
        named.add(row)
    for row, key in _rows_in_need(keys, named):
        found = further_keys(key) or [SOUND + loose(key)]
        forms += found
        of_row += [row] * len(found)
    table = pa.array(forms, pa.string())
    rank_of = ranks.astype(np.uint32)[np.array(of_row, dtype=np.int64)]
    save_entries(writer, "forms", table, rank_of)
    sounds = pc.starts_with(table, SOUND)
    save_sounds(
        writer,
        pc.utf8_slice_codeunits(table.filter(sounds), 1),
        rank_of[sounds.to_numpy(zero_copy_only=False)],
    )


def _rows_in_need(keys: pa.Array, named: set[int]) -> Iterable[tuple[int, str]]:
    """Rows that are not ASCII, found without making a string of each, and those that have other names."""
    n_bytes, n_chars = pc.binary_length(keys), pc.utf8_length(keys)
    needs = pc.not_equal(n_bytes, n_chars).to_numpy(zero_copy_only=False).copy()
    needs[list(named)] = True
    rows = np.flatnonzero(needs)
    for start in range(0, len(rows), _BATCH):
        part = rows[start : start + _BATCH]
        yield from zip(part.tolist(), keys.take(pa.array(part)).to_pylist(), strict=True)
