"""Two answers merged into one by team draft, so that clicks tell which of them people prefer."""

from __future__ import annotations

from suggest.evaluation.interleaving import Team, team_draft
from suggest.text import normalise
from suggest.types import Answer, Suggestion


def drafted(first: Answer, second: Answer, k: int, request_id: str) -> tuple[Answer, list[Team]]:
    """The draft of two answers, `k` suggestions at most, and the team of each position.

    Seeded by the request id: the same two answers give the same draft again. A query that both found is shown
    as its team has it. Scores of two orders do not compare, so those of a draft only count down to 1.
    """
    found = [_by_key(answer) for answer in (first, second)]
    queries, teams = team_draft(list(found[0]), list(found[1]), k, request_id)
    suggestions = [
        _of_team(found, team)[query]._replace(score=float(len(queries) - position))
        for position, (query, team) in enumerate(zip(queries, teams, strict=True))
    ]
    both = Answer(suggestions, first.tried + second.tried, first.cut + second.cut, first.visited + second.visited)
    return both, teams


def _by_key(answer: Answer) -> dict[str, Suggestion]:
    return {normalise(suggestion.query): suggestion for suggestion in answer.suggestions}


def _of_team(found: list[dict[str, Suggestion]], team: Team) -> dict[str, Suggestion]:
    if team:
        return found["ab".index(team)]
    # What fills a draft stands in one of the lists alone.
    return found[1] | found[0]
