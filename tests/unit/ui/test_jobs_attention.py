from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bvmt.runs.durations import UsualDuration
from bvmt.runs.status import RunStatus
from bvmt.store.day_figures import MissedSlots
from bvmt.store.dispatching import MailWay
from bvmt.store.stuck_mail import StuckMail
from bvmt.ui.job_table.rows import Surroundings
from bvmt.ui.jobs_attention import Findings, Item, attention, calm_words
from tests.unit.ui.test_job_rows import AROUND, FROZEN, JOB, NOW, RUN, ended, working
from tests.unit.ui.test_truth import DESK

PROVEN = replace(JOB, recent=[replace(ended(n), seconds=10.0 + n % 3) for n in range(1, 13)])
PAUSED = replace(JOB, paused=True, paused_by="ada", pause_reason="feed maintenance")


def only(found: list[Item]) -> Item:
    (item,) = found
    return item


def test_a_job_that_is_well_asks_for_nothing() -> None:
    assert attention([PROVEN], AROUND, Findings()) == []


def test_failures_that_nobody_has_acknowledged_are_told_with_the_last_and_lead_to_them() -> None:
    job = replace(JOB, recent=[ended(1), ended(2, RunStatus.FAILED, message="no answer\nat all")])
    item = only(attention([job], AROUND, Findings(unacknowledged={"market_pulse": 3})))
    assert (item.tone, item.subject) == ("red", "Market Pulse")
    assert item.words == "3 failures nobody has acknowledged, the last today 11:30: no answer"
    assert (item.page, item.query) == ("pages/failures.py", {"job": "market_pulse"})


def test_a_firing_that_is_due_and_has_not_started_is_late() -> None:
    item = only(attention([replace(JOB, next_run_at=NOW - timedelta(minutes=5))], AROUND, Findings()))
    assert (item.tone, item.words) == ("red", "was due today 11:55 and has not started, 5 min late")


@pytest.mark.parametrize(
    ("job", "around"),
    [
        (replace(JOB, next_run_at=NOW - timedelta(seconds=20)), AROUND),
        (replace(JOB, next_run_at=NOW - timedelta(minutes=5), active=working()), AROUND),
        (replace(JOB, next_run_at=NOW - timedelta(minutes=5)), FROZEN),
    ],
    ids=["due just now", "its run is under way", "all is frozen"],
)
def test_a_job_is_not_late_when(job: object, around: Surroundings) -> None:
    assert attention([job], around, Findings()) == []  # type: ignore[list-item]


def test_a_run_that_waits_long_for_a_place_is_told_and_leads_to_it() -> None:
    waits = working(status=RunStatus.QUEUED, due_at=NOW - timedelta(minutes=4), started_at=None)
    item = only(attention([replace(JOB, active=waits)], AROUND, Findings()))
    assert (item.words, item.query) == ("has waited 4 min for a free place", {"id": str(RUN)})


def test_a_run_that_waits_for_its_retry_is_not_late() -> None:
    waits = working(status=RunStatus.QUEUED, due_at=NOW - timedelta(minutes=4), retry_at=NOW + timedelta(minutes=1))
    assert attention([replace(JOB, active=waits)], AROUND, Findings()) == []


def test_a_run_far_beyond_its_usual_duration_is_told() -> None:
    runs = working(started_at=NOW - timedelta(minutes=3))
    usual = {PROVEN.id: UsualDuration(12, 10.0, 11.0, 12.0)}
    item = only(attention([replace(PROVEN, active=runs)], AROUND, Findings(usual=usual)))
    assert item.words.replace("\u00a0", " ") == "has run for 3 min, usual 10 s to 12 s"


def test_a_run_of_a_job_that_is_hardly_known_is_not_called_long() -> None:
    assert attention([replace(JOB, active=working(started_at=NOW - timedelta(hours=1)))], AROUND, Findings()) == []


def test_missed_firings_are_counted_and_lead_to_why() -> None:
    missed = MissedSlots("market_pulse", 2, NOW - timedelta(hours=1))
    item = only(attention([JOB], AROUND, Findings(missed=[missed])))
    assert item.words == "missed 2 firings in the last 24 hours, the last one due today 11:00"
    assert (item.page, item.link) == ("pages/job.py", "Why")


def test_a_pause_is_told_with_who_and_why() -> None:
    assert only(attention([PAUSED], AROUND, Findings())).words == "is paused by ada: feed maintenance"


def test_a_way_that_fails_to_send_mail_is_told_with_its_error() -> None:
    way = MailWay("mail server", NOW - timedelta(hours=1), "535 authentication failed", None)
    item = only(attention([JOB], AROUND, Findings(ways=[way])))
    assert item.words == "the mail server fails since today 11:00: 535 authentication failed"


def test_mail_that_is_overdue_and_mail_that_has_no_way_out_are_told_apart() -> None:
    items = attention([JOB], AROUND, Findings(mail=StuckMail(held=2, overdue=1, since=NOW - timedelta(hours=1))))
    assert [item.words for item in items] == [
        "1 delivery should have gone out since today 11:00",
        "2 deliveries wait for a way to send mail",
    ]


def test_living_instances_that_differ_in_a_setting_are_told() -> None:
    here = replace(DESK, settings={"timezone": "Africa/Tunis"})
    there = replace(DESK, host="desk-2", settings={"timezone": "UTC"})
    item = only(attention([JOB], AROUND, Findings(instances=[here, there])))
    assert item.words.startswith("differ in TIMEZONE: Africa/Tunis in desk-1, process 4711; UTC in desk-2")


def test_news_sources_that_fail_are_named_and_the_rest_are_counted() -> None:
    item = only(attention([JOB], AROUND, Findings(failing_sources=["a", "b", "c", "d", "e"])))
    assert (item.subject, item.words) == ("5 news sources", "could not be read at the last try: a, b, c and 2 more")


def test_what_is_red_comes_first() -> None:
    late = replace(JOB, id="late", name="Late", next_run_at=NOW - timedelta(minutes=5))
    found = Findings(missed=[MissedSlots("late", 1, NOW)])
    assert [item.tone for item in attention([PAUSED, late], AROUND, found)] == ["red", "orange", "orange"]


def test_a_calm_line_names_the_next_firing() -> None:
    assert calm_words([JOB], AROUND) == "Nothing needs attention. Market Pulse is next, today 12:15."


@pytest.mark.parametrize(
    "around",
    [replace(AROUND, firing=False), FROZEN, replace(AROUND, stale="as of 12:00:00, 1 s ago")],
    ids=["nothing fires", "all is frozen", "what is known is old"],
)
def test_nothing_is_called_calm_while(around: Surroundings) -> None:
    assert calm_words([JOB], around) is None


def test_a_database_without_jobs_is_not_called_calm() -> None:
    assert calm_words([], AROUND) is None
