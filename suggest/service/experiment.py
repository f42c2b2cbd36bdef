"""An experiment: which orders are compared, and who gets which of them.

    name = "ranker-february"

    [[arms]]
    name = "control"
    share = 0.5

    [[arms]]
    name = "untrained"
    share = 0.5
    ranker = "none"

The first arm is the control.
"""

from __future__ import annotations

import math
import os
import re
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from typing import Any, Literal, get_args

from suggest.errors import ArgumentError

Ranker = Literal["default", "none"]

CURRENT = "current"
"""The generation of an arm that follows what is served without an experiment."""

MAX_ARMS = 16
"""Most arms of one experiment; a request id names one of them with a hexadecimal digit."""

_NAME = re.compile(r"[A-Za-z0-9_.-]{1,64}")
_GENERATION = re.compile(r"current|\d+-[A-Za-z0-9]+")
# Shares written with a few decimals, such as three times 0.333, are meant to be the whole.
_SHARES_OFF = 0.002
_KEYS = ("name", "salt", "arms")
_ARM_KEYS = ("name", "share", "generation", "ranker")
_DRAFT_KEYS = ("name", "share", "interleave")


@dataclass(frozen=True, slots=True)
class Arm:
    """One of the answers that an experiment compares.

    Attributes:
        name: told in the answer's header and in metrics.
        share: of the people (or sessions, or requests), from 0 to 1.
        generation: name of a generation, or `current`.
        ranker: `default` for the generation's own order, `none` for the untrained one.
        interleave: names of the two arms whose answers this one merges; empty for an arm of its own.
    """

    name: str
    share: float
    generation: str = CURRENT
    ranker: Ranker = "default"
    interleave: tuple[str, ...] = ()


@dataclass(frozen=True)
class Experiment:
    """A validated experiment; the first arm is the control.

    Attributes:
        name: of the experiment, in metrics.
        salt: what assignments are hashed with; another salt assigns independently.
        arms: in the order of the file.
    """

    name: str
    salt: str
    arms: tuple[Arm, ...]

    @property
    def control(self) -> Arm:
        """The arm that answers where another one cannot."""
        return self.arms[0]

    @cached_property
    def tag(self) -> str:
        """Four hexadecimal digits that tell this experiment's request ids from another's, edited ones included."""
        return blake2b(repr((self.name, self.salt, self.arms)).encode(), digest_size=2).hexdigest()

    def arm(self, name: str) -> Arm:
        """The arm of that name; there is one."""
        return next(arm for arm in self.arms if arm.name == name)

    def arm_of(self, user: str | None, session: str | None, request_id: str) -> Arm:
        """The arm of a person; without one of the session; without one of this request alone. About 3 µs.

        A stable hash: the same on every worker, after restarts and in later versions.
        """
        unit = f"user:{user}" if user is not None else f"session:{session}" if session is not None else request_id
        digest = blake2b(f"{self.salt}\0{unit}".encode(), digest_size=8).digest()
        place = int.from_bytes(digest, "big") / 2**64
        for arm in self.arms:
            place -= arm.share
            if place < 0:
                return arm
        return self._last

    @cached_property
    def _last(self) -> Arm:
        # Shares that add up to a little less than one, and the rounding of floats, leave a sliver.
        return next(arm for arm in reversed(self.arms) if arm.share > 0)


def read_experiment(path: str | os.PathLike[str]) -> Experiment:
    """The experiment of a TOML file.

    Raises:
        ArgumentError: the file cannot be read or does not describe an experiment; one line says what and where.
    """
    try:
        with open(path, "rb") as file:  # noqa: PTH123 - `path` may be a plain string
            return parse_experiment(tomllib.load(file))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ArgumentError("experiment", f"{os.fspath(path)} cannot be read: {error}") from error
    except ArgumentError as error:
        raise ArgumentError("experiment", f"{os.fspath(path)}: {error}") from error


def parse_experiment(document: Mapping[str, Any]) -> Experiment:
    """The experiment that a parsed TOML document describes.

    Raises:
        ArgumentError: it describes none; `argument` is the place, such as `arms[1].share`.
    """
    _check_keys("", document, _KEYS)
    name = _named("name", document.get("name"))
    rows = document.get("arms")
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise ArgumentError("arms", "expected one [[arms]] table for each arm")
    if not 2 <= len(rows) <= MAX_ARMS:  # noqa: PLR2004 - a comparison has two sides
        raise ArgumentError("arms", f"expected 2 to {MAX_ARMS} of them, got {len(rows)}")
    arms = tuple(_arm(f"arms[{index}]", row) for index, row in enumerate(rows))
    _check_together(arms)
    return Experiment(name, _named("salt", document.get("salt", name)), arms)


def _arm(place: str, row: Mapping[str, Any]) -> Arm:
    is_draft = "interleave" in row
    _check_keys(f"{place}.", row, _DRAFT_KEYS if is_draft else _ARM_KEYS)
    name, share = _named(f"{place}.name", row.get("name")), _share(f"{place}.share", row.get("share"))
    if is_draft:
        return Arm(name, share, interleave=_pair(f"{place}.interleave", row["interleave"]))
    generation, ranker = row.get("generation", CURRENT), row.get("ranker", "default")
    if not isinstance(generation, str) or not _GENERATION.fullmatch(generation):
        expected = "expected the name of a generation, or current"
        raise ArgumentError(f"{place}.generation", f"{expected}, got {generation!r}")
    if ranker not in get_args(Ranker):
        raise ArgumentError(f"{place}.ranker", f"expected default or none, got {ranker!r}")
    return Arm(name, share, generation, ranker)


def _check_keys(place: str, table: Mapping[str, Any], known: Collection[str]) -> None:
    for key in table:
        if key not in known:
            raise ArgumentError(f"{place}{key}", f"unknown; expected {', '.join(known)}")


def _named(place: str, value: object) -> str:
    if not isinstance(value, str) or not _NAME.fullmatch(value):
        raise ArgumentError(place, f"expected 1 to 64 letters, digits, dots, dashes or underscores, got {value!r}")
    return value


def _share(place: str, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise ArgumentError(place, f"expected a number from 0 to 1, got {value!r}")
    return float(value)


def _pair(place: str, value: object) -> tuple[str, ...]:
    match value:
        case [str(first), str(second)] if first != second:
            return first, second
    raise ArgumentError(place, f"expected the names of two other arms, got {value!r}")


def _check_together(arms: tuple[Arm, ...]) -> None:
    names = [arm.name for arm in arms]
    answering = {arm.name for arm in arms if not arm.interleave}
    for index, arm in enumerate(arms):
        if arm.name in names[:index]:
            raise ArgumentError(f"arms[{index}].name", f"{arm.name} is taken by an arm before")
        for other in arm.interleave:
            if other not in answering:
                raise ArgumentError(f"arms[{index}].interleave", f"{other!r} is no arm with an answer of its own")
    if arms[0].interleave:
        raise ArgumentError("arms[0]", "the first arm is the control, which needs an answer of its own")
    total = math.fsum(arm.share for arm in arms)
    if abs(total - 1) > _SHARES_OFF:
        raise ArgumentError("arms", f"shares should add up to 1, got {total:g}")
