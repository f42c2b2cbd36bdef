"""Trained models and the indexes they order: two generations become one."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from suggest.artifacts import Generation, GenerationWriter, building, sha256_of
from suggest.errors import GenerationBroken
from suggest.pipelines.trained import Trained
from suggest.pipelines.write_related_lists import REMADE, write_related_lists
from suggest.rank import Policy, Ranker
from suggest.rank.item_order import NAME as ITEM_ORDER
from suggest.rank.item_order import open_item_order
from suggest.rank.related import LEARNED_ORDER, RelatedOrders
from suggest.text.tagger import Tagger
from suggest.text.tagger_weights import TAGGER_PREFIX
from suggest.types import Progress

CARD = "ranker_card"
"""Name of the model card of the typeahead in a generation."""

_RANKER = "ranker"


def publish_models(index_dir: Path, models: Sequence[Trained], told: Progress) -> str:
    """Publishes the generation that is served now with other models; returns its name.

    Its files are linked, not copied, where the file system can: no file of a generation ever changes. Lists of related
    queries are made again where their order is another one.

    Raises:
        GenerationBroken: there is none.
        BuildLocked: a build of this directory is running.
        ArtifactError: the directory cannot be written; what was served stays served.
    """
    replaced = tuple(model.prefix for model in models)
    is_reordered = LEARNED_ORDER in replaced
    with building(index_dir) as writer:
        # Compared with its checksums: linked damage would get new ones that fit.
        served = Generation.open(index_dir)
        _link(served, writer, lambda name: not name.startswith((*replaced, *REMADE) if is_reordered else replaced))
        writer.inputs = served.manifest["inputs"]
        writer.parameters = dict(served.parameters)
        for model in models:
            model.save(writer)
        if is_reordered:
            policy = Policy.from_json(served.json("policy"))
            write_related_lists(writer, policy, served.parameters["watermark_us"] or 0, told)
    return writer.name


def ranker_model(ranker: Ranker, card: dict[str, Any]) -> Trained:
    """The order of the typeahead, ready to be published."""

    def save(writer: GenerationWriter) -> None:
        ranker.save(writer)
        writer.save_json(CARD, card)

    return Trained(_RANKER, save, "", {})


def carry_models(index_dir: str | Path, writer: GenerationWriter) -> None:
    """Takes the trained models of the generation that is served now into the next one, those that still fit."""
    served = Generation.served(index_dir)
    if served is not None:
        prefixes = tuple(prefix for prefix in _CARRIED if _is_usable(served, prefix))
        _link(served, writer, lambda name: name.startswith(prefixes))


def _is_usable(served: Generation, prefix: str) -> bool:
    """Whether it holds a whole model that still fits; else the next one is untrained, and `suggest inspect` says so."""
    try:
        _require_whole(served, prefix)
        return _CARRIED[prefix](served)
    except GenerationBroken:
        return False


_CARRIED: dict[str, Callable[[Generation], bool]] = {
    _RANKER: lambda served: Ranker.open(served) is not None,
    LEARNED_ORDER: lambda served: RelatedOrders.open(served, is_trained=True).learned is not None,
    ITEM_ORDER: lambda served: open_item_order(served) is not None,
    TAGGER_PREFIX: lambda served: Tagger.of(served) is not Tagger.default(),
}
"""By the beginning of the names of its files: whether a generation holds a model that this program can use."""


def _require_whole(served: Generation, prefix: str) -> None:
    for name in served.manifest["files"]:
        if name.startswith(prefix) and sha256_of(served.path(name)) != served.manifest["files"][name]["sha256"]:
            raise GenerationBroken(f"{served.path(name)} is damaged; train again with: suggest train")


def _link(served: Generation, writer: GenerationWriter, is_wanted: Callable[[str], bool]) -> None:
    for name in filter(is_wanted, served.manifest["files"]):
        try:
            os.link(served.path(name), writer.path(name))
        except OSError:
            shutil.copyfile(served.path(name), writer.path(name))
