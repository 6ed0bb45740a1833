from __future__ import annotations

from uuid import uuid4

import pytest
import sqlalchemy as sa
import streamlit as st

from bvmt.runs.status import ACTIONS_BY_STATUS, RunStatus
from bvmt.store.embedded import EmbeddedPostgres
from tests.pages.conftest import OpenPage, plain, texts
from tests.pages.worlds import add_instance, add_job, add_run, add_slots, answer


def open_run(open_page: OpenPage, engine: sa.Engine, status: str, **details: object):  # type: ignore[no-untyped-def]
    add_job(engine)
    run = add_run(engine, status, instance=add_instance(engine), **details)  # type: ignore[arg-type]
    return open_page("pages/run.py", id=str(run))


@pytest.mark.parametrize(
    "status",
    ["queued", "running", "succeeded", "failed", "missed", "skipped", "cancelled", "interrupted"],
)
def test_a_run_in_any_state_has_its_page(open_page: OpenPage, engine: sa.Engine, status: str) -> None:
    page = open_run(open_page, engine, status)
    assert not page.exception
    assert "Market Pulse" in texts(page.subheader)


def test_a_failed_run_shows_its_error_and_traceback(open_page: OpenPage, engine: sa.Engine) -> None:
    error = ("SourceRefused", "Exchange feed: 500", "Traceback (most recent call last): here")
    page = open_run(open_page, engine, "failed", error=error)
    assert "SourceRefused" in texts(page.error)
    assert "Traceback (most recent call last): here" in texts(page.code)


def test_a_skipped_run_tells_why(open_page: OpenPage, engine: sa.Engine) -> None:
    page = open_run(open_page, engine, "skipped", reason="exchange closed: Republic Day")
    assert "exchange closed: Republic Day" in plain(page.info)


def test_warnings_are_listed(open_page: OpenPage, engine: sa.Engine) -> None:
    page = open_run(open_page, engine, "succeeded", warnings=("Three rows were set aside",))
    assert "Three rows were set aside" in texts(page.warning)


def test_figures_carry_label_and_unit(open_page: OpenPage, engine: sa.Engine) -> None:
    page = open_run(open_page, engine, "succeeded", figures={"quotes_stored": 78})
    assert ("Quotes stored", "78 quotes") in {(metric.label, metric.value) for metric in page.metric}


def test_markup_in_an_error_stays_text(open_page: OpenPage, engine: sa.Engine) -> None:
    error = ("ValueError", "[click](http://evil.example) $x$", "trace")
    page = open_run(open_page, engine, "failed", error=error)
    assert "[click](http" not in texts(page.error)


def test_a_run_that_does_not_exist_is_said_not_to(open_page: OpenPage) -> None:
    page = open_page("pages/run.py", id=str(uuid4()))
    assert "There is no run" in texts(page.warning)


@pytest.mark.parametrize("nonsense", ["", "1", "../../etc/passwd", "x" * 500])
def test_an_address_without_a_run_asks_for_one(open_page: OpenPage, nonsense: str) -> None:
    page = open_page("pages/run.py", id=nonsense)
    assert not page.exception
    assert "No run was named." in texts(page.info)


@pytest.mark.parametrize("status", RunStatus)
def test_the_buttons_of_a_run_are_the_actions_that_its_state_allows(
    open_page: OpenPage, engine: sa.Engine, status: RunStatus
) -> None:
    page = open_run(open_page, engine, status)
    shown = {button.key for button in page.button}
    assert shown == {f"{action}_run" for action in ACTIONS_BY_STATUS[status]}


def test_a_click_on_cancel_asks_the_run_to_stop_and_says_so(open_page: OpenPage, engine: sa.Engine) -> None:
    page = open_run(open_page, engine, "running")
    page.button(key="cancel_run").click().run()
    assert answer(engine, "select cancel_requested_by from runs") == "operator"
    assert (page.button(key="cancel_run").label, page.button(key="cancel_run").disabled) == ("Stopping", True)


def test_a_click_on_retry_opens_the_new_run_which_names_the_old_one(open_page: OpenPage, engine: sa.Engine) -> None:
    page = open_run(open_page, engine, "failed")
    old = answer(engine, "select id from runs")
    page.button(key="retry_run").click().run()
    new = answer(engine, "select id from runs where retry_of = :old", old=old)
    assert f"`{new}`" in texts(page.caption)
    assert "The run that it repeats" in {link.proto.label for link in page.get("page_link")}


def test_several_attempts_are_listed_with_their_errors(open_page: OpenPage, engine: sa.Engine) -> None:
    page = open_run(open_page, engine, "succeeded")
    with engine.connect() as conn:
        conn.execute(
            sa.text("""
              insert into run_attempts (run_id, attempt, instance_id, started_at, ended_at, outcome, error_class,
                error_message)
              select run_id, 2, instance_id, started_at, ended_at, 'failed', 'SourceRefused', 'Exchange feed: 500'
              from run_attempts""")
        )
    st.cache_data.clear()
    page.run()
    attempts = page.table[0].value
    assert list(attempts["Outcome"]) == ["✓\u00a0Succeeded", "✕\u00a0Failed"]
    assert "Exchange feed: 500" in attempts["Error"][1].replace("\\", "")


def test_a_run_under_way_shows_its_rate_and_the_time_left(open_page: OpenPage, engine: sa.Engine) -> None:
    add_job(engine)
    run = add_run(engine, "running", instance=add_instance(engine))
    with engine.connect() as conn:
        conn.execute(
            sa.text("""
              update runs set started_at = clock_timestamp() - interval '10 seconds', progress = jsonb_build_object(
                'done', 40, 'total', 80, 'text', 'files', 'at', clock_timestamp())""")
        )
    (bar,) = open_page("pages/run.py", id=str(run)).get("progress")
    assert "40 of 80 files · 4\\.0 a second · about 10 s left" in bar.proto.text


