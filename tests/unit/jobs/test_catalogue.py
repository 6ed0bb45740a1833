"""The catalogue: every job can be scheduled, shown and limited; and when Market Pulse is due."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bvmt.runs.job import Job
from bvmt.runs.schedules import parse_schedule
from bvmt.settings import load_settings
from jobs import JOBS
from jobs.market_pulse import MARKET_PULSE
from jobs.sentiment_scan import SENTIMENT_SCAN


def test_no_two_jobs_share_an_id_or_a_name() -> None:
    assert len({job.id for job in JOBS}) == len({job.name for job in JOBS}) == len(JOBS)


@pytest.mark.parametrize("job", JOBS, ids=lambda job: job.id)
def test_a_job_has_an_id_for_addresses_a_sentence_for_people_and_limits(job: Job) -> None:
    assert job.id.isidentifier()
    assert job.id == job.id.lower()
    assert job.description.endswith(".")
    assert job.grace > timedelta()
    assert job.time_limit > timedelta()
    assert job.retry.max_attempts >= 1


@pytest.mark.parametrize("job", JOBS, ids=lambda job: job.id)
def test_the_default_schedule_of_a_job_can_be_kept_as_text(job: Job) -> None:
    schedule = job.schedule(load_settings(env_file=None))
    assert parse_schedule(schedule.text) == schedule


@pytest.mark.parametrize("job", JOBS, ids=lambda job: job.id)
def test_each_figure_of_a_job_has_a_key_of_its_own(job: Job) -> None:
    assert len({figure.key for figure in job.figures}) == len(job.figures)


def test_market_pulse_is_due_as_the_settings_say(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MARKET_PULSE_INTERVAL", "30")
    monkeypatch.setenv("MARKET_OPEN", "10:00")
    monkeypatch.setenv("MARKET_CLOSE", "14:30")
    schedule = MARKET_PULSE.schedule(load_settings(env_file=None))
    assert schedule.crontab == "*/30 10-14 * * mon-fri"


def test_the_sentiment_scan_is_due_day_and_night_on_every_day(monkeypatch: pytest.MonkeyPatch) -> None:
    assert SENTIMENT_SCAN.schedule(load_settings(env_file=None)).crontab == "*/30 * * * *"
    monkeypatch.setenv("SENTIMENT_SCAN_INTERVAL", "45")
    assert SENTIMENT_SCAN.schedule(load_settings(env_file=None)).words == "Every 45 min"
