"""Words that are not suggested to others although people search them: a list for each language.

The words ship in `models/profanity.tsv`, whose card in `models/README.md` says what was taken in.
"""

from __future__ import annotations

from functools import cache
from importlib import resources

from suggest.rank.entries import Entry

_EVERYWHERE = "all"


@cache
def profane_entries() -> tuple[Entry, ...]:
    """The entries of all languages, in the order of the file: about 1,000, read once (5 ms)."""
    lines = resources.files("suggest.models").joinpath("profanity.tsv").read_text(encoding="utf-8").splitlines()[1:]
    return tuple(_entry(*line.split("\t"), n=n) for n, line in enumerate(lines, start=2))


def _entry(language: str, scope: str, word: str, *, n: int) -> Entry:
    return Entry(
        word.removesuffix("*"),
        "profanity",
        f"{language} line {n}",
        None if scope == _EVERYWHERE else language,
        word.endswith("*"),
    )
