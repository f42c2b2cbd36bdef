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
import hashlib
import json
import os
import platform
import shutil
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt

from suggest.errors import ArtifactError, BuildLocked, GenerationBroken, GenerationTooNew

FORMAT_VERSION = 3
"""Raised whenever an older program could not read what is written."""

KEPT = 3
"""Complete generations that stay after a build; the one in `CURRENT` always does, and so do those that are `held`."""

_MANIFEST = "manifest.json"
_BUILDING = ".building-"
_SWITCHING = ".CURRENT-"
# A switch takes milliseconds; an older temporary was left by a process that died.
_SWITCH_S = 3600
_READ_BYTES = 1 << 20


class GenerationWriter:
    """A generation being built; made by `building`.

    Attributes:
        directory: where its files are written.
        parameters: goes into the manifest; what readers need to interpret the files.
        inputs: goes into the manifest; what the generation was made from.
    """

    def __init__(self, index_dir: Path, name: str) -> None:
        self.name = name
        self.directory = index_dir / f"{_BUILDING}{name}"
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


class Generation:
    """One complete generation, read-only.

    Attributes:
        name: its directory's name.
        directory: its directory.
        manifest: format version, name, creation time, inputs, parameters, versions, files.
    """

    def __init__(self, directory: Path, manifest: dict[str, Any]) -> None:
        self.directory = directory
        self.name: str = manifest["name"]
        self.manifest = manifest
        self.parameters: Mapping[str, Any] = manifest["parameters"]

    @classmethod
    def open(cls, index_dir: str | Path, name: str | None = None, *, verify: bool = True) -> Generation:
        """Opens the generation called `name`, or the one in `CURRENT`.

        Sizes of all files are always checked; `verify` also reads them all and compares SHA-256
        (about 1 s a GB when cached).

        Raises:
            GenerationBroken: there is none, or its files are missing or damaged.
            GenerationTooNew: it was written by a newer program.
        """
        index_dir = Path(index_dir)
        name = name or current(index_dir)
        if name is None:
            raise GenerationBroken(f"{index_dir} holds no generation; make one with: suggest build --out {index_dir}")
        directory = index_dir / name
        manifest = _read_manifest(directory)
        _check_files(directory, manifest["files"], verify=verify)
        return cls(directory, manifest)

    def path(self, file: str) -> Path:
        """Path of one of its files.

        Raises:
            GenerationBroken: the manifest lists no such file.
        """
        if file not in self.manifest["files"]:
            raise GenerationBroken(f"{self.directory}: the manifest lists no {file}; build the index again")
        return self.directory / file

    def holds(self, file: str) -> bool:
        """Whether the generation has this file."""
        return file in self.manifest["files"]

    def array(self, name: str) -> npt.NDArray[Any]:
        """The array of `save_array`, memory-mapped and read-only."""
        mapped = np.load(self.path(f"{name}.npy"), mmap_mode="r", allow_pickle=False)
        # As a plain ndarray: indexing a memmap costs several times as much.
        return mapped.view(np.ndarray)  # type: ignore[no-any-return]

    def json(self, name: str) -> Any:
        """The value of `save_json`."""
        return json.loads(self.path(f"{name}.json").read_text(encoding="utf-8"))

    def bytes_by_file(self) -> dict[str, int]:
        """Size of each file in bytes, by name."""
        return {name: entry["bytes"] for name, entry in sorted(self.manifest["files"].items())}


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


def current(index_dir: str | Path) -> str | None:
    """Name in `CURRENT`, or None when nothing was published.

    Raises:
        GenerationBroken: `CURRENT` does not hold a generation's name.
    """
    try:
        name = (Path(index_dir) / "CURRENT").read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise GenerationBroken(f"{index_dir}/CURRENT cannot be read: {error}") from error
    if not _is_name(name):
        raise GenerationBroken(f"{index_dir}/CURRENT should hold the name of a generation, got {name[:60]!r}")
    return name


def generations(index_dir: str | Path) -> list[str]:
    """Names of the complete generations, newest first."""
    index_dir = Path(index_dir)
    if not index_dir.is_dir():
        return []
    names = [entry.name for entry in index_dir.iterdir() if _is_name(entry.name) and (entry / _MANIFEST).is_file()]
    return sorted(names, reverse=True)


def switch_current(index_dir: str | Path, name: str) -> None:
    """Serves generation `name` from now on: one atomic rename, durable when it returns.

    Raises:
        GenerationBroken: there is no complete generation of that name.
    """
    index_dir = Path(index_dir)
    if name not in generations(index_dir):
        raise GenerationBroken(f"{index_dir} holds no complete generation {name!r}")
    # The name is per process: two rollbacks at once must not write into one file.
    _switch(index_dir, name, index_dir / f"{_SWITCHING}{os.getpid()}")


