"""The shelf of reports: versions, periods, pages."""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from bvmt.reports.content import Message, Number, NumberForm, Paragraph, Report, ReportKind, Section, Words
from bvmt.store.engine import transaction
from bvmt.store.reports import (
    add_report,
    count_periods,
    find_current,
    find_report,
    list_reports,
    list_versions,
    read_content,
    read_pdf,
)

DAY = date(2026, 11, 20)
MADE = datetime(2026, 11, 20, 17, tzinfo=UTC)


def report(day: date = DAY, kind: ReportKind = ReportKind.DAILY, made_at: datetime = MADE) -> Report:
    """A small report with a hostile name in it."""
    sentence = Message(
        key="test.rose",
        values={"name": Words(value="<b>BIAT</b> é \u202e"), "by": Number(value=0.0123, form=NumberForm.CHANGE)},
    )
    return Report(
        kind=kind,
        first_day=day,
        last_day=day,
        made_at=made_at,
        data_until=None,
        data_source="sandbox",
        simulated=True,
        zone="Africa/Tunis",
        title=Message(key="test.title"),
        lead=(sentence,),
        sections=(Section(id="one", heading=Message(key="test.one"), blocks=(Paragraph(sentences=(sentence,)),)),),
        figures={"tunindex": 9999.99, "mood": None},
    )


def add(engine: sa.Engine, given: Report, pdf: bytes = b"%PDF-1.7 x") -> tuple[UUID, int]:
    made = uuid4()
    with transaction(engine) as conn:
        period = (given.first_day, given.last_day)
        version = add_report(conn, given, pdf, id=made, period=period, language="en", run_id=None, asked_by="Amel")
    return made, version


def test_a_report_comes_back_as_it_was_written(engine: sa.Engine) -> None:
    made, _ = add(engine, report())
    with engine.connect() as conn:
        assert read_content(conn, made) == report()


def test_the_pdf_comes_back_byte_for_byte_with_its_hash_and_size(engine: sa.Engine) -> None:
    pdf = bytes(range(256)) * 10
    made, _ = add(engine, report(), pdf)
    with engine.connect() as conn:
        shelved = find_report(conn, made)
        assert read_pdf(conn, made) == pdf
    assert shelved is not None
    assert (shelved.pdf_size, shelved.pdf_sha256) == (2560, hashlib.sha256(pdf).hexdigest())


def test_the_headline_figures_are_kept_beside_the_content(engine: sa.Engine) -> None:
    made, _ = add(engine, report())
    with engine.connect() as conn:
        shelved = find_report(conn, made)
    assert shelved is not None
    assert shelved.figures == {"tunindex": 9999.99, "mood": None}


def test_making_a_period_again_adds_a_version_and_keeps_the_older_one(engine: sa.Engine) -> None:
    first, second = add(engine, report()), add(engine, report())
    assert (first[1], second[1]) == (1, 2)
    with engine.connect() as conn:
        assert [(each.version, each.current) for each in list_versions(conn, ReportKind.DAILY, DAY)] == [
            (2, True),
            (1, False),
        ]
        current = find_current(conn, ReportKind.DAILY, DAY)
        assert read_pdf(conn, first[0]) is not None
    assert current is not None
    assert current.id == second[0]


def test_two_kinds_of_one_day_have_versions_of_their_own(engine: sa.Engine) -> None:
    add(engine, report())
    assert add(engine, report(kind=ReportKind.WEEKLY))[1] == 1
    with engine.connect() as conn:
        assert count_periods(conn) == {ReportKind.DAILY: 1, ReportKind.WEEKLY: 1}


def test_the_shelf_shows_the_current_version_of_each_period_newest_first(engine: sa.Engine) -> None:
    for day in (DAY - timedelta(days=1), DAY, DAY):
        add(engine, report(day))
    with engine.connect() as conn:
        assert [(each.first_day, each.version) for each in list_reports(conn)] == [
            (DAY, 2),
            (DAY - timedelta(days=1), 1),
        ]
        assert len(list_reports(conn, every_version=True)) == 3


def test_the_shelf_is_paged_without_a_gap_where_two_kinds_begin_on_one_day(engine: sa.Engine) -> None:
    for days in range(3):
        for kind in ReportKind:
            add(engine, report(DAY - timedelta(days=days), kind, MADE + timedelta(minutes=days)))
    seen: list[UUID] = []
    with engine.connect() as conn:
        while page := list_reports(conn, before=seen[-1] if seen else None, limit=1):
            seen += [each.id for each in page]
        assert seen == [each.id for each in list_reports(conn)]
    assert len(set(seen)) == 6


@pytest.mark.parametrize(("kind", "count"), [(ReportKind.DAILY, 2), (ReportKind.WEEKLY, 1)])
def test_the_shelf_is_narrowed_to_a_kind_and_a_stretch(engine: sa.Engine, kind: ReportKind, count: int) -> None:
    for day in (DAY, DAY - timedelta(days=1), DAY - timedelta(days=40)):
        add(engine, report(day))
    add(engine, report(kind=ReportKind.WEEKLY))
    with engine.connect() as conn:
        assert len(list_reports(conn, kinds=[kind], since=DAY - timedelta(days=7), until=DAY)) == count


def test_an_unknown_id_is_none(engine: sa.Engine) -> None:
    with engine.connect() as conn:
        assert (find_report(conn, uuid4()), read_content(conn, uuid4()), read_pdf(conn, uuid4())) == (None, None, None)
