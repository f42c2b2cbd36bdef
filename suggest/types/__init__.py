"""The nouns that all layers share: events in, answers out."""

from suggest.types.answers import EntitySpan, Source, Suggestion, suggestions
from suggest.types.clock import DAY_US, SECOND_US, now_us, parse_ts, rfc3339
from suggest.types.events import KNOWN_FIELDS, Event, parse_event
from suggest.types.history import PastSearch

__all__ = [
    "DAY_US",
    "KNOWN_FIELDS",
    "SECOND_US",
    "EntitySpan",
    "Event",
    "PastSearch",
    "Source",
    "Suggestion",
    "now_us",
    "parse_event",
    "parse_ts",
    "rfc3339",
    "suggestions",
]
