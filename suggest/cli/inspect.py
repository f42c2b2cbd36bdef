"""`suggest inspect`: what a generation holds, and what the policy kept out of it."""

from __future__ import annotations

import argparse

from suggest.cli.arguments import Subparsers, add_command, add_index
from suggest.cli.output import print_result


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
        "bytes": {"all": sum(generation.bytes_by_file().values()), **generation.bytes_by_file()},
        "sha256": {name: entry["sha256"] for name, entry in manifest["files"].items()},
        "versions": manifest["versions"],
        "generations": generations(arguments.index),
    }
    if arguments.removed:
        about["removed"] = generation.json("removed")
    print_result(about, as_json=arguments.json)
