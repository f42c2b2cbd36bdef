"""A build from files and a state to a served generation."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter, defaultdict

import pytest

from suggest import Engine
from suggest.artifacts import Generation, current
from suggest.errors import BuildLocked, InputError
from suggest.pipelines.build import MAX_PER_USER, build
from suggest.pipelines.write_index import MAX_LOCALES
from suggest.stores import open_state
from suggest.text import normalise

NOW = "2026-03-01T12:00:00Z"


def write_log(path, searches):
    """An event file of (user, query, locale or None), a minute apart."""
    lines = [
        json.dumps(
            {"type": "search", "user": user, "query": query, "ts": f"2026-02-01T{n // 60:02d}:{n % 60:02d}:00Z"}
            | ({"locale": locale} if locale else {})
        )
        for n, (user, query, locale) in enumerate(searches)
    ]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def random_log(tmp_path_factory):
    """A log of a few people in two locales, its searches, and the index built from it."""
    draw = random.Random(3)
    words = ("a", "ab", "abc", "b", "ba", "bab", "é", "éa", "日本", "日")
    spellings = [word.title() if n % 3 else word for n, word in enumerate(words)]
    searches = [
        (f"u{draw.randrange(6)}", draw.choice(spellings), draw.choice(["de-DE", "en", None])) for _ in range(300)
    ]
    folder = tmp_path_factory.mktemp("log")
    report = build(folder / "index", events=[write_log(folder / "log.jsonl", searches)], min_users=5)
    return searches, folder / "index", report


def expected_weights(searches, admits, locale=None):
    """Bounded popularity by key, the slow way; in a locale, what was searched there plus what has none."""
    users = defaultdict(set)
    per_user = defaultdict(Counter)
    for user, query, tag in searches:
        users[normalise(query)].add(user)
        per_user[tag][user, normalise(query)] += 1
    tags = [locale, None] if locale else list(per_user)
    there = {key for tag in (tags[:1] if locale else tags) for _, key in per_user[tag]}
    weights = Counter()
    if locale:
        for tag in tags:
            for (_, key), n in per_user[tag].items():
                weights[key] += min(n, MAX_PER_USER)
    else:
        for (_, key), n in sum(per_user.values(), Counter()).items():
            weights[key] += min(n, MAX_PER_USER)
    return {key: weight for key, weight in weights.items() if key in there and len(users[key]) >= admits}


@pytest.mark.parametrize("locale", [None, "de-DE", "en"])
def test_answers_are_the_log_counted_by_hand(random_log, locale):
    searches, index_dir, report = random_log
    weights = expected_weights(searches, admits=5, locale=locale)
    everywhere = expected_weights(searches, admits=5)
    assert report.n_queries == len(everywhere)
    with Engine.open(index_dir) as engine:
        for typed in ("", "a", "ab", "é", "日"):
            first = sorted((k for k in weights if k.startswith(typed)), key=lambda k: (-weights[k], k))
            rest = sorted(
                (k for k in everywhere if k.startswith(typed) and k not in weights), key=lambda k: (-everywhere[k], k)
            )
            shown = [normalise(s.query) for s in engine.complete(typed, k=50, locale=locale, now=NOW)]
            assert shown == first + rest


def test_the_display_form_is_the_most_frequent_one(random_log):
    searches, index_dir, _ = random_log
    forms = defaultdict(Counter)
    for _, query, _ in searches:
        forms[normalise(query)][query] += 1
    with Engine.open(index_dir) as engine:
        for suggestion in engine.complete("", k=50, now=NOW):
            assert suggestion.query in forms[normalise(suggestion.query)]


def test_people_find_their_own_history_in_the_generation(random_log):
    searches, index_dir, report = random_log
    assert report.n_users == 6
    with Engine.open(index_dir) as engine:
        for user in ("u0", "u5"):
            own = Counter(normalise(query) for who, query, _ in searches if who == user)
            answer = engine.complete("", k=50, user=user, now=NOW, explain=True)
            counts = {normalise(s.query): s.explanation["features"]["own_count"] for s in answer}
            assert {key: n for key, n in counts.items() if n} == own


def test_what_must_not_be_shown_is_counted_by_reason_and_masked(tmp_path):
    log = write_log(
        tmp_path / "log.jsonl",
        [
            (user, query, None)
            for user in "ab"
            for query in ("soap", "ann@example.org", "call +49 30 83726154", "darn it")
        ]
        + [("a", "only mine", None)],
    )
    (tmp_path / "blocked.txt").write_text("darn\n", encoding="utf-8")
    report = build(tmp_path / "index", events=[log], blocklist=tmp_path / "blocked.txt")
    assert report.removed == {"blocklist": 1, "mail": 1, "min_users": 1, "phone": 1}
    removed = (tmp_path / "index" / report.generation / "removed.json").read_text(encoding="utf-8")
    assert set(json.loads(removed)["examples"]) == {"blocklist", "mail", "phone"}
    written = b"".join(path.read_bytes() for path in (tmp_path / "index" / report.generation).iterdir())
    for personal in (b"ann@example.org", b"83726154"):
        assert personal not in written
    with Engine.open(tmp_path / "index") as engine:
        assert [s.query for s in engine.complete("", user="a", now=NOW)] == ["only mine", "soap"]
        assert [s.query for s in engine.complete("", user="c", now=NOW)] == ["soap"]


def test_safety_off_keeps_personal_data_but_not_the_blocklist(tmp_path):
    log = write_log(tmp_path / "log.jsonl", [("a", "ann@example.org", None), ("a", "darn it", None)])
    (tmp_path / "blocked.txt").write_text("darn\n", encoding="utf-8")
    build(tmp_path / "index", events=[log], blocklist=tmp_path / "blocked.txt", min_users=1, safety="off")
    with Engine.open(tmp_path / "index") as engine:
        assert [s.query for s in engine.complete("", now=NOW)] == ["ann@example.org"]


def test_a_flood_from_one_person_lifts_nothing(tmp_path):
    searches = [("flooder", "buy now", None)] * 500 + [("b", "buy now", None)]
    searches += [(f"u{n}", "bread", None) for n in range(MAX_PER_USER + 5)]
    build(tmp_path / "index", events=[write_log(tmp_path / "log.jsonl", searches[:1000])])
    with Engine.open(tmp_path / "index") as engine:
        assert [s.query for s in engine.complete("b", now=NOW)] == ["bread", "buy now"]


def test_the_states_log_reaches_others_with_the_next_build(tmp_path):
    log = write_log(tmp_path / "log.jsonl", [("a", "soap", None), ("b", "soap", None), ("a", "sold", None)])
    url = f"sqlite:///{tmp_path}/state.sqlite"
    build(tmp_path / "index", events=[log])
    with Engine.open(tmp_path / "index", url) as engine:
        engine.observe(json.loads(line) for line in log.read_text(encoding="utf-8").splitlines())
        engine.observe(
            {"type": "search", "user": user, "query": "sofa", "ts": "2026-02-20T00:00:00Z"} for user in ("a", "b", "c")
        )
        engine.block(["sold"])
        assert [s.query for s in engine.complete("so", now=NOW)] == ["soap"]
    report = build(tmp_path / "index", events=[log], state=url, min_users=1)
    assert report.removed == {"min_users": 0, "tombstone": 1}
    assert report.read["dropped"] == {"duplicate": 3}
    with Engine.open(tmp_path / "index", url) as engine:
        assert [s.query for s in engine.complete("so", now=NOW)] == ["sofa", "soap"]
        own = engine.complete("so", user="a", now=NOW, explain=True)
        assert [s.explanation["features"]["own_count"] for s in own] == [1, 1]


def test_a_forgotten_person_does_not_come_back_with_the_next_build(tmp_path):
    log = write_log(tmp_path / "log.jsonl", [("a", "soap", None), ("b", "soap", None), ("b", "sofa", None)])
    state = open_state(None)
    state.forget("a", 2 * 10**15)
    report = build(tmp_path / "index", events=[log], state=state, min_users=1)
    assert report.n_users == 1
    with Engine.open(tmp_path / "index", state) as engine:
        explained = engine.complete("soap", now=NOW, explain=True)
        assert explained[0].explanation["features"]["popularity_all"] == 1
        assert [s.source for s in engine.complete("so", user="a", now=NOW)] == ["prefix", "prefix"]


def test_counts_alone_make_an_index(tmp_path):
    (tmp_path / "counts.tsv").write_text("query\tcount\tusers\nsoap\t5\t3\nSoap\t9\t1\nsofa\t7\t1\n", encoding="utf-8")
    report = build(tmp_path / "index", queries=[tmp_path / "counts.tsv"])
    assert report.removed == {"min_users": 1}
    with Engine.open(tmp_path / "index") as engine:
        assert [s.query for s in engine.complete("so", now=NOW)] == ["Soap"]
        assert engine.watermark is None


def test_nothing_to_suggest_is_told_and_publishes_nothing(tmp_path):
    log = write_log(tmp_path / "log.jsonl", [("a", "soap", None)])
    with pytest.raises(InputError, match="min_users removed 1"):
        build(tmp_path / "index", events=[log])
    assert current(tmp_path / "index") is None
    assert [entry.name for entry in (tmp_path / "index").iterdir()] == [".lock"]


def test_a_bad_file_leaves_the_previous_generation_served(tmp_path):
    log = write_log(tmp_path / "log.jsonl", [("a", "soap", None), ("b", "soap", None)])
    name = build(tmp_path / "index", events=[log]).generation
    (tmp_path / "broken.jsonl.gz").write_bytes(b"\x1f\x8b broken")
    with pytest.raises(InputError, match=r"broken\.jsonl\.gz"):
        build(tmp_path / "index", events=[log, tmp_path / "broken.jsonl.gz"])
    assert current(tmp_path / "index") == name
    assert {e.name for e in (tmp_path / "index").iterdir()} == {name, "CURRENT", ".lock"}


def test_strict_stops_at_the_first_malformed_row(tmp_path):
    log = write_log(tmp_path / "log.jsonl", [("a", "soap", None), ("b", "soap", None)])
    with log.open("a", encoding="utf-8") as file:
        file.write('{"type": "search"}\n')
    assert build(tmp_path / "index", events=[log]).read["rejected"] == {"missing_query": 1}
    with pytest.raises(InputError, match=r"log\.jsonl:3"):
        build(tmp_path / "index", events=[log], strict=True)


def test_a_clock_far_in_the_future_does_not_move_the_watermark(tmp_path):
    log = write_log(tmp_path / "log.jsonl", [("a", "soap", None), ("b", "soap", None)])
    with log.open("a", encoding="utf-8") as file:
        file.write('{"type": "search", "user": "c", "query": "soap", "ts": "2199-01-01T00:00:00Z"}\n')
    assert build(tmp_path / "index", events=[log]).read["rejected"] == {"future_ts": 1}
    assert Generation.open(tmp_path / "index").parameters["watermark_us"] < 2 * 10**15


def test_a_deleted_query_is_in_no_index(tmp_path):
    log = write_log(tmp_path / "log.jsonl", [("a", "soap", None), ("b", "soap", None), ("b", "sofa", None)])
    with log.open("a", encoding="utf-8") as file:
        file.write('{"type": "delete", "user": "x", "query": "SOAP", "ts": "2026-02-02T00:00:00Z"}\n')
    assert build(tmp_path / "index", events=[log], min_users=1).n_queries == 1


@pytest.mark.parametrize("kind", ["items", "comments", "lexicon"])
def test_a_missing_file_is_told_before_anything_is_read(tmp_path, kind):
    with pytest.raises(InputError, match=r"missing\.tsv: no such file"):
        build(tmp_path / "index", events=[tmp_path / "log.jsonl"], **{kind: [tmp_path / "missing.tsv"]})


PROGRAM = "import sys; from suggest.pipelines.build import build; build(sys.argv[1], events=[sys.argv[2]])"


@pytest.mark.parametrize("limit", [2_000, 20_000])
def test_a_disk_that_takes_no_more_is_told_in_a_line_and_publishes_nothing(tmp_path, limit):
    log = write_log(tmp_path / "log.jsonl", [(f"u{n % 9}", f"query {n % 400}", "en") for n in range(1000)])
    name = build(tmp_path / "index", events=[log]).generation
    # A limit on the size of each file stands in for the end of the disk.
    limited = f"import resource; resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit}))\n"
    told = "from suggest.errors import ArtifactError\ntry:\n    build(sys.argv[1], events=[sys.argv[2]])\n"
    told += "except ArtifactError as error:\n    sys.exit(str(error))"
    program = limited + PROGRAM.partition("; build(")[0] + "\n" + told
    outcome = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path / "index"), str(log)], capture_output=True, text=True, check=False
    )
    assert outcome.returncode == 1
    assert outcome.stderr.startswith("cannot write the index: ")
    assert outcome.stderr.count("\n") == 1
    assert {e.name for e in (tmp_path / "index").iterdir()} == {name, "CURRENT", ".lock"}


def test_a_query_nobody_searched_is_not_suggested(tmp_path):
    (tmp_path / "counts.tsv").write_text("query\tcount\tusers\nsoap\t0\t3\nsofa\t7\t3\n", encoding="utf-8")
    assert build(tmp_path / "index", queries=[tmp_path / "counts.tsv"]).n_queries == 1


def test_a_build_beside_a_running_one_is_refused(tmp_path):
    log = write_log(tmp_path / "log.jsonl", [(f"u{n % 9}", f"query {n % 40}", "en") for n in range(1000)])
    process = subprocess.Popen([sys.executable, "-c", PROGRAM, str(tmp_path / "index"), str(log)])
    try:
        while not list((tmp_path).glob("index/.building-*")):
            assert process.poll() is None
            time.sleep(0.01)
        os.kill(process.pid, signal.SIGSTOP)
        with pytest.raises(BuildLocked, match="another build"):
            build(tmp_path / "index", events=[log])
    finally:
        os.kill(process.pid, signal.SIGCONT)
        process.wait()
    assert current(tmp_path / "index")


def test_examples_of_what_was_removed_are_masked_by_their_content(tmp_path):
    shown = ["darn it ann@example.org", "darn +49 30 12345678", "my secret wish", "darn it"]
    searches = [(user, query, None) for user in "ab" for query in (*shown, "soap")]
    (tmp_path / "blocked.txt").write_text("darn\n", encoding="utf-8")
    state = open_state(None)
    state.block(["my secret wish"], 1)
    log = write_log(tmp_path / "log.jsonl", searches)
    report = build(tmp_path / "index", events=[log], blocklist=tmp_path / "blocked.txt", state=state)
    assert report.removed == {"blocklist": 3, "min_users": 0, "tombstone": 1}
    examples = Generation.open(tmp_path / "index").json("removed")["examples"]
    assert {"query": "darn it", "matched": "entry 1"} in examples["blocklist"]
    assert not {"ann@example.org", "12345678", "secret", "wish"} & set(
        " ".join(example["query"] for several in examples.values() for example in several).split()
    )


def test_what_a_forgotten_person_deleted_stays_deleted(tmp_path):
    log = write_log(tmp_path / "log.jsonl", [("a", "soap", None), ("b", "soap", None), ("b", "sofa", None)])
    with log.open("a", encoding="utf-8") as file:
        file.write('{"type": "delete", "user": "a", "query": "SOAP", "ts": "2026-02-02T00:00:00Z"}\n')
    state = open_state(None)
    state.forget("a", 2 * 10**15)
    build(tmp_path / "index", events=[log], state=state, min_users=1)
    with Engine.open(tmp_path / "index", state) as engine:
        assert [s.query for s in engine.complete("so", now=NOW)] == ["sofa"]
        engine.observe([{"type": "search", "user": "c", "query": "soap", "ts": "2026-02-20T00:00:00Z"}])
        assert [s.query for s in engine.complete("so", user="c", now=NOW)] == ["sofa"]


def test_an_observed_event_from_the_far_future_does_not_move_the_watermark(tmp_path):
    log = write_log(tmp_path / "log.jsonl", [("a", "soap", None), ("b", "soap", None)])
    state = open_state(None)
    build(tmp_path / "index", events=[log])
    with Engine.open(tmp_path / "index", state) as engine:
        engine.observe([{"type": "search", "user": "c", "query": "soap", "ts": "2150-01-01T00:00:00Z"}])
    build(tmp_path / "index", events=[log], state=state)
    assert Generation.open(tmp_path / "index").parameters["watermark_us"] < 2 * 10**15


def test_only_locales_have_an_order_of_their_own_and_at_most_so_many(tmp_path):
    odd = ["ann@example.org", "de" * 50, "x", "de_DE"]
    many = [f"{first}{second}-{n}" for first in "abcdefg" for second in "abcdefgh" for n in range(4)]
    searches = [(user, "soap", tag) for tag in odd + many for user in "ab"]
    searches += [("c", "soap", "de-DE")] * 9
    build(tmp_path / "index", events=[write_log(tmp_path / "log.jsonl", searches)])
    kept = Generation.open(tmp_path / "index").parameters["locales"]
    assert {"de", "de-de"} <= set(kept)
    assert not set(odd) & set(kept)
    assert len(kept) == MAX_LOCALES
    with Engine.open(tmp_path / "index") as engine:
        assert [s.query for s in engine.complete("s", locale=odd[0], now=NOW)] == ["soap"]
