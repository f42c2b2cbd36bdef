"""`suggest simulate`: a synthetic short-video world whose truth is known."""

from __future__ import annotations

import argparse
from pathlib import Path

from suggest.cli.arguments import Subparsers, add_command, natural, positive
from suggest.cli.output import print_result
from suggest.cli.progress import progress


def add_to(subparsers: Subparsers) -> None:
    """Adds the command."""
    parser = add_command(
        subparsers,
        "simulate",
        run,
        does="write a synthetic world in the input formats, with its truth",
        example="suggest simulate --out world --users 200 --days 30 --seed 1",
    )
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="directory to write to")
    parser.add_argument("--users", type=positive, required=True, metavar="N", help="how many people")
    parser.add_argument("--days", type=positive, required=True, metavar="D", help="how many days")
    parser.add_argument("--seed", type=natural, required=True, metavar="S", help="the same seed, the same files")
    parser.add_argument(
        "--propensities",
        action="store_true",
        help="impressions say with which chance each query was shown at its position",
    )


def run(arguments: argparse.Namespace) -> None:
    """Simulates, then prints how much was written."""
    from dataclasses import asdict

    from suggest.simulation import Parameters, simulate

    parameters = Parameters(logged_propensities=arguments.propensities)
    with progress() as report:
        simulated = simulate(arguments.out, arguments.users, arguments.days, arguments.seed, report, parameters)
    print_result(asdict(simulated), as_json=arguments.json)
