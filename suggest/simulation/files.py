"""The files of a world, byte for byte the same from the same content."""

from __future__ import annotations

import gzip
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from io import BufferedWriter
from pathlib import Path

import orjson

from suggest.simulation.event_lines import EventLines
from suggest.simulation.intents import Grammar
from suggest.simulation.language import TOPICS, Names
from suggest.simulation.popular import PastQuery
from suggest.simulation.videos import Video

_LEVEL = 4  # level 6 takes 1.6 times as long for 7% less
_BUFFER_BYTES = 1 << 20


@contextmanager
def gzip_file(path: Path) -> Iterator[BufferedWriter[gzip.GzipFile]]:
    """A gzip file without time and name in its header, which would differ from run to run."""
    # Lines are short, and every write to the compressor itself costs a microsecond: the buffer comes first.
    with (
        path.open("wb") as raw,
        gzip.GzipFile("", "wb", _LEVEL, raw, mtime=0) as packed,
        BufferedWriter(packed, _BUFFER_BYTES) as out,
    ):
        yield out


def write_tsv(path: Path, header: tuple[str, ...], rows: Iterable[tuple[str | int, ...]]) -> int:
    """Writes a header and rows joined by tabs; returns the number of rows."""
    count = 0
    with gzip_file(path) as out:
        out.write(("\t".join(header) + "\n").encode())
        for count, row in enumerate(rows, 1):  # noqa: B007 -- the last number is the result
            out.write(("\t".join(map(str, row)) + "\n").encode())
    return count


def write_jsonl(path: Path, records: Iterable[dict[str, object]]) -> int:
    """Writes one JSON object a line; returns the number of lines."""
    count = 0
    with gzip_file(path) as out:
        for count, record in enumerate(records, 1):  # noqa: B007 -- the last number is the result
            out.write(orjson.dumps(record, option=orjson.OPT_APPEND_NEWLINE))
    return count


def item_records(videos: list[Video], lines: EventLines) -> Iterator[dict[str, object]]:
    """Videos in the format of items."""
    for video in videos:
        yield {
            "item": video.name,
            "title": video.title,
            "tags": video.tags,
            "locale": video.locale,
            "ts": lines.rfc3339(video.ts_ms),
        }


def comment_records(videos: list[Video], lines: EventLines) -> Iterator[dict[str, object]]:
    """Comments in their format, video by video."""
    for video in videos:
        for comment in video.comments:
            yield {
                "comment": comment.name,
                "item": video.name,
                "text": comment.text,
                "user": comment.user,
                "ts": lines.rfc3339(comment.ts_ms),
            }


def query_rows(rows: Iterable[PastQuery]) -> list[PastQuery]:
    """Counts of all languages together, by falling count, then query, then locale."""
    return sorted(rows, key=lambda row: (-row.n_searches, row.query, row.locale))


def lexicon_rows(grammars: dict[str, Grammar], names: dict[str, Names]) -> list[tuple[str, str, str, str]]:
    """(name, kind, query, aliases) of names, creators and things; a name that stands for two keeps the first."""
    rows: dict[str, tuple[str, str, str, str]] = {}
    for topic in TOPICS:
        listed: list[tuple[str, str]] = [(name, names[topic].kind) for name in names[topic].names]
        for grammar in grammars.values():
            listed += [(name, "creator") for name in grammar.creators[topic]]
            listed += [(name, topic) for name in grammar.language.topics[topic].entities]
        for name, kind in listed:
            joined = name.lower().replace(" ", "")
            alias = joined if joined != name.lower() else ""
            rows.setdefault(name.lower(), (name, kind, name.lower(), alias))
    return list(rows.values())
