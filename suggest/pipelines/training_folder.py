"""A folder for one training, inside the index directory; what a training that died left there goes with the next."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from suggest.errors import ArtifactError

PREFIX = "training-"


@contextmanager
def training_folder(index_dir: Path) -> Iterator[Path]:
    """A new folder that is gone afterwards; those of processes that have ended are removed first.

    A living training holds the lock of its folder, so that two may run beside each other.

    Raises:
        ArtifactError: the directory cannot be written.
    """
    try:
        with ExitStack() as held:
            # From the making of a folder until it is locked, nobody may take it for abandoned.
            with _locked(index_dir):
                _remove_abandoned(index_dir)
                folder = Path(tempfile.mkdtemp(dir=index_dir, prefix=PREFIX))
                held.enter_context(_locked(folder))
            try:
                yield folder
            finally:
                shutil.rmtree(folder, ignore_errors=True)
    except OSError as error:
        where = error.filename or index_dir
        raise ArtifactError(f"cannot train: {where}: {error.strerror or error}; nothing was published") from error


def _remove_abandoned(index_dir: Path) -> None:
    for folder in index_dir.glob(f"{PREFIX}*"):
        with suppress(BlockingIOError, FileNotFoundError), _locked(folder, fcntl.LOCK_NB):
            shutil.rmtree(folder)


@contextmanager
def _locked(folder: Path, mode: int = 0) -> Iterator[None]:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | mode)
        yield
    finally:
        os.close(descriptor)
