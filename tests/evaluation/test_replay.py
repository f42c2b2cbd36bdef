"""The replay: who is asked what and when, and figures worked out by hand."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from suggest.errors import EventError
from suggest.evaluation import MostPopular, OwnHistoryThenPopular, comparison_text, evaluate, replay, report_on
from suggest.evaluation.protocol import typed_prefix
from suggest.evaluation.replay import MAX_SERIES_CHARS, arrival_order
from suggest.types import SECOND_US, Suggestion


def search(ts, user, query, **more):
    return {"type": "search", "ts": ts, "user": user, "query": query, **more}


class Recording:
    """Notes every call; answers with all queries seen so far, latest first."""

    def __init__(self):
        self.calls = []
        self.queries = []

    def complete(self, prefix, /, k=10, *, user=None, now=None):
        self.calls.append(("complete", prefix, k, user, now))
        return [Suggestion(query, 0.0, "prefix") for query in reversed(self.queries)]

    def observe(self, events):
        for record in events:
            self.calls.append(("observe", record["type"], record["ts"]))
            if record["type"] == "search":
                self.queries.append(record["query"])


def run(completer, records, **options):
    return list(replay(completer, arrival_order(records), **options))


def test_replay_asks_first_and_reveals_after():
    records = [search(10, "u", "nivea"), search(20, "u", "nikon")]
    completer = Recording()
    run(completer, records, k=3)
    assert completer.calls == [
        ("complete", typed_prefix(records[0]), 3, "u", 10),
        ("observe", "search", 10),
        ("complete", typed_prefix(records[1]), 3, "u", 20),
        ("observe", "search", 20),
    ]


def test_replay_goes_by_arrival_and_asks_at_the_time_of_the_event():
    """A backfilled event is revealed when it became known, though it happened earlier."""
    records = [search(30, "u", "nivea"), search(10, "u", "nikon", known_at=40), search(20, "u", "canon")]
    completer = Recording()
    run(completer, records)
    assert [call[4] for call in completer.calls if call[0] == "complete"] == [20, 30, 10]


def test_replay_shows_every_kind_of_event_and_tests_searches_only():
    records = [{"type": "view", "ts": 1, "user": "u", "item": "v"}, search(2, "u", "nivea")]
    completer = Recording()
    assert [outcome.target for outcome in run(completer, records)] == ["nivea"]
    assert [call[1] for call in completer.calls if call[0] == "observe"] == ["view", "search"]


def test_replay_does_not_show_the_training_part_but_knows_its_last_query():
    records = [search(1, "u", "nivea"), search(2, "u", " Nivea "), search(3, "v", "nivea")]
    completer = Recording()
    outcomes = run(completer, records, test_from_us=2 * SECOND_US)
    assert [(o.user, o.new_user) for o in outcomes] == [("v", True)]
    assert [call[2] for call in completer.calls if call[0] == "observe"] == [2, 3]


def test_replay_compares_lower_cased_folded_text_and_counts_only_k_answers():
    records = [search(1, "u", "Nivea  Cream"), search(2, "v", "ab"), search(3, "w", "nivea cream")]
    assert [o.rank for o in run(Recording(), records, k=2)] == [0, 0, 2]
    assert [o.rank for o in run(Recording(), records, k=1)] == [0, 0, 0]


def test_replay_of_a_malformed_record_is_an_error():
    with pytest.raises(EventError, match="query"):
        run(Recording(), [{"type": "search", "ts": 1, "user": "u"}])


def test_replay_of_a_series_asks_after_every_character_before_the_event_is_revealed():
    records = [search(1, "u", "ab"), search(2, "v", "abc")]
    completer = Recording()
    outcomes = run(completer, records, series_share=1)
    asked = [call[1] for call in completer.calls if call[0] == "complete"]
    assert asked == ["a", "a", typed_prefix(records[1]), "a", "ab"]
    assert [outcome.series for outcome in outcomes] == [(0,), (0, 0)]
    again = run(MostPopular([search(0, "w", "abd"), search(0, "w", "abc")]), records, series_share=1)
    assert [outcome.series for outcome in again] == [(0,), (1, 1)]


def test_replay_samples_series_by_a_hash_of_the_search_and_leaves_very_long_queries_out():
    records = [search(at, "u", f"query {at}") for at in range(1000)]
    few, more = (
        {outcome.target for outcome in run(MostPopular([]), records, series_share=share) if outcome.series}
        for share in (0.1, 0.3)
    )
    assert few < more
    assert 0.25 < len(more) / 1000 < 0.35
    long = [search(1, "u", "x" * (MAX_SERIES_CHARS + 1))]
    assert [outcome.series for outcome in run(MostPopular([]), long, series_share=1)] == [()]


def test_replay_reveals_what_lies_between_what_the_completer_knows_and_the_tests():
    records = [search(1, "u", "ab"), search(2, "u", "cd"), search(3, "u", "ef")]
    completer = Recording()
    outcomes = run(completer, records, test_from_us=3 * SECOND_US, reveal_from_us=2 * SECOND_US)
    assert [outcome.target for outcome in outcomes] == ["ef"]
    assert [call[2] for call in completer.calls if call[0] == "observe"] == [2, 3]


TRAIN = [search(1, "ann", "aa b"), search(2, "ann", "aa c"), search(3, "ann", "aa c"), search(4, "bob", "aa d")]
TEST = [
    search(11, "bob", "aa d", locale="en"),
    search(12, "bob", "aa b"),
    search(13, "ann", "aa d"),
    search(14, "cy", "zz"),
]


def test_evaluate_known_answer_by_hand():
    """Four training searches, four later ones of which one repeats, popularity c 2, b 1, d 1.

    All prefixes but the last are a beginning of "aa ", whatever the cut: most popular answers
    c, b, d to them. Bob's "aa d" is his previous query and no test. Left are "aa b" (rank 2),
    "aa d" (rank 3) and "zz" (never): MRR@10 = (1/2 + 1/3 + 0) / 3. Own history adds d, d for Bob,
    above c, b, and c, b for Ann, above d: ranks 3, 3, 0, MRR@10 = (1/3 + 1/3) / 3.
    """
    popular = evaluate(MostPopular(TRAIN), TRAIN + TEST, test_from_us=10 * SECOND_US, vocabulary={"aa b", "aa d"})
    assert popular.overall.n_tests == 3
    assert popular.overall.n_users == 3
    assert popular.overall.mrr.value == pytest.approx((1 / 2 + 1 / 3) / 3)
    assert popular.overall.success_at_1.value == 0
    assert popular.overall.success_at_k.value == pytest.approx(2 / 3)
    assert popular.overall.coverage == pytest.approx(2 / 3)
    assert popular.vocabulary_ceiling == pytest.approx(2 / 3)
    own = evaluate(OwnHistoryThenPopular(TRAIN), TRAIN + TEST, test_from_us=10 * SECOND_US)
    assert own.overall.mrr.value == pytest.approx((1 / 3 + 1 / 3) / 3)


def test_evaluate_slices_by_what_the_training_part_knew():
    report = evaluate(MostPopular(TRAIN), TRAIN + TEST, test_from_us=10 * SECOND_US)
    sizes = {name: scores.n_tests for name, scores in report.slices.items() if not name.startswith("prefix")}
    assert sizes == {
        "locale: none given": 3,
        "target: new to this user": 3,
        "target: seen in training": 2,
        "target: unseen in training": 1,
        "user: known": 2,
        "user: new": 1,
    }
    counted = evaluate(MostPopular(TRAIN), TRAIN + TEST, test_from_us=10 * SECOND_US, counted=["ZZ"])
    assert "target: unseen in training" not in counted.slices


def test_evaluate_without_tests_is_refused():
    with pytest.raises(ValueError, match="none among 4 events"):
        evaluate(MostPopular(TRAIN), TRAIN, test_from_us=10 * SECOND_US)


LOG = st.lists(
    st.builds(search, st.integers(1, 50), st.sampled_from("uvw"), st.text("ab ", min_size=1, max_size=4)), max_size=30
)


@given(LOG, st.integers(0, 30))
def test_evaluate_slices_part_the_tests_and_repeat_exactly(records, split):
    """Each family of slices holds every test once, and two runs give one report."""
    try:
        report = evaluate(OwnHistoryThenPopular([]), records, test_from_us=split * SECOND_US, resamples=10)
    except ValueError:
        assert not run(OwnHistoryThenPopular([]), records, test_from_us=split * SECOND_US)
        return
    families_of_slices = (
        ("prefix",),
        ("user",),
        ("locale",),
        ("target: seen", "target: unseen"),
        ("target: new", "target: searched"),
    )
    for families in families_of_slices:
        assert (
            sum(s.n_tests for name, s in report.slices.items() if name.startswith(families)) == report.overall.n_tests
        )
    again = evaluate(OwnHistoryThenPopular([]), records, test_from_us=split * SECOND_US, resamples=10)
    assert json.dumps(report.to_json()) == json.dumps(again.to_json())


@given(LOG, st.integers(0, 30), st.integers(0, 30))
def test_replay_from_the_middle_has_the_last_outcomes_of_the_whole(records, split, start):
    options = {"test_from_us": split * SECOND_US, "series_share": 0.5}
    whole = run(OwnHistoryThenPopular([]), records, **options)
    part = run(OwnHistoryThenPopular([]), records, start=start, **options)
    assert part == whole[len(whole) - len(part) :]
    assert (len(part) == len(whole)) or start > 0


@given(LOG)
def test_report_over_a_baseline_of_the_same_answers_has_ratio_one_in_every_slice(records):
    outcomes = run(OwnHistoryThenPopular([]), [*records, search(99, "z", "last one")])
    report = report_on(outcomes, [], baseline=outcomes, resamples=10)
    for scores in (report.overall, *report.slices.values()):
        found = [outcome.rank for outcome in outcomes if outcome.rank]
        assert scores.mrr_ratio in (None, (1, 1, 1))
        assert scores.mrr.value == 0 or scores.mrr_ratio is not None
    assert (report.overall.mrr_ratio is not None) == bool(found)


def test_report_over_a_baseline_of_other_tests_is_refused():
    outcomes = run(MostPopular([]), [search(1, "u", "ab"), search(2, "u", "cd")])
    with pytest.raises(ValueError, match="same tests"):
        report_on(outcomes, [], baseline=outcomes[:1])


@given(LOG)
def test_replay_marks_repeated_targets_as_a_scan_of_the_past_does(records):
    ordered = sorted(records, key=lambda record: record["ts"])
    expected = []
    for i, record in enumerate(ordered):
        past = [comparison_text(r["query"]) for r in ordered[:i] if r["user"] == record["user"]]
        query = comparison_text(record["query"])
        if len(query) >= 2 and past[-1:] != [query]:
            expected.append(query in past)
    assert [outcome.repeated for outcome in run(MostPopular([]), records)] == expected
