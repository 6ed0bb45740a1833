from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from bvmt.access.actor import Role
from bvmt.runs.durations import UsualDuration
from bvmt.runs.status import RunStatus
from bvmt.store.jobs import ActiveRun, JobOverview, RecentRun
from bvmt.ui.job_table.rows import Surroundings, hindrance, job_row

TUNIS = ZoneInfo("Africa/Tunis")
NOW = datetime(2026, 11, 24, 11, 0, tzinfo=UTC)
RUN = UUID(int=1)
AROUND = Surroundings(zone=TUNIS, now=NOW)
OLD = replace(AROUND, stale="as of 12:00:00, 40 s ago")
FROZEN = replace(AROUND, frozen="by ada since today 11:00: new server")

JOB = JobOverview(
    id="market_pulse",
    name="Market Pulse",
    description="Reads the board.",
    schedule="every 15 min 09:00-16:00 mon-fri",
    schedule_default="every 15 min 09:00-16:00 mon-fri",
    schedule_changed=False,
    next_run_at=NOW + timedelta(minutes=15),
    paused=False,
    paused_at=None,
    paused_by=None,
    pause_reason=None,
    paused_until=None,
    success_count=145,
    failure_count=2,
    grace=timedelta(minutes=10),
    max_attempts=3,
    time_limit=timedelta(minutes=5),
    active=None,
    last=None,
    recent=[],
)


def ended(number: int, status: RunStatus = RunStatus.SUCCEEDED, **changes: object) -> RecentRun:
    started = NOW - timedelta(minutes=15 * number)
    run = RecentRun(
        id=UUID(int=number),
        status=status,
        due_at=started,
        started_at=started,
        finished_at=started + timedelta(seconds=1),
        seconds=float(number),
        reason=None,
        error=None,
        message=None,
        warnings=0,
    )
    return replace(run, **changes)  # type: ignore[arg-type]


def working(**changes: object) -> ActiveRun:
    run = ActiveRun(
        id=RUN,
        status=RunStatus.RUNNING,
        due_at=NOW,
        started_at=NOW - timedelta(seconds=3),
        attempt=1,
        retry_at=None,
        cancel_requested=False,
        step="Fetch the board",
        progress=None,
    )
    return replace(run, **changes)  # type: ignore[arg-type]


def button_states(job: JobOverview) -> dict[str, bool]:
    return {button["act"]: not button["disabled"] for button in job_row(job, AROUND)["buttons"]}


def test_an_idle_job_can_be_run_and_paused() -> None:
    assert button_states(JOB) == {"run": True, "pause": True}


def test_a_paused_job_can_be_run_and_resumed() -> None:
    assert button_states(replace(JOB, paused=True)) == {"run": True, "resume": True}


def test_a_job_with_a_run_under_way_offers_to_cancel_that_run() -> None:
    job = replace(JOB, active=working())
    assert button_states(job) == {"cancel": True, "pause": True}
    assert job_row(job, AROUND)["buttons"][0]["run"] == str(RUN)


def test_a_run_that_waits_can_be_cancelled_too() -> None:
    assert button_states(replace(JOB, active=working(status=RunStatus.QUEUED))) == {"cancel": True, "pause": True}


def test_a_run_that_is_stopping_cannot_be_cancelled_again() -> None:
    assert button_states(replace(JOB, active=working(cancel_requested=True)))["cancel"] is False


def test_a_job_that_fires_is_run_without_a_question() -> None:
    assert hindrance(JOB, AROUND) is None


def test_before_a_paused_job_is_run_it_is_said_who_paused_it() -> None:
    paused = replace(JOB, paused=True, paused_by="ada", pause_reason="feed maintenance")
    assert hindrance(paused, AROUND) == "It is paused by ada: feed maintenance."


def test_before_a_frozen_job_is_run_it_is_said_who_froze_all() -> None:
    assert hindrance(JOB, FROZEN) == "All jobs are frozen by ada since today 11:00: new server."


def test_a_frozen_job_shows_no_countdown() -> None:
    row = job_row(JOB, FROZEN)
    assert (row["state"]["word"], row["next"]["at"], row["next"]["text"]) == ("Frozen", None, "frozen")


def test_where_nothing_fires_no_job_claims_to_be_scheduled() -> None:
    row = job_row(JOB, replace(AROUND, firing=False))
    assert (row["state"]["word"], row["state"]["tone"]) == ("Not firing", "red")
    assert (row["next"]["at"], row["next"]["text"]) == (None, "nothing fires")


def test_a_run_under_way_is_shown_even_while_all_is_frozen() -> None:
    assert job_row(replace(JOB, active=working()), FROZEN)["state"]["word"] == "Running"


def test_a_pause_tells_who_until_when_and_why() -> None:
    paused = replace(
        JOB, paused=True, paused_by="ada", pause_reason="feed maintenance", paused_until=NOW + timedelta(hours=2)
    )
    assert job_row(paused, AROUND)["state"]["detail"] == "by ada until today 14:00: feed maintenance"


