"""What is known of a related query: how its words, its meaning and people's sessions tie it to the one asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import log, log1p, sqrt
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from suggest.candidates.own import OwnHistory
from suggest.candidates.related import AskedQuery, Related
from suggest.features.registry import Feature
from suggest.index import ALL, Indexes
from suggest.index.related import RelatedIndex
from suggest.text import unaccented, words
from suggest.text.initials import initials

RELATED_VERSION = 1
"""Raised whenever a column's place or meaning changes."""

WORDS = (
    Feature("overlap", "Words of both, of all words of either.", "share"),
    Feature("asked_held", "Share of the asked query's information that the words of both carry.", "share"),
    Feature("own_held", "Share of the candidate's information that they carry.", "share"),
    Feature("holds_all", "Holds all words of the asked query.", "0 or 1"),
    Feature("is_part", "All its words are in the asked query.", "0 or 1"),
    Feature("asked_words", "Words of the asked query.", "words"),
    Feature("n_words", "Words of the candidate.", "words"),
    Feature("added", "Words it has beyond the asked query.", "words"),
    Feature("dropped", "Words of the asked query it lacks.", "words"),
    Feature("added_most", "Information of the rarest added word.", "nats"),
    Feature("added_mean", "Mean information of the added words.", "nats"),
    Feature("information", "Of all its words.", "nats"),
    Feature("begins", "Begins with the asked query.", "0 or 1"),
    Feature("ends", "Ends with the asked query.", "0 or 1"),
    Feature("letters", "Cosine of the counts of three letters in a row.", "share"),
    Feature("initials", "One stands for the other by its initials.", "0 or 1"),
    Feature("chars", "Length.", "characters"),
    Feature("popularity", "Log of its searches in the request's locale, of all searches in any.", "nats"),
)
MEANING = (
    Feature("cosine", "Of the two vectors.", "1", float("nan")),
    Feature("cosine_rank", "Log of its place among the candidates by that.", "nats", float("nan")),
    Feature("cosine_lift", "Twice the cosine less how near others lie to either.", "1", float("nan")),
    Feature("crowd", "Mean cosine of the ten nearest of a sample.", "1", float("nan")),
    Feature("sequel", "Cosine with where next queries lie.", "1", float("nan")),
    Feature("sequel_rank", "Log of its place among the candidates by that.", "nats", float("nan")),
    Feature("sequel_lift", "The same less how near to it the next queries of others lie.", "1", float("nan")),
    Feature("sequel_crowd", "How near to it the next queries of others lie.", "1", float("nan")),
)
SESSIONS = (
    Feature("next", "Log of the people who searched it right after the asked query.", "nats"),
    Feature("next_share", "Share of them among those who searched anything after that.", "share"),
    Feature("back_share", "Share of those who searched something after it that went to the asked query.", "share"),
    Feature("later", "Root of the log-likelihood ratio of its coming later in the session.", "1"),
    Feature("items", "How much the items of both are the same.", "1"),
)
OWN = (
    Feature("own_count", "Log of the person's own searches of it.", "nats"),
    Feature("own_words", "Share of its added words that the person has used.", "share"),
    Feature("own_follow_ups", "Log of how often the person searched it right after the asked query.", "nats"),
    Feature("in_session", "The person searched it in this session.", "0 or 1"),
)
GROUPS = (WORDS, MEANING, SESSIONS, OWN)
TEXT_FEATURES: tuple[Feature, ...] = WORDS + MEANING
"""Those that need no log: the first columns."""
RELATED_FEATURES: tuple[Feature, ...] = WORDS + MEANING + SESSIONS + OWN
"""All columns, in order."""

_COLUMNS = {feature.name: number for number, feature in enumerate(RELATED_FEATURES)}
_GRAM = 3


def related_column(name: str) -> int:
    """Number of a feature's column."""
    return _COLUMNS[name]


