"""Words spelled so that a list should miss them: `b4dw0rd`, `b a d`, `b.a.d`, `baaad`, a Cyrillic letter in `bad`.

Found are whole words only, and only where a token shows a sign of disguise, so that `class` never meets
an entry `ass`. docs/policy.md states what is found and what passes.

Source: Unicode Technical Standard #39, section 4 (skeletons of confusable characters), as ICU has them.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import groupby

import icu

Reading = tuple[int, int, str]
"""(start, end, word): these code points of a key spell this word."""

_LEET = {
    "a": "4@",
    "b": "8",
    "c": "(¢",
    "e": "3€",
    "g": "9",
    "i": "1!|",
    "l": "1!|",
    "o": "0",
    "s": "5$",
    "t": "7+",
}
# One letter for each sign: `i` stands for `l` too, since `1` does.
_LETTER_OF_SIGN = str.maketrans(
    {"l": "i"} | {sign: letter for letter in "lbacegiost" for sign in _LEET[letter]} | {"1": "i", "!": "i", "|": "i"}
)
_SIGNS = "$@!|+(€¢"
# Of Latin, Greek, Cyrillic, Hebrew and Arabic, and those that cover several letters. Marks of other scripts
# (virama, nukta, voicing of kana) make another letter.
_MARK = "\u0300-\u036f\u0483-\u0489\u0591-\u05c7\u0640\u064b-\u0652\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"
_MARKS = re.compile(f"[{_MARK}]")
_TOKEN = re.compile(r"\S+")
# A sign at the edge of a token is punctuation more often than a letter, apart from these.
_EDGES = re.compile(rf"^[^\w$@€{_MARK}]+|[^\w$€¢{_MARK}]+$")
_SEPARATOR = re.compile(rf"(?:(?![{re.escape(_SIGNS)}{_MARK}'\u2019])[\W_])+")
_SINGLES = re.compile(r"(?<![^\W_])[^\W_](?:[\W_]{1,3}[^\W_](?![^\W_])){2,}")
_SINGLE = re.compile(r"(?<![^\W_])[^\W_](?![^\W_])")
_HOLES = re.compile(r"[^\W\d_]+(?:[*#]+[^\W\d_]+)+")
_TRIPLE = re.compile(r"([^\W\d_])\1\1")
_ASCII_TRIPLE = re.compile(r"([a-z])\1\1")
# Not a marked n: Spanish `año` and `ano` are words of their own.
_ENYE = "ñ"
_MAX_WORD_CHARS = 32
# A row of 256 takes 1 ms then; no word that a list would hold is longer.
_MAX_SINGLES = 24
_MAX_TOKENS = 1 << 15
# Shorter beginnings are met by chance, and longer ones by numeronyms: `ibne` by `i18next`.
_MIN_STEM_CHARS = 4
_NUMERONYM = re.compile(r"[a-z]\d\d+[a-z]")
# Below this length digits spell too many models and measures: `a55`, `h2o`, `s3`.
_MIN_LEET_CHARS = 4
_MIN_HOLE_CHARS = 4
_MIN_EXTRA_REPEATS = 2

_SKELETONS = icu.SpoofChecker()
_LATIN_OF_SKELETON = {_SKELETONS.getSkeleton(0, letter): letter for letter in "abcdefghijklmnopqrstuvwxyz"}


LEAST_SINGLES = 3
"""So many characters that stand alone can spell a word."""


def n_singles(piece: str) -> int:
    """How many letters and digits of a text stand alone, as those of `b a d` and `b.a.d` do."""
    return len(_SINGLE.findall(piece))


def shows_signs(key: str, words: list[str]) -> bool:
    """Whether anything in a key of ASCII letters and spaces could be a disguise. 0.5 µs."""
    return (len(words) > _MIN_EXTRA_REPEATS and 1 in map(len, words)) or _ASCII_TRIPLE.search(key) is not None


class Disguises:
    """The words of a list, found where a key spells them with other signs.

    Args:
        words: keys without spaces, of scripts that part words.
        stems: beginnings of words, for lists that give `stem*`.
    """

    def __init__(self, words: Iterable[str], stems: Iterable[str] = ()) -> None:
        self._words = _by_skeleton([*words, *stems])
        self._stems = _by_skeleton(stems)
        # Tokens with signs repeat as words do: `node.js`, `2024`.
        self._of_token = lru_cache(maxsize=_MAX_TOKENS)(lambda token: tuple(self._token(token)))
        self._with_holes: dict[tuple[int, str, str], list[str]] = {}
        for word in {word for words in self._words.values() for word in words}:
            if len(word) >= _MIN_HOLE_CHARS:
                self._with_holes.setdefault((len(word), word[0], word[-1]), []).append(word)

    def readings(self, key: str) -> Iterator[Reading]:
        """What the disguised tokens of a key spell; cost: 2 µs for each token with a sign of disguise."""
        for match in _SINGLES.finditer(key):
            yield from self._singles(match)
        for match in _TOKEN.finditer(key):
            token = match[0]
            if len(token) <= 2 * _MAX_WORD_CHARS and not token.isdigit() and _is_odd(token):
                offset = match.start()
                for start, end, word in self._of_token(token):
                    yield offset + start, offset + end, word

    def _singles(self, match: re.Match[str]) -> Iterator[Reading]:
        """Single characters in a row: the word is all of them, or four and more of them."""
        where = [match.start() + place for place, char in enumerate(match[0]) if char.isalnum()][:_MAX_SINGLES]
        text = "".join(match.string[place] for place in where)
        if text.isdigit():
            return
        for start in range(len(text)):
            for end in range(len(text), start + _MIN_LEET_CHARS - 1, -1):
                if end - start <= _MAX_WORD_CHARS:
                    for word in self._spelled(bare(text[start:end]), is_apart=True):
                        yield where[start], where[end - 1] + 1, word
        if len(text) < _MIN_LEET_CHARS:
            for word in self._spelled(bare(text), is_apart=True):
                yield where[0], where[-1] + 1, word

    def _token(self, token: str) -> Iterator[Reading]:
        """The token without its punctuation, and each part between punctuation."""
        left, right = _edges(token)
        inner = token[left:right]
        if _HOLES.fullmatch(inner):
            for word in self._filled(inner):
                yield left, right, word
        parts = _SEPARATOR.split(inner)
        if len(parts) > 1:
            for word in self._spelled(bare("".join(parts)), is_apart=True, of=inner):
                yield left, right, word
        for part in parts:
            if _is_odd(part):
                start = token.index(part, left)
                for word in self._spelled(bare(part), is_apart=False, of=part):
                    yield start, start + len(part), word

    def _spelled(self, seen: str, *, is_apart: bool, of: str = "") -> Iterator[str]:
        text = _latin(seen) if _is_mixed(seen) else seen
        skeleton = _skeleton(text)
        is_changed = is_apart or text != of
        for word in self._words.get(skeleton, ()):
            if _spells(text, word) and _is_believable(text, word, is_changed=is_changed):
                yield word
        without_number = text.strip("0123456789")
        if without_number != text and len(without_number) >= _MIN_LEET_CHARS:
            yield from (word for word in self._words.get(_skeleton(without_number), ()) if word == without_number)
        if self._stems and not _NUMERONYM.match(text):
            yield from self._begun(text, skeleton, is_changed=is_changed)

    def _begun(self, text: str, skeleton: str, *, is_changed: bool) -> Iterator[str]:
        for end in range(_MIN_STEM_CHARS, len(skeleton)):
            for stem in self._stems.get(skeleton[:end], ()):
                if _spells(text, stem, whole=False) and _is_believable(text, stem, is_changed=is_changed):
                    yield stem

    def _filled(self, inner: str) -> Iterator[str]:
        """Words of which some letters are shown as `*` or `#`, at least as many seen as hidden."""
        n_seen = sum(char.isalpha() for char in inner)
        if 2 * n_seen >= len(inner):
            pattern = re.compile(re.sub(r"[*#]", r"\\w", inner))
            for word in self._with_holes.get((len(inner), inner[0], inner[-1]), ()):
                if pattern.fullmatch(word):
                    yield word


def _by_skeleton(words: Iterable[str]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for word in dict.fromkeys(words):
        for skeleton in {_skeleton(bare(word)), _skeleton(_latin(bare(word)))}:
            found[skeleton] = (*found.get(skeleton, ()), word)
    return found


def _is_odd(token: str) -> bool:
    return not (token.isascii() and token.isalpha()) or _TRIPLE.search(token) is not None


def _edges(token: str) -> tuple[int, int]:
    left, right = 0, len(token)
    for match in _EDGES.finditer(token):
        if match.start() == 0:
            left = match.end()
        else:
            right = match.start()
    return min(left, right), right


def _is_believable(text: str, word: str, *, is_changed: bool) -> bool:
    """Whether a text that can be read as a word was likely meant so."""
    digits = [char for char in text if char.isdigit() and char not in word]
    if not digits:
        has_sign = any(sign in text and sign not in word for sign in _SIGNS)
        return is_changed or has_sign or len(text) - len(word) >= _MIN_EXTRA_REPEATS
    if len(word) < _MIN_LEET_CHARS:
        return not (text[0].isdigit() or text[-1].isdigit())
    return sum(char.isalpha() for char in text) > 1


def _spells(text: str, word: str, *, whole: bool = True) -> bool:
    """Whether a bare text spells a word, in its own script or in letters that look the same."""
    forms = {bare(word), _latin(bare(word))}
    if whole:
        return any(_pattern(form).fullmatch(text) for form in forms)
    return any(_pattern(form).match(text) for form in forms)


@lru_cache(maxsize=4096)
def _pattern(word: str) -> re.Pattern[str]:
    """Each letter at least as often as in the word, or a sign for it."""
    runs = [(char, len(list(run))) for char, run in groupby(word)]
    return re.compile("".join(f"[{re.escape(char + _LEET.get(char, ''))}]{{{n},}}" for char, n in runs))


def _skeleton(text: str) -> str:
    return "".join(char for char, _ in groupby(text.translate(_LETTER_OF_SIGN)))


def bare(text: str) -> str:
    """Without the marks of alphabets, other than that of ñ."""
    if text.isascii():
        return text
    parts = _MARKS.sub("", unicodedata.normalize("NFD", text.replace(_ENYE, "\0")))
    return unicodedata.normalize("NFC", parts).replace("\0", _ENYE)


def _is_mixed(text: str) -> bool:
    return not text.isascii() and any("a" <= char <= "z" for char in text)


def _latin(text: str) -> str:
    """Letters of other scripts that look like a Latin one become it."""
    return text if text.isascii() else "".join(map(_latin_letter, text))


@lru_cache(maxsize=4096)
def _latin_letter(char: str) -> str:
    if char == _ENYE:
        return char
    for form in (char, char.upper()):
        skeleton = unicodedata.normalize("NFD", _SKELETONS.getSkeleton(0, form)).lower()
        base = "".join(part for part in skeleton if not unicodedata.combining(part))
        if base in _LATIN_OF_SKELETON:
            return _LATIN_OF_SKELETON[base]
    return char
