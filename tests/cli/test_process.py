"""The command as a process: what it imports, and how it ends when it is stopped."""

import json
import signal
import subprocess
import sys

from suggest.artifacts import current

RUN = "import sys; from suggest.cli.main import main; sys.exit(main())"
INTERRUPTED_QUERY = """
import os, signal, sys, threading
import duckdb
import suggest.pipelines.build
from suggest.cli.main import main

def endless(*_, **__):
    threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT)).start()
    duckdb.sql("SELECT count(*) FROM range(1000000000000) AS t(n) WHERE hash(n) % 7 = 5").fetchall()

suggest.pipelines.build.build = endless
sys.exit(main(["build", "--out", "unused", "--queries", "unused.tsv"]))
"""
HEAVY = ("duckdb", "fastapi", "ibis", "icu", "marisa_trie", "numpy", "orjson", "pyarrow", "uvicorn")


def start(*arguments, **streams):
    """The command as a new process; its text streams are pipes."""
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | streams
    return subprocess.Popen([sys.executable, "-c", RUN, *map(str, arguments)], text=True, **pipes)


def test_help_loads_nothing_heavy():
    """So that it answers at once: numpy alone would double the time."""
    count = f"""
import sys
from suggest.cli.main import main
try:
    main(["--help"])
except SystemExit:
    print([name for name in {HEAVY} if name in sys.modules], file=sys.stderr)
"""
    shown = subprocess.run([sys.executable, "-c", count], check=True, capture_output=True, text=True)

    assert shown.stderr == "[]\n"
    assert "complete" in shown.stdout


def test_interrupted_build_exits_130_and_leaves_what_was_served(index, tmp_path):
    served = current(index)
    log = tmp_path / "long.jsonl"
    with log.open("w", encoding="utf-8") as lines:
        for number in range(50_000):
            record = {"type": "search", "user": f"u{number % 999}", "query": f"word {number % 7919}", "ts": number}
            lines.write(json.dumps(record) + "\n")

    build = start("build", "--out", index, "--events", log)
    begun = build.stderr.readline()
    build.send_signal(signal.SIGINT)
    out, err = build.communicate()

    assert begun
    assert build.returncode == 130, err
    assert out == ""
    assert err.splitlines()[-1] == "suggest build: interrupted"
    assert current(index) == served
    assert not list(index.glob(".building*"))


def test_an_interrupt_within_a_query_is_told_as_any_other():
    run = subprocess.run(
        [sys.executable, "-c", INTERRUPTED_QUERY], check=False, capture_output=True, text=True, timeout=100
    )

    assert run.returncode == 130, run.stderr
    assert run.stderr == "suggest build: interrupted\n"


def test_reader_of_stdout_that_leaves_early_causes_no_complaint(index):
    inspect = start("inspect", "--index", index)
    inspect.stdout.close()

    assert inspect.stderr.read() == ""
    assert inspect.wait() == 141
    inspect.stderr.close()


def test_output_survives_a_terminal_that_knows_ascii_only(index, monkeypatch):
    monkeypatch.setenv("PYTHONIOENCODING", "ascii")
    question = ("complete", "nivea", "--index", index, "--why", "żółw")

    as_json, as_text = start(*question, "--json").communicate(), start(*question).communicate()

    assert (as_json[1], as_text[1]) == ("", "")
    assert json.loads(as_json[0])["why"]["query"] == "żółw"
    assert "query: \\u017c\\xf3\\u0142w" in as_text[0]
