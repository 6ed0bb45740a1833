"""How the sources of news and the names of listings are written down. Pure."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from bvmt.news.items import NewsItem
from bvmt.store.company_aliases import AliasRow
from bvmt.store.news_sources import SourceRow
from bvmt.ui.sentiment_words import KIND_WORDS
from bvmt.ui.words import short_instant


def state_words(row: SourceRow) -> str:
    """How a source stands: `✓ read`, `✕ failing`, `· not read yet`, `– off`."""
    if not row.source.active:
        return "– off"
    if row.failing:
        return "✕ failing"
    return "✓ read" if row.last_success_at else "· not read yet"


def source_cells(row: SourceRow, zone: ZoneInfo, now: datetime) -> dict[str, object]:
    """A source as the table has it."""
    return {
        "Source": row.source.name,
        "Kind": KIND_WORDS[row.source.kind],
        "State": state_words(row),
        "Last read": short_instant(row.last_success_at, zone, now=now),
        "Newest article": short_instant(row.newest_article_at, zone, now=now),
        "Articles": row.articles,
        "Last items": row.items,
        "Set aside": row.rejects,
        "Weight": row.source.weight,
        "Form": str(row.source.form),
        "Last error": (row.last_error or "") if row.failing else "",
        "Address": row.source.url,
    }


def trial_cells(item: NewsItem, zone: ZoneInfo, now: datetime) -> dict[str, object]:
    """An item of a source that was tried."""
    return {
        "Written": short_instant(item.published_at, zone, now=now),
        "Title": item.title,
        "Author": item.author or "",
        "Address": item.url,
    }


def alias_cells(row: AliasRow) -> dict[str, object]:
    """A name of a listing as the table has it."""
    return {
        "Ticker": row.alias.ticker,
        "Name": row.alias.text,
        "Kind": row.alias.kind,
        "Needs context": row.alias.needs_context,
        "Note": row.alias.note,
        "Changed by": row.updated_by or "",
    }
