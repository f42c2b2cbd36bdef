"""Here are queries beside an item: how likely does somebody who watches it search each?"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from suggest.artifacts import Generation
from suggest.features.item import ITEM_FEATURES, VERSION, item_column
from suggest.rank.order_model import OrderModel

NAME = "item_order"
"""Of the trained order's files."""

DEFAULT_MIN_SCORE = 0.1
"""What a service may ask for: rather one good query than ten. Beside captions that no query had been searched beside,
0.04 of the untrained order's ten are what their authors tagged; at this gate 1.4 are left beside 55 of 100 items, and
0.15 of them were tagged; at 0.2 it is 0.27 and 0.38, and the mean score of those 0.29."""

Floats = npt.NDArray[np.float64]

# What each kind of evidence is worth alone, at its strongest: the chance that a query with it is wanted. Round numbers:
# they are not fitted on anything.
_WORTH = {
    "words": 0.5,
    "vector": 0.5,
    "both": 0.5,
    "single words": 0.3,
    "expected": 0.5,
    "viewers": 0.3,
    "company": 0.3,
    "name": 0.3,
    "comments": 0.2,
    "observed": 0.9,
    "meaning": 0.05,
    "popular": 0.01,
}
_WORTHS = np.array(list(_WORTH.values()))[:, None]
_OBSERVED = list(_WORTH).index("observed")
_GUESSES = [row for row in range(len(_WORTH)) if row != _OBSERVED]
_OVERLAP = 2 / 3
"""Of what is not observed: the same neighbours speak through several kinds, which are thus not on their own."""
_HALF_USERS = 2.0
_HALF_COMMENTS = 2.0
_STRANGE = 0.25
"""What is left of the chance of a query that nobody searches in the locale asked for."""


def open_item_order(generation: Generation) -> OrderModel | None:
    """The trained order of a generation; None when it has none."""
    return OrderModel.open(generation, NAME, ITEM_FEATURES, VERSION)


def item_scores(features: npt.NDArray[np.float32], order: OrderModel | None) -> Floats:
    """How likely each query is wanted, float64[n] in 0 to 1; comparable across items.

    Args:
        features: float32[n, len(ITEM_FEATURES)].
        order: the trained one; None for the untrained.
    """
    if order is None:
        return untrained_scores(features)
    odds: Floats = 1 / (1 + np.exp(-order.scores(features)))
    return odds


def untrained_scores(features: npt.NDArray[np.float32]) -> Floats:
    """Each kind of evidence fails to make a query wanted on its own: a noisy or.

    Source: Pearl, "Probabilistic Reasoning in Intelligent Systems", 1988, section 4.3.2.
    """
    found = item_evidence(features)
    missed = 1 - _WORTHS * np.clip(np.array([found[kind] for kind in _WORTH]), 0, 1)
    guessed: Floats = _OVERLAP * (1 - missed[_GUESSES].prod(axis=0))
    chance: Floats = 1 - (1 - guessed) * missed[_OBSERVED]
    return chance * (_STRANGE + (1 - _STRANGE) * _column(features, "local_share"))


def item_evidence(features: npt.NDArray[np.float32]) -> dict[str, Floats]:
    """How strong each kind of evidence is, float64[n] in 0 to 1 by kind."""
    users, comments = np.expm1(_column(features, "own_users")), _column(features, "comments")
    clicked = np.exp(np.minimum(_column(features, "own_clicks"), 0))
    return {
        "words": _votes(features, "words") * np.minimum(_column(features, "words_close") * _CLOSE, 1),
        "vector": _votes(features, "vector") * np.clip(_column(features, "vector_top"), 0, 1) ** 2,
        "both": _votes(features, "both") * np.minimum(_column(features, "both_top"), 1),
        "single words": _column(features, "said_any"),
        "expected": _column(features, "expected"),
        "viewers": _column(features, "viewers_share"),
        "company": _column(features, "company"),
        "name": (_column(features, "shared_part") > _WHOLE) * _rare(features),
        "comments": comments / (comments + _HALF_COMMENTS),
        "observed": users / (users + _HALF_USERS) * clicked,
        "meaning": np.maximum(_column(features, "cosine"), 0) ** 2,
        "popular": _column(features, "n_items") / max(_column(features, "n_items").max(initial=0), 1.0),
    }


_WHOLE = 0.999
_CLOSE = 2.0
"""A neighbour with half of an item's words, as they weigh, is as good as one with all of them."""
_RARE_IDF = 8.0
_SUPPORT = 2.0


def _votes(features: npt.NDArray[np.float32], kind: str) -> Floats:
    return (_column(features, f"{kind}_share") + _column(features, f"{kind}_sharp")) / 2


def _rare(features: npt.NDArray[np.float32]) -> Floats:
    """Words that few items hold, of a query that some items have."""
    n_items = np.expm1(_column(features, "n_items"))
    return np.minimum(_column(features, "shared_idf") / _RARE_IDF, 1) * n_items / (n_items + _SUPPORT)


def _column(features: npt.NDArray[np.float32], name: str) -> Floats:
    return features[:, item_column(name)].astype(np.float64)
