"""The words of Python and of PostgreSQL are the same, in the same order."""

from __future__ import annotations

from enum import StrEnum

import pytest

from bvmt.access.actor import Via
from bvmt.news.daily import SentimentOrigin
from bvmt.news.items import NewsKind, SourceForm
from bvmt.news.tone import DecidedBy, Label, Language
from bvmt.reports.content import ReportKind
from bvmt.runs.status import RunOrigin, RunStatus
from bvmt.store.labels import LabelOrigin
from tests.db.desk import Desk

WORDS = [
    ("run_status", RunStatus),
    ("run_origin", RunOrigin),
    ("audit_via", Via),
    ("report_kind", ReportKind),
    ("news_kind", NewsKind),
    ("source_form", SourceForm),
    ("text_language", Language),
    ("sentiment_label", Label),
    ("decided_by", DecidedBy),
    ("sentiment_origin", SentimentOrigin),
    ("label_origin", LabelOrigin),
]


@pytest.mark.parametrize(("name", "words"), WORDS)
def test_the_enums_of_code_and_database_agree(desk: Desk, name: str, words: type[StrEnum]) -> None:
    labels = desk.rows(
        "select enumlabel from pg_enum where enumtypid = cast(:name as regtype) order by enumsortorder", name=name
    )
    assert [label for (label,) in labels] == [str(word) for word in words]
