"""How probable is each candidate, by the words of everybody's queries?"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from suggest.candidates import Candidate, Request
from suggest.index import Indexes
from suggest.index.word_model import START
from suggest.text.tokens import tokens, typed_tokens


def language_features(
    request: Request,
    candidates: Sequence[Candidate],
    keys: Sequence[str],
    indexes: Indexes,
    rows: npt.NDArray[np.float32],
) -> None:
    """Writes the group `LANGUAGE`, float32[2, n_candidates]."""
    model = indexes.word_model
    ids = np.array([candidate.query_id for candidate in candidates])
    rows[0] = model.log_p(ids)
    new = np.flatnonzero(ids < 0).tolist()
    if new:
        # What was typed is the same of all that begin so, and is read once.
        context, _ = typed_tokens(request.prefix)
        head = model.read(context, START)
        rows[0, new] = [model.log_probability_after(head, tokens(keys[row])[len(context) :]) for row in new]
    rows[1] = rows[0] - rows[0].max()
