"""The folder of videos that the pages show, and the routes that give them to the pages."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from suggest.errors import InputError
from suggest.service.bodies import Comments
from suggest.service.demo import Demo
from suggest.service.server import serve
from suggest.service.settings import Settings
from suggest.service.tokens import Tokens
from tests.service.asgi import serving

VIDEOS = [
    {"item": "v1", "title": "Chicken Ramen", "tags": ["ramen", "ava food"], "locale": "en-US", "unknown": 1},
    {"item": "v2", "title": "pancakes", "tags": ["ava food"], "locale": "en-GB"},
    {"item": "v3", "title": "ramen selbst machen", "tags": ["ramen"], "locale": "de-DE"},
    {"item": "a/b", "title": "فيديو", "locale": "ar-EG"},
]
REMARKS = [
    {"comment": "c2", "item": "v2", "text": "later", "ts": "2026-01-02T00:00:00Z"},
    {"comment": "c1", "item": "v2", "text": "sooner", "ts": "2026-01-01T00:00:00Z"},
    {"comment": "c3", "item": "v2", "text": "liked", "likes": 3, "ts": "2026-01-03T00:00:00Z"},
    {"comment": "c4", "item": "v3", "text": "lecker"},
    {"comment": "c5", "item": "gone", "text": "of a video that is not there"},
]


def write(path: Path, rows: list[dict[str, Any]]) -> None:
    text = "".join(json.dumps(row) + "\n" for row in rows).encode()
    path.write_bytes(gzip.compress(text) if path.suffix == ".gz" else text)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write(tmp_path / "items.jsonl.gz", VIDEOS)
    write(tmp_path / "comments.jsonl", REMARKS)
    return tmp_path


def items(videos: list[Any]) -> list[str]:
    return [video.item for video in videos]


def test_comments_come_most_liked_first_then_in_order_of_time(folder: Path) -> None:
    demo = Demo.read(folder)
    assert [remark.comment for remark in demo.comments("v2")] == ["c3", "c1", "c2"]
    assert demo.comments("v1") == []


def test_comments_of_one_video_fit_into_one_request(folder: Path) -> None:
    texts = ["😍" * 10_001] * 6 + ["😍"] * 101
    for some, n_fit in ((texts, 5), (texts[1:], 5), (texts[2:], 100)):
        write(
            folder / "comments.jsonl", [{"comment": f"c{n}", "item": "v1", "text": text} for n, text in enumerate(some)]
        )
        comments = [{"text": remark.text} for remark in Demo.read(folder).comments("v1")]
        assert len(Comments.model_validate({"comments": comments}).comments) == n_fit


def test_neighbours_share_tags_and_speak_the_language_first(folder: Path) -> None:
    demo = Demo.read(folder)
    assert items(demo.neighbours("v1", 9)) == ["v2", "v3"]
    assert items(demo.neighbours("v3", 9)) == ["v1"]
    assert demo.neighbours("a/b", 9) == []


def test_popular_videos_are_those_talked_about_of_the_language_first(folder: Path) -> None:
    demo = Demo.read(folder)
    assert items(demo.popular("", 9)) == ["v2", "v3", "v1", "a/b"]
    assert items(demo.popular("en-AU", 9)) == ["v2", "v1", "v3", "a/b"]
    assert items(demo.popular("xx", 2)) == ["v2", "v3"]


def test_search_prefers_rare_words_and_leaves_out_what_is_half_as_near(folder: Path) -> None:
    demo = Demo.read(folder)
    assert items(demo.search("RAMEN chicken", 9)) == ["v1"]
    assert items(demo.search("nobody filmed this ramen", 9)) == ["v3", "v1"]
    assert items(demo.search("فيديو", 9)) == ["a/b"]
    for nothing in ("", "   ", "?!", "nobody filmed this"):
        assert demo.search(nothing, 9) == []


def test_rows_are_taken_as_a_build_takes_them(folder: Path) -> None:
    """Numbers for ids, epoch seconds, and nothing in what may be absent."""
    absent = {"tags": None, "ts": "", "locale": None}
    write(folder / "items.jsonl.gz", [{"item": 7, "title": "x" * 400, **absent}, {"item": 8, "title": "t", "ts": 0}])
    write(folder / "comments.jsonl", [{"comment": 1, "item": 7, "text": "t", "likes": None, "user": None}])
    demo = Demo.read(folder)
    seven, eight = demo.video("7"), demo.video("8")
    assert seven is not None
    assert (seven.tags, seven.ts, seven.locale) == ((), None, None)
    assert eight is not None
    assert eight.ts is not None
    assert eight.ts.startswith("1970-01-01T00:00:00")
    assert [remark.likes for remark in demo.comments("7")] == [0]


def test_the_later_of_two_videos_with_one_id_counts(folder: Path) -> None:
    write(folder / "items.jsonl.gz", [*VIDEOS, {"item": "v1", "title": "again"}])
    video = Demo.read(folder).video("v1")
    assert video is not None
    assert video.title == "again"


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("items.jsonl.gz", b"not gzip", "items.jsonl.gz cannot be read"),
        ("items.jsonl.gz", gzip.compress(b'{"item": "v"}\n', mtime=0), "items.jsonl.gz, line 1: title"),
        ("comments.jsonl", b'{"comment": "c", "item": "v", "text": "t"}\n{', "comments.jsonl, line 2"),
        ("comments.jsonl", b'{"comment": "c", "item": "v", "text": "t", "ts": "noon"}', "line 1: ts"),
    ],
)
def test_file_that_cannot_be_shown_is_named(folder: Path, name: str, content: bytes, told: str) -> None:
    (folder / name).write_bytes(content)
    with pytest.raises(InputError, match=told):
        Demo.read(folder)


def test_service_that_has_nothing_to_show_does_not_start(built: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="suggest simulate"):
        serve(built, "memory://", port=0, demo=tmp_path)


def test_routes_give_a_video_and_what_a_search_finds(built: Path, folder: Path) -> None:
    with serving(Settings(str(built), "memory://", demo=str(folder))) as service:
        video = service.get("/demo/videos/v2").json()
        assert [remark["text"] for remark in video["comments"]] == ["liked", "sooner", "later"]
        assert [card["item"] for card in video["next"]] == ["v1"]
        assert service.get("/demo/videos/a%2Fb").json()["title"] == "فيديو"
        for target, found in (
            ("/demo/videos?q=ramen", ["v3", "v1"]),
            ("/demo/videos?locale=en-US&k=1", ["v2"]),
            ("/demo/videos?q=%20", ["v2", "v3", "v1", "a/b"]),
        ):
            assert [card["item"] for card in service.get(target).json()["videos"]] == found, target
        for target, status in (("/demo/videos/none", 404), ("/demo/videos?k=0", 422), ("/demo/videos?k=x", 422)):
            assert service.get(target).problem()["status"] == status
        assert "/demo/videos" not in service.get("/openapi.json").json()["paths"]


def test_routes_without_a_folder_say_how_to_get_one(built: Path) -> None:
    with serving(Settings(str(built), "memory://")) as service:
        for target in ("/demo/videos", "/demo/videos/v1"):
            answer = service.get(target)
            assert (answer.status, answer.problem()["type"]) == (404, "urn:suggest:problem:not-found")
            assert "--demo" in answer.problem()["detail"]


def test_comments_are_read_with_the_read_token_alone(built: Path, folder: Path) -> None:
    with serving(Settings(str(built), "memory://", Tokens(read="secret"), demo=str(folder))) as service:
        assert service.get("/demo/videos/v2").status == 401
        assert service.get("/demo/videos/v2", authorization="Bearer secret").status == 200
        assert service.get("/video").status == 200
