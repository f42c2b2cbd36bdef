"""Every typeahead list of a simulated log as it was shown, with what a ranker knows of its queries at that moment."""

from __future__ import annotations

import gzip
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import orjson
import pyarrow as pa

from suggest.pipelines.build import MAX_PER_USER
from suggest.pipelines.collect import connect
from suggest.pipelines.impressions import click_statistics, examination_curves, shown_texts, slots
from suggest.pipelines.position_bias import Floats
from suggest.pipelines.read import EVENT_SCHEMA, read_events
from suggest.pipelines.report import ReadReport
from suggest.pipelines.spellings import spellings
from suggest.text import normalise
from suggest.types import DAY_US, parse_ts
from suggest.types.history import SESSION_GAP_US

Bools = npt.NDArray[np.bool_]

FEATURES = (
    "log of the searches of the month before",
    "the person's own searches of it",
    "days since the latest of them, -1 without",
    "mean log of the person's own uses of its words",
    "length",
    "length of what was typed",
    "difference of the two",
    "log of all searches of it since the log began",
    "words in common with the session's last query",
    "1 when it is the session's last query",
    "clicks per impression, before the examples",
    "clicks per expected click, before the examples",
)
"""A small set by hand: the lists are those that were shown, not those the engine would make."""

CLICK_RATE, COEC = 10, 11

_PRIOR_IMPRESSIONS = 5.0
_WANTED = 0.9
"""The wanted query attracts 0.92, any other 0.05 at most."""


class ClickRates(NamedTuple):
    """What the clicks of a part of a log say: the examination of typeahead, and each query's statistics."""

    examination: Floats
    by_query: Mapping[str, Mapping[str, float]]


class Lists(NamedTuple):
    """Lists one after the other; by row, or by list where said.

    Attributes:
        features: float32[n_rows, len(FEATURES)].
        attraction: float64[n_rows], the truth.
        is_clicked: bool[n_rows].
        position: int64[n_rows], from 0.
        ts_us: int64[n_lists].
        sizes: int64[n_lists].
    """

    features: npt.NDArray[np.float32]
    attraction: Floats
    is_clicked: Bools
    position: npt.NDArray[np.int64]
    ts_us: npt.NDArray[np.int64]
    sizes: npt.NDArray[np.int64]

    @property
    def is_wanted(self) -> Bools:
        """Which rows hold what the person wanted: bool[n_rows]."""
        return self.attraction > _WANTED

    def having(self, is_row: Bools) -> Bools:
        """Which lists hold such a row: bool[n_lists]."""
        found: Bools = np.logical_or.reduceat(is_row, np.cumsum(self.sizes) - self.sizes)
        return found

    def only(self, is_kept: Bools) -> Lists:
        """The lists that are marked."""
        rows = np.repeat(is_kept, self.sizes)
        return Lists(
            self.features[rows],
            self.attraction[rows],
            self.is_clicked[rows],
            self.position[rows],
            self.ts_us[is_kept],
            self.sizes[is_kept],
        )


def click_rates(world: Path, before_us: int) -> ClickRates:
    """By the pipeline, from the events before a moment."""
    with tempfile.TemporaryDirectory() as directory:
        connection = connect(Path(directory))
        batches = read_events([world / "events.jsonl.gz"], report=ReadReport())
        events = connection.create_table("events", pa.Table.from_batches(batches, EVENT_SCHEMA))
        events = events.filter(events.known_at_us < before_us)
        spelled = connection.create_table("spelled", spellings(shown_texts(events)))
        seen = slots(events, spelled)
        seen = connection.create_table("seen", seen.filter(seen.surface == "typeahead"))
        curves = examination_curves(connection, seen, MAX_PER_USER)
        rows = connection.to_pyarrow(click_statistics(connection, seen, curves, MAX_PER_USER)).to_pylist()
        connection.disconnect()
    return ClickRates(curves["typeahead"], {row["key"]: row for row in rows})


