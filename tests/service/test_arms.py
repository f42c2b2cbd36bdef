"""Arms of an experiment while the service runs: who answers, who is credited, and what a lost generation costs."""

from __future__ import annotations

import re
import shutil
from collections import Counter
from pathlib import Path

import pytest

from suggest import artifacts
from suggest.service.credit import credit_of
from suggest.service.experiment import Arm, Experiment
from suggest.service.settings import Settings
from suggest.service.tokens import Tokens
from tests.engine.small import write_generation
from tests.service.asgi import Answer, Service, serving
from tests.service.processes import started
from tests.service.test_generations import ROOT, break_generation, settings_of, wait_until
from tests.service.test_server import get, state_in

USERS = [f"user-{number}" for number in range(40)]


def two_arms(generation: str, control: str = "current") -> Experiment:
    return Experiment("trial", "trial", (Arm("control", 0.5, control), Arm("other", 0.5, generation)))


def with_experiment(index_dir: Path, experiment: Experiment, **overrides: object) -> Settings:
    return settings_of(index_dir, experiment=experiment, **overrides)


def complete(service: Service, user: str | None = None, q: str = "nile") -> Answer:
    return service.get(f"/v1/complete?q={q}" + (f"&user={user}" if user else ""))


def answered(service: Service) -> dict[str, tuple[str | None, str]]:
    """By user the arm of the header and the generation of the body."""
    answers = {user: complete(service, user) for user in USERS}
    return {user: (answer.headers.get("suggest-arm"), answer.json()["generation"]) for user, answer in answers.items()}


def metrics(service: Service, name: str) -> dict[str, float]:
    """The values of a metric by the text of its labels."""
    text = service.get("/metrics").body.decode()
    return {labels: float(value) for labels, value in re.findall(rf"^{name}{{(.*)}} (\S+)$", text, re.MULTILINE)}


def test_a_person_is_answered_by_the_generation_of_their_arm(index_dir: Path):
    oldest, _, newest = sorted(artifacts.generations(index_dir))
    experiment = two_arms(oldest)
    generation_of = {"control": newest, "other": oldest}
    with serving(with_experiment(index_dir, experiment)) as service:
        arms = {user: experiment.arm_of(user, None, "").name for user in USERS}
        assert answered(service) == {user: (arm, generation_of[arm]) for user, arm in arms.items()}
        assert set(arms.values()) == {"control", "other"}
    with serving(with_experiment(index_dir, experiment)) as restarted:
        assert answered(restarted) == {user: (arm, generation_of[arm]) for user, arm in arms.items()}


def test_an_answer_in_an_experiment_has_the_shape_of_all_answers(index_dir: Path, service: Service):
    with serving(with_experiment(index_dir, two_arms("current"))) as other:
        document, plain = complete(other, "u").json(), complete(service, "u").json()
    assert list(document) == list(plain)
    assert {**document, "request_id": ""} == {**plain, "request_id": ""}
    assert "suggest-arm" not in complete(service, "u").headers


def test_answers_kept_ready_are_those_of_their_arm(index_dir: Path):
    """Nobody in particular asks the same again and again; request by request another arm answers."""
    oldest, _, newest = sorted(artifacts.generations(index_dir))
    expected = {"control": (newest, "nile three"), "other": (oldest, "nile one")}
    with serving(with_experiment(index_dir, two_arms(oldest))) as service:
        answers = [complete(service) for _ in range(60)]
    arms = Counter(answer.headers["suggest-arm"] for answer in answers)
    assert min(arms["control"], arms["other"]) > 10
    for answer in answers:
        document = answer.json()
        found = document["generation"], document["suggestions"][0]["query"]
        assert found == expected[answer.headers["suggest-arm"]]
    assert len({answer.json()["request_id"] for answer in answers}) == 60


def test_request_ids_tell_the_arm(index_dir: Path):
    experiment = two_arms("current")
    with serving(with_experiment(index_dir, experiment)) as service:
        for user in (*USERS, None):
            answer = complete(service, user)
            credit = credit_of(answer.json()["request_id"], experiment)
            assert credit is not None
            assert credit.arm.name == answer.headers["suggest-arm"]


