"""How the Sentiment page writes things down. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from bvmt.news.daily import FEWEST_ITEMS, DailyScore
from bvmt.news.items import NewsKind
from bvmt.news.tone import DecidedBy, Label, Language
from bvmt.news.trends import Trend
from bvmt.store.news_reads import ArticleRow
from bvmt.ui.words import plural, short_instant

LABEL_WORDS = {Label.POSITIVE: "▲ positive", Label.NEUTRAL: "◦ neutral", Label.NEGATIVE: "▼ negative"}

KIND_WORDS = {NewsKind.NEWS: "News", NewsKind.SOCIAL: "Social media"}

LANGUAGE_WORDS = {
    Language.FRENCH: "French",
    Language.ARABIC: "Arabic",
    Language.TUNISIAN: "Tunisian",
    Language.TUNIZI: "Tunizi",
    Language.MIXED: "Mixed",
    Language.OTHER: "Other",
}

DECIDED_WORDS = {
    DecidedBy.LEXICON: "lexicons",
    DecidedBy.BLEND: "lexicons + classifier",
    DecidedBy.READER: "a reader",
    DecidedBy.PLATFORM: "the platform",
}


def score_words(score: float | None) -> str:
    """A score with its sign: `+0.42`, `−0.10`, `0.00`; a dash where there is none."""
    if score is None:
        return "—"
    shown = f"{abs(score):.2f}"
    return shown if float(shown) == 0 else f"{'+' if score > 0 else '−'}{shown}"


def mood_words(score: DailyScore | None) -> str:
    """What a day's score rests on: `12 stories: 7 positive, 3 neutral, 2 negative`, and whether that is enough."""
    if score is None:
        return "Nothing was written."
    counted = f"{score.positive} positive, {score.neutral} neutral, {score.negative} negative"
    told = f"{plural(score.items, 'story', 'stories')}: {counted}."
    return f"{told} {insufficient_words(score.items)}" if score.insufficient else told


def insufficient_words(items: int) -> str:
    """Why a score says little: too few stories, or too few people behind them."""
    if items < FEWEST_ITEMS:
        return f"Insufficient: a score takes {FEWEST_ITEMS} stories."
    return "Insufficient: too few authors told them."


def change_words(trend: Trend) -> str | None:
    """How a trend stands against as many days before: `+0.12 vs prior`; None where one of the two is thin."""
    if trend.change is None:
        return None
    return f"{'+' if trend.change >= 0 else '-'}{abs(trend.change):.2f} vs prior"


def cell_words(score: DailyScore) -> str:
    """A cell of the heatmap in words, for its tooltip: `+0.42, 5 stories`."""
    told = f"{score_words(score.score)}, {plural(score.items, 'story', 'stories')}"
    return f"{told}, insufficient" if score.insufficient else told


def day_short(day: date) -> str:
    """A day as the axis of the heatmap has it: `24 Nov`."""
    return f"{day:%d %b}"


def named_words(row: ArticleRow) -> str:
    """Whom an article is about: `BIAT, SFBT`, `market`, or nobody."""
    tickers = [each.ticker for each in row.about]
    return ", ".join([*tickers, *(["market"] if row.market else [])]) or "—"


def link_of(url: str) -> str | None:
    """The address if a browser may be sent there; None for anything but http and https."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return url if parts.scheme in {"http", "https"} and parts.netloc else None


def article_cells(row: ArticleRow, zone: ZoneInfo, now: datetime) -> dict[str, object]:
    """An article as the table has it."""
    return {
        "Written": short_instant(row.dated_at, zone, now=now),
        "Title": row.title,
        "Link": link_of(row.url),
        "Listings": named_words(row),
        "Tone": LABEL_WORDS[row.label],
        "Score": row.score,
        "Confidence": row.confidence,
        "Decided by": DECIDED_WORDS[row.decided_by],
        "Language": LANGUAGE_WORDS[row.language],
        "Source": row.source_name,
        "Printings": row.copies,
    }


def article_export(row: ArticleRow) -> dict[str, object]:
    """An article as the CSV file has it: instants in UTC."""
    return {
        "id": row.id,
        "dated_at": row.dated_at.isoformat(timespec="seconds"),
        "day": row.day,
        "kind": row.kind,
        "source": row.source_name,
        "title": row.title,
        "url": row.url,
        "language": row.language,
        "listings": " ".join(each.ticker for each in row.about),
        "market": row.market,
        "score": f"{row.score:.4f}",
        "label": row.label,
        "confidence": f"{row.confidence:.4f}",
        "decided_by": row.decided_by,
        "engine_label": row.engine_label,
        "words": "; ".join(f"{word.text} ({word.weight:+.2f})" for word in row.words),
        "printings": row.copies,
        "story": row.story_id,
    }


def verdict_words(row: ArticleRow, zone: ZoneInfo, now: datetime) -> str:
    """How an article sounds and who says so, in one sentence."""
    if row.decided_by is DecidedBy.READER:
        when = short_instant(row.reader_at, zone, now=now)
        engine = f"{row.engine_label} ({score_words(row.engine_score)})"
        return f"Labelled {row.label} by {row.reader_by or '—'}, {when}. The engine had said {engine}."
    sure = f"confidence {row.confidence:.2f}"
    return f"{row.label.capitalize()} ({score_words(row.score)}), {sure}, decided by {DECIDED_WORDS[row.decided_by]}."


def source_list(rows: Sequence[ArticleRow]) -> str:
    """The sources that printed a story, each once, in order."""
    return ", ".join(dict.fromkeys(row.source_name for row in rows))
