"""The sources of news that a new database is seeded with, from `news_sources.toml` beside this file."""

from __future__ import annotations

import tomllib
from functools import lru_cache
from importlib.resources import files
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from bvmt.news.items import NewsKind, NewsSource, Selectors, SourceForm

World = Literal["sandbox", "bvmt", "platform"]


class _Selectors(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    item: str
    title: str
    link: str = "a"
    summary: str | None = None
    published: str | None = None


class _Entry(BaseModel):
    """One entry of the file. `url` and `archive` are relative to the sandbox's news where it is the sandbox's."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: Annotated[str, Field(pattern=r"^[a-z0-9-]{2,40}$")]
    name: str
    url: str
    kind: NewsKind
    form: SourceForm = SourceForm.FEED
    selectors: _Selectors | None = None
    weight: Annotated[float, Field(ge=0, le=1)] = 1.0
    active: bool = True
    archive: str | None = None
    note: str


def load_presets(world: World, sandbox_news: str | None) -> tuple[NewsSource, ...]:
    """Return the preset sources of a data world: the sandbox's own, or the real sites' for the two others.

    `sandbox_news` is the base address of the sandbox's news (`Addresses.news`). A sandbox within this process has
    another port after each start: take the addresses of its sources from here at every scan, not from the table.
    Raises ValueError where the sandbox's sources are wanted without it.
    """
    return tuple(_source(entry, entry.url, sandbox_news) for entry in _entries(world))


def load_archives(world: World, sandbox_news: str | None) -> tuple[NewsSource, ...]:
    """Return the same sources with the addresses of their archives, where they have one.

    An archive is read once, instead of the source, while nothing of the source is stored yet: it holds about the
    last 30 days. What it says in ETag and Last-Modified is not the source's and must not be stored. Real sites
    offer none. Raises as `load_presets` does.
    """
    entries = [(entry, entry.archive) for entry in _entries(world)]
    return tuple(_source(entry, archive, sandbox_news) for entry, archive in entries if archive is not None)


def preset_notes(world: World) -> dict[str, str]:
    """Return what an operator should know of each preset source, by its id."""
    return {entry.id: entry.note for entry in _entries(world)}


@lru_cache(maxsize=1)
def _file() -> dict[str, tuple[_Entry, ...]]:
    text = (files("bvmt.sources") / "news_sources.toml").read_text(encoding="utf-8")
    tables = tomllib.loads(text)
    return {name: tuple(_Entry.model_validate(entry) for entry in entries) for name, entries in tables.items()}


def _entries(world: World) -> tuple[_Entry, ...]:
    return _file()["sandbox" if world == "sandbox" else "bvmt"]


def _source(entry: _Entry, address: str, sandbox_news: str | None) -> NewsSource:
    if "://" not in address:
        if sandbox_news is None:
            raise ValueError(f"The source {entry.id} is the sandbox's, and the address of its news is not known.")
        address = f"{sandbox_news.rstrip('/')}/{address}"
    selectors = Selectors(**entry.selectors.model_dump()) if entry.selectors is not None else None
    return NewsSource(
        id=entry.id,
        name=entry.name,
        url=address,
        kind=entry.kind,
        form=entry.form,
        selectors=selectors,
        weight=entry.weight,
        active=entry.active,
    )
