"""Generations: what is served is a write-once, checksummed directory.

    INDEX/CURRENT              one line, the name of the generation to serve
    INDEX/000007-20260131T120000/manifest.json, *.npy, *.marisa, ...
    INDEX/.building-000008-.../   a build that has not ended; removed by the next build
    INDEX/.lock                held while a build runs

A generation becomes visible through one rename of its directory and is served through one rename
of `CURRENT`; everything is on disk before either. A process killed at any moment therefore leaves
the old state or the new one, never a mixture.
"""

from __future__ import annotations

import fcntl
import json
import os
import platform
import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt

from suggest.artifacts.directory import (
    BUILDING,
    MANIFEST,
    SWITCHING,
    current,
    fsync,
    generations,
    is_name,
    sha256_of,
    switch,
)
from suggest.artifacts.generation import FORMAT_VERSION, Generation, digest_of
from suggest.errors import ArtifactError, BuildLocked

KEPT = 3
"""Complete generations that stay after a build; the one in `CURRENT` always does, and so do those that are `held`."""

# A switch takes milliseconds; an older temporary was left by a process that died.
_SWITCH_S = 3600


class GenerationWriter:
    """A generation being built; made by `building`.

    Attributes:
        directory: where its files are written.
        parameters: goes into the manifest; what readers need to interpret the files.
        inputs: goes into the manifest; what the generation was made from.
    """

    def __init__(self, index_dir: Path, name: str) -> None:
        self.name = name
        self.directory = index_dir / f"{BUILDING}{name}"
        self.parameters: dict[str, Any] = {}
        self.inputs: list[dict[str, Any]] = []
        self.directory.mkdir()

    def path(self, file: str) -> Path:
        """Where to write one file of the generation."""
        return self.directory / file

    def save_array(self, name: str, values: npt.NDArray[Any]) -> None:
        """Writes `<name>.npy` for `Generation.array`."""
        np.save(self.path(f"{name}.npy"), np.ascontiguousarray(values), allow_pickle=False)

    @contextmanager
    def array_files(self, columns: Mapping[str, npt.DTypeLike], n_rows: int) -> Iterator[list[BinaryIO]]:
        """Opens `<name>.npy` of each column for its raw values, written a batch at a time.

        Args:
            columns: dtype by name.
            n_rows: how many values each of them will get.
        """
        with ExitStack() as stack:
            files: list[BinaryIO] = []
            for name, dtype in columns.items():
                file = stack.enter_context(self.path(f"{name}.npy").open("wb"))
                header = {"descr": np.dtype(dtype).str, "fortran_order": False, "shape": (n_rows,)}
                np.lib.format.write_array_header_1_0(file, header)
                files.append(file)
            yield files

    def written(self) -> Generation:
        """What was written so far, to read while the rest is built. Its manifest knows names and parameters only."""
        files: dict[str, Any] = {path.name: {} for path in self.directory.iterdir()}
        return Generation(self.directory, {"name": self.name, "parameters": self.parameters, "files": files})

    def save_json(self, name: str, value: Any) -> None:
        """Writes `<name>.json` for `Generation.json`."""
        self.path(f"{name}.json").write_text(json.dumps(value, ensure_ascii=False, indent=1), encoding="utf-8")


@contextmanager
def building(index_dir: str | Path) -> Iterator[GenerationWriter]:
    """Builds one generation; on leaving the block without an error it is published and served.

    Whatever earlier builds left unfinished is removed first. On an error nothing of this build
    stays. Older generations beyond `KEPT` are removed after publication.

    Raises:
        BuildLocked: another build of the same directory is running.
        ArtifactError: the directory cannot be written (no permission, disk full, ...).
    """
    index_dir = Path(index_dir)
    with _told_as_artifact_error(index_dir), _locked(index_dir):
        _remove_unfinished(index_dir)
        writer = GenerationWriter(index_dir, _next_name(index_dir))
        try:
            yield writer
            _publish(index_dir, writer)
        except BaseException:
            shutil.rmtree(writer.directory, ignore_errors=True)
            raise
        _remove_old(index_dir)


