from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from uuid import UUID

import pytest
import sqlalchemy as sa
import streamlit as st
from streamlit.testing.v1 import AppTest

from bvmt.access.actor import Actor, Role
from bvmt.access.deeds import Deed
from bvmt.access.performing import performing
from bvmt.runs.actions import cancel_run, change_schedule, pause_job, request_run, resume_job, retry_run
from bvmt.store.embedded import EmbeddedPostgres
from bvmt.ui.audit_reads import AuditFilter, audit_csv
from tests.pages.conftest import OpenPage, plain, texts
from tests.pages.visitors import AMEL, OMAR, VERA, come_as
from tests.pages.worlds import JOB, add_instance, add_job, add_run

NOON = "0 12 * * mon-fri"


def open_audit(open_page: OpenPage, **query: str) -> AppTest:
    return open_page("pages/audit.py", **query)


def cells(page: AppTest, column: str) -> list[str]:
    """The cells under a heading, of whichever table has it."""
    return [str(cell) for frame in page.dataframe if column in frame.value for cell in frame.value[column]]


def write(engine: sa.Engine, actor: Actor, deed: Deed, subject: str, **after: object) -> None:
    with performing(engine, actor, deed, subject) as performance:
        performance.after = after


def write_many(engine: sa.Engine, count: int) -> None:
    for number in range(count):
        write(engine, OMAR, Deed.JUDGE_ANOMALY, f"anomaly {number}")


def exported(wanted: AuditFilter) -> Sequence[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(audit_csv(wanted).decode("utf-8-sig"))))


def test_with_nothing_done_yet_the_page_says_what_will_stand_there(open_page: OpenPage) -> None:
    page = open_audit(open_page)
    assert not page.exception
    assert "Nobody has done anything yet." in texts(page.info)


def test_a_deed_is_shown_with_who_what_where_from_and_what_it_changed(open_page: OpenPage, engine: sa.Engine) -> None:
    add_job(engine)
    change_schedule(engine, JOB, NOON, by=AMEL)
    page = open_audit(open_page)
    assert [cells(page, name)[0] for name in ("Who", "Role", "Deed", "To what", "Came in", "From")] == [
        "amel@example.tn",
        "admin",
        "change schedule",
        "job market_pulse",
        "signed in",
        "192.0.2.7",
    ]
    assert cells(page, "Before → after") == [f"schedule: every 15 min 09:00-16:00 mon-fri → {NOON}"]


def test_the_newest_deed_stands_first(open_page: OpenPage, engine: sa.Engine) -> None:
    add_job(engine)
    pause_job(engine, JOB, by=AMEL)
    resume_job(engine, JOB, by=OMAR)
    assert cells(open_audit(open_page), "Deed") == ["resume", "pause"]


@pytest.mark.parametrize(
    ("query", "subjects"),
    [
        ({"actor": "omar@example.tn"}, ["run 1"]),
        ({"deed": "import"}, ["market history"]),
        ({"subject": "run"}, ["run 1"]),
        ({"subject": "un 1"}, []),
        ({"subject": "run%"}, []),
        ({"actor": "amel@example.tn", "deed": "cancel"}, []),
    ],
)
def test_filters_come_from_the_address(
    open_page: OpenPage, engine: sa.Engine, query: dict[str, str], subjects: list[str]
) -> None:
    write(engine, OMAR, Deed.CANCEL, "run 1")
    write(engine, AMEL, Deed.IMPORT, "market history")
    page = open_audit(open_page, **query)
    assert cells(page, "To what") == subjects
    assert ("Nobody has done what these filters ask for." in texts(page.info)) is not bool(subjects)


def test_clearing_the_filters_shows_everything_again(open_page: OpenPage, engine: sa.Engine) -> None:
    write(engine, OMAR, Deed.CANCEL, "run 1")
    write(engine, AMEL, Deed.IMPORT, "market history")
    page = open_audit(open_page, actor="omar@example.tn", subject="run")
    page.button(key="clear_filters").click().run()
    assert cells(page, "To what") == ["market history", "run 1"]
    assert page.button(key="clear_filters").disabled


def test_a_long_log_is_turned_page_by_page_and_the_address_keeps_the_place(
    open_page: OpenPage, engine: sa.Engine
) -> None:
    write_many(engine, 60)
    page = open_audit(open_page)
    assert (len(cells(page, "To what")), page.button(key="newest").disabled) == (50, True)
    page.button(key="older").click().run()
    assert cells(page, "To what") == [f"anomaly {number}" for number in range(9, -1, -1)]
    assert page.button(key="older").disabled
    assert cells(open_audit(open_page, before=str(page.query_params["before"])), "To what")[0] == "anomaly 9"


def test_from_an_older_page_one_click_leads_to_the_newest(open_page: OpenPage, engine: sa.Engine) -> None:
    write_many(engine, 60)
    page = open_audit(open_page)
    page.button(key="older").click().run()
    page.button(key="newest").click().run()
    assert cells(page, "To what")[0] == "anomaly 59"
    assert "before" not in page.query_params


@pytest.mark.parametrize("nonsense", ["", "x", "-1", "9" * 40, "٣", "1;drop table audit_log"])
def test_an_address_with_nonsense_for_a_place_shows_the_newest(
    open_page: OpenPage, engine: sa.Engine, nonsense: str
) -> None:
    write(engine, OMAR, Deed.CANCEL, "run 1")
    page = open_audit(open_page, before=nonsense)
    assert not page.exception
    assert cells(page, "To what") == ["run 1"]


