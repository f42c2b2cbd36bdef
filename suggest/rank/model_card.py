"""What a trained ranker was made from, what it goes by and how well it does, for programs and for people.

Source: Mitchell et al., "Model Cards for Model Reporting", FAT* 2019.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from suggest.features import FEATURES, VERSION
from suggest.rank.ranker import Ranker

Cell = str | int | float

_USE = (
    "It orders the candidates of one request. Scores are neither probabilities nor comparable between requests. "
    "It holds numbers only: no query, no user."
)


_PARTS = ("training", "validation", "published")
"""Of the lists: to learn from, to stop by, and what the published order has learned from in the end."""


def model_card(ranker: Ranker, *, log: Mapping[str, Cell], metrics: Sequence[Mapping[str, Cell]]) -> dict[str, Any]:
    """The card as a value for JSON; `card_text` renders it.

    Args:
        ranker: what `fit` gave.
        log: what it was trained on, in the caller's words: files, period, numbers of events and users.
        metrics: one row for each slice, beginning with its name; all rows with the same keys.
    """
    training = ranker.training
    return {
        "use": _USE,
        "log": dict(log),
        "examples": {part: training[part] for part in _PARTS if part in training},
        "metrics": [dict(row) for row in metrics],
        "features_version": VERSION,
        "features": _features(training["importance"]),
        "n_trees": training["n_trees"],
        "parameters": training["parameters"],
        "versions": training["versions"],
    }


def card_text(card: Mapping[str, Any]) -> str:
    """The card as Markdown; features that matter most first, unused ones by name only."""
    used = [feature for feature in card["features"] if feature["splits"]]
    unused = [feature["name"] for feature in card["features"] if not feature["splits"]]
    columns = ("name", "gain_share", "splits", "unit", "meaning")
    sections = {
        "Log": _table([{"": name, "value": value} for name, value in card["log"].items()]),
        "Examples": _table([{"part": part, **numbers} for part, numbers in card["examples"].items()]),
        "Metrics by slice": _table(card["metrics"]),
        f"Features, version {card['features_version']}": _table([{name: row[name] for name in columns} for row in used])
        + (f"\n\nNot used: {', '.join(unused)}." if unused else ""),
        "Parameters": _table(
            [{"": "n_trees", "value": card["n_trees"]}]
            + [{"": name, "value": str(value)} for name, value in card["parameters"].items()]
        ),
        "Versions": _table([{"": name, "value": value} for name, value in card["versions"].items()]),
    }
    parts = ["# Ranker", card["use"]]
    for heading, text in sections.items():
        parts += [f"## {heading}", text]
    return "\n\n".join(parts) + "\n"


def _features(importance: Mapping[str, Mapping[str, float]]) -> list[dict[str, Any]]:
    """All features with what they are and what they do, the most important first."""
    total = sum(values["gain"] for values in importance.values())
    rows = [
        {
            **feature._asdict(),
            **importance[feature.name],
            "gain_share": importance[feature.name]["gain"] / total,
        }
        for feature in FEATURES
    ]
    return sorted(rows, key=lambda row: (-row["gain"], row["name"]))


def _table(rows: Sequence[Mapping[str, Any]]) -> str:
    """Rows with the keys of the first as a Markdown table; a dash where there are none."""
    if not rows:
        return "-"
    header = list(rows[0])
    lines = [header, ["---"] * len(header), *([_cell(row.get(name, "")) for name in header] for row in rows)]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)


def _cell(value: Cell) -> str:
    text = f"{value:.4f}" if isinstance(value, float) else str(value)
    return text.replace("|", "\\|").replace("\n", " ")
