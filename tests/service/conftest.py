"""Small indexes and the services over them."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from suggest.service.settings import Settings
from suggest.service.tokens import Tokens
from tests.service.asgi import Service, serving

QUERIES = {
    "nivea cream": 50,
    "nivea soft": 40,
    "night lamp": 30,
    "night train to lisbon": 20,
    "jazz piano": 25,
    "jazz for sleeping": 15,
    "café crème": 12,
    "<script>alert(1)</script>": 11,
    "写真 撮り方": 10,
    "c++ tutorial": 9,
}


def write_queries(path: Path, extra: str = "") -> Path:
    """A file of queries; `extra` makes one generation differ from another."""
    rows = [f"{query}\t{count}\n" for query, count in QUERIES.items()]
    path.write_text("query\tcount\n" + "".join(rows) + (f"{extra}\t99\n" if extra else ""), encoding="utf-8")
    return path


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy machine must not cut answers short: what is compared depends on the counted budget alone."""
    for module in ("hot", "reads"):
        monkeypatch.setattr(f"suggest.service.{module}.FALLBACK_DEADLINE_S", 60.0)


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index directory with three generations; the last is current. Not to be written to."""
    from suggest.pipelines.build import build

    folder = tmp_path_factory.mktemp("service")
    for extra in ("nile one", "nile two", "nile three"):
        queries = [write_queries(folder / "queries.tsv", extra)]
        # Tests copy it: the encoder's 24 MB would be most of it, and ten queries need no vectors.
        build(folder / "index", queries=queries, encoder="none")
    return folder / "index"


@pytest.fixture
def index_dir(built: Path, tmp_path: Path) -> Path:
    """A copy of the index that a test may change."""
    return Path(shutil.copytree(built, tmp_path / "index"))


@pytest.fixture
def service(built: Path) -> Iterator[Service]:
    """A service without tokens whose state ends with it; administration is on."""
    with serving(Settings(str(built), "memory://", Tokens(admin="root-token"))) as running:
        yield running


@pytest.fixture
def service_with(built: Path, tmp_path: Path) -> Callable[..., Settings]:
    """Settings over the shared index with a state in a file; arguments override them."""

    def settings(**overrides: object) -> Settings:
        values = {"index_dir": str(built), "state_url": f"sqlite:///{tmp_path / 'state.sqlite'}", **overrides}
        return Settings(**values)  # type: ignore[arg-type]

    return settings
