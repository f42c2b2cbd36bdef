"""One small world, made once for all tests that only read it."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest

from suggest.simulation import Parameters, SimulationReport, simulate

USERS, DAYS, SEED = 40, 10, 5

SMALL = replace(Parameters(), past_searches=(20_000, 20_000), least_items=400)


@pytest.fixture(scope="session")
def small() -> Parameters:
    """Constants of a world that is made in a second."""
    return SMALL


@pytest.fixture(scope="session")
def made(tmp_path_factory) -> tuple[Path, SimulationReport]:
    """The world's directory and report."""
    out = tmp_path_factory.mktemp("world")
    return out, simulate(out, USERS, DAYS, SEED, parameters=SMALL)


@pytest.fixture(scope="session")
def records(made) -> Callable[[str], list[dict[str, Any]]]:
    """Reads a JSON Lines file of the world."""

    def read(name: str) -> list[dict[str, Any]]:
        return [orjson.loads(line) for line in gzip.decompress((made[0] / name).read_bytes()).splitlines()]

    return read


@pytest.fixture(scope="session")
def events(records) -> list[dict[str, Any]]:
    return records("events.jsonl.gz")


@pytest.fixture(scope="session")
def truth(made) -> dict[str, Any]:
    return orjson.loads((made[0] / "truth.json").read_bytes())
