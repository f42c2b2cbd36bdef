"""An evaluation as tables for people; `--json` holds the same figures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any


def print_evaluation(result: Mapping[str, Any]) -> None:
    """Prints what `suggest evaluate --json` prints, in tables; 95% intervals over users stand in brackets."""
    systems = result["systems"]
    engine = systems["engine"]
    overall = engine["overall"]
    print(f"{overall['n_tests']:,} tests of {overall['n_users']:,} users from {result['test_from']} on", end="; ")
    print(f"95% intervals over users in brackets; baselines know the {result['baselines_from']}")
    _print_systems(systems)
    print(f"vocabulary ceiling: {engine['vocabulary_ceiling']:.4f}\n")
    _print_slices(engine["slices"], systems["own history, then popular"]["slices"])
    if result["interleaving"] is not None:
        _print_interleaving(result["interleaving"], result["generation"], result["against"])
    if result["counterfactual"] is not None:
        _print_counterfactual(result["counterfactual"])


def _print_systems(systems: Mapping[str, Any]) -> None:
    first = ("", "MRR@10", "S@1", "S@10", "coverage", "MRR÷popular", "MRR÷own, popular")
    rows = []
    for name, report in systems.items():
        scores = report["overall"]
        figures = (scores["mrr"], scores["success_at_1"], scores["success_at_k"])
        ratios = (report["mrr_over_most_popular"], scores["mrr_ratio"])
        rows.append((name, *map(interval, figures), f"{scores['coverage']:.4f}", *map(_ratio, ratios)))
    print_table([first, *rows])
    print()
    sampled = {name: report["savings"] or {} for name, report in systems.items()}
    rows = [
        (
            name,
            interval(systems[name]["alpha_ndcg"]),
            interval(savings.get("p_saved")),
            interval(savings.get("e_saved")),
        )
        for name, savings in sampled.items()
    ]
    n_sampled = sampled["engine"].get("n_tests", 0)
    print_table([(f"savings on {n_sampled:,} tests", "alpha-nDCG@10", "pSaved", "eSaved"), *rows])


def _print_slices(slices: Mapping[str, Any], baseline: Mapping[str, Any]) -> None:
    first = ("engine, by slice", "tests", "MRR@10", "S@1", "S@10", "own, popular", "MRR÷own, popular")
    rows = [
        (
            name,
            f"{scores['n_tests']:,}",
            interval(scores["mrr"]),
            f"{scores['success_at_1'][0]:.4f}",
            f"{scores['success_at_k'][0]:.4f}",
            f"{baseline[name]['mrr'][0]:.4f}",
            _ratio(scores["mrr_ratio"]),
        )
        for name, scores in slices.items()
    ]
    print_table([first, *rows])


def _print_interleaving(report: Mapping[str, Any], generation: str, against: str) -> None:
    print(f"\ninterleaved: a is {generation}, b is {against}")
    print(f"of {report['n_lists']:,} lists a wins {report['wins_a']:,}, b {report['wins_b']:,}", end="; ")
    print(f"{report['uncredited']:,} were found where one list alone went on")
    if report["share_a"] is not None:
        print(f"share of a: {interval(report['share_a'])}", end="; ")
    print(f"more often a for {report['users_a']:,} users, b for {report['users_b']:,}", end="; ")
    print(f"winner: {report['winner'] or 'none'} (sign test over users, p = {report['p_value']:.3g})")


def _print_counterfactual(report: Mapping[str, Any]) -> None:
    print(f"\nclicks a list, from {report['n_lists']:,} lists with propensities", end=" ")
    print(
        f"(effective sample size {report['effective_sample_size']:,.0f} of {report['n_decisions']:,} positions;", end=""
    )
    print(f" weights above {report['clip']:.4g} cut at {report['clipped_share']:.2%})")
    for name in ("logged", "direct", "ips", "snips", "doubly_robust"):
        print(f"{name.replace('_', ' '):16}{interval(report[name])}")


def print_table(rows: Iterable[Sequence[str]]) -> None:
    """Prints rows of cells in columns of equal width."""
    rows = list(rows)
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def interval(figure: Sequence[float] | None) -> str:
    """A figure with its interval in brackets."""
    return "none" if figure is None else "{:.4f} [{:.4f}, {:.4f}]".format(*figure)


def _ratio(figure: Sequence[float] | None) -> str:
    return "none" if figure is None else "{:.3f} [{:.3f}, {:.3f}]".format(*figure)
