"""The parameters that routes take, each with what it may hold, so that nothing odd reaches the database.

Instants and days before 1970 or after 2199 are taken for those: nothing is stored beyond, and arithmetic on the ends
of the calendar would break.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Annotated, TypeVar

from fastapi import Path, Query
from pydantic import AfterValidator, AwareDatetime, BeforeValidator

LARGEST_ID = 2**63 - 1
"""PostgreSQL's bigint."""

WITHOUT_NUL = r"^[^\x00]*$"
"""PostgreSQL stores every character of a text but this."""

_FIRST, _LAST = datetime(1970, 1, 1, tzinfo=UTC), datetime(2199, 12, 31, tzinfo=UTC)

_WRITTEN = re.compile(r"\d{4}-\d\d-\d\d")

D = TypeVar("D", date, datetime)


def _no_number(value: object) -> object:
    """Pydantic would take 0 for the beginning of 1970."""
    if not isinstance(value, str) or not _WRITTEN.match(value):
        raise ValueError("a day is written as 2026-11-24, an instant as 2026-11-24T10:15:00Z")
    return value


def _within(first: D, last: D) -> AfterValidator:
    def nearest(value: D) -> D:
        return min(max(value, first), last)

    return AfterValidator(nearest)


AnyInstant = Annotated[AwareDatetime, BeforeValidator(_no_number), _within(_FIRST, _LAST)]
"""An instant with its zone."""

AnyDay = Annotated[date, BeforeValidator(_no_number), _within(_FIRST.date(), _LAST.date())]
"""A day."""

JobId = Annotated[str, Path(pattern=r"^[a-z][a-z0-9_]{0,62}$", description="A job's id, such as market_pulse")]
RowId = Annotated[int, Path(ge=1, le=LARGEST_ID)]
BeforeId = Annotated[
    int | None, Query(ge=1, le=LARGEST_ID, description="The next page: `next_before` of the one before")
]
Isin = Annotated[str | None, Query(pattern=r"^[A-Z]{2}[A-Z0-9]{9}[0-9]$", description="A listing's ISIN")]
Session = Annotated[AnyDay | None, Query(description="The session; the newest stored one if left out")]
