"""What happens around a job's work: its figures are judged, its end recorded, the dead man's switch told."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import time, timedelta

import pytest

from bvmt.clock import monotonic, now
from bvmt.errors import ActionRefused
from bvmt.runs.carrier import Carrier, Work
from bvmt.runs.context import RunContext
from bvmt.runs.job import Figure, Job, RetryPolicy
from bvmt.runs.schedules import window
from bvmt.runs.status import RunStatus
from bvmt.runs.stopping import SkipRun, StopRun, StopSignal
from bvmt.settings import load_settings
from bvmt.sources.addresses import Addresses
from bvmt.sources.healthchecks import Pinger
from tests.db.desk import Desk
from tests.unit.sources.test_healthchecks import SOON, CheckServer

Carry = Callable[..., Work]


@pytest.fixture
def checks() -> Iterator[CheckServer]:
    """A dead man's switch that listens."""
    server = CheckServer()
    yield server
    server.close()


@pytest.fixture
def pinger(checks: CheckServer) -> Iterator[Pinger]:
    """Tells the switch of `probe`."""
    made = Pinger({"probe": checks.url})
    yield made
    made.close(SOON)


@pytest.fixture
def carry(desk: Desk, pinger: Pinger) -> Carry:
    """Carry out a run of `probe` whose work is given."""

    def make(work: Callable[[RunContext], None], *, attempts: int = 1) -> Work:
        job = Job(
            id="probe",
            name="Probe",
            description="For the tests.",
            schedule=lambda settings: window(15, time(9), time(16)),
            work=work,
            grace=timedelta(minutes=10),
            time_limit=timedelta(minutes=5),
            retry=RetryPolicy(max_attempts=attempts),
            figures=(Figure("quotes", "Quotes stored", "quotes", expected=(60, 82)),),
        )
        carrier = Carrier(
            jobs={"probe": job},
            engine=desk.engine,
            settings=load_settings(env_file=None),
            addresses=Addresses(exchange="http://127.0.0.1:1"),
            clock=now,
            pinger=pinger,
        )
        under_way = Work(desk.start(), desk.me, StopSignal(), monotonic(), threading.Event())
        carrier.carry_out(under_way)
        return under_way

    return make


def signals(checks: CheckServer, count: int) -> list[str]:
    """The last part of the next requests' addresses, before the run's id."""
    return [checks.next().target.partition("?")[0].rpartition("/")[2] for _ in range(count)]


def fail(_: RunContext) -> None:
    raise ActionRefused("no")


def test_a_figure_as_expected_is_no_warning(desk: Desk, carry: Carry) -> None:
    run = carry(lambda ctx: ctx.figure("quotes", 78)).run
    assert desk.run(run.id).warnings == []


def test_a_figure_outside_its_band_is_a_success_with_a_warning(desk: Desk, carry: Carry) -> None:
    run = desk.run(carry(lambda ctx: ctx.figure("quotes", 3)).run.id)
    assert run.status is RunStatus.SUCCEEDED
    assert run.warnings == ["Quotes stored: 3 quotes, expected 60 to 82"]


def test_a_run_that_failed_is_not_judged_by_its_figures(desk: Desk, carry: Carry) -> None:
    assert desk.run(carry(fail).run.id).warnings == []


def test_the_switch_hears_of_start_and_success(carry: Carry, checks: CheckServer) -> None:
    carry(lambda ctx: ctx.figure("quotes", 78))
    start, end = signals(checks, 2)
    assert start == "start"
    assert end not in {"start", "fail"}


def test_the_switch_hears_of_a_failure_with_its_message(carry: Carry, checks: CheckServer) -> None:
    carry(fail)
    assert checks.next().target.partition("?")[0].endswith("/start")
    told = checks.next()
    assert (told.target.partition("?")[0].endswith("/fail"), told.body) == (True, b"no")


def test_a_failure_that_is_tried_again_is_not_told_yet(
    desk: Desk, carry: Carry, checks: CheckServer, pinger: Pinger
) -> None:
    def flaky(_: RunContext) -> None:
        raise OSError("not now")

    run = carry(flaky, attempts=2).run
    assert desk.status(run.id) is RunStatus.QUEUED
    pinger.close(SOON)
    assert [told.target.partition("?")[0].rpartition("/")[2] for told in checks.all()] == ["start"]


def test_a_skipped_firing_is_no_alarm(carry: Carry, checks: CheckServer) -> None:
    def skip(_: RunContext) -> None:
        raise SkipRun("exchange closed: Republic Day")

    carry(skip)
    assert checks.next().target.partition("?")[0].endswith("/start")
    assert checks.next().body == b"exchange closed: Republic Day"


def test_a_run_over_its_time_limit_has_failed_with_an_error_of_its_own(desk: Desk, carry: Carry) -> None:
    def overrun(_: RunContext) -> None:
        raise StopRun(RunStatus.FAILED, "it took longer than its time limit of 5 min")

    run = desk.run(carry(overrun).run.id)
    assert (run.status, run.error_class) == (RunStatus.FAILED, "TimeLimitReached")


def test_a_step_that_a_written_off_run_left_open_ends_with_it(desk: Desk, pinger: Pinger) -> None:
    run = desk.start()
    desk.execute(
        "insert into run_steps (run_id, attempt, position, name, status, started_at)"
        " values (:run, 1, 1, 'Wait', 'running', clock_timestamp())",
        run=run.id,
    )
    carrier = Carrier(
        jobs={},
        engine=desk.engine,
        settings=load_settings(env_file=None),
        addresses=Addresses(exchange="http://127.0.0.1:1"),
        clock=now,
        pinger=pinger,
    )
    work = Work(run, desk.me, StopSignal(), monotonic(), threading.Event())
    carrier.write_off(work, StopRun(RunStatus.CANCELLED, "cancelled by Amel"))
    assert desk.rows("select status, ended_at is not null from run_steps") == [("cancelled", True)]
    assert desk.run(run.id).reason == "cancelled by Amel; it did not stop by itself"
