"""What is asked, once validated and normalised."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from suggest.candidates.own import OwnHistory
from suggest.index import Allowed


class Request(NamedTuple):
    """One call of `complete`.

    Attributes:
        prefix: normalised, with its significant trailing space.
        k: how many suggestions are wanted.
        locale: a name that `PrefixIndex.locale` returned.
        region: as the caller names it; None when it does not.
        now_us: nothing later than this may influence the answer.
        history: the person's own searches up to `now_us`; None when nobody is named.
        session: the session the client names, if any.
        session_keys: what was searched in the session, the latest first, each once.
        is_personal: whether somebody is named, with a history or without.
        match: `prefix` for the plain index and own history alone, `any` for every source.
        collapse: whether of near-duplicates one form is shown.
        allowed: the queries that a filter lets through; None lets all.
        hidden_ids: query ids that must not be suggested.
        hidden_keys: normalised queries that must not be suggested.
        hidden_parts: words, and pairs of words in a row, that nothing may be put together of.
    """

    prefix: str
    k: int
    locale: str
    region: str | None
    now_us: int
    history: OwnHistory | None
    session: str | None
    session_keys: Sequence[str]
    is_personal: bool
    match: str
    collapse: bool
    allowed: Allowed | None
    hidden_ids: frozenset[int]
    hidden_keys: frozenset[str]
    hidden_parts: frozenset[tuple[str, ...]]

    @property
    def key(self) -> str:
        """The query that was typed, if it is one already."""
        return self.prefix.removesuffix(" ")
