"""The order learned from a log, as a generation holds it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from suggest.artifacts import Generation, GenerationWriter
from suggest.errors import GenerationBroken
from suggest.features import FEATURES, VERSION
from suggest.rank.trees import Trees

_NAME = "ranker"


@dataclass(frozen=True, eq=False)
class Ranker:
    """A trained order; immutable, and scored without LightGBM.

    Attributes:
        trees: what gives the scores.
        training: how it came about, ready for JSON: parameters, numbers of examples, validation, importance, versions.
            `until_us` where it learned from a log: the latest `known_at` of that, and no later event is in it.
    """

    trees: Trees
    training: Mapping[str, Any]

    def save(self, writer: GenerationWriter) -> None:
        """Writes `ranker.json` and the arrays of its trees, about a megabyte in all."""
        self.trees.save(writer, _NAME)
        writer.save_json(
            _NAME,
            {
                "features_version": VERSION,
                "features": [feature.name for feature in FEATURES],
                "training": self.training,
            },
        )

    @classmethod
    def open(cls, generation: Generation) -> Ranker | None:
        """The ranker of a generation, memory-mapped; None when it has none.

        Raises:
            GenerationBroken: it was trained on other features than this program computes.
        """
        if not generation.holds(f"{_NAME}.json"):
            return None
        saved = generation.json(_NAME)
        _require_same_features(saved["features_version"], saved["features"], generation)
        return cls(Trees.open(generation, _NAME), saved["training"])

    def scores(self, features: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
        """The score of each candidate, float64[n]; higher is better, and comparable within one request only.

        Args:
            features: float32[n, n_features], as `suggest.features.compute` gives them; n may be 0.

        Raises:
            ValueError: not of that shape and type.
        """
        self._require_rows(features)
        return self.trees.scores(features)

    def contributions(self, features: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
        """What each feature adds to the score, float64[n, n_features]; what no feature explains is left out.

        All rows have the same rest, so that differences between two rows sum to the difference of their scores.

        Args:
            features: float32[n, n_features].

        Raises:
            ValueError: not of that shape and type.
        """
        self._require_rows(features)
        return self.trees.contributions(features)

    def _require_rows(self, features: npt.NDArray[np.float32]) -> None:
        if features.ndim != 2 or features.shape[1] != self.trees.n_features or features.dtype != np.float32:  # noqa: PLR2004 - a matrix
            raise ValueError(
                f"features: expected float32[n, {self.trees.n_features}], got {features.dtype}{list(features.shape)}"
            )


def _require_same_features(version: int, names: list[str], generation: Generation) -> None:
    own = [feature.name for feature in FEATURES]
    if version == VERSION and names == own:
        return
    differing = sorted(set(names) ^ set(own))
    raise GenerationBroken(
        f"{generation.directory}: its ranker was trained on version {version} of the features, this program computes "
        f"version {VERSION} (differing: {', '.join(differing) or 'order or meaning'}); train again with: suggest train"
    )
