"""What one would search next to an item: known answers in a small world, and only ever what may be shown."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from suggest import Engine
from suggest.errors import ArgumentError, NotBuiltError
from suggest.pipelines.build import build

NOW = "2026-03-10T00:00:00Z"
ITEMS = [
    {"item": "jazz-1", "title": "slow jazz piano for a rainy night", "tags": ["jazz"], "locale": "en"},
    {"item": "jazz-2", "title": "jazz piano lesson for beginners", "tags": ["jazz"], "locale": "en"},
    {"item": "soup-1", "title": "tomato soup in ten minutes", "tags": ["soup"], "locale": "en"},
    {"item": "soup-2", "title": "pumpkin soup with ginger", "tags": ["soup"], "locale": "en"},
    {"item": "chess-1", "title": "a chess opening nobody plays", "locale": "en"},
    {"item": "suppe-1", "title": "tomatensuppe in zehn minuten", "tags": ["suppe"], "locale": "de"},
]
BESIDE = [
    ("jazz-1", "jazz chords"),
    ("jazz-2", "jazz chords"),
    ("jazz-2", "piano for beginners"),
    ("soup-1", "soup recipe"),
    ("soup-1", "soup recipes"),
    ("soup-2", "soup recipe"),
    ("chess-1", "chess gambit"),
    ("suppe-1", "suppe rezept"),
]
COMMENTS = [
    {"comment": "c1", "item": "chess-1", "text": "where can I learn the piano for beginners"},
    {"comment": "c2", "item": "chess-1", "text": "nothing to see"},
]


def log():
    for n, (item, query) in enumerate(BESIDE):
        locale = "de" if item.startswith("suppe") else "en"
        for user in range(3):
            yield {
                "type": "search",
                "ts": f"2026-03-01T{n:02d}:{user:02d}:00Z",
                "user": f"u{user}",
                "query": query,
                "source": "item",
                "item": item,
                "locale": locale,
            }
    yield {"type": "search", "ts": "2026-03-01T20:00:00Z", "user": "u9", "query": "my secret jazz", "item": "jazz-1"}
    for n in range(30):
        yield {"type": "search", "ts": "2026-03-02T00:00:00Z", "user": f"p{n}", "query": "weather", "locale": "en"}


def written(path, rows):
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


@pytest.fixture(scope="module")
def index_dir(tmp_path_factory):
    folder = tmp_path_factory.mktemp("items")
    build(
        folder / "index",
        events=[written(folder / "events.jsonl", log())],
        items=[written(folder / "items.jsonl", ITEMS)],
        comments=[written(folder / "comments.jsonl", COMMENTS)],
    )
    return folder / "index"


@pytest.fixture
def engine(index_dir):
    with Engine.open(index_dir) as opened:
        yield opened


def shown(found):
    return [suggestion.query for suggestion in found]


def test_what_was_searched_beside_a_known_item_comes_first(engine):
    assert shown(engine.item_queries("soup-2", k=1, now=NOW)) == ["soup recipe"]
    assert set(shown(engine.item_queries("jazz-2", k=2, now=NOW))) == {"jazz chords", "piano for beginners"}


def test_a_new_item_is_answered_by_items_like_it(engine):
    assert shown(engine.item_queries(title="an evening of jazz piano", k=1, now=NOW)) == ["jazz chords"]
    assert shown(engine.item_queries(title="dinner", tags=["pumpkin", "soup"], k=1, now=NOW)) == ["soup recipe"]
    assert shown(engine.item_queries(title="my week", text="we had tomato soup", k=1, now=NOW)) == ["soup recipe"]


def test_scores_are_chances_and_fall(engine):
    found = engine.item_queries(title="jazz piano and soup", k=10, now=NOW)

    scores = [suggestion.score for suggestion in found]
    assert len(found) > 3
    assert all(0 <= score <= 1 for score in scores)
    assert scores == sorted(scores, reverse=True)
    assert {suggestion.source for suggestion in found} == {"item"}


def test_the_gate_leaves_out_what_scores_less(engine):
    found = engine.item_queries(title="jazz piano", k=10, now=NOW)
    least = found[1].score

    gated = engine.item_queries(title="jazz piano", k=10, min_score=least, now=NOW)

    assert gated == [suggestion for suggestion in found if suggestion.score >= least]
    assert engine.item_queries(title="jazz piano", k=10, min_score=1.1, now=NOW) == []
    assert engine.item_queries(title="quarks", k=10, min_score=0.1, now=NOW) == []


def test_what_is_popular_fills_up_where_nothing_else_fits(engine):
    assert "weather" in shown(engine.item_queries(title="quarks", k=10, now=NOW))
    assert shown(engine.item_queries(title="", k=2, now=NOW)) == ["jazz chords", "soup recipe"]


def test_of_near_duplicates_the_best_is_shown_where_they_are_collapsed(engine):
    found = engine.item_queries("soup-1", k=10, now=NOW)
    collapsed = engine.item_queries("soup-1", k=10, collapse=True, now=NOW)

    forms = [query for query in shown(found) if query in {"soup recipe", "soup recipes"}]
    assert len(forms) == 2
    assert collapsed == [suggestion for suggestion in found if suggestion.query != forms[1]]


def test_collapsing_makes_room_for_other_queries(engine):
    (first, second), collapsed = (
        shown(engine.item_queries("soup-1", k=2, collapse=collapse, now=NOW)) for collapse in (False, True)
    )

    assert {first, second} == {"soup recipe", "soup recipes"}
    assert collapsed[0] == first
    assert collapsed[1] != second


def test_what_too_few_people_searched_is_never_shown(engine):
    assert "my secret jazz" not in shown(engine.item_queries("jazz-1", k=100, now=NOW))
    assert "my secret jazz" not in shown(engine.item_queries(title="my secret jazz", k=100, now=NOW))


def test_queries_of_the_language_asked_for_come_first(engine):
    german = engine.item_queries(title="tomatensuppe mit soup", locale="de", k=1, now=NOW)

    assert shown(german) == ["suppe rezept"]


def test_a_comment_s_queries_count_until_it_is_deleted(engine):
    before = engine.item_queries("chess-1", k=10, explain=True, now=NOW)

    engine.observe([{"type": "delete", "comment": "c1", "user": "u1", "ts": "2026-03-09T00:00:00Z"}])
    after = engine.item_queries("chess-1", k=10, explain=True, now=NOW)

    named = [
        {found.query: found.explanation["features"]["comments"] for found in answer}.get("piano for beginners", 0)
        for answer in (before, after)
    ]
    assert named == [1, 0]


def test_a_deleted_item_is_unknown_and_no_neighbour(engine):
    engine.observe([{"type": "delete", "item": "jazz-1", "user": "u1", "ts": "2026-03-09T00:00:00Z"}])
    engine.observe([{"type": "delete", "item": "jazz-2", "user": "u1", "ts": "2026-03-09T00:00:00Z"}])

    with pytest.raises(ArgumentError, match="jazz-1") as refused:
        engine.item_queries("jazz-1", now=NOW)
    found = engine.item_queries(title="slow jazz piano", k=10, explain=True, now=NOW)

    assert refused.value.argument == "item"
    for suggestion in found:
        if "jazz" in suggestion.query or "piano" in suggestion.query:
            features = suggestion.explanation["features"]
            assert (features["words_items"], features["vector_items"]) == (0, 0)


def test_an_unknown_item_is_refused_with_what_to_do(engine):
    with pytest.raises(ArgumentError, match="give its title") as refused:
        engine.item_queries("jazz-99", now=NOW)

    assert refused.value.argument == "item"


def test_a_generation_without_items_says_what_to_build(tmp_path):
    build(tmp_path / "index", events=[written(tmp_path / "events.jsonl", log())], encoder="none")

    with Engine.open(tmp_path / "index") as engine, pytest.raises(NotBuiltError, match="--items"):
        engine.item_queries("jazz-1")


def test_an_index_without_vectors_answers_from_words(tmp_path):
    build(
        tmp_path / "index",
        events=[written(tmp_path / "events.jsonl", log())],
        items=[written(tmp_path / "items.jsonl", ITEMS)],
        encoder="none",
    )

    with Engine.open(tmp_path / "index") as engine:
        assert shown(engine.item_queries(title="jazz piano", k=1, now=NOW)) == ["jazz chords"]


@pytest.fixture(scope="module")
def blocking(index_dir):
    with Engine.open(index_dir) as opened:
        opened.block(["soup recipe"])
        yield opened


@settings(deadline=None, max_examples=40)
@given(
    title=st.one_of(
        st.text(max_size=60), st.lists(st.sampled_from(["jazz", "soup", "piano", "the", "chess"])).map(" ".join)
    ),
    tags=st.lists(st.text(max_size=10), max_size=3),
    k=st.integers(1, 30),
)
def test_every_query_shown_is_admitted_and_not_hidden(blocking, title, tags, k):
    engine = blocking
    admitted = set(engine.queries()) - {"soup recipe"}

    found = shown(engine.item_queries(title=title, tags=tags, k=k, now=NOW))

    assert set(found) <= admitted
    assert len(set(found)) == len(found) <= k


def test_answers_are_the_same_again_and_explain_themselves(index_dir):
    answers = []
    for _ in range(2):
        with Engine.open(index_dir) as engine:
            answers.append(engine.item_queries(title="jazz piano and soup", k=10, explain=True, now=NOW))

    assert answers[0] == answers[1]
    assert answers[0][0].explanation["evidence"].keys() >= {"words", "vector", "company", "observed"}


def test_of_several_rows_of_an_item_the_latest_counts(tmp_path):
    rows = [
        {"item": "a", "title": "jazz piano", "ts": "2026-01-02T00:00:00Z"},
        {"item": "a", "title": "tomato soup", "ts": "2026-01-01T00:00:00Z"},
        {"item": "a", "title": "chess"},
        *ITEMS,
    ]
    build(
        tmp_path / "index",
        events=[written(tmp_path / "events.jsonl", log())],
        items=[written(tmp_path / "items.jsonl", rows)],
        encoder="none",
    )

    with Engine.open(tmp_path / "index") as engine:
        assert shown(engine.item_queries("a", k=1, now=NOW)) == ["jazz chords"]
