"""`suggest experiment`: which arm wins, and how sure that is, from the log of the state."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from suggest.cli.arguments import Subparsers, add_command, add_lasting_state
from suggest.cli.output import print_result

if TYPE_CHECKING:
    from suggest.evaluation.intervals import Interval
    from suggest.service.experiment_report import ExperimentReport


def add_to(subparsers: Subparsers) -> None:
    """Adds the command."""
    parser = add_command(
        subparsers,
        "experiment",
        run,
        does="tell which arm of an experiment wins, and how sure that is",
        example="suggest experiment --experiment experiment.toml --state sqlite:///index/state.sqlite",
    )
    parser.add_argument("--experiment", type=Path, required=True, metavar="FILE", help="the file it was served with")
    add_lasting_state(parser)


def run(arguments: argparse.Namespace) -> None:
    """Reads the log once and prints the report."""
    from contextlib import closing

    from suggest.errors import StateError
    from suggest.service.experiment import read_experiment
    from suggest.service.experiment_report import report_of
    from suggest.stores import open_state

    experiment = read_experiment(arguments.experiment)
    path = Path(arguments.state.removeprefix("sqlite:///"))
    if arguments.state.startswith("sqlite:///") and not path.exists():
        # Opening it would make it: asking leaves no file behind.
        raise StateError(f"there is no state at {path}")
    with closing(open_state(arguments.state)) as state:
        report = report_of(experiment, (event for _, event in state.read()))
    if arguments.json:
        print_result({"experiment": experiment.name, **report.to_json()}, as_json=True)
    else:
        _print_table(report)


def _print_table(report: ExperimentReport) -> None:
    print(f"{'arm':20}{'users':>9}{'seen':>11}{'clicked':>9}  {'MRR of clicks':26}over the control")
    for name, arm in report.arms.items():
        counts = f"{arm.n_users:9,}{arm.n_impressions:11,}{arm.n_clicked:9,}"
        print(f"{name:20}{counts}  {_shown(arm.mrr):26}{_shown(arm.mrr_over_control)}")
    for name, draft in report.drafts.items():
        winner = f"{draft.winner} wins" if draft.winner else "no winner"
        print(
            f"{name}: a chosen {draft.wins_a:,} times, b {draft.wins_b:,}; by {draft.users_a:,} and {draft.users_b:,}"
        )
        print(f"  people: {winner}, p = {draft.p_value:.3g}; share of a {_shown(draft.share_a)}")
    if report.n_clicks_unseen:
        print(f"{report.n_clicks_unseen:,} clicks left out: no impression came with their request id")


def _shown(interval: Interval | None) -> str:
    return "" if interval is None else str(interval)
