"""Two answers merged into one by team draft, so that clicks tell which of them people prefer."""

from __future__ import annotations

from hashlib import blake2b

from suggest.types import Answer


def drafted(first: Answer, second: Answer, k: int, request_id: str) -> tuple[Answer, list[int]]:
    """The draft of two answers, and by position whose the query is: 0 for the first's, 1 for the second's.

    Scores of two orders do not compare: those of a draft only count down to 1. Seeded by the request id,
    so that the same two answers give the same draft again.

    Source: Radlinski, Kurup & Joachims, How Does Clickthrough Data Reflect Retrieval Quality?, CIKM 2008.
    """
    from suggest.evaluation.interleaving import team_draft

    seed = int.from_bytes(blake2b(request_id.encode(), digest_size=8).digest(), "big")
    rows = [{suggestion.query: suggestion for suggestion in answer.suggestions} for answer in (first, second)]
    queries, teams = team_draft(list(rows[0]), list(rows[1]), k, seed)
    suggestions = [
        rows[team][query]._replace(score=float(len(queries) - position))
        for position, (query, team) in enumerate(zip(queries, teams, strict=True))
    ]
    both = Answer(suggestions, first.tried + second.tried, first.cut + second.cut, first.visited + second.visited)
    return both, teams
