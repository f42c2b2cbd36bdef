"""Classes of words for the tagger: how a word is used in names, and how in comments.

A word that ends many names of athletes and is rare in comments is likely a surname, wherever it stands. Such
classes ship with the weights, so that they help where no lexicon is given; no name can be read from them.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from math import log2

import numpy as np
import numpy.typing as npt

from suggest.text.tagger_features import folded
from suggest.text.tagger_tokens import Token, TokenKind, tokenise
from suggest.text.tagger_weights import class_table

_GROUPS = {
    "sports.pro_athlete": "person",
    "film.film": "work",
    "tv.tv_program": "work",
    "cvg.computer_videogame": "work",
    "sports.sports_team": "team",
    "sports.sports_league": "team",
    "business.brand": "brand",
    "internet.website": "brand",
    "tv.tv_network": "brand",
    "place": "place",
}
_PLACES = ("first", "inner", "last", "alone")
_GROUP_NAMES = ("brand", "other", "person", "place", "team", "work")
_LEAST_IN_NAMES = 4  # rarer words are a third of all in names, and what is said of them is chance
_LEAST_IN_COMMENTS = 2
_LEAST_CASED = 3
_OFTEN = 30
_SENTENCE_ENDS = frozenset(".!?")
_DOMINANT = 0.6

Clusters = Callable[[Sequence[str]], npt.NDArray[np.uint16]]
Names = Mapping[str, Counter[tuple[str, str]]]


def no_clusters(words: Sequence[str]) -> npt.NDArray[np.uint16]:
    """No further classes."""
    return np.zeros((len(words), 0), np.uint16)


def learn_classes(
    names: Iterable[tuple[str, str]], comments: Iterable[str], clusters_of: Clusters = no_clusters
) -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.uint16]]:
    """`class_words` and `classes` of `TaggerWeights`.

    Args:
        names: Kind and name; kinds as in Freebase, and `place`; those not in `_GROUPS` count as one.
        comments: Texts of people, in which names are written as they write them.
        clusters_of: Further classes of the words, [n_words, n]; by what they mean, for instance.
    """
    in_names = _in_names(names)
    in_comments, cased = _in_comments(comments)
    words = {word for word, uses in in_names.items() if uses.total() >= _LEAST_IN_NAMES}
    words |= {word for word, count in in_comments.items() if count >= _LEAST_IN_COMMENTS}
    ordered = sorted(words)
    empty: Counter[tuple[str, str]] = Counter()
    return class_table(
        {
            word: [*_classes(in_names.get(word, empty), in_comments[word], cased.get(word, (0, 0))), *more]
            for word, more in zip(ordered, clusters_of(ordered).tolist(), strict=True)
        }
    )


def _in_names(names: Iterable[tuple[str, str]]) -> Names:
    found: defaultdict[str, Counter[tuple[str, str]]] = defaultdict(Counter)
    for kind, name in names:
        words = [folded(name[start:end]) for start, end, token in tokenise(name) if token is not TokenKind.OTHER]
        group = _GROUPS.get(kind, "other")
        for at, word in enumerate(words):
            found[word][group, _place(at, len(words))] += 1
    return found


def _place(at: int, n_words: int) -> str:
    if n_words == 1:
        return "alone"
    return "first" if at == 0 else "last" if at == n_words - 1 else "inner"


def _in_comments(comments: Iterable[str]) -> tuple[Counter[str], dict[str, tuple[int, int]]]:
    """How often each word is used, and where no sentence starts (how often, with a capital)."""
    uses: Counter[str] = Counter()
    inside: Counter[str] = Counter()
    capitals: Counter[str] = Counter()
    for text in comments:
        tokens = tokenise(text)
        for at, token in enumerate(tokens):
            surface = text[token.start : token.end]
            if not surface[0].isalpha():
                continue
            word = folded(surface)
            uses[word] += 1
            if _is_inside(text, tokens, at):
                inside[word] += 1
                capitals[word] += surface[0].isupper()
    return uses, {word: (count, capitals[word]) for word, count in inside.items()}


def _is_inside(text: str, tokens: Sequence[Token], at: int) -> bool:
    return at > 0 and text[tokens[at - 1].start] not in _SENTENCE_ENDS


def _classes(in_names: Counter[tuple[str, str]], in_comments: int, cased: tuple[int, int]) -> list[int]:
    total = in_names.total()
    top = max(in_names, key=lambda use: (in_names[use], use), default=("", ""))
    place = 1 + _GROUP_NAMES.index(top[0]) * len(_PLACES) + _PLACES.index(top[1]) if total else 0
    groups: Counter[str] = Counter()
    for (group, _), count in in_names.items():
        groups[group] += count
    rarity = round(log2((total + 1) / (in_comments + 1)))
    return [
        _capital_class(*cased),
        _magnitude(in_comments),
        1 + max(0, min(10, rarity + 4)) if total else 0,
        _magnitude(in_names["person", "first"]),
        _magnitude(in_names["person", "last"]),
        _magnitude(groups["team"]),
        _magnitude(groups["place"]),
        _magnitude(groups["brand"]),
        2 * place + (total > 0 and in_names[top] > _DOMINANT * total),
    ]


def _capital_class(inside: int, capitals: int) -> int:
    if inside < _LEAST_CASED:
        return 0
    return 1 + 2 * min(5, 6 * capitals // inside) + (inside > _OFTEN)


def _magnitude(count: int) -> int:
    return (count + 1).bit_length() - 1
