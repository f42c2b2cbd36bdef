"""Related queries of a known world: people go from one query to the next, and the answer follows them."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from suggest import Engine
from suggest.engine.related import RelatedQueries
from suggest.pipelines.build import build
from suggest.rank.related import SERVICE_MIN_RELEVANCE
from suggest.text import normalise
from suggest.text.near_duplicates import near_duplicate_key

DAY = "2026-01-%02dT10:%02d:00Z"
SESSIONS = {
    # Who goes to the beach needs cream next; nobody comes back from cream to the beach.
    ("beach bag", "sun cream"): 6,
    ("beach bag", "beach towel"): 4,
    ("sun cream", "after sun lotion"): 5,
    ("running shoes", "running shoes men"): 3,
    ("running shoes", "running shoes women"): 3,
    ("running shoes", "running socks"): 3,
    ("one time password", "otp"): 3,
    ("café table", "cafe table"): 3,
    ("café table", "garden chairs"): 3,
}


def write_log(path, sessions):
    lines, user = [], 0
    for (first, then), n_people in sessions.items():
        for _ in range(n_people):
            user += 1
            for minute, query in enumerate((first, then)):
                lines.append(
                    {"type": "search", "query": query, "user": f"u{user}", "ts": DAY % (1 + user % 25, minute)}
                )
    for number, query in enumerate(("yoga mat", "meditation music", "yoga mat", "meditation music")):
        lines.append({"type": "search", "query": query, "user": f"w{number}", "ts": DAY % (3, number), "item": "v1"})
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


@pytest.fixture(scope="module")
def index(tmp_path_factory):
    folder = tmp_path_factory.mktemp("related")
    build(folder / "index", events=[write_log(folder / "log.jsonl", SESSIONS)], encoder="none")
    return folder / "index"


@pytest.fixture
def engine(index):
    with Engine.open(index, verify=False) as opened:
        yield opened


def queries(suggestions):
    return [suggestion.query for suggestion in suggestions]


def test_related_puts_first_where_most_people_went(engine):
    assert queries(engine.related("beach bag"))[:2] == ["sun cream", "beach towel"]


def test_related_does_not_show_where_people_came_from(engine):
    assert "beach bag" not in queries(engine.related("sun cream"))
    assert queries(engine.related("sun cream"))[0] == "after sun lotion"


def test_related_never_shows_the_query_in_other_words(engine):
    found = queries(engine.related("café table"))

    assert "garden chairs" in found
    assert "cafe table" not in found
    assert "cafe table" not in queries(engine.related("Cafe  tables"))


def test_related_knows_a_query_that_nobody_searched_by_its_words(engine):
    found = queries(engine.related("cheap running shoes"))

    assert "running shoes" in found
    assert "running socks" in found


def test_related_of_a_locale_prefers_what_is_searched_there(tmp_path):
    lines = [
        {
            "type": "search",
            "query": f"calmora {word}",
            "user": f"{locale}{word}{n}",
            "ts": DAY % (1, n),
            "locale": locale,
        }
        for locale, word in (("en", "review"), ("de", "test"), ("en", "serum"), ("de", "serum"))
        for n in range(3)
    ]
    (tmp_path / "log.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    build(tmp_path / "index", events=[tmp_path / "log.jsonl"], encoder="none")

    with Engine.open(tmp_path / "index") as engine:
        assert queries(engine.related("calmora serum", locale="de"))[0] == "calmora test"
        assert queries(engine.related("calmora serum", locale="en-US"))[0] == "calmora review"


def test_related_finds_what_is_asked_for_the_same_item(engine):
    found = {each.query: each.explanation["sources"] for each in engine.related("yoga mat", explain=True)}

    assert "items" in found["meditation music"]


def test_related_finds_what_initials_stand_for_and_back(engine):
    assert "one time password" in queries(engine.related("otp meaning"))
    assert "otp" in queries(engine.related("one-time password"))


@pytest.mark.parametrize("query", ["?", "zzzz", "\u0000", "👍"])
def test_related_answers_what_it_knows_nothing_of_with_a_list(engine, query):
    assert isinstance(engine.related(query), list)


@pytest.fixture(scope="module")
def read_only(index):
    with Engine.open(index, verify=False) as opened:
        yield opened


WORDS = st.sampled_from(["sun", "cream", "running", "shoes", "otp", "table", "CAFÉ", "men", "otp", "beach", "of"])


@settings(max_examples=60, deadline=None)
@given(
    st.one_of(st.text(max_size=40), st.lists(WORDS, max_size=5).map(" ".join)),
    st.integers(1, 12),
    st.sampled_from([None, "u1", "nobody"]),
)
def test_related_shows_admitted_queries_each_once_best_first(read_only, text, k, user):
    known = set(read_only.queries())
    found = read_only.related(text, k=k, user=user)

    assert len(found) <= k
    assert set(queries(found)) <= known
    assert len({near_duplicate_key(normalise(query)) for query in queries(found)}) == len(found)
    assert near_duplicate_key(normalise(text)) not in map(near_duplicate_key, map(normalise, queries(found)))
    assert [suggestion.score for suggestion in found] == sorted((each.score for each in found), reverse=True)


@pytest.mark.parametrize("gate", [None, SERVICE_MIN_RELEVANCE, 0.0])
@pytest.mark.parametrize("k", [1, 5, 100])
def test_related_lists_made_at_build_are_those_made_when_asked(engine, k, gate):
    for query in list(engine.queries()):
        listed, live = (engine.related(query, k=k, min_relevance=gate, explain=explain) for explain in (False, True))

        assert queries(listed) == queries(live)
        assert [each.score for each in listed] == pytest.approx([each.score for each in live], rel=1e-5)


@pytest.mark.parametrize("gate", [None, SERVICE_MIN_RELEVANCE, 0.0])
def test_related_says_whether_a_list_answers(engine, monkeypatch, gate):
    has_list = {query: engine.has_related_list(query, 5, gate) for query in [*engine.queries(), "nobody knows"]}
    assert set(has_list.values()) == ({False} if gate == 0.0 else {True, False})

    found = []
    scored = RelatedQueries.scored
    monkeypatch.setattr(
        RelatedQueries, "scored", lambda self, key, *rest: found.append(key) or scored(self, key, *rest)
    )
    for query in has_list:
        engine.related(query, k=5, min_relevance=gate)
    assert found == [query for query, is_listed in has_list.items() if not is_listed]


def test_related_leaves_out_what_is_less_related_than_asked_for(engine):
    found = {each.query: each.explanation["relevance"] for each in engine.related("beach bag", k=100, explain=True)}
    least = sorted(found.values())[len(found) // 2]
    gated = queries(engine.related("beach bag", k=100, min_relevance=least))

    assert 0 < len(gated) < len(found)
    assert set(gated) == {query for query, relevance in found.items() if relevance >= least}
    assert engine.related("beach bag", min_relevance=1e9) == []


def test_related_of_a_service_says_nothing_of_what_nothing_is_like(engine):
    assert queries(engine.related("running shoes", min_relevance=SERVICE_MIN_RELEVANCE))
    assert engine.related("sun nobody knows", k=3)
    assert engine.related("sun nobody knows zzzz qqqq xxxx", min_relevance=SERVICE_MIN_RELEVANCE) == []


def test_related_says_where_each_came_from(engine):
    first = engine.related("beach bag", k=1, explain=True)[0]

    assert "next" in first.explanation["sources"]
    assert first.explanation["features"]["next_share"] == pytest.approx(0.6)
    assert sum(first.explanation["score_parts"].values()) == pytest.approx(first.score)


def test_related_never_shows_what_was_blocked_or_deleted(engine):
    engine.block(["Sun Cream"])
    engine.observe([{"type": "delete", "query": "beach towel", "user": "u1", "ts": "2026-02-01T00:00:00Z"}])

    for user in (None, "u1"):
        assert not {"sun cream", "beach towel"} & set(queries(engine.related("beach bag", user=user)))


def test_related_of_a_person_prefers_what_they_searched_after_it(engine):
    assert queries(engine.related("running shoes", k=3)) == queries(engine.related("running shoes", k=3, user="new"))
    engine.observe(
        {"type": "search", "query": query, "user": "me", "ts": f"2026-02-0{day}T10:0{minute}:00Z"}
        for day in (1, 2, 3)
        for minute, query in enumerate(("running shoes", "garden chairs"))
    )

    assert "garden chairs" in queries(engine.related("running shoes", k=3, user="me", now="2026-02-20T00:00:00Z"))
    assert "garden chairs" not in queries(engine.related("running shoes", k=3))


def test_related_of_a_person_knows_nothing_later_than_now(engine):
    before = engine.related("running shoes", user="me", now="2026-02-01T00:00:00Z")
    engine.observe(
        {"type": "search", "query": query, "user": "me", "ts": f"2026-02-02T10:0{minute}:00Z"}
        for minute, query in enumerate(("running shoes", "garden chairs"))
    )

    assert engine.related("running shoes", user="me", now="2026-02-01T00:00:00Z") == before
