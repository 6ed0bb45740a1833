"""Reading a source to see whether it can be read, as the page of sources does: nothing is stored."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bvmt.clock import Clock, monotonic, now
from bvmt.news.items import NewsItem, NewsSource, SetAsideItem
from bvmt.sources.addresses import Addresses
from bvmt.sources.feeds import NewsFeeds
from bvmt.sources.news_pauses import HostPauses
from bvmt.sources.news_presets import World, load_presets
from bvmt.store.news_sources import SourceRow


@dataclass(frozen=True, slots=True)
class Trial:
    """What a source gave when it was tried. `seconds` is how long it took."""

    source: NewsSource
    items: Sequence[NewsItem]
    set_aside: Sequence[SetAsideItem]
    bad_dates: int
    seconds: float


def try_source(source: NewsSource, *, clock: Clock = now, spare_host: bool = True) -> Trial:
    """Read a source as a scan would that knows nothing of it yet.

    `spare_host` keeps the pause between robots.txt and page. Raises SourceError.
    """
    began = monotonic()
    pauses = HostPauses() if spare_host else HostPauses(0.0)
    with NewsFeeds(clock=clock, pauses=pauses) as feeds:
        batch = feeds.read(replace(source, etag=None, last_modified=None))
    return Trial(source, batch.items, batch.set_aside, batch.bad_dates, monotonic() - began)


def as_reached(row: SourceRow, world: World, addresses: Addresses) -> NewsSource:
    """The source with the address under which this process reaches it.

    A sandbox within the process has another port after each start; the table learns of it at the next scan.
    """
    if not row.packaged or row.edited_url:
        return row.source
    presets = {preset.id: preset.url for preset in load_presets(world, addresses.news)}
    return replace(row.source, url=presets.get(row.source.id, row.source.url))
