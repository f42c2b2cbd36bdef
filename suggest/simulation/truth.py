"""What the simulation knows and a recommender has to find out."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import orjson

from suggest.simulation.intents import Grammar
from suggest.simulation.language import TOPICS
from suggest.simulation.parameters import Parameters
from suggest.simulation.trends import Trend
from suggest.simulation.users import User
from suggest.simulation.videos import Video

_DIGITS = 4


def write_truth(
    path: Path,
    parameters: Parameters,
    users: list[User],
    videos: list[Video],
    trends: list[Trend],
    grammars: dict[str, Grammar],
) -> None:
    """Writes one JSON object, a part at a time: the parts of a large world need not be in memory at once."""
    parts: list[tuple[str, Iterator[tuple[str, object]]]] = [
        ("clicks", iter(_click_model(parameters))),
        ("affinities", ((user.name, _rounded(user.affinities)) for user in users)),
        ("items", ((video.name, _item(video)) for video in videos)),
        ("comments", _comments(videos)),
        ("trends", ((f"trend-{nth}", _trend(trend, grammars)) for nth, trend in enumerate(trends, 1))),
    ]
    with path.open("wb") as out:
        out.write(b'{"topics":' + orjson.dumps(TOPICS))
        for name, entries in parts:
            out.write(b',\n"' + name.encode() + b'":{')
            for nth, (key, value) in enumerate(entries):
                out.write((b",\n" if nth else b"\n") + orjson.dumps(key) + b":" + orjson.dumps(value))
            out.write(b"}")
        out.write(b"}\n")


def _click_model(parameters: Parameters) -> list[tuple[str, object]]:
    return [
        ("examination", parameters.examination),
        ("target_attraction", parameters.target_attraction),
        ("stray_attraction", parameters.stray_attraction),
        ("panel_attraction", parameters.panel_attraction),
        ("shuffled_share", parameters.shuffled_share),
    ]


def _item(video: Video) -> dict[str, object]:
    relevance = {offer.text: offer.relevance for offer in video.offers}
    return {"topic": video.topic, "entity": video.entity, "relevance": relevance}


def _comments(videos: list[Video]) -> Iterator[tuple[str, object]]:
    for video in videos:
        for comment in video.comments:
            yield comment.name, comment.spans


def _trend(trend: Trend, grammars: dict[str, Grammar]) -> dict[str, object]:
    queries = {code: grammar.text(trend.intent(grammar)).lower() for code, grammar in grammars.items()}
    return {"day": trend.day, "topic": trend.topic, "size": round(trend.size, _DIGITS), "queries": queries}


def _rounded(affinities: dict[str, float]) -> dict[str, float]:
    return {topic: round(value, _DIGITS) for topic, value in affinities.items()}
