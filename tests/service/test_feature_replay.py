"""The same code online and offline: what the service logged comes back byte for byte from a replay."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import numpy as np
import orjson
import pytest

from suggest.engine import Engine
from suggest.errors import StateError
from suggest.service.experiment import Arm, Experiment
from suggest.types import rfc3339
from tests.engine.small import write_generation
from tests.service.asgi import Service, serving
from tests.service.processes import started
from tests.service.test_feature_log import ids_in, matrix_of, records_in
from tests.service.test_server import PLAIN, get, post, state_in, wait_until

WEIGHTS = {
    "jazz piano": 40,
    "jazz guitar": 30,
    "jazz for sleeping": 20,
    "guitar lessons": 25,
    "guitar strings": 15,
    "night train": 12,
    "night lamp": 11,
    "piano lessons": 9,
    "pizza dough": 7,
}
USERS = ("ada", "ben", "cy")
DAY_S = 86_400

START_US = 1_768_000_000_000_000

Step = tuple[int, str, dict[str, Any]]


@pytest.fixture(scope="module")
def index_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A generation with two locales, and profiles as of its build."""
    folder = tmp_path_factory.mktemp("features")
    local = {"en": {key: weight / 2 for key, weight in WEIGHTS.items()}, "de": {"night lamp": 5.0, "pizza dough": 4.0}}
    past = {
        "ada": [("2026-01-02T08:00:00Z", "jazz piano"), ("2026-01-03T08:10:00Z", "guitar lessons")],
        "ben": [("2026-01-05T20:00:00Z", "night train")],
    }
    write_generation(folder, WEIGHTS, locales=local, histories=past, watermark="2026-01-06T00:00:00Z")
    return folder


def steps(seed: int, n: int = 60) -> list[Step]:
    """Events and requests in turn, each at its moment: seconds, hours and days pass; events may arrive late."""
    rng = random.Random(seed)
    now_us = START_US
    found: list[Step] = []
    for _ in range(n):
        now_us += int(rng.choice([2, 300, 7200, 3 * DAY_S]) * 1_000_000 * rng.random()) + 1
        user, query = rng.choice(USERS), rng.choice([*WEIGHTS, "my own thing", "jazz kissa"])
        if rng.random() < 0.4:
            ts = rfc3339(now_us - rng.choice([0, 0, 1_000_000 * DAY_S]))
            event = {"type": "search", "ts": ts, "user": user, "query": query, "session": rng.choice(["s1", "s2"])}
            found.append((now_us, "observe", event))
        else:
            found.append((now_us, "complete", asked(rng, user, query)))
    return found


def asked(rng: random.Random, user: str, query: str) -> dict[str, Any]:
    text = query[: rng.randrange(len(query) + 1)]
    if rng.random() < 0.2 and len(text) > 3:
        text = text[:1] + text[2:]
    arguments = {"text": text, "user": user}
    options = {"k": 4, "locale": "de", "region": "DE", "session": "s1", "match": "prefix", "where": {"locale": "de"}}
    return arguments | {name: value for name, value in options.items() if rng.random() < 0.25}


def target_of(arguments: dict[str, Any]) -> str:
    values = {"q" if name == "text" else name: value for name, value in arguments.items()}
    if "where" in values:
        values["where"] = orjson.dumps(values["where"]).decode()
    return "/v1/complete?" + "&".join(f"{name}={quote(str(value))}" for name, value in values.items())


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Sets the clock that the engine reads."""
    now_us = [START_US]
    monkeypatch.setattr("suggest.engine.requests.now_us", lambda: now_us[0])

    def set_to(moment_us: int) -> None:
        now_us[0] = moment_us

    return set_to


def play(service: Service, script: list[Step], clock: Callable[[int], None]) -> None:
    for at_us, kind, what in script:
        clock(at_us)
        if kind == "observe":
            assert service.post("/v1/events", {"events": [what]}).json()["accepted"] == 1
        else:
            assert service.get(target_of(what)).status == 200


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_what_was_logged_online_comes_back_offline_byte_for_byte(
    index_dir: Path, tmp_path: Path, service_with, clock, seed: int
):
    """A service answers between events; the engine alone, at the logged moments, makes the same features."""
    script = steps(seed)
    with serving(service_with(index_dir=str(index_dir), feature_log=str(tmp_path / "log"))) as service:
        play(service, script, clock)
    records = iter(records_in(tmp_path / "log"))
    n_rows = 0
    with Engine.open(index_dir) as engine:
        for at_us, kind, what in script:
            if kind == "observe":
                engine.observe([what])
                continue
            record = next(records)
            assert (record["ts_us"], record["arguments"]) == (at_us, what)
            answer = engine.answer(**what, now=rfc3339(record["ts_us"]))
            assert [suggestion.query for suggestion in answer.suggestions] == record["queries"]
            assert answer.features is not None
            assert answer.features.astype("<f4").tobytes() == matrix_of(record).tobytes()
            assert len(matrix_of(record)) == len(record["queries"])
            n_rows += len(record["queries"])
    assert next(records, None) is None
    assert n_rows > 50


@pytest.mark.parametrize("late_us", [1_000_000, DAY_S * 1_000_000])
def test_at_another_moment_the_features_differ(index_dir: Path, tmp_path: Path, service_with, clock, late_us: int):
    """The comparison can fail: even a second later the person's search is older."""
    event = {"type": "search", "ts": rfc3339(START_US), "user": "ada", "query": "jazz guitar"}
    arguments = {"text": "jazz", "user": "ada"}
    script = [(START_US + 1, "observe", event), (START_US + 60_000_000, "complete", arguments)]
    with serving(service_with(index_dir=str(index_dir), feature_log=str(tmp_path / "log"))) as service:
        play(service, script, clock)
    (record,) = records_in(tmp_path / "log")
    with Engine.open(index_dir) as engine:
        engine.observe([event])
        later = engine.answer(**arguments, now=rfc3339(record["ts_us"] + late_us))
    assert later.features is not None
    assert later.features.tobytes() != matrix_of(record).tobytes()


