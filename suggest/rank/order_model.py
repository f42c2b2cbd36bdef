"""The learned order of one surface, as a generation holds it: named features, trees, and how likely a score is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from suggest.artifacts import Generation, GenerationWriter
from suggest.errors import GenerationBroken
from suggest.features import Feature
from suggest.rank.trees import Trees


@dataclass(frozen=True, eq=False)
class OrderModel:
    """Trees over a surface's own features; immutable, and scored without LightGBM.

    Attributes:
        name: of its files, such as `item_order`.
        features: names of the columns.
        version: of what these mean; raised whenever one changes.
        trees: what gives the scores.
        slope: what the trees' sum is multiplied with, above 0, and
        intercept: what is then added, so that it is the log-odds of being wanted.
        training: how it came about, ready for JSON.
    """

    name: str
    features: tuple[str, ...]
    version: int
    trees: Trees
    slope: float
    intercept: float
    training: Mapping[str, Any]

    def knowing(self, until_us: int) -> OrderModel:
        """The same, told of the latest `known_at` that it learned from: what comes no later cannot judge it."""
        return replace(self, training={**self.training, "until_us": until_us})

    def save(self, writer: GenerationWriter) -> None:
        """Writes `<name>.json` and the arrays of its trees, about a megabyte in all."""
        self.trees.save(writer, self.name)
        writer.save_json(
            self.name,
            {
                "features": list(self.features),
                "features_version": self.version,
                "slope": self.slope,
                "intercept": self.intercept,
                "training": self.training,
            },
        )

    @classmethod
    def open(cls, generation: Generation, name: str, features: Sequence[Feature], version: int) -> OrderModel | None:
        """The order that a generation holds under a name, memory-mapped; None when it has none.

        Args:
            generation: what holds it.
            name: of its files.
            features: the columns that this program computes, in order.
            version: of them.

        Raises:
            GenerationBroken: it was trained on other features than these.
        """
        if not generation.holds(f"{name}.json"):
            return None
        saved = generation.json(name)
        own = [feature.name for feature in features]
        if saved["features_version"] != version or saved["features"] != own:
            differing = ", ".join(sorted(set(saved["features"]) ^ set(own))) or "order or meaning"
            raise GenerationBroken(
                f"{generation.directory}: its {name} was trained on version {saved['features_version']} of its "
                f"features, this program computes version {version} (differing: {differing}); train again with: "
                "suggest train"
            )
        trees = Trees.open(generation, name)
        return cls(name, tuple(own), version, trees, saved["slope"], saved["intercept"], saved["training"])

    def scores(self, features: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
        """Log-odds that each candidate is wanted, float64[n]; comparable between requests.

        Args:
            features: float32[n, n_features]; n may be 0, NaN is a missing value.

        Raises:
            ValueError: not of that shape and type.
        """
        self._require_rows(features)
        return self.trees.scores(features) * self.slope + self.intercept

    def contributions(self, features: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
        """What each feature adds to the score, float64[n, n_features]; all rows have the same rest.

        Args:
            features: float32[n, n_features].

        Raises:
            ValueError: not of that shape and type.
        """
        self._require_rows(features)
        return self.trees.contributions(features) * self.slope

    def _require_rows(self, features: npt.NDArray[np.float32]) -> None:
        n_features = len(self.features)
        if features.shape != (len(features), n_features) or features.dtype != np.float32:
            got = f"{features.dtype}{list(features.shape)}"
            raise ValueError(f"features: expected float32[n, {n_features}], got {got}")