def read_lists(world: Path, from_us: int, rates: ClickRates) -> Lists:
    """The typeahead lists from a moment on, in order of time; their features see what happened before each."""
    events = list(_records(world / "events.jsonl.gz"))
    attraction = {record["request_id"]: record["attraction"] for record in _records(world / "attractions.jsonl.gz")}
    clicked = {record["request_id"]: record["position"] for record in events if record["type"] == "click"}
    known = _Known(world, rates)
    features, attractions, clicks, times = [], [], [], []
    for record in events:
        ts_us = parse_ts(record["ts"])
        if record["type"] == "search":
            known.learn(record, ts_us)
        elif record.get("surface") == "typeahead" and record["type"] == "impression" and ts_us >= from_us:
            features.append(known.features(record, ts_us))
            attractions.append(attraction[record["request_id"]])
            clicks.append(np.arange(len(record["shown"])) == clicked.get(record["request_id"], -1))
            times.append(ts_us)
    sizes = np.array([len(rows) for rows in features])
    position = np.concatenate([np.arange(size) for size in sizes])
    by_row = np.concatenate(features), np.concatenate(attractions), np.concatenate(clicks), position
    return Lists(*by_row, np.array(times), sizes)


class _Known:
    """What is known of people and queries up to a moment."""

    def __init__(self, world: Path, rates: ClickRates) -> None:
        self._before = _counts(world / "queries.tsv.gz")
        self._by_query = rates.by_query
        sums = [sum(row[name] for row in rates.by_query.values()) for name in ("n_clicks", "n_shown")]
        self._click_rate = sums[0] / sums[1]
        self._own: defaultdict[str, dict[str, tuple[int, int]]] = defaultdict(dict)
        self._own_words: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self._searches: Counter[str] = Counter()
        self._last: dict[str, tuple[str, int]] = {}

    def learn(self, search: dict[str, Any], ts_us: int) -> None:
        user, key = search["user"], normalise(search["query"])
        n_searches, _ = self._own[user].get(key, (0, 0))
        self._own[user][key] = n_searches + 1, ts_us
        self._own_words[user].update(key.split())
        self._searches[key] += 1
        self._last[user] = key, ts_us

    def features(self, impression: dict[str, Any], ts_us: int) -> npt.NDArray[np.float32]:
        user, typed = impression["user"], len(impression["input"])
        last, last_us = self._last.get(user, ("", 0))
        if ts_us - last_us > SESSION_GAP_US:
            last = ""
        rows = []
        for key in map(normalise, impression["shown"]):
            n_searches, latest_us = self._own[user].get(key, (0, 0))
            words = key.split()
            uses = np.log1p([self._own_words[user][word] for word in words]).mean()
            own = (n_searches, (ts_us - latest_us) / DAY_US if n_searches else -1.0, uses)
            lengths = (len(key), typed, len(key) - typed)
            session = (len(set(words) & set(last.split())), key == last)
            counts = np.log1p(self._before[key]), np.log1p(self._searches[key])
            rows.append((counts[0], *own, *lengths, counts[1], *session, *self._clicks(key)))
        return np.array(rows, dtype=np.float32)

    def _clicks(self, key: str) -> tuple[float, float]:
        row = self._by_query.get(key, {"n_clicks": 0.0, "n_shown": 0.0, "expected_clicks": 0.0})
        naive = (row["n_clicks"] + _PRIOR_IMPRESSIONS * self._click_rate) / (row["n_shown"] + _PRIOR_IMPRESSIONS)
        return naive, (row["n_clicks"] + 1.0) / (row["expected_clicks"] + 1.0)


def _counts(path: Path) -> Counter[str]:
    counts: Counter[str] = Counter()
    for line in gzip.decompress(path.read_bytes()).decode().splitlines()[1:]:
        query, count, *_ = line.split("\t")
        counts[normalise(query)] += int(count)
    return counts


def _records(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path) as lines:
        for line in lines:
            yield orjson.loads(line)
