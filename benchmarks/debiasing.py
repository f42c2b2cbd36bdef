"""What does position bias cost a ranker that learns from clicks, and how much of it comes back?

    python -m benchmarks.debiasing [--seeds 5] [--users 3000] [--order shortest|popular] [--examination inverse|mild]

Lives in simulated worlds whose truth is known: what each person wanted, and how likely each position is looked at.
The whole way is the real one: events, impressions joined with clicks, examination estimated from them, LightGBM.
The log's first 30% of days give click statistics, the next 45% examples, the last 25% are judged.

Value is the chance that the person finds and taps what they wanted, by the truth and without drawing clicks; its mean
runs over the lists that hold it. Regret is what an order lacks to that of the oracle, which is trained on what was
wanted instead of what was clicked. All rankers are lambdarank with the same settings and the same lists.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import lightgbm
import numpy as np

from benchmarks.debiasing_lists import CLICK_RATE, COEC, FEATURES, Bools, ClickRates, Lists, click_rates, read_lists
from benchmarks.machine import print_machine, print_table
from suggest.pipelines.position_bias import Floats, looks
from suggest.simulation import Parameters, simulate
from suggest.types import DAY_US

DAYS = 20
EXAMPLES_FROM, JUDGED_FROM = 0.3, 0.75

EXAMINATION = {
    "inverse": tuple(1.0 / rank for rank in range(1, 9)),
    "mild": Parameters().examination,
}
"""`inverse` is the severity of Joachims, Swaminathan & Schnabel (WSDM 2017); `mild` is what the simulation uses."""

# One language and nothing but search boxes: as many lists as possible for the time a simulation takes.
WORLD = replace(
    Parameters(),
    language_shares=(("en", 1.0),),
    typeahead_share=1.0,
    views_per_search=0.0,
    panel_share=0.0,
    past_searches=(60_000, 60_000),
    items_per_user=0.0,
    least_items=10,
)

SETTINGS = {
    "objective": "lambdarank",
    "num_leaves": 7,
    "learning_rate": 0.1,
    "min_data_in_leaf": 50,
    "lambda_l2": 1.0,
    "deterministic": True,
    "force_row_wise": True,
    "num_threads": 1,
    "seed": 1,
    "verbose": -1,
}
N_TREES = 100

LOGGED, NAIVE, ORACLE = "logged order", "naive clicks", "oracle"


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--users", type=int, default=3000)
    parser.add_argument("--order", choices=("shortest", "popular"), default="shortest")
    parser.add_argument("--examination", choices=tuple(EXAMINATION), default="inverse")
    arguments = parser.parse_args()
    print_machine("lightgbm", "numpy", "duckdb")
    parameters = replace(
        WORLD, shortest_first=arguments.order == "shortest", examination=EXAMINATION[arguments.examination]
    )
    worlds = []
    for seed in range(1, arguments.seeds + 1):
        worlds.append(judge(parameters, arguments.users, seed))
        print(f"seed {seed}:", {name: round(value, 4) for name, value in worlds[-1].items()}, flush=True)
    print(f"\n{arguments.order} first, examination {arguments.examination}, {arguments.users:,} users, {DAYS} days\n")
    print_table(("order", "value", "regret", "recovered", "least and most"), list(_rows(worlds)))


def judge(parameters: Parameters, users: int, seed: int) -> dict[str, float]:
    """The value of each order in one world."""
    truth = np.array(parameters.examination)
    first_us = _first_us(parameters)
    from_us, judged_us = (first_us + int(DAYS * share) * DAY_US for share in (EXAMPLES_FROM, JUDGED_FROM))
    with tempfile.TemporaryDirectory() as directory:
        world = Path(directory)
        report = simulate(world, users, DAYS, seed, parameters=parameters)
        lists = read_lists(world, from_us, click_rates(world, from_us))
        later = click_rates(world, judged_us)
    training, judged = lists.only(lists.ts_us < judged_us), lists.only(lists.ts_us >= judged_us)
    judged = judged.only(judged.having(judged.is_wanted))
    _print_size(seed, report.events, training, judged, later, truth)
    values = {LOGGED: value(judged, -judged.position.astype(float), truth)}
    for name, (columns, booster) in _rankers(training, later).items():
        values[name] = value(judged, booster.predict(judged.features[:, columns], num_threads=1), truth)
    return values


def _rankers(training: Lists, later: ClickRates) -> dict[str, tuple[list[int], Any]]:
    clicked = training.only(training.having(training.is_clicked))
    wanted = training.only(training.having(training.is_wanted))
    looked = looks(later.examination, clicked.position)
    # One click a list, so one weight a list: that of the clicked position.
    weights = np.repeat((1.0 / looked)[clicked.is_clicked], clicked.sizes)
    naive, debiased = ([nth for nth in range(len(FEATURES)) if nth != left_out] for left_out in (COEC, CLICK_RATE))
    labels = clicked.is_clicked
    return {
        NAIVE: (naive, trained(clicked, naive, labels)),
        "debiased: LightGBM's position": (debiased, trained(clicked, debiased, labels, position=clicked.position)),
        "debiased: inverse examination": (debiased, trained(clicked, debiased, labels, weight=weights)),
        "debiased: log examination as offset": (
            debiased,
            trained(clicked, debiased, labels, init_score=np.log(looked)),
        ),
        ORACLE: (debiased, trained(wanted, debiased, wanted.is_wanted)),
    }


def trained(lists: Lists, columns: list[int], labels: Bools, **more: Any) -> Any:
    """LightGBM's booster; `more` are further columns of its `Dataset`."""
    rows = lightgbm.Dataset(lists.features[:, columns], labels.astype(int), group=lists.sizes, **more)
    return lightgbm.train(SETTINGS, rows, N_TREES)