def test_a_place_before_all_lines_says_that_nothing_is_older(open_page: OpenPage, engine: sa.Engine) -> None:
    write(engine, OMAR, Deed.CANCEL, "run 1")
    page = open_audit(open_page, before="1")
    assert "There is nothing older." in texts(page.info)
    page.button(key="newest").click().run()
    assert cells(page, "To what") == ["run 1"]


def test_a_name_that_no_database_can_hold_finds_nothing(open_page: OpenPage, engine: sa.Engine) -> None:
    write(engine, OMAR, Deed.CANCEL, "run 1")
    page = open_audit(open_page, subject="run\x00")
    assert not page.exception
    assert not page.error


def test_a_viewer_sees_neither_where_from_nor_the_addresses_of_subscribers(
    open_page: OpenPage, engine: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(engine, AMEL, Deed.CHANGE_SUBSCRIBERS, "subscriber sami@example.tn", address="sami@example.tn")
    write(engine, AMEL, Deed.RESEND_MESSAGE, "message 4", address="sami@example.tn")
    write(engine, OMAR, Deed.CANCEL, "run 1")
    come_as(monkeypatch, VERA)
    page = open_audit(open_page)
    assert cells(page, "To what") == ["run 1"]
    assert cells(page, "From") == []
    assert cells(open_audit(open_page, subject="subscriber sami"), "To what") == []
    assert "sami@example.tn" not in str(exported(AuditFilter(Role.VIEWER)))


def test_an_admin_sees_the_deeds_on_subscribers(open_page: OpenPage, engine: sa.Engine) -> None:
    write(engine, AMEL, Deed.CHANGE_SUBSCRIBERS, "subscriber sami@example.tn")
    assert cells(open_audit(open_page), "To what") == ["subscriber sami@example.tn"]


def test_the_file_holds_the_lines_of_the_filters_with_cells_that_are_no_formulas(
    open_page: OpenPage, engine: sa.Engine
) -> None:
    write(engine, OMAR, Deed.CANCEL, "run 1")
    write(engine, AMEL, Deed.CHANGE_NEWS_SOURCES, "=cmd|' /C calc'!A0", name="Kapitalis")
    open_audit(open_page)
    (row,) = exported(AuditFilter(Role.ADMIN, actor="amel@example.tn"))
    assert (row["deed"], row["subject"]) == ("change news sources", "'=cmd|' /C calc'!A0")
    assert (row["address"], row["after"]) == ("192.0.2.7", '{"name": "Kapitalis"}')
    assert len(exported(AuditFilter(Role.ADMIN))) == 2


def test_a_job_tells_who_did_what_to_it_and_to_its_runs(open_page: OpenPage, engine: sa.Engine) -> None:
    add_job(engine)
    failed = add_run(engine, "failed", instance=add_instance(engine))
    pause_job(engine, JOB, by=AMEL, reason="holiday")
    again = retry_run(engine, failed, by=OMAR)
    cancel_run(engine, again, by=VERA_AS_OPERATOR)
    write(engine, AMEL, Deed.PAUSE, "job anomaly_scan")
    page = open_page("pages/job.py", id=JOB)
    assert list(zip(cells(page, "Who"), cells(page, "What"), strict=True)) == [
        ("vera@example.tn", "cancelled a run"),
        ("omar@example.tn", "asked for a run to be repeated"),
        ("amel@example.tn", "paused it: holiday"),
    ]


VERA_AS_OPERATOR = Actor(VERA.name, Role.OPERATOR, VERA.via, VERA.address)


def run_deeds(open_page: OpenPage, run: UUID) -> list[tuple[str, str]]:
    page = open_page("pages/run.py", id=str(run))
    return list(zip(cells(page, "Who"), cells(page, "What"), strict=True))


def test_a_run_tells_who_asked_for_it_and_who_cancelled_it(open_page: OpenPage, engine: sa.Engine) -> None:
    add_job(engine)
    run = request_run(engine, JOB, by=OMAR)
    cancel_run(engine, run, by=AMEL)
    request_run(engine, JOB, by=AMEL)
    assert run_deeds(open_page, run) == [
        ("amel@example.tn", "cancelled a run"),
        ("omar@example.tn", "asked for a run"),
    ]


def test_a_repeated_run_and_its_repetition_both_tell_who_repeated_it(open_page: OpenPage, engine: sa.Engine) -> None:
    add_job(engine)
    failed = add_run(engine, "failed", instance=add_instance(engine))
    again = retry_run(engine, failed, by=OMAR)
    repeated = [("omar@example.tn", "asked for a run to be repeated")]
    assert (run_deeds(open_page, failed), run_deeds(open_page, again)) == (repeated, repeated)


def test_a_run_that_nobody_touched_says_so(open_page: OpenPage, engine: sa.Engine) -> None:
    add_job(engine)
    run = add_run(engine, "succeeded", instance=add_instance(engine))
    assert "Nobody has done anything to this run." in texts(open_page("pages/run.py", id=str(run)).caption)


def test_markup_in_what_was_done_stays_text(open_page: OpenPage, engine: sa.Engine) -> None:
    add_job(engine)
    pause_job(engine, JOB, by=AMEL, reason="<script>alert(1)</script> [x](http://evil.example)")
    page = open_audit(open_page)
    assert not page.exception
    assert "evil.example" not in plain(page.markdown)
    assert cells(page, "Before → after") == ["reason: <script>alert(1)</script> [x](http://evil.example)"]


def test_with_the_database_away_the_audit_page_says_so(own_server: EmbeddedPostgres, open_page: OpenPage) -> None:
    page = open_audit(open_page)
    own_server.stop()
    st.cache_data.clear()
    page.run()
    assert not page.exception
    assert "The database cannot be reached." in texts(page.error)
