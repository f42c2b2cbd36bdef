"""The project speaks of itself only."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOLDERS = ("suggest", "docs", "benchmarks", "service", "models", "tests", ".ci")
ENDINGS = {".py", ".md", ".toml", ".txt", ".js", ".css", ".html", ".java", ".conf", ".service", ""}
FILES = [path for path in ROOT.iterdir() if path.is_file() and path.name != ".git"] + [
    path for folder in FOLDERS for path in (ROOT / folder).rglob("*") if path.is_file()
]
UNWANTED = {
    "a path of somebody's machine": re.compile(r"(?<![\w.\"'`>])/(?:home|root|Users|work|mnt)/\w"),
    "a note to oneself": re.compile(r"\b(?:TO" + r"DO|FIX" + r"ME|XX" + r"X)\b"),
    "another spelling of normalise": re.compile(r"(?<![.\w])[Nn]ormali" + r"z(?:e|ed|es|ing|ation)\b"),
}


@pytest.mark.parametrize("what", UNWANTED)
def test_sources_and_docs_hold_no(what):
    texts = {path: path.read_text(encoding="utf-8") for path in FILES if path.suffix in ENDINGS}
    found = [
        f"{path.relative_to(ROOT)}:{text.count(chr(10), 0, match.start()) + 1}"
        for path, text in texts.items()
        for match in UNWANTED[what].finditer(text)
    ]

    assert found == []
