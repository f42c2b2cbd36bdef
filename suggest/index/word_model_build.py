"""What is written for `WordModel`: words, the words that follow them, and what each costs."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from suggest.artifacts import GenerationWriter
from suggest.index.entries import save_sorted_entries
from suggest.index.strings import save_strings
from suggest.index.word_model import LARGEST_COST, LARGEST_COUNT, PER_NAT, SECTION, spelling_cost
from suggest.text.tokens import token_lists

DISCOUNT = 1.5
"""Taken from the weight of every pair and given to what was not counted. People repeat their searches, so
that the usual estimate from what was counted once and twice is too low: of queries of two logs never seen
before (web: estimate 0.39, site: 0.70) 1.5 makes the most probable among 0.39 to 2, and ranks their endings
best but for 2, which is within 0.0004 of its mean reciprocal rank."""

_BATCH = 1 << 18

_Coded = npt.NDArray[np.uint16]
_Numbers = npt.NDArray[np.int64]
_Weights = npt.NDArray[np.float64]


class WordStatistics(NamedTuple):
    """Words that may be shown, and how often they follow each other in all queries; arrays by number of the word.

    Attributes:
        words: admitted, distinct, in ascending code point order.
        users: how many people used each word, int64[n_words].
        weight: of each word, float64[n_words].
        unknown_weight: of all words that are not admitted.
        first, second: numbers of the words of admitted pairs, int64[n_pairs], in any order, distinct.
        pair_users: how many people used each of these, int64[n_pairs].
        pair_weight: of these, float64[n_pairs].
        at_start, at_end: weight as first and as last word of a query, float64[n_words].
        followed: weight of all that follows each word, admitted or not, and the end; float64[n_words].
        started: weight of all queries.
        n_before: how many different words each word follows, the start and what is not admitted counting as one
            each, float64[n_words].
        n_last: how many different words are the last of a query.
    """

    words: pa.Array
    users: _Numbers
    weight: _Weights
    unknown_weight: float
    first: _Numbers
    second: _Numbers
    pair_users: _Numbers
    pair_weight: _Weights
    at_start: _Weights
    at_end: _Weights
    followed: _Weights
    started: float
    n_before: _Weights
    n_last: int


class _Costs(NamedTuple):
    """Costs, by place of the pair and else by number of the word.

    Behind the words come unknown words, except in `left`, which is 0 for them.
    """

    pair: _Coded
    start: _Coded
    end: _Coded
    left: _Coded
    alone: _Coded


def save_word_model(
    writer: GenerationWriter, found: WordStatistics, keys: pa.Array, ids: npt.NDArray[np.uint32]
) -> None:
    """Writes what `WordModel` reads; no file without words.

    Args:
        writer: the generation being built.
        found: what the log says.
        keys: the queries of the generation, whose probabilities are stored.
        ids: of each of them, a permutation of 0 to n-1.
    """
    n_words = len(found.words)
    if not n_words:
        return
    costs = _costs(found)
    best = _best_rest(found, costs)
    order = np.lexsort((found.second, costs.pair + best[found.second], found.first))
    _save_words(writer, found.words, costs.start[:n_words] + best)
    arrays: dict[str, npt.NDArray[Any]] = {
        "rows": found.first[order].searchsorted(np.arange(n_words + 1)).astype(np.uint32),
        "second": found.second[order].astype(np.uint32),
        "rest": best.astype(np.uint16),
        "users": _capped(found.users),
        "pair_users": _capped(found.pair_users[order]),
        "log_p": _log_p(found, costs, keys, ids),
    }
    arrays |= costs._replace(pair=costs.pair[order])._asdict()
    for name, values in arrays.items():
        writer.save_array(f"{SECTION}_{name}", values)


def _save_words(writer: GenerationWriter, words: pa.Array, cost: _Numbers) -> None:
    """Writes the words, ranked by what the best query costs that begins with each."""
    by_start = np.argsort(cost, kind="stable")
    rank = np.empty(len(words), dtype=np.uint32)
    rank[by_start] = np.arange(len(words))
    save_strings(writer, f"{SECTION}_text", words)
    save_sorted_entries(writer, SECTION, words.cast(pa.large_string()), np.arange(len(words) + 1), rank)
    writer.save_array(f"{SECTION}_by_start", by_start.astype(np.uint32))


def _costs(found: WordStatistics) -> _Costs:
    """Interpolated Kneser-Ney: what is taken from the counts goes to words by how many others they follow."""
    # Unknown words have their share of all words, as if there were one more of them than was seen.
    unknown = (found.unknown_weight + 1) / (found.unknown_weight + 1 + found.weight.sum())
    n_before = np.maximum(np.append(found.n_before, found.n_last), 1)
    shares = (1 - unknown) * n_before / n_before.sum()
    alone, alone_at_end = np.append(shares[:-1], unknown), shares[-1]
    pair = np.maximum(found.pair_weight - DISCOUNT, 0) / found.followed[found.first]
    end = np.maximum(found.at_end - DISCOUNT, 0) / found.followed
    start = np.maximum(found.at_start - DISCOUNT, 0) / found.started
    left = np.maximum(1 - end - np.bincount(found.first, pair, len(end)), 0)
    # No query ends at its start, so the end's share of what is left goes to the words.
    left_at_start = max(1 - start.sum(), 0) / (1 - alone_at_end)
    return _Costs(
        _coded(pair + left[found.first] * alone[found.second]),
        _coded(np.append(start, 0) + left_at_start * alone),
        _coded(np.append(end + left * alone_at_end, alone_at_end)),
        _coded(np.append(left, 1)),
        _coded(alone),
    )


def _capped(users: _Numbers) -> _Coded:
    return np.minimum(users, LARGEST_COUNT).astype(np.uint16)


def _coded(probabilities: _Weights) -> _Coded:
    nats = -np.log(np.maximum(probabilities, np.exp(-LARGEST_COST / PER_NAT)))
    return np.minimum(np.round(nats * PER_NAT), LARGEST_COST).astype(np.uint16)


def _best_rest(found: WordStatistics, costs: _Costs) -> _Numbers:
    """By word, the least that the rest of a query costs after it: a shortest path over pairs to the end.

    Source: Bellman, "On a routing problem", 1958; as many rounds as the longest best rest has words.
    """
    order = np.argsort(found.first, kind="stable")
    first, second, cost = found.first[order], found.second[order], costs.pair[order].astype(np.int64)
    heads = np.flatnonzero(np.diff(first, prepend=-1))
    best = costs.end[: len(found.words)].astype(np.int64)
    while len(heads):
        through = np.minimum.reduceat(cost + best[second], heads)
        if (through >= best[first[heads]]).all():
            break
        best[first[heads]] = np.minimum(best[first[heads]], through)
    return best


def _log_p(
    found: WordStatistics, costs: _Costs, keys: pa.Array, ids: npt.NDArray[np.uint32]
) -> npt.NDArray[np.float16]:
    """`WordModel.log_probability` of all queries, by id; a batch at a time, since words are many."""
    pairs = found.first * len(found.words) + found.second
    order = np.argsort(pairs)
    sorted_pairs, pair_cost = pairs[order], costs.pair[order]
    log_p = np.empty(len(keys), dtype=np.float16)
    for at in range(0, len(keys), _BATCH):
        batch = keys.slice(at, _BATCH)
        total = _query_costs(found.words, costs, sorted_pairs, pair_cost, token_lists(batch))
        log_p[ids[at : at + _BATCH]] = -total / PER_NAT
    return log_p


def _query_costs(words: pa.Array, costs: _Costs, pairs: _Numbers, pair_cost: _Coded, lists: pa.Array) -> _Numbers:
    n_words = len(words)
    query = np.repeat(np.arange(len(lists)), lists.value_lengths())
    spoken = lists.flatten()
    number = pc.index_in(spoken, words).fill_null(n_words).to_numpy().astype(np.int64)
    is_first = np.diff(query, prepend=-1) > 0
    before = np.where(is_first, n_words, np.roll(number, 1))
    cost = np.where(is_first, costs.start[number], costs.left[before].astype(np.int64) + costs.alone[number])
    is_known = number < n_words
    sought = before * n_words + number
    is_pair = is_known & (before < n_words) & pc.is_in(pa.array(sought), pa.array(pairs)).to_numpy(zero_copy_only=False)
    cost[is_pair] = pair_cost[pairs.searchsorted(sought[is_pair])]
    cost[~is_known] += spelling_cost(pc.utf8_length(spoken).to_numpy()[~is_known])
    is_last = np.diff(query, append=len(lists)) > 0
    total = np.bincount(query, cost, len(lists)) + np.bincount(query[is_last], costs.end[number[is_last]], len(lists))
    return total.astype(np.int64)
