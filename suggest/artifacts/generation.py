"""Here is an index directory: what does a generation in it hold?"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy.typing as npt

from suggest.artifacts.directory import MANIFEST, current, sha256_of
from suggest.artifacts.mapped import mapped, mapped_array
from suggest.errors import GenerationBroken, GenerationTooNew

FORMAT_VERSION = 5
"""Raised whenever one of an older program and this one could not read what the other writes."""


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

    @classmethod
    def served(cls, index_dir: str | Path) -> Generation | None:
        """The one in `CURRENT`, its files not compared with their checksums; None where none can be used."""
        try:
            return None if current(index_dir) is None else cls.open(index_dir, verify=False)
        except (GenerationBroken, GenerationTooNew):
            return None

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
        return mapped_array(self.path(f"{name}.npy"))

    def content(self, file: str) -> memoryview:
        """The bytes of a file, memory-mapped and read-only."""
        return mapped(self.path(file))

    def json(self, name: str) -> Any:
        """The value of `save_json`."""
        return json.loads(self.path(f"{name}.json").read_text(encoding="utf-8"))

    def bytes_by_file(self) -> dict[str, int]:
        """Size of each file in bytes, by name."""
        return {name: entry["bytes"] for name, entry in sorted(self.manifest["files"].items())}


def digest_of(manifest: Mapping[str, Any]) -> str:
    """Hexadecimal SHA-256 of a manifest without its own."""
    return hashlib.sha256(json.dumps(manifest, sort_keys=True).encode()).hexdigest()


def _read_manifest(directory: Path) -> dict[str, Any]:
    path = directory / MANIFEST
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
    if digest != digest_of(manifest):
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