def test_processes_that_really_serve_log_the_same_bytes(index_dir: Path, tmp_path: Path):
    """Over sockets, by the machine's clock, with the state on disk."""
    event = {"type": "search", "ts": int(time.time()) - 60, "user": "ada", "query": "jazz guitar", "session": "s1"}
    requests = [{"text": text, "user": "ada", "session": "s1"} for text in ("", "j", "jazz", "jzaz", "guitar le")]
    with started(index_dir, state_in(tmp_path), options={"feature_log": str(tmp_path / "log")}) as running:
        assert post(f"{running.url}/v1/events", json={"events": [event]}).json()["accepted"] == 1
        for arguments in requests:
            get(f"{running.url}{target_of(arguments)}").raise_for_status()
    records = records_in(tmp_path / "log")
    assert [record["arguments"] for record in records] == requests
    with Engine.open(index_dir) as engine:
        engine.observe([event])
        for record in records:
            answer = engine.answer(**record["arguments"], now=rfc3339(record["ts_us"]))
            assert answer.features is not None
            assert answer.features.astype("<f4").tobytes() == matrix_of(record).tobytes()


def test_the_log_holds_personal_answers_under_their_request_ids(index_dir: Path, tmp_path: Path, service_with):
    settings = service_with(index_dir=str(index_dir), feature_log=str(tmp_path / "log"))
    with serving(settings) as service:
        answers = [service.get(f"/v1/complete?q={q}&user=ada").json() for q in ("j", "ja", "nothing at all")]
        for target in ("/v1/complete?q=j", "/v1/complete?q=j&session=s1", "/v1/opensearch?q=j"):
            assert service.get(target).status == 200
        assert service.get("/v1/complete?q=j&user=ada&k=0").status == 422
    records = records_in(tmp_path / "log")
    assert [record["request_id"] for record in records] == [answer["request_id"] for answer in answers]
    for record, answer in zip(records, answers, strict=True):
        assert record["generation"] == answer["generation"]
        assert record["queries"] == [row["query"] for row in answer["suggestions"]]
        assert record["degraded"] is False
    assert not np.isnan(matrix_of(records[0])).any()


def test_a_draft_logs_both_answers_under_its_request_id(index_dir: Path, tmp_path: Path, service_with):
    arms = Arm("old", 0.0), Arm("new", 0.0, ranker="none"), Arm("draft", 1.0, interleave=("old", "new"))
    experiment = Experiment("trial", "trial", arms)
    settings = service_with(index_dir=str(index_dir), feature_log=str(tmp_path / "log"), experiment=experiment)
    with serving(settings) as service:
        answer = service.get("/v1/complete?q=j&user=ada").json()
    records = records_in(tmp_path / "log")
    assert [record["request_id"] for record in records] == [answer["request_id"]] * 2
    assert {row["query"] for row in answer["suggestions"]} <= {query for row in records for query in row["queries"]}


def test_an_answer_made_without_the_person_is_not_theirs(index_dir: Path, tmp_path: Path, service_with, monkeypatch):
    def unreadable(*_: object) -> int:
        raise StateError("the disk is gone")

    settings = service_with(index_dir=str(index_dir), feature_log=str(tmp_path / "log"))
    with serving(settings) as service, monkeypatch.context() as patched:
        patched.setattr("suggest.stores.SqliteState.history_version", unreadable)
        assert service.get("/v1/complete?q=jzaz&user=ada").json()["degraded"] is True
    assert ids_in(tmp_path / "log") == []


def test_a_deleted_person_is_gone_from_the_log_when_the_answer_comes(index_dir: Path, tmp_path: Path, service_with):
    settings = service_with(index_dir=str(index_dir), feature_log=str(tmp_path / "log"))
    with serving(settings) as service:
        for user in ("ada", "ben"):
            service.get(f"/v1/complete?q=j&user={user}")
        wait_for_records(tmp_path / "log", 2)
        service.get("/v1/complete?q=n&user=ada")  # may still wait to be written
        assert service.request("DELETE", "/v1/users/ada").status == 202
        assert users_in(tmp_path / "log") == ["ben"]
    assert users_in(tmp_path / "log") == ["ben"]


def test_deleting_a_person_reaches_the_files_of_every_worker(index_dir: Path, tmp_path: Path):
    directory = tmp_path / "log"
    with started(index_dir, state_in(tmp_path), workers=2, options={"feature_log": str(directory)}) as running:

        def both_have_written() -> bool:
            get(f"{running.url}/v1/complete?q=j&user=ada").raise_for_status()
            get(f"{running.url}/v1/complete?q=j&user=ben").raise_for_status()
            return sum("ada" in path.read_text() for path in directory.glob("features-*")) == 2

        wait_until(both_have_written)
        assert delete(f"{running.url}/v1/users/ada").status_code == 202
        assert set(users_in(directory)) == {"ben"}
    assert set(users_in(directory)) == {"ben"}
    assert "Traceback" not in running.log


def users_in(directory: Path) -> list[str]:
    return [record["arguments"]["user"] for record in records_in(directory)]


def delete(url: str) -> httpx.Response:
    return httpx.delete(url, **PLAIN)


def wait_for_records(directory: Path, n: int) -> None:
    for _ in range(600):
        if len(records_in(directory)) == n:
            return
        time.sleep(0.02)
    raise AssertionError(records_in(directory))