@contextmanager
def held(index_dir: str | Path, names: Iterable[str]) -> Iterator[None]:
    """Keeps generations from being removed by builds of this machine until the block, or the process, ends.

    A shared lock on each manifest, which a process that dies cannot leave behind. Names that are not there are
    passed over.
    """
    with ExitStack() as stack:
        for name in names:
            with suppress(FileNotFoundError):
                manifest = stack.enter_context((Path(index_dir) / name / _MANIFEST).open("rb"))
                fcntl.flock(manifest, fcntl.LOCK_SH)
        yield


def sha256_of(path: Path) -> str:
    """Hexadecimal SHA-256 of a file, read in blocks of 1 MiB."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_READ_BYTES):
            digest.update(block)
    return digest.hexdigest()


def _publish(index_dir: Path, writer: GenerationWriter) -> None:
    files = sorted(path for path in writer.directory.iterdir() if path.is_file())
    for path in files:
        _fsync(path)
    manifest = {
        "format_version": FORMAT_VERSION,
        "name": writer.name,
        "created_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "inputs": writer.inputs,
        "parameters": writer.parameters,
        "versions": _versions(),
        "files": {path.name: {"bytes": path.stat().st_size, "sha256": sha256_of(path)} for path in files},
    }
    manifest["sha256"] = _digest(manifest)
    writer.save_json("manifest", manifest)
    _fsync(writer.path(_MANIFEST))
    _fsync(writer.directory)
    writer.directory.rename(index_dir / writer.name)
    _fsync(index_dir)
    # Named like an unfinished build, so that the next one removes it if this one dies here.
    _switch(index_dir, writer.name, index_dir / f"{_BUILDING}CURRENT")


def _switch(index_dir: Path, name: str, temporary: Path) -> None:
    temporary.write_text(f"{name}\n", encoding="utf-8")
    _fsync(temporary)
    temporary.replace(index_dir / "CURRENT")
    _fsync(index_dir)


def _read_manifest(directory: Path) -> dict[str, Any]:
    path = directory / _MANIFEST
    try:
        manifest = json.loads(path.read_bytes())
        format_version = manifest["format_version"]
    except FileNotFoundError:
        raise GenerationBroken(f"{path} is missing; build the index again or go back to an earlier one") from None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise GenerationBroken(f"{path} cannot be read: {error}") from error
    if not isinstance(format_version, int) or format_version > FORMAT_VERSION:
        raise GenerationTooNew(
            f"{directory} is of format {format_version}, this program reads format {FORMAT_VERSION}; update it"
        )
    if format_version < FORMAT_VERSION:
        raise GenerationBroken(
            f"{directory} is of format {format_version}, this program reads format {FORMAT_VERSION}; "
            "build the index again"
        )
    digest = manifest.pop("sha256", None)
    if digest != _digest(manifest):
        raise GenerationBroken(f"{path} is damaged: its checksum differs")
    return manifest  # type: ignore[no-any-return]


def _check_files(directory: Path, files: Mapping[str, Mapping[str, Any]], *, verify: bool) -> None:
    for name, expected in files.items():
        path = directory / name
        try:
            size = path.stat().st_size
            intact = size == expected["bytes"] and (not verify or sha256_of(path) == expected["sha256"])
        except OSError as error:
            raise GenerationBroken(f"{path} cannot be read: {error.strerror}") from error
        if not intact:
            raise GenerationBroken(f"{path} is damaged: expected {expected['bytes']} bytes with the manifest's SHA-256")


def _digest(manifest: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(manifest, sort_keys=True).encode()).hexdigest()


def _next_name(index_dir: Path) -> str:
    # Numbered, so that order does not depend on the clock; dated, so that people can tell them apart.
    newest = max((int(name.split("-")[0]) for name in _entries(index_dir)), default=0)
    return f"{newest + 1:06d}-{datetime.now(UTC):%Y%m%dT%H%M%S}"


def _entries(index_dir: Path) -> list[str]:
    return [entry.name for entry in index_dir.iterdir() if _is_name(entry.name)]


def _is_name(name: str) -> bool:
    number, dash, date = name.partition("-")
    return number.isdecimal() and number.isascii() and bool(dash) and date.isalnum() and date.isascii()


def _remove_unfinished(index_dir: Path) -> None:
    for entry in index_dir.iterdir():
        if entry.name.startswith(_BUILDING):
            shutil.rmtree(entry) if entry.is_dir() else entry.unlink()
        elif entry.name.startswith(_SWITCHING) and entry.stat().st_mtime < time.time() - _SWITCH_S:
            entry.unlink(missing_ok=True)


def _remove_old(index_dir: Path) -> None:
    for name in generations(index_dir)[KEPT:]:
        if name != current(index_dir) and not _is_held(index_dir / name):
            # The manifest goes first: what is half removed is no longer complete.
            (index_dir / name / _MANIFEST).unlink()
    for name in _entries(index_dir):
        if not (index_dir / name / _MANIFEST).exists():
            shutil.rmtree(index_dir / name)


def _is_held(directory: Path) -> bool:
    with (directory / _MANIFEST).open("rb") as manifest:
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


def _fsync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


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
