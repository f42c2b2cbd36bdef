"""Here is an index directory: which generations does it hold, and which one is served?"""

from __future__ import annotations

import fcntl
import hashlib
import os
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from suggest.errors import GenerationBroken

MANIFEST = "manifest.json"
"""Name of the file that makes a directory a complete generation."""

BUILDING = ".building-"
SWITCHING = ".CURRENT-"
"""Beginnings of the names of what is not finished."""

_READ_BYTES = 1 << 20


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
    if not is_name(name):
        raise GenerationBroken(f"{index_dir}/CURRENT should hold the name of a generation, got {name[:60]!r}")
    return name


def generations(index_dir: str | Path) -> list[str]:
    """Names of the complete generations, newest first."""
    index_dir = Path(index_dir)
    if not index_dir.is_dir():
        return []
    names = [entry.name for entry in index_dir.iterdir() if is_name(entry.name) and (entry / MANIFEST).is_file()]
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
    switch(index_dir, name, index_dir / f"{SWITCHING}{os.getpid()}")


@contextmanager
def held(index_dir: str | Path, names: Iterable[str]) -> Iterator[None]:
    """Keeps generations from being removed by builds of this machine until the block, or the process, ends.

    A shared lock on each manifest, which a process that dies cannot leave behind. Names that are not there are
    passed over.
    """
    with ExitStack() as stack:
        for name in names:
            with suppress(FileNotFoundError):
                manifest = stack.enter_context((Path(index_dir) / name / MANIFEST).open("rb"))
                fcntl.flock(manifest, fcntl.LOCK_SH)
        yield


def sha256_of(path: Path) -> str:
    """Hexadecimal SHA-256 of a file, read in blocks of 1 MiB."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_READ_BYTES):
            digest.update(block)
    return digest.hexdigest()


def switch(index_dir: Path, name: str, temporary: Path) -> None:
    """Serves a generation from now on; through a file that this call makes."""
    temporary.write_text(f"{name}\n", encoding="utf-8")
    fsync(temporary)
    temporary.replace(index_dir / "CURRENT")
    fsync(index_dir)


def is_name(name: str) -> bool:
    """Whether a generation may be called so: a number and a date."""
    number, dash, date = name.partition("-")
    return number.isdecimal() and number.isascii() and bool(dash) and date.isalnum() and date.isascii()


def fsync(path: Path) -> None:
    """Returns once a file or directory is on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
