"""What can go wrong, as one tree.

SuggestError
├── InputError            a file or record that cannot be used (also a ValueError)
│   ├── EventError        one event record that is malformed; `.reason` is the counted name
│   └── NotEnoughExamples a log that cannot teach an order
├── ArgumentError         a caller's argument is out of range (also a ValueError); `.argument` names it
├── ArtifactError         a generation cannot be read or published
│   ├── GenerationBroken  missing, damaged or half-written files
│   ├── GenerationTooNew  written by a later format version than this program reads
│   └── BuildLocked       another build holds the index directory
├── NotBuiltError         the generation lacks what the call needs; the text says what to build
├── StateError            the state cannot be opened, read or written
└── WorseThanUntrained    a trained order that later searches refute; the text has the figures
"""

from __future__ import annotations


class SuggestError(Exception):
    """Root of all errors raised on purpose; the text says expected, got and what to do."""


class InputError(SuggestError, ValueError):
    """A file or record that cannot be used."""


class EventError(InputError):
    """A malformed event record.

    Attributes:
        reason: short stable name under which such records are counted, e.g. `missing_query`.
    """

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason


class NotEnoughExamples(InputError):
    """A log or its examples cannot teach an order."""


class ArgumentError(SuggestError, ValueError):
    """A caller's argument is out of range.

    Attributes:
        argument: name of the argument.
    """

    def __init__(self, argument: str, detail: str) -> None:
        super().__init__(f"{argument}: {detail}")
        self.argument = argument


class ArtifactError(SuggestError):
    """A generation cannot be read or published."""


class GenerationBroken(ArtifactError):
    """Files of a generation are missing, damaged or half-written."""


class GenerationTooNew(ArtifactError):
    """The generation was written in a later format than this program reads."""


class BuildLocked(ArtifactError):
    """Another build holds the lock of the index directory."""


class NotBuiltError(SuggestError):
    """The generation does not hold what the call needs."""


class StateError(SuggestError):
    """The state cannot be opened, read or written."""


class WorseThanUntrained(SuggestError):
    """A trained order puts what later searches wanted lower than the untrained one; it was not published."""
