"""Is a part of a comment a name? And would a reader tap it?

Two sums in log-odds. The weights of the first were read off 7,600 annotated English tweets: how often a name of a
large lexicon of Freebase names is what annotators marked there (docs/entities.md has the table). No set says what
people tap, so the weights of the second are judged, until a log's own clicks speak: they count in full.
"""

from __future__ import annotations

from math import exp, log
from typing import NamedTuple

CLEAN, NOISY = 0.05, 0.15
"""Share of a language's ordinary words that are names of a lexicon: below the first a name is taken at its word, above
the second only where it looks like one. Lists that people made for the purpose hold 0.00 to 0.01, site and video search
logs 0.04, a web search log 0.20, Freebase's names of films, games and people 0.46."""

_RARE_ZIPF = 3.0
_ORDINARY_ZIPF = 5.0
_VERY_ORDINARY_ZIPF = 6.2
_LEAST = 1e-4
_LEAST_TAGGED = 0.41
_NEVER = -100.0


class Evidence(NamedTuple):
    """What is known of a part of a text.

    Attributes:
        tagged: probability that it is a name, by the tagger; 0 in a language without one.
        is_tagged: whether the tagger counts it among the names.
        is_read: whether the text's language has a tagger.
        trust: of the lexicon that holds it, 0 for none or a noisy one to 1 for a clean one.
        is_named: whether a lexicon holds it.
        is_given: whether it is a name of the given lexicon.
        is_searched: whether it is an admitted query.
        popularity: of that, 0 to 1.
        n_words: how many words it is of.
        zipf: Zipf frequency of its rarest word, 0 where none is common.
        is_capital: whether all its words begin with a capital that the place does not explain.
        is_tag: whether it is a hashtag.
        is_quoted: whether it stands in quotes.
        likeness: to the item that the comment stands under, 0 to 1.
        tap_rate: log of how much oftener than the average it is tapped.
        is_own: whether the person searched it before.
    """

    tagged: float = 0.0
    is_tagged: bool = False
    is_read: bool = False
    trust: float = 0.0
    is_named: bool = False
    is_given: bool = False
    is_searched: bool = False
    popularity: float = 0.0
    n_words: int = 1
    zipf: float = 0.0
    is_capital: bool = False
    is_tag: bool = False
    is_quoted: bool = False
    likeness: float = 0.0
    tap_rate: float = 0.0
    is_own: bool = False


def trust(noise: float) -> float:
    """How far a lexicon is taken at its word, by its share of ordinary words: 1 up to `CLEAN`, 0 from `NOISY` on."""
    return min(1.0, max(0.0, (NOISY - noise) / (NOISY - CLEAN)))


def name_parts(evidence: Evidence) -> dict[str, float]:
    """Log-odds that it is a name: shown is what has a sum above 0.

    By the tagger where there is one for the language, or by the lexicon, whichever is surer. A noisy lexicon counts
    in other languages only: what it adds to the tagger in English is wrong two times in three.
    """
    by_tagger = _by_tagger(evidence) if evidence.tagged else None
    by_lexicon = _by_lexicon(evidence) if evidence.trust or not evidence.is_read else None
    sure = [parts for parts in (by_tagger, by_lexicon) if parts is not None]
    return max(sure, key=lambda parts: sum(parts.values()), default={"base": _NEVER})


def _by_tagger(evidence: Evidence) -> dict[str, float]:
    # What the tagger takes for names makes its F1 best, a little below one half as well.
    least = _LEAST_TAGGED if evidence.is_tagged else _LEAST
    chance = min(max(evidence.tagged, least), 1 - _LEAST)
    return {
        "tagger": log(chance / (1 - chance)),
        "base": 0.4,
        "known": 0.3 * evidence.is_named,
        "searched": (0.6 * (evidence.n_words > 1) + 1.5 * evidence.popularity) * evidence.is_searched,
    }


def _by_lexicon(evidence: Evidence) -> dict[str, float]:
    return {
        "base": -3.2,
        "trust": 6.0 * evidence.trust,
        "capitals": 1.8 * (evidence.is_capital or evidence.is_tag),
        "rare": 0.6 * (evidence.zipf < _RARE_ZIPF),
        "ordinary": -(1.2 + 4.8 * evidence.trust) * (evidence.zipf >= _ordinary_from(evidence)),
        "words": 0.9 * (evidence.n_words > 1),
        "searched": (0.8 + 2.0 * evidence.popularity) * evidence.is_searched,
    }


def _ordinary_from(evidence: Evidence) -> float:
    """Zipf frequency from which words make no name; what was given deliberately must be commoner than what was not.

    Frequencies are those of the language that uses a word most, which need not be that of the text.
    """
    if evidence.trust and (evidence.is_given or evidence.n_words > 1):
        return _VERY_ORDINARY_ZIPF
    return _ORDINARY_ZIPF


def tap_parts(evidence: Evidence, is_name: float) -> dict[str, float]:
    """Log-odds that a reader would tap it, given those that it is a name."""
    return {
        "base": -1.5,
        "name": 0.5 * min(max(is_name, -4.0), 4.0),
        "known": 0.6 * evidence.is_named,
        "popularity": 1.5 * evidence.popularity,
        "rarity": 1.0 - evidence.zipf / _ORDINARY_ZIPF,
        "hashtag": 0.5 * evidence.is_tag,
        "quotes": 0.5 * evidence.is_quoted,
        "item": 1.5 * evidence.likeness,
        "own": 0.5 * evidence.is_own,
        "taps": evidence.tap_rate,
    }


def share(log_odds: float) -> float:
    """The probability that log-odds stand for."""
    return 1 / (1 + exp(-log_odds)) if log_odds > 0 else 1 - 1 / (1 + exp(log_odds))
