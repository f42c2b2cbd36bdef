"""Logs whose right order is known by construction, and indexes built from them."""

from __future__ import annotations

import json
import random
from collections.abc import Iterable, Mapping, Sequence
from itertools import cycle
from pathlib import Path
from typing import Any

WORDS = ["red", "blue", "green", "small", "large", "new", "old", "cheap", "best", "free"]
THINGS = ["shoes", "coat", "lamp", "phone", "guitar", "piano", "bread", "cake", "train", "ticket"]
QUERIES = [f"{word} {thing}" for word in WORDS for thing in THINGS]

Records = list[dict[str, Any]]


def never_again(n: int = 1800, n_users: int = 30, start_s: int = 1_700_000_000, step_s: int = 600) -> Records:
    """Nobody searches the same query twice: the untrained order, own history first, is as wrong as can be."""
    rng = random.Random(1)
    users = [f"u{number}" for number in range(n_users)]
    left = {user: cycle(rng.sample(QUERIES, len(QUERIES))) for user in users}
    return [search(user, next(left[user]), start_s + step_s * number) for number, user in _turns(rng, users, n)]


def again_in_the_end(n: int = 1800, n_users: int = 30) -> Records:
    """The same, until everybody begins to repeat themselves: what was learned is wrong from then on."""
    records = never_again(n, n_users)
    n_before = int(n * 0.93)
    past: dict[str, list[str]] = {}
    for record in records[:n_before]:
        past.setdefault(record["user"], []).append(record["query"])
    rng = random.Random(2)
    return records[:n_before] + [{**record, "query": rng.choice(past[record["user"]])} for record in records[n_before:]]


def clicks(n: int = 1500, start_s: int = 1_700_000_000) -> Records:
    """Lists of four with a click, and no search: what is wanted is always the longest."""
    rng = random.Random(3)
    records: Records = []
    for number in range(n):
        word, user, ts = rng.choice(WORDS), f"u{number % 30}", start_s + 600 * number
        shown = rng.sample([f"{word} {thing}" for thing in THINGS], 4)
        wanted = max(shown, key=lambda query: (len(query), query))
        request = {"ts": ts, "user": user, "request_id": f"r{number}", "surface": "typeahead"}
        records.append({**request, "type": "impression", "input": word, "shown": shown})
        records.append({**request, "type": "click", "ts": ts + 2, "query": wanted, "position": shown.index(wanted)})
    return records


def search(user: str, query: str, ts: float, **more: Any) -> dict[str, Any]:
    """One record."""
    return {"type": "search", "user": user, "query": query, "ts": ts, **more}


def write_log(path: Path, records: Iterable[Mapping[str, Any]]) -> Path:
    """Writes JSON Lines."""
    path.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
    return path


def write_counts(path: Path) -> Path:
    """Writes counts of all queries."""
    rows = (f"{query}\t{10 + number % 7}" for number, query in enumerate(QUERIES))
    path.write_text("\n".join(["query\tcount", *rows]) + "\n", encoding="utf-8")
    return path


def entries(index_dir: Path) -> list[str]:
    """Everything in an index directory, hidden files included, but for its lock."""
    return sorted(entry.name for entry in index_dir.iterdir() if entry.name != ".lock")


def _turns(rng: random.Random, users: Sequence[str], n: int) -> Iterable[tuple[int, str]]:
    return ((number, rng.choice(users)) for number in range(n))
