"""What must not be shown to others: the operator's lists and personal data, as one pure function."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from os import PathLike
from pathlib import Path
from typing import Any

import icu

from suggest.errors import ArgumentError, InputError
from suggest.rank.personal_data import SAFETY_LEVELS, Safety, find_personal_data
from suggest.text import normalise

Span = tuple[int, int]

_REGEX_MARK = "re:"
# One unit is 10,000 steps of ICU's matcher, about 0.3 ms; an ordinary expression needs a hundredth of one.
_STEP_UNITS = 5
# Finer than UAX 29, which keeps `example.com` and `it's` whole: an entry `example` must find the former.
_WORD = re.compile(r"[^\s!-/:-@\[-`{-~\u00a1-\u00bf\u2000-\u206f\u3000-\u303f]+")
# Thai to Myanmar, Khmer, kana, ideographs: no spaces between words.
_NO_SPACES = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u31f0-\u31ff\u3400-\u9fff\U00020000-\U0003ffff]"
)


@dataclass(frozen=True)
class Policy:
    """Who and what may be suggested; carried by a generation.

    Attributes:
        min_users: distinct users a query needs; applied where users are counted, not here.
        safety: level of the personal-data patterns. `off` leaves the lists in force.
        blocklist: entries that refuse a query: words that stand in it as whole words in a row, or a
            regular expression after `re:`. Where a script writes no spaces, anywhere in it.
        allowlist: entries that excuse what they cover: a blocked part within a match is not refused.
            They do not excuse personal data.

    Raises:
        ArgumentError: `min_users` or `safety` is out of range.
        InputError: an entry's regular expression cannot be compiled.
    """

    min_users: int = 2
    safety: Safety = "standard"
    blocklist: tuple[str, ...] = ()
    allowlist: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.min_users < 1:
            raise ArgumentError("min_users", f"expected 1 or more, got {self.min_users}")
        if self.safety not in SAFETY_LEVELS:
            raise ArgumentError("safety", f"expected one of {', '.join(SAFETY_LEVELS)}, got {self.safety!r}")
        for entry in (*self.blocklist, *self.allowlist):
            _compiled(entry)

    @classmethod
    def from_files(
        cls,
        *,
        blocklist: str | PathLike[str] | None = None,
        allowlist: str | PathLike[str] | None = None,
        min_users: int = 2,
        safety: Safety = "standard",
    ) -> Policy:
        """Reads the lists: one entry a line, blank lines skipped, gzip where the name ends in `.gz`.

        Raises:
            InputError: a file cannot be read, or a line is no regular expression; names file and line.
        """
        return cls(min_users, safety, _read_entries(blocklist), _read_entries(allowlist))

    @classmethod
    def from_json(cls, fields: Mapping[str, Any]) -> Policy:
        """The inverse of `to_json`."""
        return cls(fields["min_users"], fields["safety"], tuple(fields["blocklist"]), tuple(fields["allowlist"]))

    def to_json(self) -> dict[str, Any]:
        """The attributes as a JSON object."""
        return {
            "min_users": self.min_users,
            "safety": self.safety,
            "blocklist": list(self.blocklist),
            "allowlist": list(self.allowlist),
        }

    def refusal(self, key: str, surface: str | None = None) -> str | None:
        """Why a query must not be shown: `blocklist`, a reason of `find_personal_data`, or None.

        Args:
            key: the key of the query.
            surface: the query as typed, where it is known.

        Returns:
            The reason under which the refusal is counted. Cost: 2 µs for an ordinary query with 10,000
            entries, 1.5 µs more for each regular expression.
        """
        blocked = list(self._blocked.spans(key)) if self.blocklist else []
        if blocked and not _covered(blocked, list(self._allowed.spans(key))):
            return "blocklist"
        return find_personal_data(key, self.safety, surface)

    @cached_property
    def _blocked(self) -> _Entries:
        return _Entries.of(self.blocklist, exhausted=True)

    @cached_property
    def _allowed(self) -> _Entries:
        return _Entries.of(self.allowlist, exhausted=False)


@dataclass(frozen=True)
class _Entries:
    """The entries of a list, so arranged that a query meets only those that share a word with it.

    Attributes:
        phrases: first word to all phrases that begin with it, as tuples of words.
        parts: first character to the texts beginning with it that match anywhere in a query.
        regexes: compiled expressions.
        exhausted: whether an expression that runs out of steps counts as matching the whole query.
    """

    phrases: Mapping[str, list[tuple[str, ...]]]
    parts: Mapping[str, list[str]]
    regexes: tuple[icu.RegexPattern, ...]
    exhausted: bool

    @classmethod
    def of(cls, entries: Iterable[str], *, exhausted: bool) -> _Entries:
        phrases: dict[str, list[tuple[str, ...]]] = {}
        parts: dict[str, list[str]] = {}
        regexes = []
        for entry in dict.fromkeys(entries):
            if (regex := _compiled(entry)) is not None:
                regexes.append(regex)
                continue
            key = normalise(entry)
            words = tuple(_WORD.findall(key))
            if words and not _NO_SPACES.search(key):
                phrases.setdefault(words[0], []).append(words)
            elif key:
                parts.setdefault(key[0], []).append(key)
        return cls(phrases, parts, tuple(regexes), exhausted)

    def spans(self, key: str) -> Iterator[Span]:
        """Where entries match, in code points of the key."""
        if not self.phrases.keys().isdisjoint(_WORD.findall(key)):
            yield from self._phrase_spans(key)
        if self.parts:
            for start, char in enumerate(key):
                for part in self.parts.get(char, ()):
                    if key.startswith(part, start):
                        yield start, start + len(part)
        for regex in self.regexes:
            yield from self._regex_spans(regex, key)

    def _phrase_spans(self, key: str) -> Iterator[Span]:
        matches = list(_WORD.finditer(key))
        words = tuple(match[0] for match in matches)
        for first, word in enumerate(words):
            for phrase in self.phrases.get(word, ()):
                if words[first : first + len(phrase)] == phrase:
                    yield matches[first].start(), matches[first + len(phrase) - 1].end()

    def _regex_spans(self, regex: icu.RegexPattern, key: str) -> Iterator[Span]:
        matcher = regex.matcher(key)
        matcher.setTimeLimit(_STEP_UNITS)
        in_utf16 = key.encode("utf-16-le")
        unit = 0
        try:
            while 2 * unit <= len(in_utf16) and matcher.find(unit):
                yield _code_points(in_utf16, matcher.start()), _code_points(in_utf16, matcher.end())
                unit = max(matcher.end(), matcher.start() + 1)
        except icu.ICUError:
            if self.exhausted:
                yield 0, len(key)


def _code_points(in_utf16: bytes, n_units: int) -> int:
    return len(in_utf16[: 2 * n_units].decode("utf-16-le", "ignore"))


def _covered(blocked: list[Span], allowed: list[Span]) -> bool:
    return all(any(left <= start and end <= right for left, right in allowed) for start, end in blocked)


def _compiled(entry: str) -> icu.RegexPattern | None:
    if not entry.startswith(_REGEX_MARK):
        return None
    try:
        return icu.RegexPattern.compile(entry.removeprefix(_REGEX_MARK), icu.URegexpFlag.CASE_INSENSITIVE)
    except icu.ICUError as error:
        raise InputError(f"bad regular expression {entry[:80]!r}: {error}") from None


def _read_entries(path: str | PathLike[str] | None) -> tuple[str, ...]:
    if path is None:
        return ()
    try:
        content = Path(path).read_bytes()
        text = (gzip.decompress(content) if str(path).endswith(".gz") else content).decode("utf-8-sig")
    except gzip.BadGzipFile as error:
        raise InputError(f"{path}: expected gzip, as its name says: {error}") from None
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror or error}") from None
    except (EOFError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: expected UTF-8 text with one entry a line: {error}") from None
    entries = []
    for number, line in enumerate(text.split("\n"), start=1):
        entry = line.strip()
        try:
            _compiled(entry)
        except InputError as error:
            raise InputError(f"{path}:{number}: {error}") from None
        if entry:
            entries.append(entry)
    return tuple(entries)
