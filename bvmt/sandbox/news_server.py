"""The sandbox's press over HTTP: each site's last stories, and those of the last days where they are asked for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from hashlib import sha256

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bvmt.clock import Clock
from bvmt.sandbox.news import latest, stories_between
from bvmt.sandbox.news_pages import Page, atom, listing, rss
from bvmt.sandbox.news_sites import SITES, SITES_BY_ID
from bvmt.sandbox.news_story import Story

FEED_STORIES = 40
LONGEST_ARCHIVE = 60
"""Days that an archive goes back at most."""

_PAGES: dict[str, tuple[Page, str]] = {
    "feed.xml": (rss, "application/rss+xml"),
    "atom.xml": (atom, "application/atom+xml"),
    "index.html": (listing, "text/html"),
}
ADDRESSES = {
    "tunis-eco": "feed.xml",
    "sahm": "atom.xml",
    "radio-medina": "feed.xml",
    "bulletin": "index.html",
    "borsa-forum": "feed.xml",
}
"""The one page that each site has."""


def news_routes(seed: int, clock: Clock) -> list[Route]:
    """Return the routes of the press of `seed`, to be mounted; what is out is decided by `clock`."""
    press = _Press(seed, clock)
    return [Route("/", press.about), Route("/{site}/{page}", press.page)]


class _Press:
    def __init__(self, seed: int, clock: Clock) -> None:
        self._seed = seed
        self._clock = clock

    async def about(self, request: Request) -> Response:
        """Which sites there are."""
        sites = [{"id": site.id, "name": site.name, "path": f"{site.id}/{ADDRESSES[site.id]}"} for site in SITES]
        return JSONResponse({"name": "BVMT Jobs sandbox press", "simulated": True, "sites": sites})

    async def page(self, request: Request) -> Response:
        """A site's page with its last 40 stories; with `?days=N` those of the last N days.

        404 for a page that no site has, 400 for days that are no number, 304 where nothing has come since.
        """
        name, page = request.path_params["site"], request.path_params["page"]
        if ADDRESSES.get(name) != page:
            raise HTTPException(404)
        write, media_type = _PAGES[page]
        stories = self._stories(name, request.query_params.get("days"))
        body = write(SITES_BY_ID[name], stories).encode()
        headers = {"ETag": f'"{sha256(body).hexdigest()[:24]}"'}
        if stories:
            headers["Last-Modified"] = format_datetime(stories[0].published_at, usegmt=True)
        if _is_known(request, headers["ETag"], stories):
            return Response(status_code=304, headers=headers)
        return Response(body, media_type=f"{media_type}; charset=utf-8", headers=headers)

    def _stories(self, site: str, days: str | None) -> list[Story]:
        instant = self._clock()
        if days is None:
            return latest(self._seed, site, instant, FEED_STORIES)
        if not days.isdecimal() or not 1 <= int(days[:4]) <= LONGEST_ARCHIVE:
            raise HTTPException(400, f"days may be a whole number from 1 to {LONGEST_ARCHIVE}")
        found = stories_between(self._seed, instant - timedelta(days=int(days)), instant)
        return [story for story in reversed(found) if story.site == site]


def _is_known(request: Request, etag: str, stories: Sequence[Story]) -> bool:
    """Whether the client has this already; an ETag that it sends decides alone (RFC 9110, 13.2.2)."""
    known = request.headers.get("If-None-Match")
    if known is not None:
        return etag in {part.strip().removeprefix("W/") for part in known.split(",")}
    since = _date(request.headers.get("If-Modified-Since"))
    return since is not None and bool(stories) and stories[0].published_at <= since


def _date(text: str | None) -> datetime | None:
    try:
        found = parsedate_to_datetime(text) if text else None
    except ValueError:
        return None
    return found if found is not None and found.tzinfo is not None else None
