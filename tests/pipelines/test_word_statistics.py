"""Statistics of words against a plain-Python count over the same rows."""

from __future__ import annotations

from collections import Counter, defaultdict
from itertools import pairwise
from types import SimpleNamespace
from typing import Any, cast

import ibis
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from suggest.index.word_model_build import WordStatistics
from suggest.pipelines.word_statistics import word_statistics
from suggest.rank import Policy
from suggest.text.tokens import tokens

MAX_PER_USER = 3
KEYS = [
    "new york",
    "new york times",
    "new car",
    "york",
    "大阪駅",
    "大阪 駅 new",
    "fuck york",
    "new new new",
    "a@b.de car",
]
USES = pa.schema(
    {
        "key": pa.string(),
        "user": pa.string(),
        "n_searches": pa.int64(),
        "n_independent": pa.int64(),
        "locale": pa.string(),
    }
)
COUNTS = pa.schema({"key": pa.string(), "count": pa.int64(), "users": pa.int64()})

keys = st.sampled_from(KEYS)
uses = st.lists(
    st.fixed_dictionaries(
        {
            "key": keys,
            "user": st.sampled_from("abc"),
            "n_searches": st.integers(1, 5),
            "n_independent": st.integers(0, 1),
            "locale": st.sampled_from(["de", None]),
        }
    ),
    max_size=12,
)
counts = st.lists(
    st.fixed_dictionaries({"key": keys, "count": st.integers(1, 9), "users": st.integers(0, 4)}), max_size=6
)


def users_of_queries(use_rows: list[dict[str, Any]], count_rows: list[dict[str, Any]]) -> Counter[str]:
    people = {(row["key"], row["user"]) for row in use_rows if row["n_independent"]}
    users = Counter(key for key, _ in people)
    users.update(dict.fromkeys((row["key"] for row in use_rows), 0))
    for row in count_rows:
        users[row["key"]] += row["users"]
    return users


def found(
    use_rows: list[dict[str, Any]], count_rows: list[dict[str, Any]], blocked: frozenset[str], min_users: int
) -> WordStatistics:
    policy = Policy(min_users=min_users)
    users = users_of_queries(use_rows, count_rows)
    connection = ibis.duckdb.connect()
    statistics = connection.create_table(
        "statistics",
        pa.table({"key": pa.array(users, pa.string()), "users": pa.array(users.values(), pa.int64())}),
    )
    tables = SimpleNamespace(
        statistics=statistics,
        uses=connection.create_table("uses", pa.Table.from_pylist(use_rows, USES)),
        counts=connection.create_table("counts", pa.Table.from_pylist(count_rows, COUNTS)),
    )
    admitted = sorted(key for key, n in users.items() if n >= min_users and not policy.refusal(key))
    return word_statistics(
        connection, cast("Any", tables), pa.array(admitted, pa.string()), blocked, policy, MAX_PER_USER
    )


def counted(
    grams_of: Any, use_rows: list[dict[str, Any]], count_rows: list[dict[str, Any]]
) -> dict[Any, tuple[int, int]]:
    """By word or pair: how many people, and the weight."""
    searches: defaultdict[Any, Counter[str]] = defaultdict(Counter)
    people, told, told_users = defaultdict(set), Counter(), defaultdict(Counter)
    for row in use_rows:
        for gram in grams_of(row["key"]):
            searches[gram][row["user"]] += row["n_searches"]
            people[gram] |= {row["user"]} if row["n_independent"] else set()
    for row in count_rows:
        for gram in grams_of(row["key"]):
            told[gram] += row["count"]
        for gram in set(grams_of(row["key"])):
            told_users[gram][row["key"]] += row["users"]
    return {
        gram: (
            len(people[gram]) + max(told_users[gram].values(), default=0),
            told[gram] + sum(min(n, MAX_PER_USER) for n in searches[gram].values()),
        )
        for gram in {*searches, *told}
    }


@settings(max_examples=15, deadline=None)
@given(uses, counts, st.sets(keys, max_size=1).map(frozenset), st.integers(1, 3))
def test_statistics_are_what_counting_finds(
    use_rows: list[dict[str, Any]], count_rows: list[dict[str, Any]], blocked: frozenset[str], min_users: int
) -> None:
    result = found(use_rows, count_rows, blocked, min_users)
    users, policy = users_of_queries(use_rows, count_rows), Policy()
    refused = {key for key, n in users.items() if n >= min_users and policy.refusal(key)} | blocked
    kept = [[row for row in rows if row["key"] not in refused] for rows in (use_rows, count_rows)]
    words = counted(tokens, *kept)
    known = sorted(word for word, (n, _) in words.items() if n >= min_users and not policy.refusal(word.strip()))
    assert result.words.to_pylist() == known
    assert result.weight.tolist() == [words[word][1] for word in known]
    assert result.users.tolist() == [words[word][0] for word in known]
    assert result.unknown_weight == sum(weight for word, (_, weight) in words.items() if word not in known)

    def pairs_of(key: str) -> list[tuple[int, int]]:
        return list(pairwise([-2, *(known.index(word) if word in known else -1 for word in tokens(key)), -2]))

    pairs = counted(pairs_of, *kept)
    met = {pair: weight for pair, (n, weight) in pairs.items() if min(pair) >= 0 and n >= min_users}
    assert (
        dict(zip(zip(result.first.tolist(), result.second.tolist(), strict=True), result.pair_weight, strict=True))
        == met
    )
    numbers = zip(result.first.tolist(), result.second.tolist(), strict=True)
    assert result.pair_users.tolist() == [pairs[pair][0] for pair in numbers]
    for at, word in enumerate(known):
        assert result.at_start[at] == pairs.get((-2, at), (0, 0))[1], word
        assert result.at_end[at] == pairs.get((at, -2), (0, 0))[1], word
        assert result.followed[at] == sum(weight for pair, (_, weight) in pairs.items() if pair[0] == at), word
        assert result.n_before[at] == sum(pair[1] == at for pair in pairs), word
    assert result.started == sum(weight for pair, (_, weight) in pairs.items() if pair[0] == -2)
    assert result.n_last == sum(pair[1] == -2 for pair in pairs)


def searched(*rows: tuple[str, str]) -> list[dict[str, Any]]:
    return [{"key": key, "user": user, "n_searches": 1, "n_independent": 1, "locale": None} for key, user in rows]


def test_words_of_different_queries_of_different_people_are_admitted() -> None:
    result = found(searched(("new york", "a"), ("new york times", "b")), [], frozenset(), 2)
    assert result.words.to_pylist() == ["new", "york"]
    assert len(result.first) == 1


@pytest.mark.parametrize("key", ["fuck york", "a@b.de york"])
def test_what_the_policy_refuses_is_no_word(key: str) -> None:
    result = found(searched((key, "a"), (f"{key} times", "b")), [], frozenset(), 2)
    assert result.words.to_pylist() == ["york"]


def test_counts_of_two_queries_may_be_of_the_same_people() -> None:
    rows = [{"key": "new york", "count": 1, "users": 1}, {"key": "new car", "count": 1, "users": 1}]
    assert found([], rows, frozenset(), 2).words.to_pylist() == []
    assert found(searched(("new", "a")), rows, frozenset(), 2).words.to_pylist() == ["new"]


def test_one_person_adds_no_more_than_the_bound() -> None:
    rows = [{**row, "n_searches": 99} for row in searched(("york", "a"), ("york", "b"))]
    assert found(rows, [], frozenset(), 2).weight.tolist() == [2 * MAX_PER_USER]
