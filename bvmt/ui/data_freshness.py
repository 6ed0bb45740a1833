"""The line at the top of each part of the Data page that says how fresh it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

import streamlit as st

from bvmt.clock import now
from bvmt.store import freshness
from bvmt.store.engine import store_errors
from bvmt.store.freshness import Freshness
from bvmt.ui.feedback import failures_are_said
from bvmt.ui.market_reads import today
from bvmt.ui.market_words import day_words
from bvmt.ui.reads import engine, settings
from bvmt.ui.words import plural, short_instant

Said = Callable[[datetime | None], str]
"""Writes an instant down."""


@st.cache_data(ttl=2, max_entries=2, show_spinner=False)
def _freshness() -> Freshness:
    with store_errors(), engine().connect() as conn:
        return freshness.read_freshness(conn, today())


@st.fragment(run_every=5, key="data_freshness")
def render_freshness(part: str) -> None:
    """The line of a part; nothing for one that says it in its own way."""
    with failures_are_said():
        if part in LINES:
            st.caption(freshness_line(part, _freshness(), settings().zone, now()))


def freshness_line(part: str, known: Freshness, zone: ZoneInfo, at: datetime) -> str:
    """How fresh a part is, in a sentence or two: `Last read today 10:30. …`."""
    return LINES[part](known, lambda instant: short_instant(instant, zone, now=at))


def _imports(known: Freshness, said: Said) -> str:
    if known.imported_at is None:
        return "Nothing was imported yet."
    return f"Last import stored {said(known.imported_at)}, sessions up to {day_words(known.imported_until)}."


def _listings(known: Freshness, said: Said) -> str:
    if known.listing_changed_at is None:
        return "No listing is known yet."
    return f"Last change of a listing {said(known.listing_changed_at)}."


def _calendar(known: Freshness, said: Said) -> str:
    reach = "Rules reach any year: weekends, fixed holidays, and feasts as estimated."
    if known.last_own_day is None:
        own = "No own day was entered"
    else:
        entered = said(known.own_day_entered_at)
        own = f"Own days reach to {day_words(known.last_own_day)}, last entered {entered}"
    hours = f"own hours since {day_words(known.hours_since)}" if known.hours_since else "no own hours"
    return f"{reach} {own}; {hours}."


def _events(known: Freshness, said: Said) -> str:
    if known.event_entered_at is None:
        return "No event was entered yet."
    coming = f"the next is on {day_words(known.next_event)}" if known.next_event else "none is to come"
    return f"Last entered {said(known.event_entered_at)}. They reach to {day_words(known.last_event)}; {coming}."


def _news(known: Freshness, said: Said) -> str:
    if not known.news_sources:
        return "No source is active yet: the first Sentiment Scan brings the packaged ones."
    if known.news_read_at is None:
        return f"None of {plural(known.news_sources, 'active source')} was read yet."
    behind = f", the one furthest behind {said(known.news_oldest_at)}" if known.news_sources > 1 else ""
    unread = f"; {plural(known.news_unread, 'source')} never" if known.news_unread else ""
    return f"Last read {said(known.news_read_at)}{behind}{unread}. Each source has its own in the table."


LINES: Mapping[str, Callable[[Freshness, Said], str]] = {
    "Import": _imports,
    "Listings": _listings,
    "Calendar": _calendar,
    "Events": _events,
    "News sources": _news,
}
"""The parts with such a line; what is stored of the market has a banner that judges it."""