def test_a_paused_job_shows_no_countdown() -> None:
    row = job_row(replace(JOB, paused=True), AROUND)
    assert (row["next"]["at"], row["next"]["text"]) == (None, "paused")


def test_a_running_job_tells_its_step_and_progress() -> None:
    active = working(progress={"done": 41, "total": 82, "text": ""})
    state = job_row(replace(JOB, active=active), AROUND)["state"]
    assert (state["word"], state["detail"], state["percent"]) == ("Running", "Fetch the board", 50)
    assert state["progress"] == "41 of 82"


def test_a_running_job_without_progress_shows_no_bar() -> None:
    state = job_row(replace(JOB, active=working()), AROUND)["state"]
    assert "percent" not in state


def test_a_run_that_waits_for_its_retry_tells_when_that_is() -> None:
    active = working(status=RunStatus.QUEUED, retry_at=NOW + timedelta(minutes=1))
    state = job_row(replace(JOB, active=active), AROUND)["state"]
    assert state["detail"] == "attempt 2 of 3 at today 12:01"


def test_the_strip_runs_from_the_oldest_to_the_newest() -> None:
    row = job_row(replace(JOB, recent=[ended(1), ended(2), ended(3)]), AROUND)
    assert [mark["run"] for mark in row["marks"]] == [str(UUID(int=n)) for n in (3, 2, 1)]


def test_a_run_that_never_started_has_a_mark_but_no_duration() -> None:
    skipped = ended(2, RunStatus.SKIPPED, started_at=None, seconds=None, reason="exchange closed: Republic Day")
    row = job_row(replace(JOB, recent=[ended(1), skipped]), AROUND)
    assert (len(row["marks"]), row["durations"]) == (2, [1.0])


def test_a_success_with_warnings_is_told_apart() -> None:
    row = job_row(replace(JOB, last=ended(1, warnings=2)), AROUND)
    assert (row["last"]["word"], row["last"]["tone"]) == ("Succeeded, with warnings", "orange")


def test_a_failure_shows_its_message() -> None:
    row = job_row(replace(JOB, last=ended(1, RunStatus.FAILED, message="no answer")), AROUND)
    assert row["last"]["detail"] == "no answer"


def test_a_changed_schedule_says_so() -> None:
    row = job_row(replace(JOB, schedule="0 12 * * 1-5", schedule_changed=True), AROUND)
    assert row["schedule"].endswith("(changed)")


def test_buttons_beyond_the_role_of_the_one_who_looks_are_disabled_and_say_so() -> None:
    buttons = job_row(JOB, replace(AROUND, role=Role.VIEWER))["buttons"]
    assert [(button["act"], button["disabled"], button["title"]) for button in buttons] == [
        ("run", True, "Takes the role of operator"),
        ("pause", True, "Takes the role of operator"),
    ]


def test_an_operator_may_use_the_buttons_of_a_job() -> None:
    buttons = job_row(JOB, replace(AROUND, role=Role.OPERATOR))["buttons"]
    assert [button["disabled"] for button in buttons] == [False, False]


def test_failures_that_nobody_acknowledged_stand_beside_the_state_whatever_came_after_them() -> None:
    row = job_row(replace(JOB, last=ended(1)), AROUND, unacknowledged=2)
    assert (row["state"]["word"], row["last"]["word"]) == ("Scheduled", "Succeeded")
    assert row["alarm"] == {
        "text": "2 unacknowledged",
        "title": "2 failures that nobody has acknowledged. A later success does not clear it.",
    }


def test_without_such_failures_there_is_no_alarm() -> None:
    assert job_row(JOB, AROUND)["alarm"] is None


def test_a_last_run_out_of_the_usual_band_is_marked() -> None:
    slow = replace(ended(1), seconds=30.0)
    row = job_row(replace(JOB, last=slow), AROUND, usual=UsualDuration(12, 10.0, 10.0, 10.0))
    assert (row["last"]["pace"], row["usual"]) == ("slower", "usual 10\u00a0s")


def test_a_band_on_too_few_runs_is_not_shown() -> None:
    assert job_row(JOB, AROUND, usual=UsualDuration(11, 10.0, 10.0, 10.0))["usual"] is None


def test_a_failed_run_is_not_compared_with_those_that_succeeded() -> None:
    row = job_row(replace(JOB, last=ended(1, RunStatus.FAILED)), AROUND, usual=UsualDuration(12, 10.0, 10.0, 10.0))
    assert row["last"]["pace"] is None


def test_a_state_that_is_only_known_from_before_claims_nothing_of_the_present() -> None:
    row = job_row(replace(JOB, active=working()), OLD)
    assert row["state"] == {"word": "Not known", "tone": "gray", "sign": "?", "detail": "was running"}


def test_a_next_firing_that_is_only_known_from_before_is_not_counted_down() -> None:
    row = job_row(JOB, OLD)
    assert (row["next"]["at"], row["next"]["text"]) == (None, "today 12:15")


def test_while_the_database_is_away_no_button_can_be_used() -> None:
    buttons = job_row(JOB, OLD)["buttons"]
    assert [(button["disabled"], button["title"]) for button in buttons] == [
        (True, "The database cannot be reached")
    ] * 2
