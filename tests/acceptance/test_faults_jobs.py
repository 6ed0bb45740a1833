"""Jobs that take too long, do not listen, or are held up; and a scheduler whose thread dies."""

from __future__ import annotations

from bvmt.runs.actions import cancel_run, request_run
from tests.acceptance.floor import Floor, due_in, gate
from tests.acceptance.orders import Orders, Probe
from tests.acceptance.product import wait_until
from tests.people import person


def test_a_firing_during_the_run_before_is_skipped_and_says_so(database_url: str) -> None:
    with Floor(database_url) as floor, gate() as closed:
        floor.open(Orders((Probe(every=1),), minute=0.5, deeds={"mid_step probe": closed.deed})).wait_ready()
        closed.wait_for_one()
        skipped = "select reason from runs where status = 'skipped'"
        wait_until(lambda: len(floor.column(skipped)) >= 3, "three firings to be skipped")
        closed.open()
        wait_until(lambda: floor.value("select count(*) from effects") >= 1, "the run that held them up to be over")

        assert set(floor.column(skipped)) == {"the previous run is still running"}
        assert floor.overlaps() == 0


def test_a_job_that_ignores_its_cancelling_is_written_off_and_its_late_writes_are_refused(database_url: str) -> None:
    with Floor(database_url) as floor, gate() as closed:
        workshop = floor.open(Orders((Probe(),), deeds={"mid_step probe": closed.deed})).wait_ready()
        run_id = request_run(floor.engine, "probe", by=person("Leila"))
        closed.wait_for_one()

        cancel_run(floor.engine, run_id, by=person("Leila"))
        floor.wait_for_status(run_id, "cancelled", seconds=10)
        written_off = floor.rows("select status, reason, finished_at from runs")
        steps = floor.rows("select name, status, ended_at from run_steps")
        closed.open()
        wait_until(lambda: "its late results are refused" in workshop.log, "the late results to be refused")

        assert written_off[0][:2] == ("cancelled", "cancelled by Leila; it did not stop by itself")
        assert floor.effects_of(run_id) == 0
        assert floor.rows("select status, reason, finished_at from runs") == written_off
        assert floor.rows("select name, status, ended_at from run_steps") == steps


def test_a_job_that_was_written_off_gives_its_place_back(database_url: str) -> None:
    probes = tuple(Probe(id=f"deaf_{n}") for n in range(5))
    with Floor(database_url) as floor, gate() as closed:
        deeds = {f"mid_step {probe.id}": closed.deed for probe in probes}
        floor.open(Orders((*probes, Probe()), deeds=deeds)).wait_ready()
        deaf = [request_run(floor.engine, probe.id, by=person("Leila")) for probe in probes]
        for run_id in deaf:
            floor.wait_for_status(run_id, "running")
            cancel_run(floor.engine, run_id, by=person("Leila"))

        run_id = request_run(floor.engine, "probe", by=person("Leila"))
        floor.wait_for_status(run_id, "succeeded", seconds=15)

        assert floor.column("select distinct status from runs where job_id <> 'probe'") == ["cancelled"]


def test_a_run_over_its_time_limit_fails_with_an_error_of_its_own(database_url: str) -> None:
    with Floor(database_url) as floor:
        floor.open(Orders((Probe(seconds=(60, 60), time_limit=0.5),))).wait_ready()
        run_id = request_run(floor.engine, "probe", by=person("Leila"))

        floor.wait_for_status(run_id, "failed")

        assert floor.rows("select error_class, attempt, retry_at from runs") == [("TimeLimitReached", 1, None)]
        assert floor.outcomes_of(run_id) == ["failed"]


def test_a_scheduler_whose_thread_died_is_rebuilt_and_the_slot_made_up_for(database_url: str) -> None:
    with Floor(database_url) as floor:
        probe, slot = due_in(3)
        floor.open(Orders((probe,), stumbles="probe")).wait_ready()

        run = floor.wait_for_run(slot, "succeeded", seconds=20)

        assert run["origin"] == "catch_up"
        assert floor.column("select detail from incidents where kind = 'scheduler_rebuilt'") == [
            "the scheduler's thread was found dead and replaced"
        ]
        assert floor.column("select state from instances") == ["alive"]


def test_a_scheduler_that_was_rebuilt_fires_again(database_url: str) -> None:
    with Floor(database_url) as floor:
        floor.open(Orders((Probe(every=1),), stumbles="probe")).wait_ready()
        rebuilt = "select ended_at from incidents where kind = 'scheduler_rebuilt'"
        (at,) = wait_until(lambda: floor.column(rebuilt), "the scheduler to be rebuilt")

        fired = "select count(*) from runs where origin = 'scheduled' and queued_at > :at"
        wait_until(lambda: floor.value(fired, at=at) >= 2, "two firings after that")
