"""The order and the map for related queries that ship with the package, `models/related_*.npz`."""

from __future__ import annotations

import json
from dataclasses import fields
from functools import lru_cache
from importlib import resources
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from suggest.features.related import RELATED_VERSION, TEXT_FEATURES
from suggest.rank.order_model import OrderModel
from suggest.rank.related import TEXT_ORDER
from suggest.rank.trees import Trees

ORDER_FILE, SEQUEL_FILE = "related_order.npz", "related_sequel.npz"
"""Names in `models/`."""

_ABOUT = "about"


class Sequel(NamedTuple):
    """A map from the vector of a query to where those lie that people ask next.

    Attributes:
        encoder: name of the only encoder whose vectors it maps.
        matrix: float32[d, d], by which a vector less the mean is multiplied.
    """

    encoder: str
    matrix: npt.NDArray[np.float32]


@lru_cache(maxsize=1)
def shipped_order() -> OrderModel:
    """The order by words and meaning that ships.

    Raises:
        ValueError: it was made for other features than this program computes.
    """
    with _opened(ORDER_FILE) as arrays:
        about = _about(arrays)
        own = [feature.name for feature in TEXT_FEATURES]
        if about["features"] != own or about["features_version"] != RELATED_VERSION:
            raise ValueError(f"{ORDER_FILE}: made for other features; make it again, see models/README.md")
        trees = Trees(**{field.name: arrays[field.name] for field in fields(Trees)})
    name, version = TEXT_ORDER, about["features_version"]
    return OrderModel(name, tuple(own), version, trees, about["slope"], about["intercept"], about["training"])


@lru_cache(maxsize=1)
def shipped_sequel() -> Sequel:
    """The map that ships."""
    with _opened(SEQUEL_FILE) as arrays:
        return Sequel(_about(arrays)["encoder"], arrays["matrix"].astype(np.float32))


def write_order(folder: Path, order: OrderModel) -> None:
    """Writes what `shipped_order` reads."""
    arrays = {field.name: getattr(order.trees, field.name) for field in fields(Trees)}
    about = {
        "features": list(order.features),
        "features_version": order.version,
        "slope": order.slope,
        "intercept": order.intercept,
        "training": order.training,
    }
    _write(folder / ORDER_FILE, about, arrays)


def write_sequel(folder: Path, sequel: Sequel) -> None:
    """Writes what `shipped_sequel` reads, as float16: 512 kB for 512 dimensions."""
    _write(folder / SEQUEL_FILE, {"encoder": sequel.encoder}, {"matrix": sequel.matrix.astype(np.float16)})


def _write(path: Path, about: dict[str, Any], arrays: dict[str, npt.NDArray[Any]]) -> None:
    text = np.frombuffer(json.dumps(about, sort_keys=True).encode(), dtype=np.uint8)
    np.savez_compressed(path, allow_pickle=False, **{_ABOUT: text, **arrays})


def _opened(name: str) -> Any:
    return np.load(BytesIO(resources.files("suggest.models").joinpath(name).read_bytes()), allow_pickle=False)


def _about(arrays: Any) -> dict[str, Any]:
    about: dict[str, Any] = json.loads(arrays[_ABOUT].tobytes())
    return about
