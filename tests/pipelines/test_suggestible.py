"""Judging the words of queries first refuses what judging each query refuses."""

import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from suggest.pipelines.suggestible import Removed, suggestible
from suggest.rank import Policy
from suggest.text import normalise

POLICIES = [
    Policy(blocklist=("darn", "red sock", "c++"), safety="strict"),
    Policy(blocklist=("darn", "red sock", "悪い"), allowlist=("darn good",)),
    Policy(blocklist=("re:^d.r", "darn"), profanity=False, safety="off"),
    Policy(blocklist=("$x", "darn"), safety="off"),
    Policy(profanity=False),
]
PARTS = st.sampled_from(
    "darn d4rn d a r n d.a.r.n da-rn daaarn d*rn darned red sock socks s0ck good c c++ $x 悪い 悪 い é Dаrn "  # noqa: RUF001, SIM905 - a Cyrillic letter in disguise
    "a@b.example 123456789 password:x 10.0.0.1".split()
)
QUERIES = st.lists(PARTS, max_size=5).map(" ".join) | st.lists(PARTS, max_size=3).map("".join) | st.text(max_size=8)


@pytest.mark.parametrize("policy", POLICIES, ids=range(len(POLICIES)))
@given(st.lists(QUERIES, max_size=8))
@example(["d a r n", "d a r", "n d", "red s0ck", "d.a r n", "x d.a.r.n"])
def test_queries_are_refused_as_one_by_one(policy, queries):
    keys = list(dict.fromkeys(normalise(query) for query in queries))
    blocked = frozenset({"good"})
    removed = Removed()
    columns = pa.table({"key": pa.array(keys, pa.string()), "display": pa.array(keys, pa.string())})
    kept = suggestible(columns, policy, blocked, removed)
    refusals = {key: ("tombstone",) if key in blocked else policy.refused(key, key) for key in keys}
    assert kept["key"].to_pylist() == [key for key in keys if refusals[key] is None]
    reasons = [refusal[0] for refusal in refusals.values() if refusal]
    assert dict(removed.counts) == {reason: reasons.count(reason) for reason in reasons}
