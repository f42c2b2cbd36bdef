"""Videos to show: a folder of items and of what is written under them, read whole.

A generation keeps what it needs to answer, and that is not the text of comments. What a page shows around the answers
therefore comes from files beside it, and only where somebody asks for a demonstration (`suggest serve --demo`).
"""

from __future__ import annotations

import gzip
import os
from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import accumulate
from math import log
from pathlib import Path
from typing import Annotated, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from suggest.errors import InputError
from suggest.service.bodies import MAX_BATCH_CHARS, MAX_COMMENTS, MAX_TEXT_CHARS
from suggest.text import normalise, words
from suggest.types import parse_ts, rfc3339

_ITEMS, _COMMENTS = "items.jsonl", "comments.jsonl"
_Id = Annotated[str, Field(min_length=1, max_length=256)]
_Text = Annotated[str, Field(min_length=1)]
_Row = TypeVar("_Row", bound=BaseModel)


def _moment(value: object) -> str | None:
    return None if value in (None, "") else rfc3339(parse_ts(value))


_Moment = Annotated[str | None, BeforeValidator(_moment)]
_CONFIG = ConfigDict(extra="ignore", frozen=True, coerce_numbers_to_str=True)


class Video(BaseModel):
    """One row of the `--items` format, as far as it is shown."""

    model_config = _CONFIG

    item: _Id
    title: _Text
    tags: Annotated[tuple[str, ...], BeforeValidator(lambda tags: tags or ())] = ()
    locale: str | None = None
    ts: _Moment = None


class Remark(BaseModel):
    """One row of the `--comments` format, as far as it is shown."""

    model_config = _CONFIG

    comment: _Id
    item: _Id
    text: _Text
    user: str | None = None
    likes: Annotated[int, BeforeValidator(lambda likes: likes or 0)] = 0
    ts: _Moment = None


class Demo:
    """Videos, their comments and their neighbours, in memory: 7 MB for 1,500 videos with 3,000 comments."""

    def __init__(self, videos: list[Video], remarks: list[Remark]) -> None:
        """Takes videos in the order in which equals are shown; of two with one id the later one counts."""
        self._videos = {video.item: video for video in videos}
        self._remarks: dict[str, list[Remark]] = defaultdict(list)
        for remark in remarks:
            self._remarks[remark.item].append(remark)
        self._tagged: dict[str, list[str]] = defaultdict(list)
        for video in self._videos.values():
            for tag in dict.fromkeys(video.tags):
                self._tagged[tag].append(video.item)
        self._texts = {item: normalise(" ".join((video.title, *video.tags))) for item, video in self._videos.items()}
        # The most talked about first: they show most.
        self._order = sorted(self._videos, key=lambda item: -len(self._remarks.get(item, ())))

    @classmethod
    def read(cls, folder: str | os.PathLike[str]) -> Demo:
        """Reads `items.jsonl` and, where there is one, `comments.jsonl`, each plain or `.gz`.

        Raises:
            InputError: there are no items, or a row is malformed; file and line are named.
        """
        found = _file(Path(folder), _ITEMS)
        if found is None:
            raise InputError(f"{folder} holds neither {_ITEMS} nor {_ITEMS}.gz; `suggest simulate --out` writes both")
        comments = _file(Path(folder), _COMMENTS)
        return cls(list(_rows(found, Video)), list(_rows(comments, Remark)) if comments else [])

    def video(self, item: str) -> Video | None:
        """One video, or None."""
        return self._videos.get(item)

    def comments(self, item: str) -> list[Remark]:
        """Those of a video, most liked first, then in order of time; as many and as long as one request takes."""
        remarks = self._remarks.get(item, ())
        first = sorted(remarks, key=lambda remark: (-remark.likes, remark.ts or ""))[:MAX_COMMENTS]
        cut = [remark.model_copy(update={"text": remark.text[:MAX_TEXT_CHARS]}) for remark in first]
        n_chars = accumulate(len(remark.text) for remark in cut)
        return [remark for remark, so_far in zip(cut, n_chars, strict=True) if so_far <= MAX_BATCH_CHARS]

    def neighbours(self, item: str, k: int) -> list[Video]:
        """Videos with most tags in common, of the same language first."""
        video = self._videos[item]
        shared = Counter(other for tag in set(video.tags) for other in self._tagged[tag] if other != item)
        language = _language(video.locale)

        def nearness(other: str) -> tuple[bool, int]:
            return _language(self._videos[other].locale) != language, -shared[other]

        found = sorted((other for other in self._order if other in shared), key=nearness)
        return [self._videos[other] for other in found[:k]]

    def popular(self, locale: str, k: int) -> list[Video]:
        """The videos with most comments, those of the locale's language first."""
        language = _language(locale)
        found = sorted(self._order, key=lambda item: _language(self._videos[item].locale) != language)
        return [self._videos[item] for item in found[:k]]

    def search(self, query: str, k: int) -> list[Video]:
        """Videos with words of the query in title or tags; the rarer a word, the nearer; half as near is too far."""
        nearness = dict.fromkeys(self._order, 0.0)
        for word in set(words(normalise(query))):
            holders = [item for item in self._order if word in self._texts[item]]
            for item in holders:
                nearness[item] += log((1 + len(self._order)) / len(holders))
        least = max(nearness.values(), default=0.0) / 2
        found = sorted((item for item in self._order if nearness[item] > least), key=lambda item: -nearness[item])
        return [self._videos[item] for item in found[:k]]


def _language(locale: str | None) -> str:
    return (locale or "").partition("-")[0].lower()


def _file(folder: Path, name: str) -> Path | None:
    return next((path for path in (folder / f"{name}.gz", folder / name) if path.is_file()), None)


def _rows(path: Path, kind: type[_Row]) -> Iterator[_Row]:
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as lines:
            for number, line in enumerate(lines, start=1):
                yield _row(line, kind, f"{path}, line {number}")
    except (OSError, EOFError) as error:
        raise InputError(f"{path} cannot be read: {error}") from error


def _row(line: bytes, kind: type[_Row], place: str) -> _Row:
    try:
        return kind.model_validate_json(line)
    except ValidationError as error:
        first = error.errors()[0]
        raise InputError(f"{place}: {'.'.join(map(str, first['loc']))} {first['msg']}".rstrip()) from error
