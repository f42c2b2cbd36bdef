"""docs/glossary.md defines each word once, in order."""

import re
from pathlib import Path

GLOSSARY = (Path(__file__).parents[2] / "docs" / "glossary.md").read_text(encoding="utf-8")
TERMS = [term.casefold() for term in re.findall(r"^\*\*(.+?)\*\*: ", GLOSSARY, flags=re.MULTILINE)]
NOUNS = [
    "artifact",
    "candidate",
    "click",
    "completion",
    "distance",
    "encoder",
    "feature",
    "generation",
    "impression",
    "k",
    "label",
    "position",
    "prefix",
    "profile",
    "propensity",
    "query",
    "rank",
    "score",
    "session",
    "source",
    "watermark",
]


def test_terms_are_defined_once_and_in_order():
    assert sorted(set(TERMS)) == TERMS


def test_every_noun_of_the_code_is_defined():
    assert set(NOUNS) <= set(TERMS)
