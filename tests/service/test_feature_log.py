"""The feature log's files: what is written, what is erased, what is given up for want of room."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import orjson
import pytest

from suggest.errors import ArgumentError, StateError
from suggest.features import FEATURES, VERSION
from suggest.interfaces import State
from suggest.service import feature_log
from suggest.service.feature_log import FeatureLog, Logged
from suggest.service.metrics import Metrics
from suggest.stores import open_state

PLENTY = 1 << 30
S = 1_000_000


def logged(request_id: str, user: str = "u", ts_us: int = 5, n_features: int = 3) -> Logged:
    features = np.arange(2 * n_features, dtype=np.float32).reshape(2, n_features)
    return Logged(request_id, "000001-x", ts_us, {"text": "a", "user": user}, ["a b", "a c"], features)


@contextmanager
def logging_to(directory: Path, state: State, max_bytes: int = PLENTY) -> Iterator[FeatureLog]:
    """A log whose thread ends, with everything written, at the end of the block."""
    log = FeatureLog(directory, max_bytes, Metrics())
    log.start(state)
    try:
        yield log
    finally:
        log.close()


def records_in(directory: Path) -> list[dict[str, object]]:
    lines = [line for path in sorted(directory.glob("features-*.jsonl")) for line in path.read_bytes().splitlines()]
    return [orjson.loads(line) for line in lines]


def ids_in(directory: Path) -> list[object]:
    return [record["request_id"] for record in records_in(directory)]


def matrix_of(record: dict[str, object], n_features: int = len(FEATURES)) -> np.ndarray:
    raw = base64.b64decode(str(record["features"]))
    return np.frombuffer(raw, "<f4").reshape(-1, n_features)


def n_logged(log: FeatureLog, outcome: str) -> float:
    return log._metrics.logged.labels(outcome)._value.get()


@pytest.fixture
def state() -> State:
    return open_state(None)


def test_a_record_comes_back_bit_for_bit(tmp_path, state):
    features = np.array([[0.1, np.nan, -0.0], [np.inf, 1e-45, 16_777_217]], dtype=np.float32)
    arguments = {"text": "né ", "k": 5, "user": "u", "where": {"kind": "music"}}
    with logging_to(tmp_path / "log", state) as log:
        log.append(Logged("1-1", "000001-x", 7, arguments, ["née", "b"], features))
    (record,) = records_in(tmp_path / "log")
    assert matrix_of(record, 3).tobytes() == features.tobytes()
    assert {**record, "features": ""} == {
        "request_id": "1-1",
        "generation": "000001-x",
        "ts_us": 7,
        "arguments": arguments,
        "queries": ["née", "b"],
        "features": "",
        "degraded": False,
        "version": VERSION,
    }


def test_an_answer_without_suggestions_is_a_record_without_rows(tmp_path, state):
    with logging_to(tmp_path, state) as log:
        log.append(Logged("1-1", "000001-x", 7, {"text": "a", "user": "u"}, [], np.zeros((0, 3), np.float32)))
    (record,) = records_in(tmp_path)
    assert (record["queries"], record["features"]) == ([], "")


def test_all_that_waits_is_written_in_order_when_the_log_is_closed(tmp_path, state):
    with logging_to(tmp_path, state) as log:
        for number in range(500):
            log.append(logged(f"1-{number}"))
    assert ids_in(tmp_path) == [f"1-{number}" for number in range(500)]
    assert n_logged(log, "written") == 500


def test_beyond_the_bound_records_are_dropped_and_counted(tmp_path, state, monkeypatch):
    monkeypatch.setattr(feature_log, "MAX_WAITING", 10)
    log = FeatureLog(tmp_path, PLENTY, Metrics())
    for number in range(25):
        log.append(logged(f"1-{number}"))
    assert n_logged(log, "dropped") == 15
    log.start(state)
    log.close()
    assert ids_in(tmp_path) == [f"1-{number}" for number in range(10)]


def test_a_disk_that_refuses_costs_records_and_not_the_thread(tmp_path, state, monkeypatch, caplog):
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    log = FeatureLog(tmp_path, PLENTY, Metrics())
    with monkeypatch.context() as patched:
        patched.setattr(FeatureLog, "_file", full)
        log.append(logged("1-1"))
        log.start(state)
        log.close()
    assert n_logged(log, "dropped") == 1
    assert "Features cannot be logged" in caplog.text
    with logging_to(tmp_path, state) as log:
        log.append(logged("1-2"))
    assert ids_in(tmp_path) == ["1-2"]


def test_without_the_state_nothing_is_written(tmp_path, state, monkeypatch):
    """Who is forgotten cannot be known then."""

    def gone() -> None:
        raise StateError("the disk is gone")

    monkeypatch.setattr(state, "forgotten", gone)
    with logging_to(tmp_path, state) as log:
        log.append(logged("1-1"))
    assert ids_in(tmp_path) == []
    assert n_logged(log, "dropped") == 1


def test_forgetting_erases_a_person_from_the_files_of_all_workers(tmp_path, state, monkeypatch):
    for worker in ("a" * 12, "b" * 12):
        monkeypatch.setattr(feature_log, "WORKER", worker)
        with logging_to(tmp_path, state) as log:
            for user in ("u", "other", "v"):
                log.append(logged(f"{worker}-{user}", user, ts_us=5))
            log.append(logged(f"{worker}-later", "u", ts_us=20 * S))
    state.forget("u", 10 * S)
    log.erase_forgotten(state)
    kept = [f"{letter * 12}-{name}" for letter in "ab" for name in ("other", "v", "later")]
    assert ids_in(tmp_path) == kept
    state.forget("v", 10 * S)
    log.erase_forgotten(state)
    assert ids_in(tmp_path) == [name for name in kept if not name.endswith("-v")]
    assert b'"u"' in b"".join(
        path.read_bytes() for path in tmp_path.glob("features-*.jsonl")
    )  # who came back is logged again


def test_what_waits_of_a_forgotten_person_is_never_written(tmp_path, state):
    """Nor what was under way at that moment: it may have used what went."""
    log = FeatureLog(tmp_path, PLENTY, Metrics())
    for user, ts_us in (("u", 9), ("u", 10.5), ("u", 12), ("other", 9)):
        log.append(logged(f"{user}-{ts_us}", user, int(ts_us * S)))
    state.forget("u", 10 * S)
    log.start(state)
    log.close()
    assert ids_in(tmp_path) == ["u-12", "other-9"]


def test_who_was_forgotten_by_another_program_is_erased_by_the_running_log(tmp_path, state):
    with logging_to(tmp_path, state) as log:
        log.append(logged("1-1", "u", 5))
    state.forget("u", 10 * S)
    with logging_to(tmp_path, state):
        pass
    assert ids_in(tmp_path) == []


def test_erasing_passes_over_the_torn_end_of_a_worker_that_died(tmp_path, state):
    with logging_to(tmp_path, state) as log:
        log.append(logged("1-1", "u", 5))
        log.append(logged("1-2", "other", 5))
    torn = tmp_path / "features-20260131-deaddeaddead-000.jsonl"
    torn.write_bytes(logged("2-1", "other", 5).to_line() + logged("2-2", "u", 5).to_line()[:-30])
    state.forget("u", 10 * S)
    log.erase_forgotten(state)
    assert sorted(map(str, ids_in(tmp_path))) == ["1-2", "2-1"]


def test_files_stay_within_the_bound_and_the_oldest_go_first(tmp_path, state):
    one = len(logged("1-000").to_line())
    bound = 64 * one
    with logging_to(tmp_path, state, bound) as log:
        for start in range(0, 300, 5):
            for number in range(start, start + 5):
                log._waiting.append(logged(f"1-{number:03d}"))
            log._write([log._waiting.popleft() for _ in range(5)], state)
            assert sum(path.stat().st_size for path in tmp_path.glob("features-*.jsonl")) <= bound
    left = ids_in(tmp_path)
    assert left == [f"1-{number:03d}" for number in range(300 - len(left), 300)]
    assert len(left) > 40


def test_other_files_of_the_directory_are_left_alone(tmp_path, state):
    """Whoever names the directory of their event logs loses none of them, to the bound or to an erasure."""
    theirs = {tmp_path / name: b'{"user": "u"}\n' * 100 for name in ("log.jsonl", "20260131-events.jsonl", ".lock")}
    for path, content in theirs.items():
        path.write_bytes(content)
    with logging_to(tmp_path, state, max_bytes=10) as log:
        log.append(logged("1-1", "u", 5))
    state.forget("u", 10 * S)
    log.erase_forgotten(state)
    assert {path: path.read_bytes() for path in theirs} == theirs


def test_only_the_service_may_read_the_directory(tmp_path):
    FeatureLog(tmp_path / "a" / "log", PLENTY, Metrics())
    assert (tmp_path / "a" / "log").stat().st_mode & 0o777 == 0o700


def test_a_directory_that_cannot_be_written_is_told_at_once(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(ArgumentError) as raised:
        FeatureLog(tmp_path / "file", PLENTY, Metrics())
    assert raised.value.argument == "feature_log"
