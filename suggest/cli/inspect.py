"""`suggest inspect`: what a generation holds, and what the policy kept out of it."""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from suggest.cli.arguments import STATE_FILE, Subparsers, add_command, add_index
from suggest.cli.inspect_surfaces import surfaces_of
from suggest.cli.output import print_result

if TYPE_CHECKING:
    from suggest.artifacts import Generation

_SHOWN = 10
"""Examples and matches of each reason that a terminal shows; `--json` has all."""


def add_to(subparsers: Subparsers) -> None:
    """Adds the command."""
    parser = add_command(
        subparsers,
        "inspect",
        run,
        does="show what a generation holds, its bytes, checksums and inputs",
        example="suggest inspect --index index --removed",
    )
    add_index(parser)
    parser.add_argument("--removed", action="store_true", help="what the policy removed and why, personal data masked")


def run(arguments: argparse.Namespace) -> None:
    """Prints the manifest of the generation in `CURRENT`."""
    from suggest.artifacts import Generation, generations

    generation = Generation.open(arguments.index, verify=arguments.verify)
    manifest = generation.manifest
    about = {
        "generation": generation.name,
        "created_at": manifest["created_at"],
        "format_version": manifest["format_version"],
        "checksums": "compared" if arguments.verify else "not compared",
        "parameters": manifest["parameters"],
        "inputs": manifest["inputs"],
        "surfaces": surfaces_of(generation),
        "ranker": _ranker(generation, as_json=arguments.json),
        "bytes": {"all": sum(generation.bytes_by_file().values()), **generation.bytes_by_file()},
        "sha256": {name: entry["sha256"] for name, entry in manifest["files"].items()},
        "versions": manifest["versions"],
        "generations": generations(arguments.index),
    }
    if arguments.removed:
        removed = {
            **generation.json("removed"),
            "tombstones": _tombstones(arguments.index, generation.json("tombstones")),
        }
        about = (
            {**about, "removed": removed} if arguments.json else {"generation": generation.name, **_by_reason(removed)}
        )
    print_result(about, as_json=arguments.json)


def _ranker(generation: Generation, *, as_json: bool) -> dict[str, Any] | None:
    """The card of what was trained; None where the order is the untrained one. On a terminal only what fits there."""
    from suggest.pipelines.publish import CARD

    if not generation.holds(f"{CARD}.json"):
        return None
    card: dict[str, Any] = generation.json(CARD)
    return card if as_json else {name: card[name] for name in ("log", "metrics", "n_trees", "features_version")}


def _tombstones(index_dir: Path, of_log: Mapping[str, int]) -> dict[str, Any]:
    """What people blocked or deleted, masked: of the log that was built from, and of the state beside the index."""
    from suggest.rank.personal_data import mask
    from suggest.stores import open_state

    known = dict(of_log)
    if (index_dir / STATE_FILE).exists():
        state = open_state(f"sqlite:///{index_dir / STATE_FILE}")
        try:
            known |= state.tombstones()
        finally:
            state.close()
    kinds = {query: "deleted" if since_us else "blocked" for query, since_us in known.items()}
    examples = [{"query": mask(query, "secret"), "matched": kind} for query, kind in sorted(kinds.items())]
    return {"counts": dict(sorted(Counter(kinds.values()).items())), "examples": examples}


def _by_reason(removed: Mapping[str, Any]) -> dict[str, Any]:
    """The same for people: under each reason what matched how often, and some examples."""
    shown: dict[str, Any] = {"removed at build": removed["counts"]}
    for reason, matched in removed["matched"].items():
        shown[reason] = {
            "queries by what matched": _most(matched),
            "examples": [
                f"{example['query']} ({example['matched']})" for example in removed["examples"][reason][:_SHOWN]
            ],
        }
    tombstones = removed["tombstones"]
    shown["hidden since, by tombstone"] = {
        **tombstones["counts"],
        "examples": [f"{example['query']} ({example['matched']})" for example in tombstones["examples"][:_SHOWN]],
    }
    return shown


def _most(matched: Mapping[str, int]) -> dict[str, int]:
    most = dict(list(matched.items())[:_SHOWN])
    rest = sum(matched.values()) - sum(most.values())
    return {**most, "others": rest} if rest else most
