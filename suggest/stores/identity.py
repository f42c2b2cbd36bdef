"""What is remembered of an event when the event itself is gone."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from suggest.types import Event


def seen_key(event_id: str) -> bytes:
    """The 16 bytes by which an `event_id` is recognised again, also after its event was erased.

    A digest, because an id chosen by a client can itself be personal. Two of a billion different ids
    share their 16 bytes with a probability of about 1e-21. About 1 µs.
    """
    return hashlib.blake2b(event_id.encode(), digest_size=16).digest()


def deleted_targets(event: Event) -> Iterator[tuple[str, str]]:
    """(`item` or `comment`, its id) of what a delete event names besides a query."""
    if event.item is not None:
        yield "item", event.item
    if event.comment is not None:
        yield "comment", event.comment