def value(lists: Lists, scores: Floats, examination: Floats) -> float:
    """The mean chance that what was wanted is tapped when each list is ordered by falling score.

    People look from the top, and the first query that they look at and that attracts is tapped, as in
    `suggest.simulation.sessions`.
    """
    number = np.repeat(np.arange(len(lists.sizes)), lists.sizes)
    order = np.lexsort((lists.position, -scores, number))
    taps = examination[lists.position] * lists.attraction[order]
    is_wanted, ends = lists.is_wanted[order], np.cumsum(lists.sizes)
    found = 0.0
    for start, end in zip((ends - lists.sizes).tolist(), ends.tolist(), strict=True):
        missed = np.concatenate(([1.0], np.cumprod(1.0 - taps[start:end])[:-1]))
        found += float((taps[start:end] * missed)[is_wanted[start:end]].sum())
    return found / len(lists.sizes)


def _rows(worlds: list[dict[str, float]]) -> Iterator[tuple[str, ...]]:
    # Of the mean regrets: where naive clicks cost next to nothing in one world, its own share says nothing.
    means = {name: float(np.mean([world[name] for world in worlds])) for name in worlds[0]}
    for name, mean in means.items():
        shares = [_recovered(world, name) for world in worlds]
        spread = f"{min(shares):.0%} {max(shares):.0%}" if name.startswith("debiased") else ""
        yield name, f"{mean:.4f}", f"{means[ORACLE] - mean:.4f}", f"{_recovered(means, name):.0%}", spread


def _recovered(values: dict[str, float], name: str) -> float:
    return (values[name] - values[NAIVE]) / (values[ORACLE] - values[NAIVE])


def _first_us(parameters: Parameters) -> int:
    last = parameters.last_day
    end_us = int(datetime(last.year, last.month, last.day, tzinfo=UTC).timestamp()) * 1_000_000 + DAY_US
    return end_us - DAYS * DAY_US


def _print_size(
    seed: int, events: dict[str, int], training: Lists, judged: Lists, later: ClickRates, truth: Floats
) -> None:
    n_clicked = int(training.having(training.is_clicked).sum())
    n_wanted = int(training.having(training.is_wanted).sum())
    off = np.abs(later.examination / (truth / truth[0]) - 1.0)
    print(
        f"seed {seed}: {sum(events.values()):,} events; {len(training.sizes):,} lists to learn from, {n_clicked:,} "
        f"clicked, {n_wanted:,} with what was wanted; {len(judged.sizes):,} judged; "
        f"examination off by {off.mean():.0%} on average, {off.max():.0%} at most"
    )


if __name__ == "__main__":
    main()
