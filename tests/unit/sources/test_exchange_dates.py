"""Session dates in the forms in which the feed was seen to write them."""

from __future__ import annotations

from datetime import date

import pytest

from bvmt.sources.exchange_dates import session_date
from tests.unit.sources.rows import TUNIS


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2026-04-13", date(2026, 4, 13)),
        ("2026-04-13T00:00:00", date(2026, 4, 13)),
        ("2026-04-12T23:00:00.000+00:00", date(2026, 4, 13)),
        ("2026-04-12T23:00:00Z", date(2026, 4, 13)),
        ("13/04/2026", date(2026, 4, 13)),
        ("13 avril 2026", date(2026, 4, 13)),
        ("1er février 2026", date(2026, 2, 1)),
        ("1ER FEVRIER 2026", date(2026, 2, 1)),
        ("14 août 2025", date(2025, 8, 14)),
        ("14 aou\u0302t 2025", date(2025, 8, 14)),
        ("31 décembre 2025", date(2025, 12, 31)),
        ("31\u00a0DÉCEMBRE\u00a02025", date(2025, 12, 31)),
        ("lundi 13 avril 2026", date(2026, 4, 13)),
        (1776034800000, date(2026, 4, 13)),
        ("1776034800000", date(2026, 4, 13)),
    ],
)
def test_a_date_is_read_in_every_form_seen(written: object, meant: date) -> None:
    assert session_date(written, TUNIS) == meant


@pytest.mark.parametrize(
    "written",
    [
        "",
        "soon",
        "31/02/2026",
        "30 février 2026",
        "13 germinal 2026",
        "2026-13-01",
        -1,
        0,
        10**30,
        20260413,
        True,
        [],
    ],
)
def test_anything_else_is_no_date(written: object) -> None:
    assert session_date(written, TUNIS) is None
