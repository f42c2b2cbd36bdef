"""Edit costs are learned from pairs, and the file that ships is what the program writes."""

from __future__ import annotations

import gzip
import json
import math
from importlib import resources
from pathlib import Path

import pytest

from suggest.pipelines.edit_costs import learn, main, read_pairs
from suggest.text.edits import EditCosts

MISSPELLINGS = Path(__file__).parents[3] / "shared" / "data" / "spelling" / "misspellings_en.tsv.gz"
WORDS = ["banana", "cabin", "ribbon", "bread", "label", "table", "robin", "cable"]


def test_what_is_seen_often_costs_less_than_what_is_seen_seldom() -> None:
    pairs = [(word.replace("b", "p", 1), word) for word in WORDS] * 5 + [("banena", "banana")]
    costs = EditCosts(learn(pairs))
    assert costs.cost("apout", "about") < costs.cost("adout", "about")
    assert costs.cost("cuppoard", "cupboard") < costs.cost("cupbourd", "cupboard")


def test_the_context_of_an_edit_counts() -> None:
    pairs = [(f"{word}cieve", f"{word}ceive") for word in ("re", "de", "con", "per")] * 5
    costs = EditCosts(learn(pairs))
    assert costs.cost("ecieo", "eceio") < costs.cost("mniem", "mneim")


def test_probabilities_of_one_place_do_not_exceed_one() -> None:
    pairs = [(word.replace("b", "p", 1), word) for word in WORDS] * 5
    costs = EditCosts(learn(pairs))
    results = [costs.rule("b", letter, "a", "l") for letter in "acdefghijklmnopqrstuvwxyz"]
    assert sum(math.exp(-cost) for cost in results) <= 1


def test_pairs_are_single_words_that_differ_each_once(tmp_path: Path) -> None:
    file = tmp_path / "pairs.tsv.gz"
    with gzip.open(file, "wt", encoding="utf-8") as lines:
        lines.write("wrong\tright\tcount\nTeh\tthe\t1\nteh\tthe\t3\nall_together\taltogether\t1\nthe\tThe\t1\n")
    assert read_pairs(file) == [("teh", "the")]


def test_the_file_that_ships_is_what_the_program_learns(tmp_path: Path) -> None:
    if not MISSPELLINGS.exists():
        pytest.skip(f"{MISSPELLINGS} is not on this machine")
    main(str(MISSPELLINGS), str(tmp_path / "edit_costs.json"))
    shipped = resources.files("suggest.models").joinpath("edit_costs.json").read_text(encoding="utf-8")
    assert json.loads((tmp_path / "edit_costs.json").read_text(encoding="utf-8")) == json.loads(shipped)
