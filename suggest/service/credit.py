"""Which arm, and which team of a draft, an answer came from: written into its request id.

    5f0c9e1b2a7d-1c             no experiment
    5f0c9e1b2a7d-1c.9af3.1      experiment 9af3, its second arm
    5f0c9e1b2a7d-1c.9af3.2.2d   its third arm, a draft: 2d is 1 01101 in bits, and the ones after the first
                                are the positions of the second team

So whichever worker receives the click can credit it, after a restart too, and nothing is kept for answers
that nobody clicks. It is not signed: who may write events could as well make up whole searches.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from suggest.service.experiment import Arm, Experiment

_CREDITED = re.compile(r"[0-9a-f]+-[0-9a-f]+\.([0-9a-f]{4})\.([0-9a-f])(?:\.([0-9a-f]{1,32}))?")


class Credit(NamedTuple):
    """Whom an impression or a click belongs to.

    Attributes:
        arm: the arm that answered.
        teams: of a draft, by position: 0 for its first arm, 1 for its second; empty for other arms.
    """

    arm: Arm
    teams: tuple[int, ...] = ()

    def team_at(self, position: int) -> str | None:
        """Name of the arm that a draft took the query at `position` from; None where there is none."""
        if not 0 <= position < len(self.teams):
            return None
        return self.arm.interleave[self.teams[position]]


def credited_id(request_id: str, experiment: Experiment, arm: Arm, teams: Sequence[int] = ()) -> str:
    """The request id with its arm and, for a draft, the team of each position."""
    credited = f"{request_id}.{experiment.tag}.{experiment.arms.index(arm):x}"
    if not arm.interleave:
        return credited
    bits = "".join(map(str, teams))
    # A leading 1 keeps the zeros behind it.
    return f"{credited}.{int(f'1{bits}', 2):x}"


def credit_of(request_id: str, experiment: Experiment) -> Credit | None:
    """Whom a request id credits; None for an id of no experiment, of another one, or of somebody else's making."""
    match = _CREDITED.fullmatch(request_id)
    if match is None or match[1] != experiment.tag:
        return None
    index = int(match[2], 16)
    if index >= len(experiment.arms) or bool(match[3]) != bool(experiment.arms[index].interleave):
        return None
    teams = tuple(map(int, f"{int(match[3], 16):b}"[1:])) if match[3] else ()
    return Credit(experiment.arms[index], teams)
