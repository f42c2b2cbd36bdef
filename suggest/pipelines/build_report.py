"""What one build did."""

from __future__ import annotations

import resource
import time
from dataclasses import asdict, dataclass
from typing import Any

from suggest.artifacts import Generation
from suggest.pipelines.report import ReadReport
from suggest.pipelines.suggestible import Removed


@dataclass(frozen=True)
class BuildReport:
    """What one build did.

    Attributes:
        generation: name of the published generation.
        n_queries: queries that may be suggested.
        n_users: people whose own history the generation carries.
        removed: queries that the policy kept out, by reason.
        read: what the readers accepted, rejected and dropped.
        bytes: size of the generation.
        bytes_per_query: of strings, tries, tables and statistics, without people's histories.
        seconds: wall time.
        peak_mib: the most memory the process has held so far.
    """

    generation: str
    n_queries: int
    n_users: int
    removed: dict[str, int]
    read: dict[str, Any]
    bytes: int
    bytes_per_query: float
    seconds: float
    peak_mib: int

    def to_json(self) -> dict[str, Any]:
        """The attributes as a JSON object."""
        return asdict(self)


def report_of(
    generation: Generation, n_users: int, removed: Removed, report: ReadReport, started: float
) -> BuildReport:
    """The report of a generation that was published.

    Args:
        generation: opened.
        n_users: people whose own history it carries.
        removed: what the policy kept out.
        report: what the readers did.
        started: `time.monotonic()` as the build began.
    """
    sizes = generation.bytes_by_file()
    personal = sum(size for name, size in sizes.items() if name.startswith(("profile_", "users.marisa")))
    n_queries = generation.parameters["n_queries"]
    return BuildReport(
        generation=generation.name,
        n_queries=n_queries,
        n_users=n_users,
        removed=dict(sorted(removed.counts.items())),
        read=report.to_json(),
        bytes=sum(sizes.values()),
        bytes_per_query=round((sum(sizes.values()) - personal) / n_queries, 1),
        seconds=round(time.monotonic() - started, 1),
        peak_mib=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    )
