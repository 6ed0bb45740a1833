"""The figures of past runs, and what is said of a run that differs from them."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from bvmt.runs.job import Figure, Job
from bvmt.runs.outcome_check import unusual_figures
from bvmt.runs.schedules import parse_schedule
from bvmt.runs.status import RunStatus
from bvmt.store import figures
from tests.db.desk import Desk

PROBE = Job(
    id="probe",
    name="Probe",
    description="For the tests.",
    schedule=lambda settings: parse_schedule("every 15 min"),
    work=lambda ctx: None,
    grace=timedelta(minutes=10),
    time_limit=timedelta(minutes=5),
    figures=(
        Figure("quotes", "Quotes stored", "quotes", learnt=True),
        Figure("levels", "Index levels", "levels", expected=(2, 2)),
        Figure("turnover", "Turnover", "TND"),
    ),
)

FILL = """
insert into runs (id, job_id, scheduled_at, due_at, origin, status, finished_at, figures)
select gen_random_uuid(), :job, due, due, 'scheduled', 'succeeded', due, '{"quotes": 80}'
from generate_series(clock_timestamp() - interval '20000 min', clock_timestamp(), cast(:step as interval)) due
"""


def ended(desk: Desk, *, job_id: str = "probe", outcome: RunStatus = RunStatus.SUCCEEDED, **reported: object) -> None:
    """A run, later than those before, that ended with these figures."""
    assert desk.finish(desk.start(job_id), outcome, figures=reported)


def history(desk: Desk, *keys: str, job_id: str = "probe", limit: int = 60) -> dict[str, list[float]]:
    with desk.engine.connect() as conn:
        return figures.read_history(conn, job_id, keys, limit=limit)


def said(desk: Desk, job: Job = PROBE, **reported: float | str) -> list[str]:
    with desk.engine.connect() as conn:
        return unusual_figures(conn, job, reported)


def statements(desk: Desk) -> list[str]:
    """What is sent to the database from now on."""
    sent: list[str] = []

    @sa.event.listens_for(desk.engine, "before_cursor_execute")
    def _(conn: Any, cursor: Any, statement: str, *rest: Any) -> None:
        sent.append(statement)

    return sent


def test_the_newest_values_come_first(desk: Desk) -> None:
    for quotes in (78, 80, 79):
        ended(desk, quotes=quotes, turnover=1.5)
    assert history(desk, "quotes", "turnover") == {"quotes": [79.0, 80.0, 78.0], "turnover": [1.5, 1.5, 1.5]}


def test_no_more_runs_are_read_than_asked_for(desk: Desk) -> None:
    for quotes in (78, 80, 79):
        ended(desk, quotes=quotes)
    assert history(desk, "quotes", limit=2) == {"quotes": [79.0, 80.0]}


@pytest.mark.parametrize("outcome", [RunStatus.FAILED, RunStatus.CANCELLED, RunStatus.SKIPPED, RunStatus.INTERRUPTED])
def test_only_runs_that_succeeded_count(desk: Desk, outcome: RunStatus) -> None:
    desk.job(max_attempts=1)
    ended(desk, quotes=80)
    ended(desk, outcome=outcome, quotes=3)
    assert history(desk, "quotes", limit=1) == {"quotes": [80.0]}


def test_a_run_under_way_does_not_count(desk: Desk) -> None:
    ended(desk, quotes=80)
    desk.start()
    assert history(desk, "quotes") == {"quotes": [80.0]}


def test_runs_of_other_jobs_do_not_count(desk: Desk) -> None:
    desk.job("other")
    ended(desk, job_id="other", quotes=3)
    ended(desk, quotes=80)
    assert history(desk, "quotes") == {"quotes": [80.0]}


@pytest.mark.parametrize("odd", ["none", True, None, 10**400, [80]])
def test_what_is_no_number_adds_no_value(desk: Desk, odd: object) -> None:
    for quotes in (80, odd, 81):
        ended(desk, quotes=quotes)
    assert history(desk, "quotes") == {"quotes": [81.0, 80.0]}


def test_a_figure_that_was_never_reported_has_an_empty_history(desk: Desk) -> None:
    ended(desk, quotes=80)
    assert history(desk, "quotes", "levels") == {"quotes": [80.0], "levels": []}
    assert history(desk, "quotes", job_id="unknown") == {"quotes": []}


@pytest.mark.parametrize("job_id", ["probe", "rare"])
def test_a_long_history_is_read_along_its_index_and_only_as_far_as_needed(desk: Desk, job_id: str) -> None:
    desk.job("rare")
    for job, step in (("probe", "1 min"), ("rare", "300 min")):
        desk.execute(FILL, job=job, step=step)
    desk.execute("analyze runs")
    (plan,) = desk.value(f"explain (analyze, format json) {figures._HISTORY.text}", job=job_id, limit=60)
    (scan,) = plan["Plan"]["Plans"]
    assert (plan["Plan"]["Node Type"], scan["Index Name"]) == ("Limit", "runs_by_job")
    assert scan["Actual Rows"] == 60
    assert scan["Rows Removed by Filter"] == 0


def steady(desk: Desk, values: Sequence[int]) -> None:
    """Runs that stored so many quotes."""
    for quotes in values:
        ended(desk, quotes=quotes)


def test_a_run_unlike_those_before_is_told_of(desk: Desk) -> None:
    steady(desk, [78] * 12)
    assert said(desk, quotes=3, levels=2) == ["Quotes stored: 3 quotes, usually 75 to 81"]
    assert said(desk, quotes=79, levels=2) == []


def test_a_short_history_judges_nothing_but_set_bands_count(desk: Desk) -> None:
    steady(desk, [78] * 11)
    assert said(desk, quotes=3, levels=1) == ["Index levels: 1 levels, expected 2"]


def test_figures_that_are_not_learnt_are_not_looked_up(desk: Desk) -> None:
    sent = statements(desk)
    assert said(desk, dataclasses.replace(PROBE, figures=PROBE.figures[1:]), levels=2) == []
    assert sent == []
    assert said(desk, quotes=3, levels=2) == []
    assert len(sent) == 1
