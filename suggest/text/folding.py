"""Two spellings that differ in accents alone: one form for both."""

from __future__ import annotations

import unicodedata


def unaccented(key: str) -> str:
    """A key without the marks that people leave out when they type; ASCII comes back as it is."""
    if key.isascii():
        return key
    parts = unicodedata.normalize("NFD", key)
    return unicodedata.normalize("NFC", "".join(char for char in parts if not unicodedata.combining(char)))
