"""`suggest build`: logs and counts become a generation that is served from then on."""

from __future__ import annotations

import argparse
from pathlib import Path

from suggest.cli.arguments import Subparsers, add_command, add_files, existing_state_url, natural, positive
from suggest.cli.output import print_result
from suggest.cli.progress import progress
from suggest.errors import ArgumentError


def add_to(subparsers: Subparsers) -> None:
    """Adds the command."""
    parser = add_command(
        subparsers,
        "build",
        run,
        does="build an index from logs and counts, and switch to it",
        example="suggest build --out index --events log-2026-01.jsonl.gz log-2026-02.jsonl.gz",
    )
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="index directory; made when missing")
    add_files(parser, "--events", "what users did: .jsonl, .tsv or .parquet, each also .gz")
    add_files(parser, "--queries", "queries with their counts")
    add_files(parser, "--items", "items with title and text")
    add_files(parser, "--comments", "comments below items")
    add_files(parser, "--lexicon", "names that comments may mention")
    parser.add_argument("--blocklist", type=Path, metavar="FILE", help="never suggest these; `re:` starts a pattern")
    parser.add_argument("--allowlist", type=Path, metavar="FILE", help="exceptions from the blocklist")
    parser.add_argument(
        "--min-users", type=positive, default=2, metavar="N", help="who must have searched it (default: 2)"
    )
    parser.add_argument(
        "--encoder",
        default="default",
        metavar="NAME",
        help="what makes vectors: default, none, or a model's name or path",
    )
    parser.add_argument(
        "--max-vectors",
        type=natural,
        default=200_000,
        metavar="N",
        help="make vectors for this many of the heaviest queries (default: 200000)",
    )
    parser.add_argument(
        "--safety",
        choices=("strict", "standard", "off"),
        default="standard",
        help="personal-data patterns (default: standard)",
    )
    parser.add_argument(
        "--profanity", choices=("on", "off"), default="on", help="keep profane queries from others (default: on)"
    )
    parser.add_argument("--strict", action="store_true", help="stop at the first malformed row")
    parser.add_argument(
        "--state",
        metavar="URL",
        help="take in the events of this state too (default: the file inside --out, if there is one)",
    )


def run(arguments: argparse.Namespace) -> None:
    """Builds, then prints the report."""
    state = existing_state_url(arguments, arguments.out)
    if not (arguments.events or arguments.queries or state):
        raise ArgumentError("--events", "nothing to build from; give --events, --queries or --state")
    from suggest.pipelines.build import build

    with progress() as report:
        built = build(
            arguments.out,
            events=arguments.events,
            queries=arguments.queries,
            items=arguments.items,
            comments=arguments.comments,
            lexicon=arguments.lexicon,
            blocklist=arguments.blocklist,
            allowlist=arguments.allowlist,
            min_users=arguments.min_users,
            encoder=arguments.encoder,
            max_vectors=arguments.max_vectors,
            safety=arguments.safety,
            profanity=arguments.profanity == "on",
            strict=arguments.strict,
            state=state,
            progress=report,
        )
    print_result(built.to_json(), as_json=arguments.json)
