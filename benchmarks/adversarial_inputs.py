"""Inputs that are meant to be expensive: what a prober, a cat on the keyboard or a bot sends."""

from __future__ import annotations

import random
import string
from collections.abc import Iterator
from itertools import product

_SEED = 7
_SYMBOLS = "*?%_.+[](){}^$|\\'\"-~#@!/<>&;:,="
_SCRIPTS = (
    "abcdefghij ",
    "абвгдежзик ",
    "ابتثجحخدذر ",
    "กขคงจฉชซาิี",
    "一二三四五六七八九十",
    "ㄱㄴㄷㅏㅑㅓ가나다 ",
    "あいうえおアイウ ー",
)


def adversarial_inputs() -> Iterator[tuple[str, str]]:
    """(family, text) of some two thousand inputs, the same in every run."""
    yield from (("long", text) for text in _long())
    letters = string.ascii_lowercase + string.digits
    yield from (("short", text) for text in letters)
    yield from (("short", first + second) for first, second in product(letters, repeat=2))
    yield from (("short", char) for script in _SCRIPTS for char in script.strip())
    yield from (("symbols", symbol * n) for symbol in _SYMBOLS for n in (1, 2, 3, 64))
    chooser = random.Random(_SEED)
    for script in (*_SCRIPTS, _SYMBOLS, letters + " "):
        for n_chars in (3, 5, 8, 13, 21, 34, 55, 144, 233):
            yield from (("random", "".join(chooser.choices(script, k=n_chars))) for _ in range(8))
    for _ in range(200):
        points = (chooser.randrange(0x110000) for _ in range(chooser.randrange(1, 60)))
        yield "unicode", "".join(map(chr, points))


def _long() -> Iterator[str]:
    yield " " * 10_000
    yield "a" + "\u0301" * 256
    yield "\u0301" * 256
    for char in ("a", "e", "1", "一", "ก", "ㄱ", "가", "😀", "\u200d", "\ufdfa"):
        yield char * 1_000_000
        yield char * 60
        yield f"{char} " * 5_000
        yield f"{char} " * 30
    yield "the of and in to " * 40
    yield " ".join(string.ascii_lowercase)
    yield "abcdefghijklmnopqrstuvwxyz" * 9
    yield "qwertyuiop asdfghjkl zxcvbnm " * 8
    yield "\ud800" * 500
    yield "e\u0301" * 100