def test_completions_are_counted_and_timed_by_arm(index_dir: Path):
    with serving(with_experiment(index_dir, two_arms("current"))) as service:
        arms = Counter(arm for arm, _ in answered(service).values())
        assert metrics(service, "suggest_experiment_requests_total") == {
            f'arm="{arm}"': float(number) for arm, number in arms.items()
        }
        timed = metrics(service, "suggest_experiment_seconds_count")
        assert sum(timed.values()) == len(USERS) / 8


def event(kind: str, request_id: str, number: int, **more: object) -> dict[str, object]:
    record = {"type": kind, "ts": number, "user": "u", "request_id": request_id, **more}
    return {"surface": "typeahead", "input": "n", "shown": ["a"], **record} if kind == "impression" else record


def test_clicks_and_impressions_are_credited_to_the_arm_that_answered(index_dir: Path):
    """Whichever worker answered, and before a restart too: all that is needed is in the request id."""
    experiment = two_arms("current")
    with serving(with_experiment(index_dir, experiment)) as service:
        ids = {answer.headers["suggest-arm"]: answer.json()["request_id"] for answer in map_complete(service)}
    with serving(with_experiment(index_dir, experiment)) as service:
        events = [
            event("impression", ids["control"], 1),
            event("impression", ids["other"], 2),
            event("click", ids["control"], 3, query="a", position=0),
            event("click", ids["control"], 4, query="a", position="3"),
            event("click", ids["other"], 5, query="a", position=1),
            event("click", ids["other"], 6, query="a", position=-1),  # rejected
            event("click", "5f0c9e1b2a7d-1c", 7, query="a", position=0),  # of no experiment
            {"type": "search", "ts": 8, "user": "u", "query": "a", "request_id": ids["other"]},
        ]
        for _ in range(2):  # the second time they are all duplicates
            service.post("/v1/events", {"events": events})
        assert metrics(service, "suggest_experiment_impressions_total") == {'arm="control"': 1, 'arm="other"': 1}
        assert metrics(service, "suggest_experiment_clicks_total") == {'arm="control"': 2, 'arm="other"': 1}
        assert metrics(service, "suggest_experiment_click_reciprocal_ranks_total") == {
            'arm="control"': 1.25,
            'arm="other"': 0.5,
        }


def map_complete(service: Service) -> list[Answer]:
    return [complete(service, user) for user in USERS]


@pytest.mark.parametrize("damage", ["flipped", "gone", "never there"])
def test_an_arm_that_cannot_be_served_is_answered_by_the_control_and_says_so(index_dir: Path, damage: str, caplog):
    oldest, _, newest = sorted(artifacts.generations(index_dir))
    if damage == "flipped":
        break_generation(index_dir, oldest)
    elif damage == "gone":
        shutil.rmtree(index_dir / oldest)
    named = "000099-20260131T120000" if damage == "never there" else oldest
    with serving(with_experiment(index_dir, two_arms(named))) as service:
        assert set(answered(service).values()) == {("control", newest)}
        assert metrics(service, "suggest_experiment_arm_failures_total") == {'arm="other"': 1.0}
        status = service.get("/v1/admin/status", **ROOT).json()["experiment"]
        assert status == {"name": "trial", "arms": {"control": [newest], "other": []}}
    assert any("Arm other" in record.getMessage() and named in record.getMessage() for record in caplog.records)


def test_an_arm_that_was_mended_answers_after_a_reload(index_dir: Path, built: Path):
    oldest, _, newest = sorted(artifacts.generations(index_dir))
    shutil.rmtree(index_dir / oldest)
    with serving(with_experiment(index_dir, two_arms(oldest))) as service:
        shutil.copytree(built / oldest, index_dir / oldest)
        assert service.post("/v1/admin/reload", **ROOT).json() == {"generation": newest}
        assert set(answered(service).values()) == {("control", newest), ("other", oldest)}
        assert metric_swaps(service) == 0


def metric_swaps(service: Service) -> float:
    return float(re.findall(r"^suggest_generation_swaps_total (\S+)$", metrics_text(service), re.MULTILINE)[0])


def metrics_text(service: Service) -> str:
    return service.get("/metrics").body.decode()


def test_without_its_control_an_experiment_rests(index_dir: Path):
    """Nothing to compare with: everybody gets what is served without an experiment, credited to no arm."""
    oldest, middle, newest = sorted(artifacts.generations(index_dir))
    break_generation(index_dir, oldest)
    with serving(with_experiment(index_dir, two_arms(middle, control=oldest))) as service:
        assert set(answered(service).values()) == {(None, newest)}
        assert metrics(service, "suggest_experiment_requests_total") == {}


