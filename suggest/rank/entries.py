"""The entries of all lists at once: a query meets only those that share a word with it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from operator import itemgetter
from typing import NamedTuple

import icu

from suggest.errors import InputError
from suggest.rank.evasion import Disguises, Reading, bare, shows_signs
from suggest.text import normalise

Words = tuple[str, ...]

_REGEX_MARK = "re:"
# One unit is 10,000 steps of ICU's matcher, about 0.3 ms; an ordinary expression needs a hundredth of one.
_STEP_UNITS = 5
# Finer than UAX 29, which keeps `example.com` and `it's` whole: an entry `example` must find the former.
_WORD = re.compile(r"[^\s!-/:-@\[-`{-~\u00a1-\u00bf\u2000-\u206f\u3000-\u303f]+")
# Thai to Myanmar, Khmer, kana, ideographs: no spaces between words.
_SPACELESS = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u31f0-\u31ff\u3400-\u9fff\U00020000-\U0003ffff"
_NO_SPACES = re.compile(f"[{_SPACELESS}]")
_APART = re.compile(rf"(?<![{_SPACELESS}])[{_SPACELESS}](?:[\W_]{{1,3}}[{_SPACELESS}](?![{_SPACELESS}]))+")
_STEM_CHARS = 3
_start = itemgetter(slice(_STEM_CHARS))


class Entry(NamedTuple):
    """One line of a list.

    Attributes:
        text: the line: words, or a regular expression after `re:`.
        source: which list, as a refusal names it.
        where: what tells the entry apart in an audit.
        language: the only language in which it counts; None for all.
        is_stem: whether words that begin with it match too.
    """

    text: str
    source: str
    where: str
    language: str | None = None
    is_stem: bool = False


class Found(NamedTuple):
    """Where an entry matches, in code points of the key."""

    start: int
    end: int
    entry: Entry


@dataclass(frozen=True)
class Entries:
    """Entries so arranged that a query meets only those that share a word with it.

    Attributes:
        phrases: first word to all phrases that begin with it.
        parts: first character to the texts beginning with it that match anywhere in a query.
        stems: first characters to the beginnings of words.
        ascii_parts: whether some of them begin with ASCII.
        regexes: compiled expressions.
        is_strict: whether disguised words match, and expressions that run out of steps.
    """

    phrases: Mapping[str, list[tuple[Words, Entry]]]
    parts: Mapping[str, list[tuple[str, Entry]]]
    ascii_parts: bool
    stems: Mapping[str, list[tuple[str, Entry]]]
    regexes: tuple[tuple[icu.RegexPattern, Entry], ...]
    is_strict: bool

    @classmethod
    def of(cls, entries: Iterable[Entry], *, is_strict: bool) -> Entries:
        """Arranges entries; the first of two with one text counts."""
        phrases: dict[str, list[tuple[Words, Entry]]] = {}
        parts: dict[str, list[tuple[str, Entry]]] = {}
        stems: dict[str, list[tuple[str, Entry]]] = {}
        regexes = []
        for entry in entries:
            if (regex := compiled(entry.text)) is not None:
                regexes.append((regex, entry))
                continue
            key = normalise(entry.text)
            words = tuple(_WORD.findall(key))
            if not words or _NO_SPACES.search(key):
                parts.setdefault(key[:1], []).append((key, entry))
            elif entry.is_stem:
                stems.setdefault(key[:_STEM_CHARS], []).append((key, entry))
            else:
                for form in {words, tuple(map(bare, words))} if is_strict else {words}:
                    phrases.setdefault(form[0], []).append((form, entry))
        parts.pop("", None)
        return cls(phrases, parts, any(map(str.isascii, parts)), stems, tuple(regexes), is_strict)

    def found(self, key: str) -> list[Found]:
        """All matches, in no order. Cost: 1.5 µs for an ordinary query, 1.5 µs more for each expression."""
        if key.isascii() and key.replace(" ", "").isalpha():
            words = key.split(" ")
            is_suspect = self.is_strict and shows_signs(key, words)
        else:
            words = _WORD.findall(key)
            is_suspect = self.is_strict
        found: list[Found] = []
        if not self.phrases.keys().isdisjoint(words):
            found += self._phrases(_spans(key))
        if self.stems and not self.stems.keys().isdisjoint(map(_start, words)):
            found += self._stems(_spans(key))
        if (self.ascii_parts or not key.isascii()) and not self.parts.keys().isdisjoint(key):
            found += self._parts(key)
        if is_suspect:
            found += self._disguised(key)
        for regex, entry in self.regexes:
            found += self._expression(regex, entry, key)
        return found

    def is_harmless(self, piece: str) -> bool:
        """Whether nothing matches a query of ASCII for the sake of a piece of it that stands between spaces.

        Where that holds of all pieces, and fewer than `evasion.LEAST_SINGLES` characters of the query stand alone,
        nothing matches it. Cost: 2 µs.
        """
        if self.regexes or not piece.isascii():
            return False
        words = [piece] if piece.isalpha() else _WORD.findall(piece)
        if not self.phrases.keys().isdisjoint(words) or any(self._stems([(0, 0, word) for word in words])):
            return False
        if self.ascii_parts and not self.parts.keys().isdisjoint(piece):
            return False
        is_plain = piece.isalpha() and not shows_signs(piece, words)
        return is_plain or not (self.is_strict and any(self._disguises.readings(piece)))

    def _phrases(self, spans: list[Reading]) -> Iterator[Found]:
        words = tuple(word for _, _, word in spans)
        for first, word in enumerate(words):
            for phrase, entry in self.phrases.get(word, ()):
                if words[first : first + len(phrase)] == phrase:
                    yield Found(spans[first][0], spans[first + len(phrase) - 1][1], entry)

    def _stems(self, spans: list[Reading]) -> Iterator[Found]:
        for start, end, word in spans:
            for stem, entry in self.stems.get(word[:_STEM_CHARS], ()):
                if word.startswith(stem):
                    yield Found(start, end, entry)

    def _parts(self, key: str) -> Iterator[Found]:
        yield from self._parts_of(key, range(len(key) + 1))
        if self.is_strict:
            for apart in _APART.finditer(key):
                where = [place for place in range(*apart.span()) if _NO_SPACES.match(key, place)]
                yield from self._parts_of("".join(key[place] for place in where), [*where, apart.end()])

    def _parts_of(self, text: str, where: range | list[int]) -> Iterator[Found]:
        for start, char in enumerate(text):
            for part, entry in self.parts.get(char, ()):
                if text.startswith(part, start):
                    yield Found(where[start], where[start + len(part) - 1] + 1, entry)

    def _disguised(self, key: str) -> Iterator[Found]:
        readings = list(self._disguises.readings(key))
        if not readings:
            return
        for start, end, word in readings:
            for entry in self._alone.get(word, ()):
                yield Found(start, end, entry)
        yield from self._phrases(_read(_spans(key), readings))

    @cached_property
    def _alone(self) -> dict[str, list[Entry]]:
        """The entries that one disguised word stands for: their words joined."""
        found: dict[str, list[Entry]] = {}
        for phrases in self.phrases.values():
            for words, entry in phrases:
                found.setdefault("".join(words), []).append(entry)
        for stems in self.stems.values():
            for stem, entry in stems:
                found.setdefault(stem, []).append(entry)
        return found

    @cached_property
    def _disguises(self) -> Disguises:
        words = {
            word for phrases in self.phrases.values() for phrase, _ in phrases for word in (*phrase, "".join(phrase))
        }
        return Disguises(sorted(words), sorted(stem for stems in self.stems.values() for stem, _ in stems))

    def _expression(self, regex: icu.RegexPattern, entry: Entry, key: str) -> Iterator[Found]:
        matcher = regex.matcher(key)
        matcher.setTimeLimit(_STEP_UNITS)
        in_utf16 = key.encode("utf-16-le")
        unit = 0
        try:
            while 2 * unit <= len(in_utf16) and matcher.find(unit):
                start, end = matcher.start(), matcher.end()
                yield Found(_code_points(in_utf16, start), _code_points(in_utf16, end), entry)
                unit = max(end, start + 1)
        except icu.ICUError:
            if self.is_strict:
                yield Found(0, len(key), entry)


def compiled(text: str) -> icu.RegexPattern | None:
    """The expression of an entry that is one, else None.

    Raises:
        InputError: it is no regular expression.
    """
    if not text.startswith(_REGEX_MARK):
        return None
    try:
        return icu.RegexPattern.compile(text.removeprefix(_REGEX_MARK), icu.URegexpFlag.CASE_INSENSITIVE)
    except icu.ICUError as error:
        raise InputError(f"bad regular expression {text[:80]!r}: {error}") from None


def _spans(key: str) -> list[Reading]:
    return [(*match.span(), match[0]) for match in _WORD.finditer(key)]


def _read(spans: list[Reading], readings: list[Reading]) -> list[Reading]:
    """The words of a key with disguised ones read: of readings that overlap the first counts."""
    taken: list[Reading] = []
    for start, end, word in readings:
        if all(end <= left or right <= start for left, right, _ in taken):
            taken.append((start, end, word))
    plain = [span for span in spans if all(span[1] <= left or right <= span[0] for left, right, _ in taken)]
    return sorted(plain + taken)


def _code_points(in_utf16: bytes, n_units: int) -> int:
    return len(in_utf16[: 2 * n_units].decode("utf-16-le", "ignore"))
