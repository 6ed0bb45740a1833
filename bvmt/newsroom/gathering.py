"""Gathering news: every active source is read, and one that is away is written down and sinks nothing."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass

from bvmt.errors import SourceError
from bvmt.news.companies import seed_aliases
from bvmt.news.items import NewsBatch, NewsItem, NewsSource
from bvmt.runs.context import RunContext
from bvmt.sources.article_body import ArticleBodies
from bvmt.sources.feeds import NewsFeeds
from bvmt.sources.news_pauses import HostPauses
from bvmt.sources.news_presets import load_archives, load_presets
from bvmt.store import company_aliases, news_sources
from bvmt.store.news_sources import SourceRow

log = logging.getLogger(__name__)

MOST_BODIES = 40
"""Articles that one scan fetches for their text, where NEWS_FETCH_BODIES asks for it."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """What a source gave. `from_archive`: its month was read instead of its newest items."""

    source: NewsSource
    batch: NewsBatch
    from_archive: bool


@dataclass(frozen=True, slots=True)
class Gathered:
    """What all sources gave, and what was in the way of the others."""

    fetched: Sequence[Fetched]
    failures: Sequence[SourceError]

    @property
    def items(self) -> int:
        """Items that can be used."""
        return sum(len(each.batch.items) for each in self.fetched)

    @property
    def unchanged(self) -> int:
        """Sources that have nothing new."""
        return sum(each.batch.unchanged for each in self.fetched)


def seeded_sources(ctx: RunContext) -> list[SourceRow]:
    """Bring packaged sources and aliases up to date, operators' edits aside, and return the sources to read."""
    presets = load_presets(ctx.settings.data_world, ctx.addresses.news)
    with ctx.transaction() as conn:
        news_sources.seed_sources(conn, presets)
        company_aliases.seed_aliases(conn, seed_aliases())
        return news_sources.list_active_sources(conn)


def gather(ctx: RunContext, sources: Sequence[SourceRow]) -> Gathered:
    """Read these sources, one after the other. A failure is warned of, and stands at its source at once.

    A source whose archive was never read gives that, the first time. Stops between two sources if the run is
    told to.
    """
    archives = {source.id: source for source in load_archives(ctx.settings.data_world, ctx.addresses.news)}
    fetched: list[Fetched] = []
    failures: list[SourceError] = []
    with NewsFeeds(clock=ctx.clock, pauses=_pauses(ctx), should_stop=ctx.check_stop) as feeds:
        for number, row in enumerate(sources):
            ctx.progress(number, len(sources), row.source.name)
            archive = archives.get(row.source.id) if row.wants_archive else None
            try:
                batch = feeds.read(archive or row.source)
            except SourceError as error:
                failures.append(error)
                _note_failure(ctx, row, error)
            else:
                fetched.append(Fetched(row.source, batch, from_archive=archive is not None))
    return Gathered(fetched, failures)


def with_bodies(ctx: RunContext, items: Sequence[tuple[NewsSource, NewsItem]]) -> list[NewsItem]:
    """Return the items, the first MOST_BODIES with their article as summary where the settings ask for it."""
    given = [item for _, item in items]
    if not ctx.settings.news_fetch_bodies:
        return given
    wanted = items[:MOST_BODIES]
    completed: list[NewsItem] = []
    failed = 0
    with ArticleBodies(pauses=_pauses(ctx), should_stop=ctx.check_stop) as bodies:
        for number, (source, item) in enumerate(wanted):
            ctx.progress(number, len(wanted), "texts of articles")
            try:
                completed.append(bodies.complete(source, item))
            except SourceError as error:
                failed += 1
                log.info("%s", error)
                completed.append(item)
    if failed:
        ctx.warn(f"The text of {failed} articles could not be fetched; they are judged by their summary")
    return completed + given[MOST_BODIES:]


def _pauses(ctx: RunContext) -> HostPauses:
    """The sandbox's sites all live on one simulated host, and nobody has to be spared there."""
    if ctx.settings.data_world == "sandbox":
        return HostPauses(0.0, should_stop=ctx.check_stop)
    return HostPauses(should_stop=ctx.check_stop)


def _note_failure(ctx: RunContext, row: SourceRow, error: SourceError) -> None:
    log.warning("%s", error)
    ctx.warn(f"A source could not be read: {error}")
    with ctx.transaction() as conn:
        news_sources.note_failure(conn, row.source.id, str(error), at=ctx.clock())
