"""Firings that were due while nothing ran."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bvmt.clock import now
from bvmt.runs.why import why
from bvmt.store.slots import SlotRow, list_slots
from tests.acceptance.floor import Floor
from tests.acceptance.orders import ORIGIN, Orders, Probe, slots_between
from tests.acceptance.product import wait_until

ABSENCE = timedelta(hours=1)
EVERY = 60
TUNIS = ZoneInfo("Africa/Tunis")


class Absence:
    """A floor whose workshop came back after an hour, half a minute after both its jobs were due.

    The hour is let pass in the record, by moving all that is in it back. `prompt` may be 10 s late and `patient`
    a minute and a half.
    """

    def __init__(self, floor: Floor) -> None:
        phase = int((now() - ORIGIN).total_seconds() - 30) % EVERY
        self.floor = floor
        self.probes = (Probe("prompt", EVERY, phase, grace=10), Probe("patient", EVERY, phase, grace=90))
        floor.open(Orders(self.probes)).wait_ready().stop()
        move_back(floor, ABSENCE)
        floor.open(Orders(self.probes)).wait_ready()
        wait_until(lambda: floor.value("select count(*) >= 120 from runs where finished_at is not null"), "the ledger")

    def ledger(self, job: str) -> list[SlotRow]:
        """The slots of a job, newest first."""
        with self.floor.engine.connect() as conn:
            return list_slots(conn, job, since=now() - 2 * ABSENCE, until=now())

    def expected(self, probe: Probe) -> list[datetime]:
        """What was due since the job was first written down, newest first."""
        since = self.floor.value("select min(since) from schedules where job_id = :job", job=probe.id)
        return slots_between(since, now(), probe, minute=1.0)[::-1]

    def why(self, row: SlotRow) -> str:
        """The sentence about a slot."""
        with self.floor.engine.connect() as conn:
            return why(conn, row, TUNIS)


def move_back(floor: Floor, by: timedelta) -> None:
    for change in (
        "update jobs set planned_upto = planned_upto - :by",
        "update schedules set since = since - :by",
        "update instances set started_at = started_at - :by, heartbeat_at = heartbeat_at - :by,"
        " lease_until = lease_until - :by, stopped_at = stopped_at - :by",
    ):
        floor.execute(change, by=by)


@pytest.fixture
def absence(database_url: str) -> Iterator[Absence]:
    """An hour in which nothing ran, seen right after it."""
    with Floor(database_url) as floor:
        yield Absence(floor)


def test_the_latest_firing_within_its_grace_is_made_up_for_once(absence: Absence) -> None:
    newest, *older = absence.ledger("patient")

    assert (newest.status, newest.origin) == ("succeeded", "catch_up")
    assert absence.why(newest) == "It was missed when it was due, and made up for."
    assert {row.status for row in older} == {"missed"}
    assert {absence.why(row) for row in older} == {
        f"It was missed: coalesced: the slot of {newest.scheduled_at:%H:%M} UTC is made up for instead."
    }
    assert absence.floor.column("select job_id from effects") == ["patient"]


def test_every_firing_of_the_absence_is_in_the_ledger(absence: Absence) -> None:
    for probe in absence.probes:
        slots = [row.scheduled_at for row in absence.ledger(probe.id)]
        assert slots == absence.expected(probe)
        assert len(slots) >= 60


def test_a_firing_that_is_too_old_to_be_made_up_for_says_why_with_evidence(absence: Absence) -> None:
    rows = absence.ledger("prompt")
    ((stopped, started),) = absence.floor.rows("select min(stopped_at), max(started_at) from instances")

    assert {row.status for row in rows} == {"missed"}
    assert {absence.why(row) for row in rows} == {
        f"It was missed: no scheduler alive {stopped.astimezone(TUNIS):%d %b %H:%M}"
        f" to {started.astimezone(TUNIS):%d %b %H:%M}, by heartbeat."
    }
