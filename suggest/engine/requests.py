"""What a caller asks, checked, with what stands at that moment: a request of one surface."""

from __future__ import annotations

from suggest.candidates import OwnHistory, Request
from suggest.candidates.arguments import check_arguments, checked_id, checked_moment
from suggest.candidates.asking import Asking
from suggest.index import ALL, Indexes
from suggest.stores.standing import Standing, StandingReader
from suggest.text import normalise_prefix
from suggest.types import now_us, parse_where


class Requests:
    """Makes requests against one generation and one state."""

    def __init__(self, indexes: Indexes, standing: StandingReader) -> None:
        """Keeps what it is given."""
        self._indexes = indexes
        self._standing = standing

    def complete(
        self,
        text: str,
        k: int,
        user: str | None,
        locale: str | None,
        region: str | None,
        session: str | None,
        now: object,
        where: object,
        match: str,
        collapse: bool,
    ) -> Request:
        """Of `Engine.complete`; its arguments are described there.

        Raises:
            ArgumentError: an argument is out of range; `.argument` names it.
        """
        check_arguments(text, k, match)
        standing, at_us, history = self._person(user, region, now)
        hidden = standing.hidden.as_of(at_us)
        moment_us = now_us() if at_us is None else at_us
        if session is not None:
            checked_id("session", session)
        return Request(
            normalise_prefix(text),
            k,
            self._locale(locale),
            region,
            moment_us,
            history or None,
            session,
            history.session_keys(session, moment_us) if history and match == "any" else (),
            user is not None,
            match,
            collapse,
            None if where is None else self._indexes.attributes.compile(parse_where(where)),
            hidden.ids,
            hidden.keys,
            hidden.parts,
        )

    def asking(self, user: str | None, locale: str | None, region: str | None, now: object, explain: bool) -> Asking:
        """Of every other surface; arguments and errors as of `Engine.complete`."""
        standing, at_us, history = self._person(user, region, now)
        hidden = standing.hidden.as_of(at_us)
        moment_us = now_us() if at_us is None else at_us
        return Asking(
            moment_us,
            self._locale(locale),
            region,
            history or None,
            history.session_keys(None, moment_us) if history else (),
            hidden.ids,
            hidden.keys,
            hidden.items,
            hidden.comments,
            explain,
        )

    def _person(
        self, user: str | None, region: str | None, now: object
    ) -> tuple[Standing, int | None, OwnHistory | None]:
        """What stands now, the moment asked for, and the person's searches up to it."""
        if region is not None:
            checked_id("region", region)
        # Without a `now` everything accepted counts: a sender's clock may be a little ahead of this one.
        at_us = None if now is None else checked_moment(now)
        standing = self._standing.latest()
        if user is None:
            return standing, at_us, None
        history = standing.histories.of(checked_id("user", user))
        return standing, at_us, history if at_us is None else history.as_of(at_us)

    def _locale(self, locale: str | None) -> str:
        return ALL if locale is None else self._indexes.prefixes.locale(checked_id("locale", locale))
