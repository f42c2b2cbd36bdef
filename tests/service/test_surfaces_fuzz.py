"""The surfaces over a real index: whatever is sent is answered or refused, and only queries of the index are shown."""

from __future__ import annotations

import json
from urllib.parse import quote, urlencode

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from suggest.service.settings import Settings
from suggest.text import normalise
from tests.service.asgi import serving
from tests.service.conftest import QUERIES, write_queries

ITEMS = [
    {"item": "videos/17", "title": "jazz piano at night", "tags": ["jazz", "night lamp"]},
    {"item": "v2", "title": "my nivea cream routine", "text": "nivea soft or nivea cream?"},
    {"item": "v3", "title": "写真 撮り方 入門"},
]
COMMENTS = [{"comment": "c1", "item": "v2", "text": "that nivea cream again"}]
NAMES = [{"name": "Nivea", "kind": "brand", "query": "nivea cream"}]

TEXT = st.one_of(
    st.text(max_size=60),
    st.lists(
        st.sampled_from([*QUERIES, "Nivea", "#NiveaCream", "@user", "https://a.b/nivea", "😍", "\u202e", "\u0300" * 40])
    )
    .map(" ".join)
    .filter(lambda text: len(text) < 1000),
)
# What is sent as JSON can hold anything; half an emoji too, as an escape.
ANY = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=9), st.lists(st.integers(), max_size=2)
)
NAMED = {
    "text": TEXT,
    "title": TEXT,
    "tags": st.lists(TEXT, max_size=3),
    "item": st.sampled_from(["videos/17", "v2", "nothing"]),
    "user": TEXT,
    "locale": st.sampled_from(["de", "en-US", "x" * 300, "-", ""]),
    "k": st.integers(-1, 101),
    "explain": st.booleans(),
    "min_score": st.floats(-1, 2),
    "max_per_chars": st.floats(-1, 2),
    "offsets": st.sampled_from(["codepoint", "utf16"]),
}
BODY = st.fixed_dictionaries({}, optional={name: values | ANY for name, values in NAMED.items()})
GOOD = st.fixed_dictionaries(
    {"text": TEXT, "title": TEXT}, optional={"offsets": NAMED["offsets"], "item": NAMED["item"]}
)
PARAMETERS = st.lists(
    st.tuples(st.sampled_from(["q", "k", "user", "locale", "region", "session", "min_score", "explain", "x"]), TEXT),
    max_size=4,
)


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    """A service over an index with items, comments and names."""
    from suggest.pipelines.build import build

    folder = tmp_path_factory.mktemp("surfaces")
    for name, rows in (("items", ITEMS), ("comments", COMMENTS), ("names", NAMES)):
        lines = "".join(json.dumps(row) + "\n" for row in rows)
        (folder / f"{name}.jsonl").write_text(lines, encoding="utf-8")
    build(
        folder / "index",
        queries=[write_queries(folder / "queries.tsv")],
        items=[folder / "items.jsonl"],
        comments=[folder / "comments.jsonl"],
        lexicon=[folder / "names.jsonl"],
    )
    with serving(Settings(str(folder / "index"), "memory://")) as service:
        yield service


def checked(answer):
    """The document of an answer, or None of a refusal in the form that all have."""
    assert answer.status in (200, 404, 413, 422), answer.body
    if answer.status != 200:
        answer.problem()
        return None
    document = answer.json()
    for suggestion in document.get("suggestions", ()):
        assert normalise(suggestion["query"]) in QUERIES
    return document


def post(service, target, body):
    # As JSON of the standard library: NaN, and halves of emoji as escapes, as browsers may send them.
    return service.request("POST", target, json.dumps(body).encode(), {"content-type": "application/json"})


def cut(text, span, offsets):
    """The part of a text that a span names."""
    if offsets == "utf16":
        return text.encode("utf-16-le")[2 * span["start"] : 2 * span["end"]].decode("utf-16-le")
    return text[span["start"] : span["end"]]


many = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@many
@given(PARAMETERS)
@example([("q", "nivea"), ("min_score", "none")])
def test_get_routes_never_fail(running, parameters):
    query_string = urlencode(parameters, errors="replace")
    checked(running.get(f"/v1/related?{query_string}"))
    checked(running.get(f"/v1/items/{quote('videos/17', safe='')}/queries?{query_string}"))


@many
@given(BODY | GOOD)
@example({"title": "\ud83d"})
@example({"title": "jazz", "min_score": None})
def test_new_item_never_fails(running, body):
    checked(post(running, "/v1/items:queries", body))


@many
@given(BODY | GOOD | st.fixed_dictionaries({"comments": st.lists(GOOD | BODY | ANY, max_size=3) | ANY}))
@example({"text": "that Nivea cream \U0001f60d #NiveaCream", "offsets": "utf16", "min_score": None})
@example({"text": "\ud83d"})
@example({"text": "#" * 10_000})
def test_comments_never_fail_and_spans_are_where_they_say(running, body):
    document = checked(post(running, "/v1/comments:entities", body))
    if document is None:
        return
    comments, answers = (body["comments"], document["comments"]) if "comments" in body else ([body], [document])
    for comment, answer in zip(comments, answers, strict=True):
        for span in answer["entities"]:
            assert cut(comment["text"], span, comment.get("offsets", "codepoint")) == span["surface"]


@pytest.mark.parametrize("body", [b"", b"{", b"[" * 100_000, b"\xff\xfe", b"null", b'{"text": "a"'])
def test_body_that_is_no_json_of_the_route_is_refused(running, body):
    for target in ("/v1/items:queries", "/v1/comments:entities"):
        answer = running.request("POST", target, body, {"content-type": "application/json"})
        assert answer.status in (400, 422)
        answer.problem()


def test_items_and_comments_of_the_index_are_answered(running):
    """What the fuzzing would not notice: that there is anything to answer."""
    of_known = checked(running.get("/v1/items/v2/queries?min_score=none"))
    of_new = checked(post(running, "/v1/items:queries", {"title": "jazz piano", "min_score": None}))
    comment = checked(post(running, "/v1/comments:entities", {"text": "I love Nivea so much", "min_score": None}))

    assert "nivea" in of_known["suggestions"][0]["query"]
    assert of_new["suggestions"][0]["query"] == "jazz piano"
    assert [(span["surface"], span["query"]) for span in comment["entities"]] == [("Nivea", "nivea cream")]
