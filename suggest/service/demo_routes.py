"""What the pages of videos show, where the service was started with a folder of them; no part of the public API."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request

from suggest.service.context import READ
from suggest.service.demo import Demo, Video
from suggest.service.problems import Refusal, problem

router = APIRouter(include_in_schema=False, dependencies=[READ])

_NEIGHBOURS = 8


async def _demo(request: Request) -> Demo:
    demo: Demo | None = request.app.state.demo
    if demo is None:
        raise Refusal(problem("not-found", "the service was started without videos to show; see: suggest serve --demo"))
    return demo


Shown = Annotated[Demo, Depends(_demo)]


@router.get("/demo/videos")
async def get_videos(
    demo: Shown,
    q: Annotated[str, Query(max_length=1024)] = "",
    locale: Annotated[str, Query(max_length=256)] = "",
    k: Annotated[int, Query(ge=1, le=50)] = 8,
) -> dict[str, Any]:
    """Videos that a search finds; without one, those that people talk about."""
    # A scan over all of them: it must not hold up other requests.
    videos = await asyncio.to_thread(demo.search, q, k) if q.strip() else demo.popular(locale, k)
    return {"videos": [_card(video) for video in videos]}


@router.get("/demo/videos/{item:path}")
async def get_video(demo: Shown, item: str) -> dict[str, Any]:
    """One video, what is written under it, and where one goes from it."""
    video = demo.video(item)
    if video is None:
        raise Refusal(problem("not-found", f"there is no video {item!r} in this demonstration"))
    return {
        **video.model_dump(),
        "comments": [remark.model_dump(exclude={"item"}) for remark in demo.comments(item)],
        "next": [_card(neighbour) for neighbour in demo.neighbours(item, _NEIGHBOURS)],
    }


def _card(video: Video) -> dict[str, Any]:
    return video.model_dump(include={"item", "title", "tags", "locale"})