def test_a_missed_slot_tells_why_on_its_runs_page(open_page: OpenPage, engine: sa.Engine) -> None:
    add_job(engine)
    add_slots(engine, 1, status="missed", reason="no scheduler took it within its grace time")
    run = answer(engine, "select id from runs")
    told = plain(open_page("pages/run.py", id=str(run)).markdown)
    assert "Slot of today" in told
    assert "It was missed: no scheduler alive at that time, by heartbeat" in told


def test_with_the_database_away_the_page_of_a_run_says_so(own_server: EmbeddedPostgres, open_page: OpenPage) -> None:
    page = open_page("pages/run.py", id=str(uuid4()))
    own_server.stop()
    st.cache_data.clear()
    page.run()
    assert not page.exception
    assert "The database cannot be reached." in texts(page.error)


def many_lines(engine: sa.Engine, count: int) -> None:
    with engine.connect() as conn:
        conn.execute(
            sa.text("""
              insert into run_logs (run_id, attempt, logged_at, level, logger, message)
              select id, 1, clock_timestamp(), 'warning', 'jobs', 'line ' || n
              from runs, generate_series(1, :count) n"""),
            {"count": count},
        )


def test_of_a_long_log_the_end_is_shown_and_its_length_told(open_page: OpenPage, engine: sa.Engine) -> None:
    add_job(engine)
    run = add_run(engine, "succeeded", instance=add_instance(engine))
    many_lines(engine, 600)
    assert "The last 500 of 601 lines" in texts(open_page("pages/run.py", id=str(run)).caption)


def test_the_filter_of_the_log_is_taken_from_the_address(open_page: OpenPage, engine: sa.Engine) -> None:
    add_job(engine)
    run = add_run(engine, "succeeded", instance=add_instance(engine), log="100% of the board")
    many_lines(engine, 20)
    page = open_page("pages/run.py", id=str(run), log_level="Info", log_search="100%")
    assert "1 of 1 lines that match, of 21 in all" in texts(page.caption)


def test_a_run_under_way_says_that_lines_appear_as_they_come(open_page: OpenPage, engine: sa.Engine) -> None:
    assert "1 line · New lines appear as they come" in texts(open_run(open_page, engine, "running").caption)


def test_a_figure_outside_its_usual_band_is_marked_with_sign_and_word(open_page: OpenPage, engine: sa.Engine) -> None:
    add_job(engine)
    instance = add_instance(engine)
    for _ in range(12):
        add_run(engine, "succeeded", instance=instance, figures={"quotes_stored": 80})
    run = add_run(engine, "succeeded", instance=instance, figures={"quotes_stored": 61})
    page = open_page("pages/run.py", id=str(run))
    (figure,) = (metric for metric in page.metric if metric.label == "Quotes stored")
    assert figure.delta == "▼ below its usual 76 to 84"
    (took,) = (metric for metric in page.metric if metric.label == "Duration")
    assert took.delta.startswith("usual ")


def test_a_run_with_no_history_claims_nothing_to_be_usual(open_page: OpenPage, engine: sa.Engine) -> None:
    page = open_run(open_page, engine, "succeeded", figures={"quotes_stored": 61})
    assert {metric.delta for metric in page.metric} == {""}


def test_a_failed_run_leads_to_the_failures_of_its_kind(open_page: OpenPage, engine: sa.Engine) -> None:
    page = open_run(open_page, engine, "failed", error=("SourceRefused", "Exchange feed: 500", "trace"))
    (link,) = (link for link in page.get("page_link") if link.proto.label == "All failures of this kind")
    assert link.proto.query_string == "group=SourceRefused"


def test_the_runs_to_compare_with_are_the_one_before_the_last_success_and_the_other_recent_ones(
    open_page: OpenPage, engine: sa.Engine
) -> None:
    add_job(engine)
    instance = add_instance(engine)
    success = add_run(engine, "succeeded", instance=instance)
    before = add_run(engine, "failed", instance=instance)
    run = add_run(engine, "failed", instance=instance)
    page = open_page("pages/run.py", id=str(run))
    links = [
        (link.proto.label, link.proto.query_string) for link in page.get("page_link") if link.proto.page == "compare"
    ]
    assert [query for _, query in links] == [f"run={run}&with={other}" for other in (before, success, before, success)]
    assert [label for label, _ in links][:1] == ["The run before"]


def test_the_only_run_of_a_job_has_nothing_to_be_compared_with(open_page: OpenPage, engine: sa.Engine) -> None:
    assert "This job has no other run yet." in texts(open_run(open_page, engine, "succeeded").caption)


def test_the_command_for_the_api_is_there_to_be_copied(open_page: OpenPage, engine: sa.Engine) -> None:
    page = open_run(open_page, engine, "succeeded")
    assert f"/api/runs/{answer(engine, 'select id from runs')}" in texts(page.code)


def test_a_report_that_a_run_made_is_a_link_and_not_a_figure(open_page: OpenPage, engine: sa.Engine) -> None:
    report = str(uuid4())
    page = open_run(open_page, engine, "succeeded", figures={"report": report, "quotes_stored": 1})
    assert f"id={report}" in {link.proto.query_string for link in page.get("page_link")}
    assert "Report" not in {metric.label for metric in page.metric}


def test_a_waiting_run_without_a_log_says_so(open_page: OpenPage, engine: sa.Engine) -> None:
    page = open_run(open_page, engine, "queued")
    assert not page.exception
    assert ("Attempt", "none yet") in {(metric.label, metric.value) for metric in page.metric}
    assert page.get_by_key("log_download").proto.disabled
