"""Here are clicks by position: how likely is each position looked at?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from suggest.artifacts import Generation, GenerationWriter

LEAST_EXAMINATION = 0.02
"""Of any position, the top being 1: a click at the bottom of a long list must not weigh more than fifty at its top."""

PRIOR_CLICKS = 4.0
"""What the prior weighs at each position, in clicks.

n clicks tell the log of an examination within 1/sqrt(n). Curves found in different services differ by about a factor
1.6 either way, half a nat, which is what four clicks tell.
"""

_MAX_STEPS = 1000
_TOLERANCE = 1e-7

_NAME = "examination"

Floats = npt.NDArray[np.float64]


class Strata(NamedTuple):
    """How often each thing was shown and clicked at each position; rows by stratum, then position, each pair once.

    A stratum is one query for one input in one locale: what is compared within it is equally relevant, whatever its
    position.

    Attributes:
        number: of the stratum, int64[n_rows], from 0 up.
        position: int64[n_rows], from 0.
        n_shown: float64[n_rows], above 0.
        n_clicks: float64[n_rows], at most `n_shown`.
    """

    number: npt.NDArray[np.int64]
    position: npt.NDArray[np.int64]
    n_shown: Floats
    n_clicks: Floats


def prior_examination(n_positions: int) -> Floats:
    """What is assumed where a log says nothing: 1/log2(1 + rank), float64[n_positions].

    Source: the discount of lower ranks by which rankings are judged throughout the field (Järvelin & Kekäläinen,
    "Cumulated gain-based evaluation of IR techniques", TOIS 2002).
    """
    discounts: Floats = 1.0 / np.log2(np.arange(n_positions) + 2.0)
    return discounts


def estimate_examination(strata: Strata, n_positions: int, prior_clicks: float = PRIOR_CLICKS) -> Floats:
    """How likely each position is looked at, relative to the first.

    A click needs a look and an attraction (position-based model): of n_shown, the share examination times attraction
    is clicked. Within a stratum the attraction is one unknown factor; given the stratum's clicks, how they fall on
    the positions depends on examination alone. So the conditional likelihood needs no estimate of attraction,
    stays right however few impressions each stratum has, and is exact for the means whatever the distribution.
    It harvests every change of a query's position: lists in random order, a new generation, ties.
    Positions that no such change connects follow the prior.

    An order made for the person breaks it, where the same query for the same input stands high for those who want it:
    then a log needs propensities, by whose inverse `n_shown` and `n_clicks` are weighed.

    Args:
        strata: what was shown; positions from `n_positions` on are not allowed.
        n_positions: length of the curve.
        prior_clicks: weight of the prior at each position.

    Returns:
        float64[n_positions]: 1 at the top, falling or level, at least `LEAST_EXAMINATION`.
        About 1 µs a row and 20 to 200 steps.

    Source: the changes of position are those of Agarwal et al., "Estimating position bias without intrusive
    interventions", WSDM 2019; the Poisson factor model that gives the conditional likelihood is that of Chen & Yan on
    click prediction in search advertising, KDD 2012; the steps are those of Hunter on MM algorithms for Bradley-Terry
    models, Annals of Statistics 32, 2004.
    """
    prior = prior_examination(n_positions)
    strata = _informative(strata)
    pseudo_clicks = prior_clicks * n_positions * prior / prior.sum()
    clicks = np.bincount(strata.position, strata.n_clicks, n_positions) + pseudo_clicks
    of_stratum = np.bincount(strata.number, strata.n_clicks)
    examination = prior
    for _ in range(_MAX_STEPS):
        looked = np.bincount(strata.number, strata.n_shown * examination[strata.position])
        per_look = (of_stratum / looked)[strata.number] * strata.n_shown
        expected = np.bincount(strata.position, per_look, n_positions) + pseudo_clicks.sum() / examination.sum()
        updated = clicks / expected
        updated /= updated.max()
        moved = np.abs(updated / examination - 1.0).max()
        examination = updated
        if moved < _TOLERANCE:
            break
    falling = _falling(examination, clicks)
    bounded: Floats = np.maximum(falling / falling[0], LEAST_EXAMINATION)
    return bounded


def looks(examination: Floats, position: npt.NDArray[np.integer[Any]]) -> Floats:
    """How likely each position is looked at, float64[n]; positions past the curve count as its last.

    Its logarithm as a ranker's initial score lets the trees explain what attracts and nothing of what was merely on
    top: LightGBM's pairwise gradients then have the odds of two clicks as the position-based model has them. Its
    inverse is the weight of a click by which Joachims, Swaminathan & Schnabel ("Unbiased learning-to-rank with biased
    feedback", WSDM 2017) correct, with a larger variance.
    """
    looked: Floats = examination[np.minimum(position, len(examination) - 1)]
    return looked


def save_examination(writer: GenerationWriter, curves: Mapping[str, Floats]) -> None:
    """Writes the curve of each surface: for whoever trains, and to be looked at."""
    writer.save_json(_NAME, {surface: curve.tolist() for surface, curve in curves.items()})


def saved_examination(generation: Generation, surface: str) -> Floats | None:
    """The curve of a surface; None where the log shows no list there."""
    curve = generation.json(_NAME).get(surface)
    return None if curve is None else np.array(curve)


def _informative(strata: Strata) -> Strata:
    """Strata with clicks that were shown at two positions or more; the others cancel out of the likelihood."""
    n_positions = np.bincount(strata.number)
    n_clicks = np.bincount(strata.number, strata.n_clicks)
    is_kept = ((n_positions > 1) & (n_clicks > 0))[strata.number]
    number = np.unique(strata.number[is_kept], return_inverse=True)[1]
    return Strata(number, strata.position[is_kept], strata.n_shown[is_kept], strata.n_clicks[is_kept])


def _falling(values: Floats, weights: Floats) -> Floats:
    """The nearest sequence that never rises, by weighted squares.

    Source: pool adjacent violators (Barlow et al., "Statistical inference under order restrictions", 1972).
    """
    blocks: list[tuple[float, float, int]] = []
    for value, weight in zip(values.tolist(), weights.tolist(), strict=True):
        block = (value, weight, 1)
        while blocks and blocks[-1][0] < block[0]:
            mean, total, n = blocks.pop()
            both = total + block[1]
            block = ((mean * total + block[0] * block[1]) / both, both, n + block[2])
        blocks.append(block)
    return np.concatenate([np.full(n, mean) for mean, _, n in blocks])
