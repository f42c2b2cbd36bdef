"""A trained order and the indexes it orders: two generations become one."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from suggest.artifacts import Generation, GenerationWriter, building, current, sha256_of
from suggest.errors import GenerationBroken, GenerationTooNew
from suggest.rank import Ranker

CARD = "ranker_card"
"""Name of the model card in a generation."""

_RANKER = "ranker"


def publish_ranker(index_dir: Path, ranker: Ranker, card: dict[str, Any]) -> str:
    """Publishes the generation that is served now with another ranker; returns its name.

    Its files are linked, not copied, where the file system can: no file of a generation ever changes.

    Raises:
        GenerationBroken: there is none.
        BuildLocked: a build of this directory is running.
        ArtifactError: the directory cannot be written; what was served stays served.
    """
    with building(index_dir) as writer:
        # Compared with its checksums: linked damage would get new ones that fit.
        served = Generation.open(index_dir)
        _link(served, writer, lambda name: not _is_of_ranker(name))
        writer.inputs = served.manifest["inputs"]
        writer.parameters = dict(served.parameters)
        ranker.save(writer)
        writer.save_json(CARD, card)
    return writer.name


def carry_ranker(index_dir: str | Path, writer: GenerationWriter) -> None:
    """Takes the ranker of the generation that is served now into the next one, if it has one that still fits."""
    try:
        if current(index_dir) is None:
            return
        served = Generation.open(index_dir, verify=False)
        _require_whole(served, _is_of_ranker)
        if Ranker.open(served) is None:
            return
    except (GenerationBroken, GenerationTooNew):
        return  # nothing to carry: the next generation has the untrained order, and `suggest inspect` shows it
    _link(served, writer, _is_of_ranker)


def _is_of_ranker(name: str) -> bool:
    return name.startswith(_RANKER)


def _require_whole(served: Generation, is_wanted: Callable[[str], bool]) -> None:
    for name in filter(is_wanted, served.manifest["files"]):
        if sha256_of(served.path(name)) != served.manifest["files"][name]["sha256"]:
            raise GenerationBroken(f"{served.path(name)} is damaged; train again with: suggest train")


def _link(served: Generation, writer: GenerationWriter, is_wanted: Callable[[str], bool]) -> None:
    for name in filter(is_wanted, served.manifest["files"]):
        try:
            os.link(served.path(name), writer.path(name))
        except OSError:
            shutil.copyfile(served.path(name), writer.path(name))
