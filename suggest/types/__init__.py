"""The nouns that all layers share: events in, answers out."""

from suggest.types.answers import Answer, EntitySpan, Observed, Source, Suggestion, suggestions
from suggest.types.clock import DAY_US, HOUR_US, MINUTE_US, SECOND_US, now_us, parse_ts, rfc3339
from suggest.types.events import KNOWN_FIELDS, Event, parse_event
from suggest.types.history import PastSearch
from suggest.types.progress import Progress
from suggest.types.where import Where, parse_where

__all__ = [
    "DAY_US",
    "HOUR_US",
    "KNOWN_FIELDS",
    "MINUTE_US",
    "SECOND_US",
    "Answer",
    "EntitySpan",
    "Event",
    "Observed",
    "PastSearch",
    "Progress",
    "Source",
    "Suggestion",
    "Where",
    "now_us",
    "parse_event",
    "parse_ts",
    "parse_where",
    "rfc3339",
    "suggestions",
]
