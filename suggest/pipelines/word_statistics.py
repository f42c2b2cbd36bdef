"""How many people use each word, and each word after another? What generated completions are made of."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, NamedTuple

import ibis
import ibis.expr.types as ir
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from suggest.index.word_model_build import WordStatistics
from suggest.pipelines.collect import LogTables
from suggest.rank import Policy
from suggest.text.tokens import join, token_lists
from suggest.text.unspaced import UNSPACED

BOUNDARY = ""
"""Stands before the first word of a query and behind the last one; no word is equal to it."""

_UNKNOWN, _EDGE = -1, -2
"""Numbers of words that are not admitted, and of the boundary."""

_BATCH_ROWS = 1 << 20


def _tokens(keys: pa.ChunkedArray) -> pa.Array:
    return token_lists(keys.combine_chunks())


_tokens_of = ibis.udf.scalar.pyarrow(_tokens, name="query_tokens", signature=(("string",), "array<string>"))


def word_statistics(
    connection: Any, tables: LogTables, admitted: pa.Array, blocked: frozenset[str], policy: Policy, max_per_user: int
) -> WordStatistics:
    """Words and pairs of words that may be shown, and how often they occur.

    What few people searched counts here although it is not shown: it takes `min_users` to show a word. Queries
    that the policy refused or that are blocked count for nothing. Of what few people searched only words and
    pairs are judged, not the whole: a word that is profane or personal is not admitted, and what is harmless
    in a refused query stands in others too, or else `min_users` keeps it out.

    Args:
        connection: holds the tables.
        tables: what the log says.
        admitted: keys of the queries that may be suggested.
        blocked: keys under a tombstone.
        policy: refuses words and pairs as it refuses queries; `min_users` holds for each of them.
        max_per_user: most occurrences of a word, or of a pair, that one person adds to its weight.
    """
    refused = connection.create_table("refused", _refused(tables.statistics, admitted, blocked, policy.min_users))
    keys = tables.statistics.select("key").filter(tables.statistics.key.re_search(UNSPACED))
    segmented = connection.create_table("segmented", keys.mutate(words=_tokens_of(keys.key)))
    uses = _Uses(*(_spoken(rows, refused, segmented) for rows in (_searches(tables.uses), _counted(tables.counts))))
    words = connection.create_table("words", _uses_of(uses, _single, ["word"], max_per_user))
    judge = _Judge(policy, admitted)
    known = _known(words.filter(words.users >= policy.min_users), judge)
    numbered = pa.table({"word": [*known["word"].to_pylist(), BOUNDARY], "number": [*range(len(known)), _EDGE]})
    numbers = connection.create_table("word_numbers", numbered)
    pairs = _uses_of(uses, partial(_pairs, numbers=numbers), ["first", "second"], max_per_user)
    pairs = connection.create_table("word_pairs", pairs)
    all_weight = connection.to_pyarrow(words.weight.sum()).as_py() or 0.0
    return _collected(connection, pairs, known, all_weight, judge)


class _Judge(NamedTuple):
    """What may be shown; texts that are queries which may be suggested, half of them, need not be judged again."""

    policy: Policy
    admitted: pa.Array

    def kept(self, texts: list[str]) -> pa.Array:
        """Whether each text may be shown, bool."""
        is_query = pc.is_in(pa.array(texts, pa.string()), self.admitted).to_pylist()
        refusal = self.policy.refusal
        return pa.array(
            [known or refusal(text) is None for text, known in zip(texts, is_query, strict=True)], pa.bool_()
        )


class _Uses(NamedTuple):
    """Rows with `words`, array<string> from boundary to boundary; of what was searched, and of what was counted."""

    searched: ir.Table
    counted: ir.Table


def _refused(statistics: ir.Table, admitted: pa.Array, blocked: frozenset[str], min_users: int) -> ir.Table:
    """key: string, of what counts for nothing."""
    known = ibis.memtable(pa.table({"key": admitted}))
    judged = statistics.filter(statistics.users >= min_users).select("key").anti_join(known, "key")
    return judged.union(ibis.memtable(pa.table({"key": pa.array(sorted(blocked), pa.string())})), distinct=True)


def _spoken(rows: ir.Table, refused: ir.Table, segmented: ir.Table) -> ir.Table:
    """Rows with `words` instead of `key`, without those that count for nothing."""
    rows = rows.anti_join(refused, "key").left_join(segmented, "key")
    ends = ibis.array([BOUNDARY])
    return rows.mutate(words=ends.concat(rows.words.fill_null(rows.key.split(" "))).concat(ends)).drop(
        "key", "key_right"
    )


def _searches(uses: ir.Table) -> ir.Table:
    """key: string, user: int64, together unique; n_uses: int64; is_independent: bool.

    Two of a million users share a hash once in 40 million logs, and then count as one.
    """
    return uses.group_by("key", user=uses.user.hash()).agg(
        n_uses=uses.n_searches.sum().cast("int64"), is_independent=uses.n_independent.sum() > 0
    )


def _counted(counts: ir.Table) -> ir.Table:
    """key: string, unique; n_uses, users: int64."""
    return counts.group_by("key").agg(
        n_uses=counts["count"].sum().cast("int64"), users=counts.users.sum().cast("int64")
    )


def _uses_of(
    uses: _Uses, grams_of: Callable[[ir.Table], ir.Table], names: Sequence[str], max_per_user: int
) -> ir.Table:
    """Who uses a word or a pair, and how often.

    Args:
        uses: who searched what, and what is said to have been searched how often. The people of one counted
            query may be those of another: the largest number is taken.
        grams_of: makes the columns of `names` of `words`, a row for each occurrence.
        names: the columns that make a word or a pair.
        max_per_user: most occurrences that one person adds.

    Returns:
        The columns of `names`, together unique; users: int64; weight: float64.
    """
    searched, counted = (grams_of(rows) for rows in uses)
    by_user = searched.group_by(*names, "user").agg(
        n_uses=searched.n_uses.sum().cast("int64"), is_independent=searched.is_independent.any()
    )
    logged = by_user.group_by(names).agg(
        users=by_user.is_independent.sum().cast("int64"),
        weight=ibis.least(by_user.n_uses, max_per_user).sum().cast("int64"),
    )
    told = counted.group_by(names).agg(users=counted.users.max(), weight=counted.n_uses.sum().cast("int64"))
    both = logged.union(told)
    return both.group_by(names).agg(users=both.users.sum().cast("int64"), weight=both.weight.sum().cast("float64"))


def _single(rows: ir.Table) -> ir.Table:
    """Word: string, a row for each occurrence."""
    return rows.mutate(word=rows.words[1:-1].unnest()).drop("words")


def _known(words: ir.Table, judge: _Judge) -> pa.Table:
    """Word, users and weight of what the policy admits, in order of the words."""
    found = words.select("word", "users", "weight").order_by("word").to_pyarrow().combine_chunks()
    return found.filter(judge.kept([word.strip() for word in found["word"].to_pylist()]))


def _pairs(rows: ir.Table, numbers: ir.Table) -> ir.Table:
    """First and second: int64, numbers of words; a row for each two neighbours."""
    texts = rows.mutate(before=rows.words[:-1].unnest(), after=rows.words[1:].unnest()).drop("words")
    first = numbers.select(before="word", first="number")
    second = numbers.select(after="word", second="number")
    met = texts.left_join(first, "before").left_join(second, "after")
    return met.mutate(first=met["first"].fill_null(_UNKNOWN), second=met.second.fill_null(_UNKNOWN))


def _collected(connection: Any, pairs: ir.Table, known: pa.Table, all_weight: float, judge: _Judge) -> WordStatistics:
    n_words = len(known)
    is_known = (pairs["first"] >= 0) & (pairs.second >= 0)
    weight = known["weight"].to_numpy()
    sums = pairs.agg(
        started=pairs.weight.sum(where=pairs["first"] == _EDGE).fill_null(0.0),
        n_last=(pairs.second == _EDGE).sum().fill_null(0),
    )
    admitted = pairs.filter(is_known & (pairs.users >= judge.policy.min_users)).order_by("first", "second").to_pyarrow()
    batches = [pa.Table.from_batches([batch]) for batch in admitted.combine_chunks().to_batches(_BATCH_ROWS)]
    kept = [batch.filter(judge.kept(_texts(batch, known["word"]))) for batch in batches]
    admitted = pa.concat_tables([admitted.slice(0, 0), *kept]).combine_chunks()
    return WordStatistics(
        words=known["word"].combine_chunks(),
        users=known["users"].to_numpy(),
        weight=weight,
        unknown_weight=all_weight - float(weight.sum()),
        first=admitted["first"].to_numpy(),
        second=admitted["second"].to_numpy(),
        pair_users=admitted["users"].to_numpy(),
        pair_weight=admitted["weight"].to_numpy(),
        at_start=_by_word(pairs.filter(pairs["first"] == _EDGE), "second", n_words),
        at_end=_by_word(pairs.filter(pairs.second == _EDGE), "first", n_words),
        followed=_by_word(pairs, "first", n_words),
        n_before=_by_word(pairs.mutate(weight=1.0), "second", n_words),
        **connection.to_pyarrow(sums).to_pylist()[0],
    )


def _texts(pairs: pa.Table, words: pa.ChunkedArray) -> list[str]:
    taken = (words.take(pairs[name]).to_pylist() for name in ("first", "second"))
    return [join(pair).strip() for pair in zip(*taken, strict=True)]


def _by_word(pairs: ir.Table, name: str, n_words: int) -> npt.NDArray[np.float64]:
    """The weight of pairs summed by one of their words, float64[n_words]."""
    sums = pairs.filter(pairs[name] >= 0).group_by(name).agg(weight=pairs.weight.sum()).to_pyarrow()
    values = np.zeros(n_words)
    values[sums[name].to_numpy()] = sums["weight"].to_numpy()
    return values
