"""A world of a few videos, and the surfaces around them, with known answers."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import count
from typing import Any
from urllib.parse import unquote

EVIL = '<img src=x onerror="window.pwned=1"><script>window.pwned=1</script>'
NOT_BUILT = {"type": "urn:suggest:problem:not-built", "title": "Not built", "status": 404, "detail": "build it"}
NOT_FOUND = {"type": "urn:suggest:problem:not-found", "title": "Not found", "status": 404, "detail": "none"}
VIDEOS: dict[str, dict[str, Any]] = {
    "v1": {"title": "chicken ramen in 60 seconds", "tags": ["chicken ramen", "food", "ava food"], "locale": "en-US"},
    "v2": {"title": "روتيني مع حذاء ابيض", "tags": ["حذاء ابيض", "موضة"], "locale": "ar-EG"},
    "v3": {"title": "絶対試してほしい英会話", "tags": ["英会話", "塾"], "locale": "ja-JP"},
    "a/b c?": {"title": "pancakes", "tags": [], "locale": "en-GB"},
    "evil": {"title": EVIL, "tags": [EVIL, "x" * 200], "locale": "en-US"},
}
COMMENTS: dict[str, list[str]] = {
    "v1": [
        "this chicken ramen looks amazing 😍",
        "👩‍👩‍👧‍👦🍜 more sippli please 🇩🇪 with chicken ramen",
        "first!",
        "see https://example.org/sippli",
    ],
    "v2": ["أحب حذاء ابيض كثيرا 😍", "وين sippli؟"],
    "v3": ["この英会話すごくいい😍"],
    "a/b c?": [],
    "evil": [EVIL, "Z" + "\u0300" * 400, "safe\u202etxt.exe sippli", "a" * 5000, "#tag " * 300],
}
NAMES = {
    "chicken ramen": "chicken ramen recipe",
    "sippli": "sippli",
    "حذاء ابيض": "حذاء ابيض رخيص",
    "英会話": "英会話 初心者",
}
BESIDE = {
    "v1": ["chicken ramen recipe", "easy ramen eggs", "ramen near me", "how to make chicken ramen", "ava food"],
    "v2": ["حذاء ابيض رخيص", "تنظيف حذاء ابيض"],
    "v3": ["英会話 初心者"],
    "evil": [EVIL, "w" * 300, "a query of many words " * 8, "ok", "fine"],
}
RELATED = {"chicken ramen recipe": ["ramen eggs", "ramen broth", EVIL], "ramen eggs": ["soft boiled eggs"]}


@dataclass
class KnownVideos:
    """Answers of the surfaces.

    Attributes:
        missing: first parts of paths whose surface was not built.
        asked: paths and questions, in order.
    """

    missing: tuple[str, ...] = ()
    asked: list[tuple[str, Any]] = field(default_factory=list)
    _ids: Any = field(default_factory=lambda: count(1))

    def answer(self, path: str, question: dict[str, Any]) -> tuple[int, Any] | None:
        """Status and JSON of a path, or None for one that belongs to no video."""
        if any(path.startswith(first) for first in self.missing):
            return 404, NOT_BUILT
        self.asked.append((path, question))
        name = [unquote(part) for part in path.split("/")][3:4]
        if path.startswith("/demo/videos"):
            return self._video(*name) if name else (200, {"videos": self._found(question)})
        if path.startswith("/v1/items/"):
            return 200, self._suggestions(BESIDE.get(name[0], []), question, "item")
        if path == "/v1/related":
            return 200, self._suggestions(RELATED.get(question["q"], []), question, "related")
        if path == "/v1/comments:entities":
            return 200, {"comments": [self._entities(comment) for comment in question["comments"]]}
        return None

    def _found(self, question: dict[str, Any]) -> list[dict[str, Any]]:
        words, language = question.get("q", "").split(), question.get("locale", "")[:2]
        return [
            {"item": item, **video}
            for item, video in VIDEOS.items()
            if item != "evil" and all(word in video["title"] for word in words) and video["locale"].startswith(language)
        ][: int(question.get("k", 8))]

    def _video(self, item: str) -> tuple[int, Any]:
        if item not in VIDEOS:
            return 404, NOT_FOUND
        comments = [
            {"comment": f"{item}-{n}", "text": text, "user": f"user-{n}", "likes": 0, "ts": "2026-10-01T00:00:00Z"}
            for n, text in enumerate(COMMENTS[item])
        ]
        others = [{"item": other, **video} for other, video in VIDEOS.items() if other not in (item, "evil")]
        return 200, {"item": item, "ts": "2026-09-30T10:00:00Z", **VIDEOS[item], "comments": comments, "next": others}

    def _suggestions(self, queries: list[str], question: dict[str, Any], source: str) -> dict[str, Any]:
        found = [{"query": query, "score": 0.5, "source": source, "highlights": []} for query in queries]
        return {"request_id": f"s{next(self._ids)}", "suggestions": found[: int(question.get("k", 10))]}

    def _entities(self, comment: dict[str, Any]) -> dict[str, Any]:
        """Each name where it stands first, except in an address; offsets in UTF-16, as asked."""
        assert comment["offsets"] == "utf16"
        text = comment["text"]
        found = sorted((text.index(name), name) for name in NAMES if name in text and "://" not in text)
        entities = [
            {"start": _utf16(text[:at]), "end": _utf16(text[: at + len(name)]), "query": NAMES[name]}
            for at, name in found
        ]
        return {"request_id": f"s{next(self._ids)}", "entities": entities}


def _utf16(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2