class Person(NamedTuple):
    """Who asks.

    Attributes:
        history: cut to the moment of the request.
        session_keys: searched in this session, normalised.
    """

    history: OwnHistory
    session_keys: frozenset[str]


def related_features(
    asked: AskedQuery,
    candidates: Related,
    keys: Sequence[str],
    indexes: Indexes,
    related: RelatedIndex,
    person: Person | None = None,
    locale: str = ALL,
) -> npt.NDArray[np.float32]:
    """Feature matrix, float32[n_candidates, n_features], columns as `RELATED_FEATURES`; about 10 µs a candidate.

    Args:
        asked: the query.
        candidates: what may be shown.
        keys: their normalised texts.
        indexes: of the generation.
        related: likewise.
        person: who asks; None for nobody in particular.
        locale: a name that `PrefixIndex.locale` returned; popularity is that in it.
    """
    rows = np.zeros((len(RELATED_FEATURES), len(keys)), dtype=np.float32)
    if len(keys):
        spoken = [words(unaccented(key)) for key in keys]
        by_words, meaning, sessions, own = np.split(rows, np.cumsum([len(group) for group in GROUPS])[:-1])
        _word_features(asked, keys, spoken, indexes, by_words)
        by_words[-1] = _log_shares(candidates, indexes, locale)
        _meaning_features(asked, candidates, indexes, related, meaning)
        _session_features(asked, candidates, indexes, related, sessions)
        if person is not None:
            _own_features(asked, keys, spoken, person, own)
    return rows.T


def _word_features(
    asked: AskedQuery,
    keys: Sequence[str],
    spoken: Sequence[Sequence[str]],
    indexes: Indexes,
    rows: npt.NDArray[np.float32],
) -> None:
    """Writes the group `WORDS` but its popularity."""
    information = _Information(indexes)
    ours, our_grams = set(asked.words), _grams(asked.key)
    our_sum, our_letters = information.of_all(ours), set(initials(asked.words))
    # Fewer words than it has letters cannot make a word of their first ones.
    shortest = min(map(len, ours), default=0)
    columns = []
    for key, said in zip(keys, spoken, strict=True):
        theirs = set(said)
        shared, added = ours & theirs, [information[word] for word in theirs - ours]
        both, sum_added = information.of_all(shared), sum(added)
        columns.append(
            (
                len(shared) / max(len(ours | theirs), 1),
                both / max(our_sum, 1e-9),
                both / max(both + sum_added, 1e-9),
                ours <= theirs,
                theirs <= ours,
                len(ours),
                len(theirs),
                len(added),
                len(ours) - len(shared),
                max(added, default=0.0),
                sum_added / max(len(added), 1),
                both + sum_added,
                key.startswith(asked.key),
                key.endswith(asked.key),
                _alike(our_grams, _grams(key)),
                not our_letters.isdisjoint(theirs) or (len(said) >= shortest and not ours.isdisjoint(initials(said))),
                len(key),
            )
        )
    rows[:-1] = np.array(columns, dtype=np.float32).T


class _Information(dict[str, float]):
    """Of words, in nats: the log of how much rarer they are than any query. Kept for one request."""

    def __init__(self, indexes: Indexes) -> None:
        super().__init__()
        self._words = indexes.words
        self._total = max(indexes.prefixes.queries.total, 1.0)

    def __missing__(self, word: str) -> float:
        number = self._words.find(word)
        weight = float(self._words.weight[number]) if number >= 0 else 0.0
        self[word] = information = max(log((self._total + 1.0) / (weight + 0.5)), 0.1)
        return information

    def of_all(self, found: set[str]) -> float:
        # Sorted: sums of floats depend on their order, and the order of a set on the process.
        return sum([self[word] for word in sorted(found)])


def _grams(key: str) -> frozenset[str]:
    text = f" {key} "
    return frozenset([text[at : at + _GRAM] for at in range(len(text) - _GRAM + 1)])


