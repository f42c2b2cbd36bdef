"""Where a suggestion shows what was typed in another script or spelling."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable

from suggest.text.folding import unaccented
from suggest.text.forms import UMLAUTS, joined, simplified
from suggest.text.hangul import leads, strokes
from suggest.text.highlighting import Spans
from suggest.text.keys import normalise
from suggest.text.layouts import PAIRS, retyped
from suggest.text.pinyin import begins_with, pieces, pinyin, pinyin_initials
from suggest.text.romanise import loose, romanised

_Form = Callable[[str], str]


def highlight_script(shown: str, typed_key: str, kind: str) -> Spans:
    """The beginning of a display form whose form begins with the form of what was typed.

    A character is marked whole when a part of what it stands for was typed: `서` and `울` by `성`.

    Args:
        shown: a display form.
        typed_key: the prefix key of what was typed (`normalise_prefix`).
        kind: of the match: in which form they meet.

    Returns:
        One (start, end) pair of code points into `shown`; empty where they meet in another name of the query,
        in its sound alone, or not at all. Cost: 50 to 100 µs.
    """
    typed = typed_key.rstrip()
    for form, wanted in _meetings(typed, kind):
        n_shown = _covering(shown, form, wanted)
        if n_shown:
            start = len(shown) - len(shown.lstrip())
            return ((start, n_shown),) if n_shown > start else ()
    return _abbreviated(shown, typed) if kind == "initials" else ()


def _abbreviated(shown: str, typed: str) -> Spans:
    """One character for each piece of pinyin, where these are the readings of the first ones."""
    found = pieces(joined(pinyin(typed)))
    return ((0, len(found)),) if found and begins_with(shown, found) else ()


def _meetings(typed: str, kind: str) -> list[tuple[_Form, str]]:
    """The forms in which a kind of match can be seen, with what was typed in each."""
    if kind == "romanised":
        return [(_sound, _sound(typed))]
    if kind == "hangul":
        return [(_strokes, _strokes(typed))]
    if kind == "initials":
        return [(_leads, _strokes(typed)), (_initials, joined(typed))]
    if kind == "layout":
        return [(form, form(meant)) for meant in _meant(typed) for form in (_plain, _strokes)]
    if kind in {"unaccented", "umlaut", "simplified"}:
        spelt = (unaccented(typed), _spelt(typed), _simple(typed))
        return [(form, wanted) for form in (_plain, _spelt, _simple) for wanted in dict.fromkeys(spelt)]
    return []


def _covering(shown: str, form: _Form, wanted: str) -> int:
    """The fewest characters whose form begins with what is wanted; 0 when no beginning's does."""
    if not wanted:
        return 0
    # Forms grow with the text, so that the first one that is long enough is found by halves.
    n_shown = bisect_left(range(len(shown) + 1), len(wanted), key=lambda n: len(form(normalise(shown[:n]))))
    return n_shown if form(normalise(shown[:n_shown])).startswith(wanted) else 0


def _meant(typed: str) -> list[str]:
    keyed = ((strokes(typed) if pair[0] == "korean" else typed, *pair) for one in PAIRS for pair in (one, one[::-1]))
    meant = (retyped(text, typed_on, meant_on) for text, typed_on, meant_on in keyed)
    return [text for text in meant if text]


def _plain(key: str) -> str:
    return unaccented(key)


def _spelt(key: str) -> str:
    return unaccented(key.translate(UMLAUTS))


def _simple(key: str) -> str:
    return unaccented(simplified(key))


def _sound(key: str) -> str:
    return loose(romanised(key))


def _strokes(key: str) -> str:
    return joined(strokes(key))


def _leads(key: str) -> str:
    return joined(leads(key))


def _initials(key: str) -> str:
    return joined(pinyin_initials(key))
