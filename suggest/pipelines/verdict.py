"""Is a trained order better than none, on searches that neither has seen?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from suggest.errors import NotEnoughExamples
from suggest.evaluation import Interval, Outcome, bootstrap_mean, bootstrap_ratio, comparison_text
from suggest.evaluation.examples import ExampleList
from suggest.evaluation.metrics import rank_of, reciprocal_ranks, successes
from suggest.evaluation.slices import slices
from suggest.features import column
from suggest.rank import Ranker, chosen, score_parts

K = 10

_OWN_COUNT = column("own_count")


class Verdict(NamedTuple):
    """Figures of the two orders on the same searches.

    Attributes:
        trained: MRR@10 over all searches, with its interval.
        untrained: the same without training.
        judged_by: `searches`, or `lists with a click` where the log has no searches.
        rows: by slice: its name, lists, MRR@10 and S@1 of both, and the ratio with its interval.
    """

    trained: Interval
    untrained: Interval
    judged_by: str
    rows: list[dict[str, Any]]

    @property
    def is_worse(self) -> bool:
        """Whether training lowered the figure."""
        return self.trained.value < self.untrained.value

    @property
    def sentence(self) -> str:
        """The figures in words."""
        words = "worse than" if self.is_worse else "against"
        return (
            f"MRR@{K} {self.trained} on the last {self.rows[0]['lists']:,} {self.judged_by}, {words} "
            f"{self.untrained} untrained"
        )


def judge(lists: Sequence[ExampleList], ranker: Ranker, seen: frozenset[str]) -> Verdict:
    """Compares the two orders on the searches among the lists, or where there are none on the lists with a click.

    Clicks are kinder to the order that was shown: searches judge better.

    Args:
        lists: later than all that the ranker was fitted on.
        ranker: the trained order.
        seen: comparison texts of the queries that the index held.

    Raises:
        NotEnoughExamples: there is nothing to judge by.
    """
    searches = [found for found in lists if found.target]
    judged = searches or lists
    if not judged:
        raise NotEnoughExamples("the last part of the log holds nothing to judge by; nothing was published")
    trained = [_outcome(found, ranker) for found in judged]
    untrained = [_outcome(found, None) for found in judged]
    groups, baselines = slices(trained, seen), slices(untrained, seen)
    rows = [_row("all", trained, untrained)]
    rows += [_row(name, group, baselines[name]) for name, group in groups.items()]
    users = [outcome.user for outcome in trained]
    return Verdict(
        bootstrap_mean(_mrr(trained), users),
        bootstrap_mean(_mrr(untrained), users),
        "searches" if searches else "lists with a click",
        rows,
    )


def _outcome(found: ExampleList, ranker: Ranker | None) -> Outcome:
    scores = score_parts(found.features, ranker).sum(axis=1)
    rows = chosen(found.keys, scores, K, lambda _: True)
    shown = tuple(comparison_text(found.keys[row]) for row in rows)
    wanted = np.flatnonzero(found.labels)[:1]
    target = comparison_text(found.keys[wanted[0]]) if len(wanted) else found.target
    repeated = bool(found.features[wanted, _OWN_COUNT].any())
    rank = rank_of(target, shown)
    return Outcome(found.user, 0, found.locale, found.prefix, target, shown, rank, not found.is_known, repeated)


def _row(name: str, trained: Sequence[Outcome], untrained: Sequence[Outcome]) -> dict[str, Any]:
    users = [outcome.user for outcome in trained]
    ranks = [np.array([outcome.rank for outcome in group]) for group in (trained, untrained)]
    mrr, base = _mrr(trained), _mrr(untrained)
    ratio = bootstrap_ratio(mrr, base, users) if base.sum() else None
    return {
        "slice": name,
        "lists": len(trained),
        "MRR@10": float(mrr.mean()),
        "untrained": float(base.mean()),
        "S@1": float(successes(ranks[0], 1).mean()),
        "S@1 untrained": float(successes(ranks[1], 1).mean()),
        "ratio": "" if ratio is None else f"{ratio.value:.3f} [{ratio.low:.3f}, {ratio.high:.3f}]",
    }


def _mrr(outcomes: Sequence[Outcome]) -> Any:
    return reciprocal_ranks(np.array([outcome.rank for outcome in outcomes]), K)
