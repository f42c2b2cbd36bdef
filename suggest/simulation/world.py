"""`simulate`: the world is made, then lived through day by day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from suggest.errors import ArgumentError
from suggest.simulation.attractions import AttractionLines
from suggest.simulation.draws import Draws
from suggest.simulation.event_lines import EventLines
from suggest.simulation.files import (
    comment_records,
    gzip_file,
    item_records,
    lexicon_rows,
    query_rows,
    write_jsonl,
    write_tsv,
)
from suggest.simulation.intents import Grammar
from suggest.simulation.language import Names, load_language, load_names
from suggest.simulation.parameters import Parameters
from suggest.simulation.popular import Popular
from suggest.simulation.rhythm import DAY_MS, Rhythm
from suggest.simulation.sessions import Scene, Visits
from suggest.simulation.trends import Trend, alive, make_trends
from suggest.simulation.truth import write_truth
from suggest.simulation.users import User, make_users
from suggest.simulation.videos import Studio
from suggest.types import Progress

_LONGEST_DAYS = 10_000


@dataclass(frozen=True, slots=True)
class SimulationReport:
    """What was written.

    Attributes:
        rows: rows by file name; events are counted again by type in `events`.
        bytes: size by file name, as stored.
    """

    rows: dict[str, int]
    events: dict[str, int]
    bytes: dict[str, int]


@dataclass(frozen=True, slots=True)
class _World:
    names: dict[str, Names]
    users: list[User]
    trends: list[Trend]
    scene: Scene
    first_ms: int


def simulate(
    out: Path,
    users: int,
    days: int,
    seed: int,
    progress: Progress | None = None,
    parameters: Parameters | None = None,
) -> SimulationReport:
    """Writes a synthetic world: events, items, comments, queries, lexicon and the truth behind them.

    `truth.json` says what holds for the whole world, `attractions.jsonl.gz` what holds for each list shown.

    The same arguments write the same content on any machine. Memory grows with the users, the videos
    and the events of one day, not with the days.

    Args:
        out: directory; made when missing, files of an earlier world in it are replaced.
        users: how many people, at least 1; `user-1` to `user-3` are the personas of `Parameters`.
        days: length of the log, at least 1; it ends with `Parameters.last_day`.
        seed: 0 or more; another seed is another world.
        progress: told after every day.
        parameters: the world's constants; the defaults resemble a real search log.

    Raises:
        ArgumentError: a number is out of range.
        OSError: the directory cannot be written.
    """
    _check(users, days, seed)
    parameters = parameters or Parameters()
    out.mkdir(parents=True, exist_ok=True)
    world = _make_world(users, days, seed, parameters)
    _live(world, out, days, progress)
    scene, lines = world.scene, world.scene.lines
    videos = scene.library.videos
    past = query_rows(row for popular in scene.popular.values() for row in popular.rows)
    rows = {
        "events.jsonl.gz": lines.by_type.total(),
        "attractions.jsonl.gz": scene.attractions.n_lists,
        "items.jsonl.gz": write_jsonl(out / "items.jsonl.gz", item_records(videos, lines)),
        "comments.jsonl.gz": write_jsonl(out / "comments.jsonl.gz", comment_records(videos, lines)),
        "queries.tsv.gz": write_tsv(out / "queries.tsv.gz", ("query", "count", "users", "locale"), past),
        "lexicon.tsv.gz": write_tsv(
            out / "lexicon.tsv.gz", ("name", "kind", "query", "aliases"), lexicon_rows(scene.grammars, world.names)
        ),
        "truth.json": 1,
    }
    write_truth(out / "truth.json", parameters, world.users, videos, world.trends, scene.grammars)
    sizes = {name: (out / name).stat().st_size for name in rows}
    return SimulationReport(rows, dict(sorted(lines.by_type.items())), sizes)


def _check(users: int, days: int, seed: int) -> None:
    if users < 1:
        raise ArgumentError("users", f"expected 1 or more, got {users}")
    if not 1 <= days <= _LONGEST_DAYS:
        raise ArgumentError("days", f"expected 1 to {_LONGEST_DAYS}, got {days}")
    if seed < 0:
        raise ArgumentError("seed", f"expected 0 or more, got {seed}")


def _make_world(users: int, days: int, seed: int, parameters: Parameters) -> _World:
    draws = Draws(seed)
    names = load_names()
    languages = {code: load_language(code) for code, _ in parameters.language_shares}
    grammars = {code: Grammar(language, names, parameters) for code, language in languages.items()}
    popular = _make_popular(grammars, users, parameters, draws)
    people = make_users(users, languages, parameters, draws)
    first_day = parameters.last_day - timedelta(days=days - 1)
    first_ms = int(datetime(first_day.year, first_day.month, first_day.day, tzinfo=UTC).timestamp()) * 1000
    end_ms = first_ms + days * DAY_MS
    library = Studio(grammars, popular, parameters).library(users, first_ms, end_ms, draws)
    trends = make_trends(days, names, parameters, draws)
    lines, attractions = EventLines(end_ms), AttractionLines(end_ms)
    scene = Scene(parameters, draws, grammars, popular, library, lines, attractions)
    return _World(names, people, trends, scene, first_ms)


def _make_popular(grammars: dict[str, Grammar], users: int, parameters: Parameters, draws: Draws) -> dict[str, Popular]:
    low, high = parameters.past_searches
    searches = min(max(parameters.past_searches_per_user * users, low), high)
    return {
        code: Popular(
            grammars[code],
            int(share * searches),
            max(2, int(share * searches) // parameters.past_searches_per_user),
            parameters,
            draws,
        )
        for code, share in parameters.language_shares
    }


def _live(world: _World, out: Path, days: int, progress: Progress | None) -> None:
    """Lets every user visit on every day and writes the events in order of time, and the truth of the lists."""
    scene, draws = world.scene, world.scene.draws
    rhythm, visits = Rhythm(scene.parameters), Visits(scene)
    with gzip_file(out / "events.jsonl.gz") as events, gzip_file(out / "attractions.jsonl.gz") as attractions:
        for day in range(days):
            day_ms = world.first_ms + day * DAY_MS
            date = scene.parameters.last_day - timedelta(days=days - 1 - day)
            scene.trending = alive(world.trends, day, scene.parameters)
            for user in world.users:
                n_sessions = rhythm.sessions(user.per_day, date, draws)
                for start_ms in sorted(rhythm.start_ms(user.locale, draws) for _ in range(n_sessions)):
                    visits.visit(user, day_ms + start_ms)
            events.write(scene.lines.take(day_ms + DAY_MS))
            attractions.write(scene.attractions.take())
            if progress is not None:
                progress("days", day + 1, days)