def _alike(ours: frozenset[str], theirs: frozenset[str]) -> float:
    return len(ours & theirs) / sqrt(max(len(ours) * len(theirs), 1))


def _log_shares(candidates: Related, indexes: Indexes, locale: str) -> npt.NDArray[np.float64]:
    weight = np.array(indexes.prefixes.weights(candidates.ids.tolist(), locale))
    shares: npt.NDArray[np.float64] = np.log(weight / max(indexes.prefixes.queries.total, 1.0) + 1e-9)
    return shares


def _meaning_features(
    asked: AskedQuery, candidates: Related, indexes: Indexes, related: RelatedIndex, rows: npt.NDArray[np.float32]
) -> None:
    """Writes the group `MEANING`; NaN where the query or a candidate has no vector."""
    rows[:] = np.nan
    if asked.vector is None or indexes.vectors is None or related.crowd is None:
        return
    vectors = indexes.vectors.rows(candidates.ids)
    crowd = related.crowd[candidates.ids].astype(np.float32)
    cosine = vectors @ asked.vector
    rows[0], rows[1] = cosine, _log_places(cosine)
    rows[2], rows[3] = 2 * cosine - crowd[:, 0], crowd[:, 0]
    if asked.sequel is not None:
        sequel = vectors @ asked.sequel
        rows[4], rows[5] = sequel, _log_places(sequel)
        rows[6], rows[7] = sequel - crowd[:, 1], crowd[:, 1]
    rows[:, ~vectors.any(axis=1)] = np.nan


def _log_places(values: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
    places = np.empty(len(values))
    places[np.argsort(-values, kind="stable")] = np.arange(1, len(values) + 1)
    return np.log(places)


def _session_features(
    asked: AskedQuery, candidates: Related, indexes: Indexes, related: RelatedIndex, rows: npt.NDArray[np.float32]
) -> None:
    """Writes the group `SESSIONS`; zeros where nobody was seen to go anywhere."""
    if asked.query_id < 0:
        return
    ids = candidates.ids
    after = indexes.transitions.after(asked.query_id)
    if after is not None:
        users = _looked_up(ids, after.ids, after.users)
        rows[0], rows[1] = np.log1p(users), users / max(after.left, 1)
    rows[2] = [_share_going(query_id, asked.query_id, indexes) for query_id in ids.tolist()]
    rows[3] = _looked_up(ids, *related.later.of(asked.query_id))
    rows[4] = _looked_up(ids, *related.items.of(asked.query_id))


def _looked_up(
    ids: npt.NDArray[np.int64], known: npt.NDArray[np.uint32], values: npt.NDArray[np.generic]
) -> npt.NDArray[np.float64]:
    """Values by id, 0 where unknown."""
    value_of: Mapping[int, float] = dict(zip(known.tolist(), values.tolist(), strict=True))
    return np.array([value_of.get(query_id, 0.0) for query_id in ids.tolist()])


def _share_going(query_id: int, to: int, indexes: Indexes) -> float:
    after = indexes.transitions.after(query_id)
    if after is None:
        return 0.0
    there = after.ids == to
    n_users: int = after.users[there].sum()
    return n_users / max(after.left, 1)


def _own_features(
    asked: AskedQuery,
    keys: Sequence[str],
    spoken: Sequence[Sequence[str]],
    person: Person,
    rows: npt.NDArray[np.float32],
) -> None:
    """Writes the group `OWN`."""
    ours = frozenset(asked.words)
    history, uses = person.history, person.history.word_uses
    for at, (key, said) in enumerate(zip(keys, spoken, strict=True)):
        own = history.find(key)
        added = [word for word in said if word not in ours]
        rows[0, at] = log1p(len(own.times_us)) if own is not None else 0.0
        rows[1, at] = sum(word in uses for word in added) / max(len(added), 1)
        rows[2, at] = log1p(history.follow_ups.get((asked.key, key), 0))
        rows[3, at] = key in person.session_keys
