"""What the README tells a newcomer to do works."""

import doctest
import gzip
import json
import re
import shlex
import subprocess
from importlib.resources import files
from itertools import islice
from pathlib import Path

import pytest

from suggest.cli.main import make_parser

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_make_commands_of_the_pages_are_targets():
    named = {
        target
        for page in PAGES
        for target in re.findall(r"(?:^ {4}|`)make (\w+)", page.read_text("utf-8"), re.MULTILINE)
    }

    assert named >= {"demo", "test", "check"}
    for target in sorted(named):
        subprocess.run(["make", "--dry-run", target], cwd=ROOT, check=True, capture_output=True)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_suggest_commands_of_a_page_parse(page):
    for command_line in re.findall(r"^ {4}(suggest .+)$", page.read_text(encoding="utf-8"), flags=re.MULTILINE):
        arguments = shlex.split(command_line, comments=True)[1:]

        assert make_parser().parse_args(arguments).command == arguments[0]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_examples_of_a_page_run_on_the_sample(page, sample_index, tmp_path, monkeypatch):
    (tmp_path / "index").symlink_to(sample_index)
    monkeypatch.chdir(tmp_path)

    found = doctest.DocTestParser().get_doctest(page.read_text("utf-8"), {}, page.name, str(page), 0)
    run = doctest.DocTestRunner().run(found)

    assert run.failed == 0


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_python_blocks_of_a_page_run_on_the_sample(page, sample_index, tmp_path, monkeypatch):
    (tmp_path / "index").symlink_to(sample_index)
    monkeypatch.chdir(tmp_path)

    for block in re.findall(r"^```python\n(.*?)^```", page.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL):
        # Names that the pages use for a log of one's own, and the moment that cuts it in two.
        names = {"records": sample_records(1000), "cut": 0}
        exec(compile(block, page.name, "exec"), names)  # noqa: S102 - our own documentation


def test_readme_examples_are_checked():
    assert ">>> " in README
    assert "```python\n" in README


def sample_records(n_records):
    with gzip.open(files("suggest.data") / "events.jsonl.gz", "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in islice(lines, n_records)]
