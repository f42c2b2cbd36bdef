"""Here are misspellings with what was meant: what does each misspelling cost?

    python -m suggest.pipelines.edit_costs misspellings.tsv.gz edit_costs.json

Source: Brill & Moore, "An Improved Error Model for Noisy Channel Spelling Correction", ACL 2000. The
likeliest alignment of each pair counts (Viterbi training), from rules that explain it in one piece on.
"""

from __future__ import annotations

import gzip
import json
import math
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from suggest.text import normalise, unaccented, words
from suggest.text.edit_kinds import END, START, kind_of, opportunities, opportunity_of
from suggest.text.edits import IMPOSSIBLE, EditCosts, Rule

Pair = tuple[str, str]
"""What was typed, what was meant."""

_PASSES = 3
_MAX_RULES = 4
# Chosen on English folds and on simulated errors of German and French together (benchmarks/spelling.py): `scale`
# weighs edits against popularity, `slip` is the chance of any edit whatever was seen, since fingers slip anywhere.
# `error` is below the 3 nats of one misspelt word in twenty, for what competes with a correction is a rare text
# that was typed: common slips (1 in 400, as "recieve") must yield to what was meant.
_FIXED: dict[str, Any] = {
    "error": 0.4,
    "scale": 1.4,
    "slip": 0.002,
    "unfinished": 2.5,
    "space": 1.5,
    "smoothing": {"rule": 80.0, "context": 30.0},
}
# Before anything was counted: every edit costs the same, whatever its letters.
_UNKNOWING: dict[str, Any] = {"errors": {}, "grams": {}, "kinds": {}}


def learn(pairs: Sequence[Pair]) -> dict[str, Any]:
    """The counts that `EditCosts` is made from.

    Args:
        pairs: of single words, unaccented, that differ; each counts once.

    Returns:
        A value for JSON: `errors` counts rules, `grams` the up to three characters of the meant words,
        `kinds` are nats of each kind of edit.
    """
    grams = _grams(meant for _, meant in pairs)
    places = Counter(place for _, meant in pairs for place in opportunities(meant))
    learned = {**_FIXED, **_UNKNOWING, "grams": grams}
    rules = [rule for pair in pairs for rule in _in_one_piece(*pair)]
    for _ in range(_PASSES):
        learned = {**learned, "errors": _counted(rules), "kinds": _kinds(rules, places)}
        costs = EditCosts(learned)
        found = (costs.align(typed, meant, _MAX_RULES) for typed, meant in pairs)
        rules = [rule for cost, aligned in found if cost < IMPOSSIBLE for rule in aligned]
    return {**learned, "errors": _counted(rules), "kinds": _kinds(rules, places)}


def read_pairs(path: Path) -> list[Pair]:
    """The distinct pairs of single words of a gzipped TSV file (wrong, right, count), sorted.

    Underscores stand for spaces there; pairs with more than one word say nothing about letters.
    """
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        rows = [line.rstrip("\n").split("\t")[:2] for line in lines][1:]
    found = {(_word(wrong), _word(right)) for wrong, right in rows}
    return sorted((typed, meant) for typed, meant in found if typed and meant and typed != meant)


def _word(text: str) -> str:
    found = words(unaccented(normalise(text.replace("_", " "))))
    return found[0] if len(found) == 1 else ""


def _grams(meant: Iterable[str]) -> dict[str, int]:
    """How often each run of up to three characters occurs, ends of words marked; the empty one for every gap."""
    counts: Counter[str] = Counter()
    for word in meant:
        shown = f"{START}{word}{END}"
        counts[""] += len(word) + 1
        counts.update(shown[at : at + size] for size in (1, 2, 3) for at in range(len(shown) - size + 1))
    return dict(counts)


def _in_one_piece(typed: str, meant: str) -> tuple[Rule, ...]:
    _, rules = EditCosts({**_FIXED, **_UNKNOWING}).align(typed, meant, 1)
    return rules


def _counted(rules: Iterable[Rule]) -> dict[str, int]:
    return dict(Counter(f"{before}|{meant}>{typed}|{after}" for meant, typed, before, after in rules))


def _kinds(rules: Iterable[Rule], places: Counter[str]) -> dict[str, float]:
    kinds = Counter(kind.name for rule in rules if (kind := kind_of(*rule)) is not None)
    return {name: -math.log(count / places[opportunity_of(name)]) for name, count in kinds.items()}


def main(misspellings: str, out: str) -> None:
    """Learns from all pairs and writes the file that ships."""
    learned = learn(read_pairs(Path(misspellings)))
    Path(out).write_text(json.dumps(learned, ensure_ascii=False, indent=0, sort_keys=True) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
