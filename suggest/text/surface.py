"""The display form of a query: what was typed, made fit to be shown to others."""

from __future__ import annotations

import re

from suggest.text.keys import INVISIBLE, MAX_READ_CHARS

# Blocks whose letters join, where a joiner or non-joiner changes how a word is drawn: Arabic to Malayalam
# and Sinhala, Tibetan, Myanmar, Khmer, Mongolian, Balinese to Lepcha, and the later Indic blocks.
_JOINING = (
    "\u0620-\u0669\u066e-\u06d3\u06d5-\u06dc\u06df-\u0dff\u0f00-\u109f\u1780-\u17b3\u17b6-\u17ff\u1810-\u18af\u1b00-\u1c4f"
    "\ua840-\ua87f\ua8e0-\ua8ff\ua980-\uaadf\ufb50-\ufdff\ufe70-\ufefc\U00010a00-\U00010aff\U00011000-\U00011fff"
)
_PICTURE = "\u00a9\u00ae\u203c\u2049\u2100-\u27bf\u2900-\u2bff\u3030\u303d\u3297\u3299\U0001f000-\U0001faff"
_EMOJI = f"[{_PICTURE}](?:\ufe0f|[\U0001f3fb-\U0001f3ff])?"

# Default-ignorable code points, as Unicode lists them; joiners among them are kept by context.
_IGNORABLE = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
# In one pass from the left: a sequence that needs its invisible characters, or a stray one.
_KEPT_OR_STRAY = re.compile(
    "(\U0001f3f4[\U000e0020-\U000e007e]+\U000e007f"  # flags of England, Scotland, Wales
    f"|{_EMOJI}(?:\u200d{_EMOJI})*"  # family, professions, hair
    "|[#*0-9]\ufe0f(?=\u20e3)"  # keycaps
    "|[\u3400-\u9fff\U00020000-\U0003ffff][\ufe00-\ufe02\U000e0100-\U000e01ef]"  # variants of ideographs
    "|[\u1820-\u18aa][\u180b-\u180d\u180f]"  # variants of Mongolian letters
    f"|[{_JOINING}][\u200c\u200d](?=[{_JOINING}]))"
    f"|[{_IGNORABLE}]"
)


def display(text: str) -> str:
    """The surface form fit to show: case, width and accents kept, what could mislead a reader out.

    Out are control and bidirectional formatting characters, lone surrogates, and zero-width characters
    except where they change what is drawn: joiners between letters of scripts that join, emoji and flag
    sequences, variants of ideographs. White space is folded. The key of the result is the key of the text.
    Idempotent. Reads at most `MAX_READ_CHARS` code points. Cost: 0.3 µs in ASCII, 3 µs otherwise.
    """
    if len(text) > MAX_READ_CHARS:
        text = text[:MAX_READ_CHARS]
    if text.isascii() and text.isprintable():
        return " ".join(text.split()) if "  " in text else text.strip()
    shown, before = INVISIBLE.sub("", text), ""
    # What stood apart may belong together once a stray character between is gone.
    while shown != before:
        shown, before = _KEPT_OR_STRAY.sub(_kept, shown), shown
    return " ".join(shown.split())


def _kept(match: re.Match[str]) -> str:
    return match[1] or ""
