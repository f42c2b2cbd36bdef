"""Who asks, when, and what they must not be shown: what every surface but the typeahead starts from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from suggest.candidates.own import OwnHistory


class Asking(NamedTuple):
    """The circumstances of one call of `related`, `item_queries` or `comment_entities`.

    Attributes:
        now_us: nothing later than this may influence the answer.
        locale: a name that `PrefixIndex.locale` returned.
        region: as the caller names it; None when it does not.
        history: the person's own searches up to `now_us`; None when nobody is named.
        session_keys: what was searched in the person's session, the latest first, each once.
        hidden_ids: query ids that must not be suggested.
        hidden_keys: normalised queries that must not be suggested.
        hidden_items: deleted items: nothing of them may be used.
        hidden_comments: deleted comments, likewise.
        explain: whether suggestions say what they are made from.
    """

    now_us: int
    locale: str
    region: str | None = None
    history: OwnHistory | None = None
    session_keys: Sequence[str] = ()
    hidden_ids: frozenset[int] = frozenset()
    hidden_keys: frozenset[str] = frozenset()
    hidden_items: frozenset[str] = frozenset()
    hidden_comments: frozenset[str] = frozenset()
    explain: bool = False
