"""From the answers of the platform's anomaly service to plain rows."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any

from bvmt.sources.exchange_dates import FetchMoment
from bvmt.sources.exchange_fields import Unreadable, is_absent, json_text, number, text
from bvmt.sources.platform_fields import Listed, Readable, Row, read_rows, rows_in, update_in

ANOMALY_SERVICE = "Anomaly service"

_DEEPEST = 10


@dataclass(frozen=True, slots=True)
class PlatformAnomaly:
    """A share and session that the service finds odd.

    `types` are the service's words, such as volume, price and pattern; `severity` goes from 0 to 1; `details`
    is a JSON object of the service's own making.
    """

    isin: str
    session: date
    types: tuple[str, ...]
    severity: float
    details: Mapping[str, Any]


def parse_anomalies(answer: object, listed: Listed, moment: FetchMoment) -> Readable[PlatformAnomaly]:
    """Return the anomalies in `answer`: an object with a list `anomalies`, or a bare list.

    A row has `code`, `isin` or `symbol`, and `date`, `types`, `severity` and `details` as `GET /api/anomalies`
    documents them. An item with `anomalies` of its own is the answer for one share, whose rows inherit its
    code. Rows without a share, a date or a severity are set aside. Raises SourceFormatError where there are
    rows and none can be read.
    """
    rows = list(_flat(rows_in(ANOMALY_SERVICE, answer, "anomalies")))
    return read_rows(ANOMALY_SERVICE, rows, partial(_anomaly, listed=listed, moment=moment))


def _flat(rows: list[Any]) -> Iterator[Any]:
    for row in rows:
        if isinstance(row, Mapping) and isinstance(row.get("anomalies"), list):
            whose = {key: row[key] for key in ("isin", "code", "symbol", "name") if key in row}
            yield from ({**whose, **each} if isinstance(each, Mapping) else each for each in row["anomalies"])
        else:
            yield row


def _anomaly(row: Row, listed: Listed, moment: FetchMoment) -> PlatformAnomaly:
    code, update = listed.isin(row), update_in(row, "date", moment)
    if update is None:
        raise Unreadable(f"the anomaly of {code} has no date")
    details = row.get("details")
    return PlatformAnomaly(
        isin=code,
        session=update.session,
        types=_types(row),
        severity=_severity(row),
        details=_plain(details) if isinstance(details, Mapping) else {},
    )


def _severity(row: Row) -> float:
    value = number(row, "severity")
    if value is None or not 0 <= value <= 1:
        raise Unreadable("severity is missing" if value is None else f"severity is not from 0 to 1: {value}")
    return float(value)


def _types(row: Row) -> tuple[str, ...]:
    given = row.get("type") if is_absent(row.get("types")) else row.get("types")
    words = given if isinstance(given, list) else [given]
    return tuple(word for each in words if isinstance(each, str) and (word := text(each)))


def _plain(value: Any, depth: int = 0) -> Any:
    """The value as any JSON writer and any database takes it: finite floats, clean texts, not too deep."""
    if isinstance(value, Decimal):
        return float(value) if math.isfinite(float(value)) else str(value)
    if isinstance(value, str):
        return text(value)
    if depth == _DEEPEST:
        return json_text(value)
    if isinstance(value, Mapping):
        return {text(key) or "": _plain(each, depth + 1) for key, each in value.items()}
    return [_plain(each, depth + 1) for each in value] if isinstance(value, list) else value