def test_an_arm_of_the_current_generation_follows_it_and_a_named_one_stays(index_dir: Path):
    oldest, middle, newest = sorted(artifacts.generations(index_dir))
    artifacts.switch_current(index_dir, middle)
    with serving(with_experiment(index_dir, two_arms(oldest))) as service:
        assert set(answered(service).values()) == {("control", middle), ("other", oldest)}
        artifacts.switch_current(index_dir, newest)
        wait_until(lambda: ("control", newest) in answered(service).values())
        assert set(answered(service).values()) == {("control", newest), ("other", oldest)}
        assert service.post("/v1/admin/rollback", **ROOT).json() == {"generation": middle}
        assert set(answered(service).values()) == {("control", middle), ("other", oldest)}


def test_a_generation_that_two_arms_name_is_opened_once(index_dir: Path):
    from suggest.engine import Engine
    from suggest.service.arms import serving_with_arms

    oldest, _, newest = sorted(artifacts.generations(index_dir))
    names = ("a", "b", "c", "d")
    arms = tuple(Arm(name, 0.25, generation) for name, generation in zip(names, (oldest, "current") * 2, strict=True))
    opened = []

    def open_engine(name: str, ranker: str) -> Engine:
        opened.append((name, ranker))
        return Engine.open(index_dir, generation=name)

    with Engine.open(index_dir) as engine:
        found = serving_with_arms(engine, Experiment("trial", "trial", arms), open_engine, {})
        assert opened == [(oldest, "default")]
        assert [found.arms[name][0].generation for name in names] == [oldest, newest] * 2
        again = serving_with_arms(engine, Experiment("trial", "trial", arms), open_engine, found.opened)
        assert len(opened) == 1
        assert again.arms == found.arms


def test_every_worker_and_every_restart_assigns_alike(index_dir: Path, tmp_path: Path):
    oldest, _, newest = sorted(artifacts.generations(index_dir))
    path = tmp_path / "experiment.toml"
    path.write_text(
        'name = "trial"\n[[arms]]\nname = "control"\nshare = 0.5\n'
        f'[[arms]]\nname = "other"\nshare = 0.5\ngeneration = "{oldest}"\n',
        encoding="utf-8",
    )
    expected = {user: two_arms(oldest).arm_of(user, None, "").name for user in USERS[:8]}
    for _ in range(2):
        with started(index_dir, state_in(tmp_path), workers=2, options={"experiment": str(path)}) as running:
            for _ in range(3):  # each on a connection of its own, so that either worker may answer
                answers = {
                    user: get(f"{running.url}/v1/complete", params={"q": "nile", "user": user}) for user in expected
                }
                assert {user: answer.headers["suggest-arm"] for user, answer in answers.items()} == expected
                generations = {answer.json()["generation"] for answer in answers.values()}
                assert generations == {oldest, newest}


def test_builds_do_not_take_away_what_an_arm_names(index_dir: Path, tmp_path: Path):
    """While the service runs, its arm stays; afterwards the next build removes it."""
    oldest = min(artifacts.generations(index_dir))
    path = tmp_path / "experiment.toml"
    path.write_text(
        'name = "trial"\n[[arms]]\nname = "control"\nshare = 0.5\n'
        f'[[arms]]\nname = "other"\nshare = 0.5\ngeneration = "{oldest}"\n',
        encoding="utf-8",
    )
    with started(index_dir, "memory://", options={"experiment": str(path)}) as running:
        get(f"{running.url}/readyz").raise_for_status()
        write_generation(index_dir, {"nile four": 5})
        assert oldest in artifacts.generations(index_dir)
    write_generation(index_dir, {"nile five": 5})
    assert oldest not in artifacts.generations(index_dir)


def test_other_sites_may_read_the_arm(index_dir: Path):
    settings = with_experiment(index_dir, two_arms("current"), cors_origins=("https://a.example",), tokens=Tokens())
    with serving(settings) as service:
        answer = service.get("/v1/complete?q=n", origin="https://a.example")
    assert answer.headers["access-control-expose-headers"] == "suggest-arm"
