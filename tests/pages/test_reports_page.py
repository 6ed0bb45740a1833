"""The Reports page and the page of one report on a real database."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
import streamlit as st
from streamlit.testing.v1 import AppTest

from bvmt.reports.content import Report, ReportKind
from bvmt.store.deliveries import put_report
from bvmt.store.embedded import EmbeddedPostgres
from bvmt.store.engine import transaction
from bvmt.store.reports import add_report
from tests.pages.conftest import OpenPage, plain, texts
from tests.pages.market_worlds import add_bar, add_listings
from tests.pages.worlds import add_instance, answer, today
from tests.unit.reports.sample_reports import HOSTILE, movers_table, report, section, sector_bars, stories_table

_JOB = sa.text("""
insert into jobs (id, position, name, description, schedule_default, grace, max_attempts, retry_base, time_limit)
values (:id, :position, :name, 'Writes.', 'at 18:00', '6 hours', 3, '1 minute', '5 minutes')
""")

_ENDED = sa.text("""
update runs set status = cast(:status as run_status), attempt = 1, instance_id = :instance,
  started_at = clock_timestamp(), finished_at = clock_timestamp(), figures = cast(:figures as jsonb),
  error_class = :error, error_message = :error
""")


def last_workday() -> date:
    """The last day before today that is no weekend."""
    day = today() - timedelta(days=1)
    while day.weekday() >= 5:
        day -= timedelta(days=1)
    return day


def shelve(engine: sa.Engine, given: Report, day: date, *, by: str | None = "Amel") -> UUID:
    """Put a report of the period that begins on `day` on the shelf."""
    made, last = uuid4(), day if given.kind is ReportKind.DAILY else day + timedelta(days=6)
    with transaction(engine) as conn:
        add_report(conn, given, b"%PDF-1.7 x", id=made, period=(day, last), language="en", run_id=None, asked_by=by)
    return made


def shelve_daily(engine: sa.Engine, day: date, **changes: object) -> UUID:
    """Put a daily report with headline figures on the shelf."""
    figures = {"tunindex": 15331.38, "tunindex_change": 0.0025, "turnover_tnd": 7.79e6, "advancing": 37.0}
    return shelve(engine, report(first_day=day, last_day=day, figures=figures, **changes), day)


def html(page: AppTest) -> str:
    """The HTML that the page shows."""
    return " ".join(element.proto.body for element in page.get("html"))  # type: ignore[union-attr]


def with_jobs(engine: sa.Engine) -> None:
    """The two jobs that make reports."""
    with transaction(engine) as conn:
        for position, kind in enumerate(ReportKind):
            values = {"id": f"{kind}_report", "position": position, "name": f"{kind.capitalize()} Report"}
            conn.execute(_JOB, values)


def end_run(engine: sa.Engine, status: str, figures: str = "{}", error: str | None = None) -> None:
    """Have the one run end."""
    instance = add_instance(engine)
    with transaction(engine) as conn:
        conn.execute(_ENDED, {"status": status, "instance": instance, "figures": figures, "error": error})


@pytest.fixture
def session(engine: sa.Engine) -> date:
    """The newest session that is stored."""
    add_listings(engine)
    add_bar(engine, session=last_workday())
    with_jobs(engine)
    return last_workday()


def test_an_empty_shelf_says_what_comes_first(open_page: OpenPage, engine: sa.Engine) -> None:
    page = open_page("pages/reports.py")
    assert not page.exception
    assert "No report was made yet." in texts(page.info)
    assert "No quotes are stored yet" in texts(page.info)
    assert texts(page.caption).count("None was made yet.") == 2


def test_the_latest_report_of_each_kind_is_shown_with_its_headline_figures(
    open_page: OpenPage, engine: sa.Engine, session: date
) -> None:
    shelve_daily(engine, session)
    page = open_page("pages/reports.py")
    assert not page.exception
    assert f"**Daily Report** · {session:%a %d %b %Y}" in texts(page.markdown)
    for figure in ("15,331.38", "+0.25%", "TND 7.79m", "37 / — / —"):
        assert figure in html(page)


def test_the_list_leads_to_each_report(open_page: OpenPage, engine: sa.Engine, session: date) -> None:
    made = shelve_daily(engine, session)
    assert f'<a href="report?id={made}">{session:%a %d %b %Y}</a>' in html(open_page("pages/reports.py"))


def test_the_calendar_leads_from_a_session_without_a_report_to_the_form(
    open_page: OpenPage, engine: sa.Engine, session: date
) -> None:
    page = open_page("pages/reports.py")
    assert f'href="reports?make=Daily&amp;day={session}"' in html(page)
    form = open_page("pages/reports.py", make="Daily", day=session.isoformat())
    assert form.date_input(key="day").value == session


def test_the_filters_come_from_the_address(open_page: OpenPage, engine: sa.Engine, session: date) -> None:
    daily = shelve_daily(engine, session)
    monday = session - timedelta(days=session.weekday() + 7)
    weekly = shelve(engine, report("weekly", first_day=monday), monday)
    table = [part for part in html(open_page("pages/reports.py", kind="Weekly")).split("<table") if "Asked by" in part]
    assert len(table) == 1
    assert str(weekly) in table[0]
    assert str(daily) not in table[0]


def test_filters_that_match_nothing_are_told_as_the_reason(
    open_page: OpenPage, engine: sa.Engine, session: date
) -> None:
    shelve_daily(engine, session)
    page = open_page("pages/reports.py", since="2030-01-01")
    assert "No report matches these filters." in texts(page.info)


def test_a_long_shelf_is_paged(open_page: OpenPage, engine: sa.Engine, session: date) -> None:
    for days in range(23):
        shelve_daily(engine, session - timedelta(days=200 + days))
    page = open_page("pages/reports.py")
    assert html(page).count('<a href="report?id=') == 20
    page.button(key="older").click().run()
    assert html(page).count('<a href="report?id=') == 3
    page.button(key="newest").click().run()
    assert html(page).count('<a href="report?id=') == 20


def test_generate_asks_for_a_run_of_the_newest_session(open_page: OpenPage, engine: sa.Engine, session: date) -> None:
    page = open_page("pages/reports.py")
    page.button(key="make_report").click().run()
    assert not page.exception
    assert answer(engine, "select job_id || ' ' || (parameters ->> 'day') from runs") == f"daily_report {session}"
    assert "Report asked for" in texts(page.toast)
    assert page.button(key="make_report").disabled


def test_a_week_is_asked_for_as_far_as_it_is_known(open_page: OpenPage, engine: sa.Engine, session: date) -> None:
    page = open_page("pages/reports.py", make="Weekly", day=session.isoformat())
    page.button(key="make_report").click().run()
    sunday = session + timedelta(days=6 - session.weekday())
    assert answer(engine, "select parameters ->> 'day' from runs") == min(sunday, today()).isoformat()


def test_a_run_that_succeeded_leads_to_its_report(open_page: OpenPage, engine: sa.Engine, session: date) -> None:
    page = open_page("pages/reports.py")
    page.button(key="make_report").click().run()
    made = shelve_daily(engine, session)
    end_run(engine, "succeeded", f'{{"report": "{made}"}}')
    st.cache_data.clear()
    page.run()
    links = [link.proto for link in page.get("page_link")]  # type: ignore[union-attr]
    assert [link.query_string for link in links if link.label == "Open the report"] == [f"id={made}"]
    assert not page.button(key="make_report").disabled


def test_a_run_that_failed_says_why(open_page: OpenPage, engine: sa.Engine, session: date) -> None:
    page = open_page("pages/reports.py")
    page.button(key="make_report").click().run()
    end_run(engine, "failed", error="The *disk* is full")
    st.cache_data.clear()
    page.run()
    assert not page.exception
    assert "The *disk* is full" in plain(page.error)


def test_a_period_with_a_report_asks_before_it_makes_another_version(
    open_page: OpenPage, engine: sa.Engine, session: date
) -> None:
    shelve_daily(engine, session)
    page = open_page("pages/reports.py")
    page.button(key="make_report").click().run()
    assert "There is version 1 of it already." in texts(page.info)
    assert answer(engine, "select count(*) from runs") == 0
    page.button(key="confirm_make").click().run()
    assert answer(engine, "select count(*) from runs") == 1


def test_a_day_to_come_is_refused(open_page: OpenPage, engine: sa.Engine, session: date) -> None:
    page = open_page("pages/reports.py", day=(today() + timedelta(days=3)).isoformat())
    assert "is yet to come" in texts(page.warning)
    assert page.button(key="make_report").disabled


def test_a_weekend_is_refused_with_the_reason(open_page: OpenPage, engine: sa.Engine, session: date) -> None:
    saturday = session - timedelta(days=session.weekday() + 2)
    page = open_page("pages/reports.py", day=saturday.isoformat())
    assert "The exchange was closed" in texts(page.warning)
    assert "weekend" in texts(page.warning)


def test_a_day_without_a_stored_session_is_refused(open_page: OpenPage, engine: sa.Engine, session: date) -> None:
    page = open_page("pages/reports.py", day="2020-03-04")
    assert "No session of Wed 04 Mar 2020 is stored" in plain(page.warning)


def test_a_report_is_shown_with_its_sections_tables_and_charts(open_page: OpenPage, engine: sa.Engine) -> None:
    given = report()
    page = open_page("pages/report.py", id=str(shelve(engine, given, last_workday())))
    assert not page.exception
    for each in given.sections:
        assert f'id="section-{each.id}"' in html(page)
        assert f'href="#section-{each.id}"' in html(page)
    drawn = [block for each in given.sections for block in each.blocks if block.block == "chart"]
    assert len(page.get("vega_lite_chart")) == len(drawn) > 0


def test_a_report_is_read_in_french_by_its_address(open_page: OpenPage, engine: sa.Engine) -> None:
    made = shelve(engine, report(), last_workday())
    assert "Sommaire" in html(open_page("pages/report.py", id=str(made), language="fr"))


def test_the_marks_of_a_simulated_report_and_of_an_older_version_are_shown(
    open_page: OpenPage, engine: sa.Engine
) -> None:
    first, _ = (shelve(engine, report(), last_workday()) for _ in range(2))
    page = open_page("pages/report.py", id=str(first))
    assert "Simulated data" in texts(page.markdown)
    assert "Version 1, superseded by 2" in texts(page.markdown)
    assert "Version 2" in html(page)


def test_a_report_can_be_had_in_four_forms(open_page: OpenPage, engine: sa.Engine) -> None:
    page = open_page("pages/report.py", id=str(shelve(engine, report(), last_workday())))
    labels = [button.proto.label for button in page.get("download_button")]  # type: ignore[union-attr]
    assert labels == ["PDF", "Excel", "CSV", "JSON"]


def test_hostile_names_and_headlines_stay_text(open_page: OpenPage, engine: sa.Engine) -> None:
    # What JSON cannot hold never reaches a report.
    names = tuple(words for words in HOSTILE if "\x00" not in words)
    blocks = (movers_table("movers", 26, names), stories_table(names), sector_bars(names))
    given = report(sections=(section("hostile", names[0], *blocks),))
    page = open_page("pages/report.py", id=str(shelve(engine, given, last_workday(), by="<img src=x>")))
    assert not page.exception
    shown = html(page).lower()
    assert "&lt;script&gt;" in shown
    for markup in ("<script", "<img", 'href="javascript:'):
        assert markup not in shown


def test_the_mail_of_a_report_is_told_by_recipient(open_page: OpenPage, engine: sa.Engine) -> None:
    made = shelve(engine, report(), last_workday())
    with transaction(engine) as conn:
        conn.execute(
            sa.text(
                "insert into subscribers (id, name, address, daily, weekly, alerts, language, unsubscribe_token,"
                " created_by, updated_by) values (gen_random_uuid(), 'Amel', 'amel@example.tn', true, false, false,"
                " 'fr', repeat('t', 43), 'x', 'x')"
            )
        )
        put_report(conn, made, ReportKind.DAILY)
    page = open_page("pages/report.py", id=str(made))
    assert list(page.dataframe[0].value["To"]) == ["amel@example.tn"]


def test_a_report_that_went_to_nobody_can_be_sent_to_oneself(open_page: OpenPage, engine: sa.Engine) -> None:
    page = open_page("pages/report.py", id=str(shelve(engine, report(), last_workday())))
    assert "It went to nobody" in texts(page.caption)
    page.text_input(key="report_address").set_value("me@example.tn")
    page.button(key="send_report").click().run()
    assert not page.exception
    assert answer(engine, "select address from deliveries") == "me@example.tn"
    assert list(page.dataframe[0].value["To"]) == ["me@example.tn"]


def test_a_bad_address_is_refused_and_leaves_no_message(open_page: OpenPage, engine: sa.Engine) -> None:
    page = open_page("pages/report.py", id=str(shelve(engine, report(), last_workday())))
    page.text_input(key="report_address").set_value("nobody")
    page.button(key="send_report").click().run()
    assert page.toast
    assert answer(engine, "select count(*) from outbox") == 0


@pytest.mark.parametrize(
    ("id", "said"),
    [("", "No report was named."), ("7d1f0f7e-3c1b-4a52-9b0e-9c7d3c3f5a11", "There is no report")],
)
def test_an_address_without_a_report_leads_back_to_the_shelf(
    open_page: OpenPage, engine: sa.Engine, id: str, said: str
) -> None:
    page = open_page("pages/report.py", id=id)
    assert not page.exception
    assert said in texts([*page.info, *page.warning])


def test_content_that_cannot_be_read_is_said_and_leaves_the_pdf(open_page: OpenPage, engine: sa.Engine) -> None:
    made = shelve(engine, report(), last_workday())
    with transaction(engine) as conn:
        conn.execute(sa.text("""update reports set content = content || '{"new": 1}'"""))
    page = open_page("pages/report.py", id=str(made))
    assert not page.exception
    assert "Its PDF is as it went out." in texts(page.error)


@pytest.mark.parametrize("file", ["pages/reports.py", "pages/report.py"])
def test_with_the_database_away_the_page_says_so(own_server: EmbeddedPostgres, open_page: OpenPage, file: str) -> None:
    page = open_page(file, id=str(uuid4()))
    own_server.stop()
    st.cache_data.clear()
    page.run()
    assert not page.exception
    assert "Nothing can be read at the moment." in texts(page.warning)
