# ruff: noqa: RUF001 - letters of many scripts are what this is about
"""What a query sounds like in Latin letters, whatever script it is in and whatever system wrote it down.

`romanised` follows the usual English systems, `loose` is one form for the systems that people mix, and
`skeleton` holds the consonants that hardly any of them changes.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache

import icu

from suggest.text.folding import unaccented
from suggest.text.pinyin import HAN, pinyin
from suggest.text.tamil import heard, without_undecided
from suggest.text.thai import romanised_thai


def _table(pairs: str) -> dict[str, str]:
    """`letter:Latin` pairs with spaces between; a letter without Latin is silent."""
    return dict(pair.split(":") for pair in pairs.split())


# Tables where ICU follows scholars rather than people: `ŝ` for щ, nothing for the vowels of Arabic.
_TABLES = str.maketrans(
    _table(
        "а:a б:b в:v г:g д:d е:e ж:zh з:z и:i й:y к:k л:l м:m н:n о:o п:p р:r с:s т:t у:u ф:f х:kh ц:ts ч:ch ш:sh "
        "щ:shch ъ: ы:y ь: э:e ю:yu я:ya і:i ї:yi є:ye ў:u ј:y љ:lj њ:nj "
        "ћ:c ђ:dj џ:dz ѓ:g ќ:k ѕ:dz ғ:g қ:k ң:n ө:o ү:u ұ:u "
        "һ:h ҳ:h ҷ:j ӣ:i ӯ:u ә:e ҫ:s ҡ:k ҙ:z"
    )
    | _table(
        "ا:a ب:b ت:t ث:th ج:j ح:h خ:kh د:d ذ:dh ر:r ز:z س:s ش:sh ص:s ض:d ط:t ظ:z ع:a غ:gh ف:f ق:q ك:k ل:l م:m ن:n ه:h "
        "و:u ي:i ء: پ:p چ:ch ژ:zh گ:g ڤ:v ڭ:ng ۋ:v ۇ:u ۆ:o ۈ:u ڕ:r ڵ:l ێ:e ٹ:t ڈ:d ڑ:r ں:n"
    )
    | _table(
        "א:a ב:b ג:g ד:d ה:h ו:u ז:z ח:kh ט:t י:i כ:k ך:k ל:l מ:m ם:m נ:n ן:n ס:s "
        "ע:a פ:p ף:f צ:ts ץ:ts ק:k ר:r ש:sh ת:t"
    )
    | _table(
        "ᱚ:o ᱛ:t ᱜ:g ᱝ:ng ᱞ:l ᱟ:a ᱠ:k ᱡ:j ᱢ:m ᱣ:w ᱤ:i ᱥ:s ᱦ:h ᱧ:ny ᱨ:r ᱩ:u ᱪ:ch ᱫ:d ᱬ:n ᱭ:y ᱮ:e ᱯ:p ᱰ:d ᱱ:n ᱲ:r ᱳ:o "
        "ᱴ:t ᱵ:b ᱶ:w ᱷ:h ᱸ: ᱹ: ᱺ: ᱻ: ᱼ: ᱽ:"
    )
    | _table(
        "ⴰ:a ⴱ:b ⴳ:g ⴷ:d ⴹ:d ⴻ:e ⴼ:f ⴽ:k ⵀ:h ⵃ:h ⵄ:a ⵅ:kh ⵇ:q ⵉ:i ⵊ:j ⵍ:l ⵎ:m ⵏ:n ⵓ:u ⵔ:r ⵕ:r ⵖ:gh ⵙ:s ⵚ:s ⵛ:sh "
        "ⵜ:t ⵟ:t ⵡ:w ⵢ:y ⵣ:z ⵥ:z ⵯ:w"
    )
    | _table("α:a β:v γ:g δ:d ε:e ζ:z η:i θ:th ι:i κ:k λ:l μ:m ν:n ξ:x ο:o π:p ρ:r σ:s τ:t υ:y φ:f χ:ch ψ:ps ω:o")
)
_DIGRAPHS = _table(
    "ου:u αι:e ει:i οι:i αυ:av ευ:ev γγ:ng γκ:g γχ:nch μπ:b ντ:nt τζ:tz τσ:ts וו:v יי:i ג':j צ':ch дж:j кс:x ия:ia"
)
_DIGRAPH = re.compile("|".join(_DIGRAPHS))
# What letters are at the beginning or the end of a word, or before some vowels: elsewhere they are others.
_BY_PLACE = _table("ντ:d ו:v و:w ה:a γι:y")
_PLACED = re.compile(r"(?<![\w'])(?:ντ|ו|و)(?=\w)|و(?=ا)|ה\b|γι(?=[αεοω])")
# ICU's letters of ISO 15919 and its likes that people write otherwise.
_SCHOLARLY = _table("č:ch š:sh ž:zh ś:sh ṣ:sh ŝ:shch ĉ:ch ḫ:kh ġ:gh ǰ:j ṁ:n ṃ:n ñ:n ṅ:n ǝ: ʿ: ʾ: ~: \u0325:i")
_SCHOLARLY_SIGN = re.compile("[" + "".join(_SCHOLARLY) + "]")
_INDIC = re.compile("[\u0900-\u0dff]")
_SINHALA = re.compile("[\u0d80-\u0dff]")
_THAI = re.compile("[\u0e01-\u0e4e]")
_TAMIL = re.compile("[\u0b80-\u0bff]")

# ICU reads three vowels of Malayalam as others: the syllable is given to it in Kannada, of the same layout.
_MALAYALAM_O = re.compile("([\u0d15-\u0d33\u0d35-\u0d39])([\u0d4a-\u0d4c\u0d57])")
_IN_KANNADA = {at: at - 0x80 for at in range(0x0D15, 0x0D4D)} | {0x0D57: 0x0CCC}
_INDIC_BLOCKS = range(0x0900, 0x0D80, 0x80)
# By consonant, the sign of its script that no vowel follows (virama): these scripts are laid out alike.
_SILENCER = {chr(block + at): chr(block + 0x4D) for block in _INDIC_BLOCKS for at in range(0x15, 0x3A)}
_SILENCER |= {chr(at): "\u0dca" for at in range(0x0D9A, 0x0DC7)}

_LOOSE = _table(
    "shch:s sch:s sh:s sz:s tsch:c tch:c chh:c ch:c cz:c ts:c tz:c chzh:z zh:z dzh:z dj:z dz:z kh:h gh:g ph:f "
    "th:t dh:d bh:b rh:r ck:k q:k x:ks w:v ou:u oo:u ee:i ij:i y:i j:i ce:se ci:si cy:si c:k"
)
_LOOSE_PART = re.compile("|".join(sorted(_LOOSE, key=len, reverse=True)))
_NOT_A_LETTER = re.compile("[^a-z0-9]+")
_REPEATED = re.compile(r"(.)\1+")

_VOWELS = "aeiouhyj"
_PLACES = ("pbfv", "td", "kg", "szc", "lr", "m", "n", "0123456789")
_CONSONANT = {letter: place[0] for place in _PLACES for letter in place}
_KIND = str.maketrans(_CONSONANT | dict.fromkeys(_VOWELS, "a"))
_SKELETON = str.maketrans(_CONSONANT | dict.fromkeys(_VOWELS, ""))


def romanised(key: str) -> str:
    """A key in Latin letters without accents, as English writes names of its script; ASCII comes back as it is.

    Letters that nobody romanises stay. Cost: 1 to 5 µs for Cyrillic, Greek, Arabic, Hebrew; about 15 µs
    otherwise, 25 to 40 µs for Thai, and 10 µs a character of Chinese.
    """
    plain = unaccented(key)
    if plain.isascii():
        return plain
    if HAN.search(plain):
        plain = pinyin(plain)
    if _THAI.search(plain):
        plain = romanised_thai(plain)
    plain = _PLACED.sub(lambda match: _BY_PLACE[match[0]], plain)
    plain = _DIGRAPH.sub(lambda match: _DIGRAPHS[match[0]], plain).translate(_TABLES)
    if plain.isascii():
        return plain
    return _by_icu(plain)


def romanised_beginning(prefix: str) -> str:
    """`romanised` of a text that may go on, see `begun`."""
    return romanised(begun(prefix))


def begun(prefix: str) -> str:
    """A text that may go on, without the vowel that its last consonant carries: a vowel sign may still follow.

    A consonant of an Indic script carries an `a` that nobody writes, and another vowel takes its place: `लन`, which
    begins `लन्दन` (landan), is `lan` and not yet `lana`. After a space the word is complete. A last stop of Tamil
    is left out, as what follows says how it sounds. Other texts come back as they are.
    """
    decided = without_undecided(prefix)
    return decided if decided != prefix else prefix + _SILENCER.get(prefix[-1:], "")


def _by_icu(text: str) -> str:
    if _TAMIL.search(text):
        text = heard(text)
    text = _MALAYALAM_O.sub(lambda syllable: syllable[0].translate(_IN_KANNADA), text)
    latin: str = _sinhala().transliterate(text) if _SINHALA.search(text) else text
    latin = _any_latin().transliterate(latin)
    if _INDIC.search(text):
        latin = latin.replace("c", "ch")
    latin = unaccented(_SCHOLARLY_SIGN.sub(lambda match: _SCHOLARLY[match[0]], latin))
    return latin if latin.isascii() else "".join([char if char.isascii() else _by_name(char) for char in latin])


@lru_cache(maxsize=4096)
def _by_name(char: str) -> str:
    """A letter that ICU cannot romanise, as Unicode's name of it has it: `KHMER LETTER KA` is a k.

    The vowel that a consonant carries unwritten is left out; signs without a sound are silent.
    """
    name: str = icu.Char.charName(char)
    kind, _, sound = name.lower().rpartition(" ")
    if not kind.endswith(("letter", "vowel sign", "syllabics", "independent vowel")) or not sound.isalpha():
        return ""
    return sound.rstrip("ao") or sound if kind.endswith("letter") else sound


@cache
def _any_latin() -> icu.Transliterator:
    return icu.Transliterator.createInstance("Any-Latin; NFC; Lower")


@cache
def _sinhala() -> icu.Transliterator:
    return icu.Transliterator.createInstance("si-si_Latn")


def loose(latin: str) -> str:
    """One form for what systems of romanisation write differently: `kh` and `h`, `y` and `j`, `ts` and `tz`.

    Letters and digits of ASCII alone, none twice in a row. Cost: 2 to 3 µs.
    """
    letters = _NOT_A_LETTER.sub("", latin)
    return _REPEATED.sub(r"\1", _LOOSE_PART.sub(lambda match: _LOOSE[match[0]], letters))


def kinds(loosely: str) -> str:
    """A loose form with one letter for all vowels and one for the consonants of each place, none twice in a row."""
    return _REPEATED.sub(r"\1", loosely.translate(_KIND))


def skeleton(loosely: str) -> str:
    """`kinds` without vowels: the consonants, and 0 for digits, none twice in a row. 1 µs."""
    return _REPEATED.sub(r"\1", loosely.translate(_SKELETON))