def _publish(index_dir: Path, writer: GenerationWriter) -> None:
    files = sorted(path for path in writer.directory.iterdir() if path.is_file())
    digests = {path: sha256_of(path) for path in files}
    _store_once(digests)
    for path in files:
        fsync(path)
    manifest = {
        "format_version": FORMAT_VERSION,
        "name": writer.name,
        "created_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "inputs": writer.inputs,
        "parameters": writer.parameters,
        "versions": _versions(),
        "files": {path.name: {"bytes": path.stat().st_size, "sha256": digests[path]} for path in files},
    }
    manifest["sha256"] = digest_of(manifest)
    writer.save_json("manifest", manifest)
    fsync(writer.path(MANIFEST))
    fsync(writer.directory)
    writer.directory.rename(index_dir / writer.name)
    fsync(index_dir)
    # Named like an unfinished build, so that the next one removes it if this one dies here.
    switch(index_dir, writer.name, index_dir / f"{BUILDING}CURRENT")


def _store_once(digests: Mapping[Path, str]) -> None:
    """Makes files of the same content one: of counts alone, users are as many as searches, and no weight decays."""
    first: dict[str, Path] = {}
    for path, digest in digests.items():
        same = first.setdefault(digest, path)
        if same is not path:
            with suppress(OSError):  # not every file system has hard links
                linked = path.with_name(f"{path.name}.same")
                os.link(same, linked)
                linked.replace(path)


def _next_name(index_dir: Path) -> str:
    # Numbered, so that order does not depend on the clock; dated, so that people can tell them apart.
    newest = max((int(name.split("-")[0]) for name in _entries(index_dir)), default=0)
    return f"{newest + 1:06d}-{datetime.now(UTC):%Y%m%dT%H%M%S}"


def _entries(index_dir: Path) -> list[str]:
    return [entry.name for entry in index_dir.iterdir() if is_name(entry.name)]


def _remove_unfinished(index_dir: Path) -> None:
    for entry in index_dir.iterdir():
        if entry.name.startswith(BUILDING):
            shutil.rmtree(entry) if entry.is_dir() else entry.unlink()
        elif entry.name.startswith(SWITCHING) and entry.stat().st_mtime < time.time() - _SWITCH_S:
            entry.unlink(missing_ok=True)


def _remove_old(index_dir: Path) -> None:
    for name in generations(index_dir)[KEPT:]:
        if name != current(index_dir) and not _is_held(index_dir / name):
            # The manifest goes first: what is half removed is no longer complete.
            (index_dir / name / MANIFEST).unlink()
    for name in _entries(index_dir):
        if not (index_dir / name / MANIFEST).exists():
            shutil.rmtree(index_dir / name)


def _is_held(directory: Path) -> bool:
    with (directory / MANIFEST).open("rb") as manifest:
        try:
            fcntl.flock(manifest, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


@contextmanager
def _locked(index_dir: Path) -> Iterator[None]:
    index_dir.mkdir(parents=True, exist_ok=True)
    with (index_dir / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BuildLocked(f"another build is writing to {index_dir}; wait for it or choose another --out") from None
        yield


@contextmanager
def _told_as_artifact_error(index_dir: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        where = error.filename or index_dir
        raise ArtifactError(
            f"cannot write the index: {where}: {error.strerror or error}; nothing was published"
        ) from error


_VERSIONED = (
    "shorttext-suggest",
    "numpy",
    "marisa-trie",
    "duckdb",
    "ibis-framework",
    "pyicu-wheels",
    "pypinyin",
    "rapidfuzz",
)
"""Packages whose version may change what a build writes."""


def _versions() -> dict[str, str]:
    found = {"python": platform.python_version()}
    for package in _VERSIONED:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "unknown"
    return found
