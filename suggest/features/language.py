"""How probable is each candidate, by the words of everybody's queries?"""

from __future__ import annotations

from collections.abc import Sequence

from suggest.candidates import Candidate, Request
from suggest.features.columns import Column
from suggest.index import Indexes
from suggest.index.word_model import START
from suggest.text.tokens import tokens, typed_tokens


def language_features(
    request: Request, candidates: Sequence[Candidate], ids: Sequence[int], keys: Sequence[str], indexes: Indexes
) -> tuple[Column, Column]:
    """The columns of the group `LANGUAGE`."""
    model = indexes.word_model
    log_p = model.log_p(ids)
    new = [row for row, query_id in enumerate(ids) if query_id < 0]
    if new:
        # What was typed is the same of all that begin so, and is read once.
        context, _ = typed_tokens(request.prefix)
        head = model.read(context, START)
        log_p_head = model.log_p_of(head)
        for row in new:
            known = candidates[row].log_p
            log_p[row] = (
                model.log_probability_after(head, tokens(keys[row])[len(context) :])
                if known is None
                else log_p_head + known
            )
    most = max(log_p)
    return log_p, [own - most for own in log_p]
