"""How the pages of market data write things down. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from zoneinfo import ZoneInfo

from bvmt.imports import ImportProgress, ImportResult, ImportStatus
from bvmt.store.anomalies import AnomalyRow, Verdict
from bvmt.ui.words import plural, short_instant

IMPORT_WORDS = {
    ImportStatus.RUNNING: "▶ Running",
    ImportStatus.DONE: "✓ Stored",
    ImportStatus.REFUSED: "✕ Refused",
    ImportStatus.FAILED: "! Broke off",
}

LEVEL_WORDS = {"critical": "▲ critical", "high": "△ high", "low": "▽ low", "info": "· info"}

VERDICT_WORDS = {Verdict.TRUE: "✓ true", Verdict.EXPLAINED: "≈ explained", Verdict.FALSE: "✕ false"}


def day_words(day: date | None) -> str:
    """A day: `Tue 24 Nov 2026`."""
    return f"{day:%a %d %b %Y}" if day else "—"


def stretch_words(first: date | None, last: date | None) -> str:
    """The days from first to last: one of them where they are the same."""
    if first is None or last is None or first == last:
        return day_words(first or last)
    return f"{day_words(first)} to {day_words(last)}"


def progress_words(name: str, progress: ImportProgress | None) -> str:
    """How far an import is: `histo_cotation_2025.csv: 12,000 rows, 1.2 of 3.4 MB`."""
    if progress is None:
        return f"{name}: begins"
    done, total = (f"{size / 1_000_000:,.1f}" for size in (progress.bytes_read, progress.bytes_total))
    return f"{name}: {plural(progress.rows_read, 'row')}, {done} of {total} MB"


def result_words(result: ImportResult) -> str:
    """What came of an import, in one sentence."""
    if result.status is ImportStatus.RUNNING:
        return f"{plural(result.rows_read, 'row')} read so far."
    if result.status is not ImportStatus.DONE:
        return f"{IMPORT_WORDS[result.status][2:]}: {result.detail}"
    left, aside = sum(result.left_out.values()), sum(result.set_aside.values())
    counted = f"{result.added:,} added, {result.changed:,} changed, {result.unchanged:,} unchanged"
    return f"{plural(result.rows_read, 'row')} read: {counted}, {left:,} left out, {aside:,} set aside."


def import_cells(result: ImportResult, zone: ZoneInfo, now: datetime) -> dict[str, object]:
    """An import as the table has it."""
    days = stretch_words(result.first_day, result.last_day) if result.first_day else ""
    return {
        "When": short_instant(result.started_at, zone, now=now),
        "File": result.file_name,
        "Status": IMPORT_WORDS[result.status],
        "Days": days,
        "Read": result.rows_read,
        "Added": result.added,
        "Changed": result.changed,
        "Unchanged": result.unchanged,
        "Left out": sum(result.left_out.values()),
        "Set aside": sum(result.set_aside.values()),
        "Asked by": result.asked_by,
        "Remark": result.detail or "",
    }


def anomaly_cells(row: AnomalyRow, zone: ZoneInfo, now: datetime) -> dict[str, object]:
    """An anomaly as the table has it."""
    rules = [name for name, broken in (("volume", row.volume_rule), ("price", row.price_rule)) if broken]
    return {
        "Session": f"{row.session:%d %b %Y}",
        "Severity": row.severity,
        "Level": LEVEL_WORDS[row.level],
        "Listing": f"{row.ticker} · {row.name}",
        "Plain rules": " + ".join(rules) or "—",
        "What was seen": " ".join(finding["sentence"] for finding in row.findings),
        "Explanations": " ".join(row.explanations),
        "Verdict": VERDICT_WORDS[row.verdict] if row.verdict else "",
        "First seen": short_instant(row.first_seen_at, zone, now=now),
    }


def anomaly_export(row: AnomalyRow) -> dict[str, object]:
    """An anomaly as the CSV file has it: instants in UTC."""
    return {
        "session": row.session,
        "isin": row.isin,
        "ticker": row.ticker,
        "name": row.name,
        "sector": row.sector,
        "severity": f"{row.severity:.4f}",
        "level": row.level,
        "volume_rule": row.volume_rule,
        "price_rule": row.price_rule,
        "unconfirmed": row.unconfirmed,
        "partial": row.partial,
        "seen": " ".join(finding["sentence"] for finding in row.findings),
        "explanations": " ".join(row.explanations),
        "first_seen_at": row.first_seen_at.isoformat(timespec="seconds"),
        "verdict": row.verdict,
        "verdict_by": row.verdict_by,
        "verdict_note": row.verdict_note,
    }


def rate_words(counts: Mapping[Verdict, int]) -> str:
    """How often an anomaly that somebody judged was one."""
    judged = sum(counts.values())
    if not judged:
        return "Precision by verdicts: nobody has judged an anomaly of the last 90 days yet."
    right = judged - counts.get(Verdict.FALSE, 0)
    return f"Precision by verdicts: {right} true or explained of {judged} judged ({right / judged:.0%}), last 90 days."
