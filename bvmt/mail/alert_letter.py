"""What a group of alerts says, in one language. Pure. Of an anomaly it tells what was seen, and accuses nobody."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from html import escape
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime

from bvmt.mail.composing import Letter
from bvmt.mail.words import LOCALES, words

MOST_ALERTS = 50
"""So many are told in full; the mail of a very bad hour stays readable."""


@dataclass(frozen=True, slots=True)
class Alert:
    """One alert as the outbox holds it: `kind` is anomaly, run_failed or run_recovered."""

    kind: str
    subject: str
    body: str
    payload: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Setting:
    """What all alerts of an installation have in common. `public_url` makes links of them."""

    zone: ZoneInfo
    simulated: bool
    public_url: str | None = None


@dataclass(frozen=True, slots=True)
class _Told:
    title: str
    lines: Sequence[str]
    link: str | None


def alert_letter(alerts: Sequence[Alert], language: str, setting: Setting) -> Letter:
    """The letter about these alerts, of which there is one at least."""
    told = [_told(alert, language, setting) for alert in alerts[:MOST_ALERTS]]
    closing = [words(language, "alerts.more", count=len(alerts) - len(told))] if len(alerts) > len(told) else []
    if setting.simulated:
        closing.append(words(language, "alerts.simulated"))
    only = alerts[0] if len(alerts) == 1 and alerts[0].kind == "anomaly" else None
    return Letter(
        subject=_subject(told, len(alerts), language, setting),
        text=_text(told, closing, language),
        html=_html(told, closing, language),
        anomaly=_anomaly(only) if only is not None else None,
    )


def _subject(told: Sequence[_Told], count: int, language: str, setting: Setting) -> str:
    first = told[0].title
    subject = first if count == 1 else words(language, "alerts.subject", count=count, first=first)
    return words(language, "report.simulated", subject=subject) if setting.simulated else subject


def _told(alert: Alert, language: str, setting: Setting) -> _Told:
    match alert.kind:
        case "anomaly":
            return _told_anomaly(alert, language, setting)
        case "run_failed":
            return _told_failure(alert, language, setting)
        case "run_recovered":
            return _told_recovery(alert, language, setting)
    return _Told(alert.subject, alert.body.splitlines(), None)


def _told_anomaly(alert: Alert, language: str, setting: Setting) -> _Told:
    payload = alert.payload
    session = date.fromisoformat(payload["session"])
    # Written by a version that told no name, the subject holds it.
    title = alert.subject
    if "name" in payload:
        day = format_date(session, "medium", locale=LOCALES[language])
        title = words(language, "anomaly.title", name=f"{payload['name']} ({payload['symbol']})", day=day)
    link = _link(setting, f"/anomalies?since={session}&until={session}")
    return _Told(title, alert.body.splitlines(), link)


def _told_failure(alert: Alert, language: str, setting: Setting) -> _Told:
    payload = alert.payload
    failed = payload.get("status") != "interrupted"
    lines = [str(payload.get("error") or alert.body)]
    if failed:
        lines.append(words(language, "failed.attempts", attempt=payload.get("attempt", 1)))
    else:
        lines.append(words(language, "interrupted.note"))
    if payload.get("failures", 1) > 1:
        since = _instant(payload["since"], language, setting)
        lines.append(words(language, "failed.since", failures=payload["failures"], since=since))
    title = words(language, "failed.title" if failed else "interrupted.title", name=payload["name"])
    return _Told(title, lines, _link(setting, f"/run?id={quote(str(payload['run']))}"))


def _told_recovery(alert: Alert, language: str, setting: Setting) -> _Told:
    payload = alert.payload
    since = _instant(payload["since"], language, setting)
    line = words(language, "recovered.text", failures=payload["failures"], since=since)
    title = words(language, "recovered.title", name=payload["name"])
    return _Told(title, [line], _link(setting, f"/run?id={quote(str(payload['run']))}"))


def _anomaly(alert: Alert) -> Mapping[str, object] | None:
    payload = alert.payload
    if "symbol" not in payload:
        return None
    return {
        "stock": {"symbol": payload["symbol"], "name": payload["name"]},
        "anomaly": {
            "type": ", ".join(payload.get("types", ())) or "pattern",
            "severity": payload["severity"],
            "date": payload["session"],
            "details": {"sentences": alert.body.splitlines()},
        },
    }


def _text(told: Sequence[_Told], closing: Sequence[str], language: str) -> str:
    blocks = []
    for each in told:
        link = [f"{words(language, 'alerts.open')}: {each.link}"] if each.link else []
        blocks.append("\n".join([each.title, *each.lines, *link]))
    return "\n\n".join([*blocks, *closing]) + "\n"


def _html(told: Sequence[_Told], closing: Sequence[str], language: str) -> str:
    parts = []
    for each in told:
        parts.append(f'<h2 style="font-size:16px;margin:20px 0 4px" dir="auto">{escape(each.title)}</h2>')
        parts += [f'<p style="margin:2px 0" dir="auto">{escape(line)}</p>' for line in each.lines]
        if each.link:
            anchor = f'<a href="{escape(each.link)}">{escape(words(language, "alerts.open"))}</a>'
            parts.append(f'<p style="margin:2px 0">{anchor}</p>')
    parts += [f'<p style="margin:20px 0 4px">{escape(line)}</p>' for line in closing]
    style = "font-family:system-ui,Segoe UI,Arial,sans-serif;font-size:14px;line-height:1.45;max-width:640px"
    return f'<!DOCTYPE html>\n<html lang="{language}"><body style="{style}">{"".join(parts)}</body></html>\n'


def _instant(written: str, language: str, setting: Setting) -> str:
    at = datetime.fromisoformat(written).astimezone(setting.zone)
    return format_datetime(at, "d MMM yyyy HH:mm", locale=LOCALES[language])


def _link(setting: Setting, path: str) -> str | None:
    return f"{setting.public_url}{path}" if setting.public_url else None
