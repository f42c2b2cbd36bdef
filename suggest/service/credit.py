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

from suggest.evaluation.interleaving import Team
from suggest.service.experiment import Arm, Experiment

_CREDITED = re.compile(r"[0-9a-f]+-[0-9a-f]+\.([0-9a-f]{4})\.([0-9a-f])(?:\.([0-9a-f]{1,32}))?")


class Credit(NamedTuple):
    """Whom an impression or a click belongs to.

    Attributes:
        arm: the arm that answered.
        teams: of a draft, by position: `a` for its first arm, `b` for its second; positions beyond are nobody's.
    """

    arm: Arm
    teams: tuple[Team, ...] = ()

    def team_at(self, position: int) -> Team:
        """The team of the query at `position`; empty where there is none."""
        return self.teams[position] if 0 <= position < len(self.teams) else ""

    def arm_of_team(self, team: Team) -> str:
        """Name of the arm behind a team of this draft."""
        return self.arm.interleave["ab".index(team)]


def credited_id(request_id: str, experiment: Experiment, arm: Arm, teams: Sequence[Team] = ()) -> str:
    """The request id with its arm and, for a draft, the team of each position.

    Args:
        request_id: of the answer, unique by itself.
        experiment: that is running.
        arm: that answered.
        teams: as from `team_draft`, where nobody's positions come last.
    """
    credited = f"{request_id}.{experiment.tag}.{experiment.arms.index(arm):x}"
    if not arm.interleave:
        return credited
    bits = "".join(str("ab".index(team)) for team in teams if team)
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
    return Credit(experiment.arms[index], _teams(match[3] or "1"))


def _teams(written: str) -> tuple[Team, ...]:
    bits = f"{int(written, 16):b}"[1:]
    return tuple("a" if bit == "0" else "b" for bit in bits)
