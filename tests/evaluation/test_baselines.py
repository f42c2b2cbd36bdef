"""Baselines against a brute-force reading of their definitions."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from suggest.evaluation import MostPopular, OwnHistoryThenPopular
from suggest.evaluation.protocol import comparison_text

# A tiny alphabet makes shared prefixes and equal counts common; the rest are characters that sort,
# fold or lower-case in unusual ways.
TEXT = st.text(st.sampled_from("ab \U0010ffff\U0010fffeAßİ\u0307"), max_size=5)
RECORDS = st.lists(
    st.builds(
        lambda kind, user, query: {"type": kind, "ts": 1, "user": user, "query": query, "request_id": "r"},
        st.sampled_from(["search", "search", "search", "click"]),
        st.sampled_from("uv"),
        TEXT,
    ),
    max_size=30,
)
COUNTS = st.lists(st.tuples(TEXT, st.integers(1, 4)), max_size=10)


def by_count_then_text(counts, prefix):
    return sorted((q for q in counts if q.startswith(prefix)), key=lambda q: (-counts[q], q))


def searches(records, user=None):
    kept = (r for r in records if r["type"] == "search" and user in (None, r["user"]))
    return Counter(comparison_text(r["query"]) for r in kept)


@given(RECORDS, COUNTS, TEXT.map(str.lower), st.integers(1, 12))
def test_most_popular_agrees_with_sorting_all_queries(records, counts, prefix, k):
    total = searches(records)
    for query, count in counts:
        total[comparison_text(query)] += count
    answers = MostPopular(records, counts).complete(prefix, k)
    assert [a.query for a in answers] == by_count_then_text(total, prefix)[:k]
    assert [a.score for a in answers] == [total[a.query] for a in answers]


@given(RECORDS, RECORDS, TEXT.map(str.lower), st.integers(1, 12), st.sampled_from(["u", "v", "w", None]))
def test_own_history_then_popular_agrees_with_its_definition(train, revealed, prefix, k, user):
    own = by_count_then_text(searches(train + revealed, user), prefix) if user else []
    popular = by_count_then_text(searches(train), prefix)
    baseline = OwnHistoryThenPopular(train)
    for record in revealed:
        baseline.observe([record])
    answers = baseline.complete(prefix, k, user=user)
    assert [a.query for a in answers] == (own + [q for q in popular if q not in own])[:k]
    assert [a.source for a in answers] == ["history" if a.query in own else "prefix" for a in answers]


def test_most_popular_learns_nothing_from_revealed_events():
    baseline = MostPopular([], [("nivea", 1)])
    baseline.observe([{"type": "search", "ts": 1, "user": "u", "query": "nikon"}])
    assert [a.query for a in baseline.complete("ni")] == ["nivea"]
