"""Every form a log may come in gives the same cut and the same later part; what is malformed or double counts once."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from suggest.pipelines.training_log import (
    LATER_SHARE,
    LEAST_SEARCHES,
    MAX_REPLAYED,
    Cut,
    LogFiles,
    cut_log,
    later_log,
    write_earlier,
)
from suggest.stores import MemoryState
from suggest.types import SECOND_US, parse_event
from tests.pipelines.train_logs import Records, clicks, never_again, search, write_log

START_S = 1_700_000_000


def as_gzip(folder: Path, records: Records) -> Path:
    path = folder / "log.jsonl.gz"
    path.write_bytes(gzip.compress(write_log(folder / "log.jsonl", records).read_bytes()))
    return path


def as_tsv(folder: Path, records: Records) -> Path:
    names = list(records[0])
    lines = ["\t".join(names), *("\t".join(str(record[name]) for name in names) for record in records)]
    (folder / "log.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder / "log.tsv"


def as_parquet(folder: Path, records: Records) -> Path:
    pq.write_table(pa.Table.from_pylist(records), folder / "log.parquet")
    return folder / "log.parquet"


def as_parquet_with_times(folder: Path, records: Records) -> Path:
    table = pa.Table.from_pylist(records)
    times = table["ts"].cast(pa.timestamp("s", "UTC"))
    pq.write_table(table.set_column(table.schema.get_field_index("ts"), "ts", times), folder / "times.parquet")
    return folder / "times.parquet"


def cut_of(folder: Path, records: Records) -> tuple[LogFiles, Cut]:
    log = LogFiles([write_log(folder / "log.jsonl", records)])
    return log, cut_log(log)


@pytest.mark.parametrize("write", [as_gzip, as_tsv, as_parquet, as_parquet_with_times])
def test_every_form_of_file_has_one_cut_and_one_later_part(tmp_path: Path, write: Callable[[Path, Records], Path]):
    records = never_again(1200)
    log, cut = cut_of(tmp_path, records)
    other = LogFiles([write(tmp_path, records)])
    assert cut_log(other) == cut
    assert [event for event, _ in later_log(other, cut_log(other))] == [event for event, _ in later_log(log, cut)]


@given(st.lists(st.integers(0, 30), min_size=4, max_size=200))
def test_cut_leaves_enough_on_both_sides_or_there_is_none(tmp_path_factory: pytest.TempPathFactory, seconds: list[int]):
    records = [search(f"u{number}", "red shoes", START_S + second) for number, second in enumerate(seconds)]
    log, cut = cut_of(tmp_path_factory.mktemp("cut"), records)
    n_later = len(later_log(log, cut))
    assert cut.n_searches == len(seconds)
    if cut.by == "time":
        assert len(seconds) * LATER_SHARE / 3 - 1 <= n_later <= 0.9 * len(seconds)
        assert all((START_S + second) * SECOND_US < cut.from_us for second in sorted(seconds)[: len(seconds) - n_later])
    else:
        groups = {event.user for event, _ in later_log(log, cut)}
        assert all((f"u{number}" in groups) == cut.is_later(parse_event(row)) for number, row in enumerate(records))


def test_dump_where_nearly_all_has_one_time_is_cut_by_user(tmp_path: Path):
    records = never_again(1500, step_s=0) + never_again(20, start_s=START_S - 900_000)
    log, cut = cut_of(tmp_path, records)
    assert cut.by == "user"
    later = {event.user for event, _ in later_log(log, cut)}
    write_earlier(log, cut, tmp_path / "earlier.jsonl")
    earlier = [json.loads(line) for line in (tmp_path / "earlier.jsonl").read_text().splitlines()]
    assert later
    assert not later & {record["user"] for record in earlier}
    assert len(earlier) + len(later_log(log, cut)) == 1520


def test_days_without_hours_are_cut_between_days(tmp_path: Path):
    records = [
        {**record, "ts": START_S - START_S % 86400 + 86400 * (n // 300)} for n, record in enumerate(never_again(3000))
    ]
    _, cut = cut_of(tmp_path, records)
    assert cut.by == "time"
    assert cut.from_us % (86400 * SECOND_US) in (0, 1)


def test_malformed_rows_are_counted_and_left_out(tmp_path: Path):
    rows = [json.dumps(record) for record in never_again(1100)]
    rows[10:10] = [
        "{",
        "[]",
        '{"type": "search", "user": "u1", "ts": 5}',
        '{"type": "?", "ts": 1, "user": "u"}',
        "\x00",
    ]
    path = tmp_path / "log.jsonl"
    path.write_text("\n".join(rows), encoding="utf-8")
    cut = cut_log(LogFiles([path]))
    assert (cut.n_searches, cut.n_malformed) == (1100, 5)


def test_clock_far_ahead_does_not_move_the_cut(tmp_path: Path):
    records = never_again(1100)
    _, cut = cut_of(tmp_path, records)
    _, ahead = cut_of(tmp_path, [*records, *(search("u1", "red shoes", 32_000_000_000 + n) for n in range(500))])
    assert (ahead.from_us, ahead.n_malformed) == (cut.from_us, 500)


def test_event_that_comes_twice_is_replayed_once_or_not_at_all(tmp_path: Path):
    records = [{**record, "event_id": f"e{number}"} for number, record in enumerate(never_again(1100))]
    log, cut = cut_of(tmp_path, records)
    once = [event.event_id for event, _ in later_log(log, cut)]
    # One of the earlier part and one of the later part, delivered again at the end; and one in two files.
    again = [{**records[5], "known_at": START_S + 9_000_000}, {**records[-3], "known_at": START_S + 9_000_001}]
    double = LogFiles([log.paths[0], write_log(tmp_path / "again.jsonl", [*again, records[-1]])])
    same_cut = cut_log(double)._replace(from_us=cut.from_us)
    assert [event.event_id for event, _ in later_log(double, same_cut)] == once


def test_what_became_known_late_belongs_to_the_later_part(tmp_path: Path):
    records = never_again(1100)
    log, cut = cut_of(tmp_path, [*records, {**search("u1", "late", START_S), "known_at": records[-1]["ts"]}])
    assert "late" in {event.query for event, _ in later_log(log, cut)}


def test_few_searches_beside_many_clicks_are_cut_by_clicks(tmp_path: Path):
    records = clicks(1200)
    log, cut = cut_of(tmp_path, [search("u1", "red shoes", START_S), *records])
    assert (cut.n_searches, cut.n_clicks) == (1, 1200)
    n_later = sum(event.type == "click" for event, _ in later_log(log, cut))
    assert n_later == pytest.approx(LATER_SHARE * 1200, abs=2)
    assert LEAST_SEARCHES < 1200


def test_no_more_searches_are_replayed_than_pay_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("suggest.pipelines.training_log.MAX_REPLAYED", 100)
    log, cut = cut_of(tmp_path, never_again(2000))
    assert len(later_log(log, cut)) == 100
    log, cut = cut_of(tmp_path, never_again(2000, n_users=500, step_s=0))
    assert 0 < len(later_log(log, cut)) <= 100
    assert MAX_REPLAYED > 100


def test_state_adds_its_log_and_keeps_forgotten_people_out(tmp_path: Path):
    records = never_again(1500)
    state = MemoryState()
    state.append([parse_event(search("new", "red shoes", START_S + 2_000_000))])
    state.forget("u1", (START_S + 3_000_000) * SECOND_US)
    log = LogFiles([write_log(tmp_path / "log.jsonl", records)], state)
    cut = cut_log(log)
    users = {event.user for event, _ in later_log(log, cut)}
    assert "new" in users
    assert "u1" not in users
    assert cut.n_searches == 1501 - sum(record["user"] == "u1" for record in records)
