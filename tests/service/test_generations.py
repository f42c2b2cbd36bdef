"""Which generation is served, and how it changes."""

from __future__ import annotations

import gc
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from suggest import artifacts
from suggest.errors import ArtifactError
from suggest.service.generations import open_newest_good
from suggest.service.settings import Settings
from suggest.service.tokens import Tokens
from tests.service.asgi import Service, serving

ROOT = {"authorization": "Bearer root-token"}


def settings_of(index_dir: Path, **overrides: object) -> Settings:
    values = {"tokens": Tokens(admin="root-token"), "poll_s": 0.02, **overrides}
    return Settings(str(index_dir), "memory://", **values)  # type: ignore[arg-type]


def break_generation(index_dir: Path, name: str) -> None:
    """Flips one byte of the largest file, as a failing disk does."""
    largest = max((index_dir / name).iterdir(), key=lambda path: path.stat().st_size)
    content = bytearray(largest.read_bytes())
    content[len(content) // 2] ^= 0xFF
    largest.write_bytes(content)


def served(service: Service) -> str:
    return service.get("/v1/complete?q=n").json()["generation"]


def metric(service: Service, name: str) -> float:
    for line in service.get("/metrics").body.decode().splitlines():
        if line.startswith(f"{name} "):
            return float(line.rpartition(" ")[2])
    raise AssertionError(name)


def wait_until(condition: Callable[[], bool]) -> None:
    for _ in range(1000):
        if condition():
            return
        time.sleep(0.02)
    raise AssertionError("the condition never held")


def test_a_new_generation_is_taken_up_by_itself(index_dir: Path):
    oldest, _, newest = sorted(artifacts.generations(index_dir))
    artifacts.switch_current(index_dir, oldest)
    with serving(settings_of(index_dir)) as service:
        assert served(service) == oldest
        assert service.get("/v1/complete?q=nile").json()["suggestions"][0]["query"] == "nile one"
        artifacts.switch_current(index_dir, newest)
        wait_until(lambda: served(service) == newest)
        assert service.get("/v1/complete?q=nile").json()["suggestions"][0]["query"] == "nile three"
        assert metric(service, "suggest_generation_swaps_total") == 1


def test_reload_answers_when_the_new_generation_is_served(index_dir: Path):
    oldest, _, newest = sorted(artifacts.generations(index_dir))
    with serving(settings_of(index_dir, poll_s=3600)) as service:
        artifacts.switch_current(index_dir, oldest)
        assert served(service) == newest
        assert service.post("/v1/admin/reload", **ROOT).json() == {"generation": oldest}
        assert served(service) == oldest


def test_the_state_lives_on_across_generations(index_dir: Path):
    oldest = min(artifacts.generations(index_dir))
    with serving(settings_of(index_dir)) as service:
        event = {"type": "search", "ts": 1, "user": "u", "query": "nickel wire"}
        service.post("/v1/events", {"events": [event]})
        artifacts.switch_current(index_dir, oldest)
        service.post("/v1/admin/reload", **ROOT)
        assert service.get("/v1/complete?q=nic&user=u").json()["suggestions"][0]["query"] == "nickel wire"
        assert service.post("/v1/events", {"events": [event]}).json()["duplicates"] == 1


@pytest.mark.parametrize(("locale", "is_loaded"), [("zh", True), ("en", False)])
def test_a_service_has_loaded_what_the_languages_of_its_queries_need(tmp_path: Path, locale: str, is_loaded: bool):
    from suggest.pipelines.build import build

    queries = tmp_path / "queries.tsv"
    rows = "".join(f"query {number}\t{number}\ten\n" for number in range(10, 20))
    queries.write_text(f"query\tcount\tlocale\n{rows}北京天气\t5\t{locale}\n", encoding="utf-8")
    build(tmp_path / "index", queries=[queries], encoder="none")
    code = (
        "import sys; from suggest.service.generations import open_newest_good; "
        "from suggest.service.settings import Settings; "
        "open_newest_good(Settings(sys.argv[1], 'memory://'), None); print('pypinyin.constants' in sys.modules)"
    )
    told = subprocess.run([sys.executable, "-c", code, str(tmp_path / "index")], capture_output=True, check=True)
    assert told.stdout.decode().strip() == str(is_loaded)


@pytest.mark.skipif(not Path("/proc/self/maps").exists(), reason="needs /proc, which tells what is mapped")
def test_a_generation_that_was_replaced_is_let_go(index_dir: Path):
    def is_mapped(name: str) -> bool:
        return f"{index_dir}/{name}/" in Path("/proc/self/maps").read_text()

    oldest, _, newest = sorted(artifacts.generations(index_dir))
    # By its last reader, not by the collector, which may not look for hours.
    gc.disable()
    try:
        with serving(settings_of(index_dir, poll_s=60.0)) as service:
            assert served(service) == newest
            artifacts.switch_current(index_dir, oldest)
            service.post("/v1/admin/reload", **ROOT)
            assert served(service) == oldest
            assert is_mapped(oldest)
            assert not is_mapped(newest)
        assert not is_mapped(oldest)
    finally:
        gc.enable()


def test_rollback_goes_back_one_generation_at_a_time_for_everybody(index_dir: Path):
    oldest, middle, newest = sorted(artifacts.generations(index_dir))
    with serving(settings_of(index_dir, poll_s=3600)) as service:
        assert served(service) == newest
        for expected in (middle, oldest):
            assert service.post("/v1/admin/rollback", **ROOT).json() == {"generation": expected}
            assert served(service) == expected
            assert artifacts.current(index_dir) == expected
        answer = service.post("/v1/admin/rollback", **ROOT)
        assert answer.status == 409
        assert answer.problem()["serving"] == oldest


def test_rollback_passes_over_a_broken_generation(index_dir: Path):
    oldest, middle, _ = sorted(artifacts.generations(index_dir))
    break_generation(index_dir, middle)
    with serving(settings_of(index_dir)) as service:
        assert service.post("/v1/admin/rollback", **ROOT).json() == {"generation": oldest}


def test_a_broken_new_generation_leaves_the_old_one_serving(index_dir: Path, caplog):
    oldest, middle, newest = sorted(artifacts.generations(index_dir))
    artifacts.switch_current(index_dir, oldest)
    break_generation(index_dir, newest)
    with serving(settings_of(index_dir)) as service:
        artifacts.switch_current(index_dir, newest)
        wait_until(lambda: metric(service, "suggest_generation_swap_failures_total") == 1)
        assert served(service) == oldest
        assert service.get("/v1/admin/status", **ROOT).json()["refused"] == newest
        answer = service.post("/v1/admin/reload", **ROOT)
        assert answer.status == 409
        assert answer.problem()["serving"] == oldest
        artifacts.switch_current(index_dir, middle)
        wait_until(lambda: served(service) == middle)
        assert service.get("/v1/admin/status", **ROOT).json()["refused"] is None
    assert sum(newest in record.getMessage() for record in caplog.records if record.levelname == "ERROR") == 1


@pytest.mark.parametrize("damage", ["flipped", "missing", "manifest", "current"])
def test_a_service_starts_on_the_newest_good_generation(index_dir: Path, damage: str):
    _, middle, newest = sorted(artifacts.generations(index_dir))
    expected = middle
    if damage == "flipped":
        break_generation(index_dir, newest)
    elif damage == "missing":
        shutil.rmtree(index_dir / newest)
    elif damage == "manifest":
        (index_dir / newest / "manifest.json").write_text("{", encoding="utf-8")
    else:
        (index_dir / "CURRENT").write_bytes(b"\xff\x00../../etc")
        expected = newest
    with serving(settings_of(index_dir)) as service:
        assert served(service) == expected
        assert metric(service, "suggest_generation_fallback_total") == 1
        assert service.get("/readyz").status == 200


def test_a_rolled_back_service_does_not_start_on_the_newer_generation(index_dir: Path):
    oldest, middle, _ = sorted(artifacts.generations(index_dir))
    artifacts.switch_current(index_dir, middle)
    break_generation(index_dir, middle)
    with serving(settings_of(index_dir)) as service:
        assert served(service) == oldest


def test_a_worker_without_any_good_generation_waits_for_one(index_dir: Path, built: Path):
    """It is alive and not ready, and says so on every route that needs one."""
    name = artifacts.current(index_dir)
    shutil.rmtree(index_dir)
    with serving(settings_of(index_dir)) as service:
        assert service.get("/healthz").status == 200
        for target in ("/readyz", "/v1/complete?q=n", "/v1/opensearch?q=n"):
            answer = service.get(target)
            assert (answer.status, answer.headers["retry-after"]) == (503, "1")
            answer.problem()
        # As builds do it: what is complete appears at once.
        shutil.copytree(built, index_dir.with_name("copy")).rename(index_dir)
        wait_until(lambda: service.get("/readyz").status == 200)
        assert served(service) == name


def test_nothing_to_serve_says_what_to_do(tmp_path: Path):
    with pytest.raises(ArtifactError, match="suggest build"):
        open_newest_good(settings_of(tmp_path), None)


def test_no_verify_skips_the_checksums_only(index_dir: Path):
    """A flipped byte goes unseen without verification, a missing file does not."""
    newest = max(artifacts.generations(index_dir))
    engine, passed_over = open_newest_good(settings_of(index_dir, verified=(newest,)), None)
    assert (engine.generation, passed_over) == (newest, [])
    (index_dir / newest / "manifest.json").unlink()
    engine, passed_over = open_newest_good(settings_of(index_dir, verify=False), None)
    assert engine.generation < newest
    assert len(passed_over) == 1
