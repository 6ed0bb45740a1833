"""A workshop: the product's scheduler at work on probes, in a process of its own.

    DATABASE_URL=… python -m tests.acceptance.workshop ORDERS

The orders are JSON (`tests.acceptance.orders.Orders`). It prints `ready` once it fires, and stops on SIGTERM; a
second one makes it stop waiting for runs. Everything is the product's own, save when jobs are due: a crontab
knows nothing shorter than a minute, so a minute of a schedule is made to last as long as the orders say.
"""

from __future__ import annotations

import re
import signal
import sys
import threading
from datetime import UTC, datetime, timedelta
from typing import Any

from apscheduler.triggers.base import BaseTrigger

import scheduler_runtime
from bvmt.logs import configure
from bvmt.runs.schedules import Schedule
from bvmt.runs.status import RunStatus
from bvmt.settings import Settings, load_settings
from bvmt.sources.addresses import Addresses
from bvmt.store import run_life
from bvmt.store.engine import make_engine, normalise_url
from scheduler_runtime import SchedulerRuntime
from tests.acceptance import unfenced
from tests.acceptance.orders import Orders, slot_after
from tests.acceptance.probes import Deeds, make_jobs

_SCHEDULE = re.compile(r"every (\d+) min(?: (\d\d):(\d\d)-\d\d:\d\d)?")
_TICK = timedelta(microseconds=1)
_NOWHERE = Addresses(exchange="http://127.0.0.1:9")


class FastTrigger(BaseTrigger):  # type: ignore[misc]
    """A schedule whose minutes last `minute` seconds, counted from `ORIGIN`."""

    def __init__(self, schedule: Schedule, minute: float) -> None:
        found = _SCHEDULE.fullmatch(schedule.text)
        assert found is not None, f"a workshop cannot follow {schedule.text!r}"
        every, hours, minutes = (int(group or 0) for group in found.groups())
        self._every = timedelta(seconds=every * minute)
        self._phase = timedelta(seconds=(hours * 60 + minutes) * minute)

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime:
        """The first slot from `now` on, or after `previous_fire_time` if that is earlier."""
        start = now.astimezone(UTC)
        if previous_fire_time is not None:
            start = start + _TICK if start == previous_fire_time else min(start, previous_fire_time + _TICK)
        return slot_after(start, every=self._every, phase=self._phase)


class StumblingTrigger(FastTrigger):
    """Raises the first time that a scheduler in this process asks it, at a slot, for the one after."""

    stumbled = False

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime:
        """The same, after it has raised once."""
        in_scheduler = threading.current_thread().name == "APScheduler"
        if in_scheduler and previous_fire_time is not None and not StumblingTrigger.stumbled:
            StumblingTrigger.stumbled = True
            raise RuntimeError("the trigger stumbles")
        return super().get_next_fire_time(previous_fire_time, now)


def _set_triggers(orders: Orders) -> None:
    stumbles = {probe.schedule for probe in orders.probes if probe.id == orders.stumbles}

    def build(schedule: Schedule, timezone: str) -> BaseTrigger:
        kind = StumblingTrigger if schedule.text in stumbles else FastTrigger
        return kind(schedule, orders.minute)

    scheduler_runtime.build_trigger = build


def _set_points(deeds: Deeds) -> None:
    """Let claims and finishes pass the points before and after them."""
    claim, finish = run_life.claim, run_life.finish

    def claim_with_points(conn: Any, *, job_id: str, **how: Any) -> run_life.Claim | None:
        deeds.at("before_claim", job_id)
        claimed = claim(conn, job_id=job_id, **how)
        if claimed is not None and claimed.status is RunStatus.QUEUED:
            deeds.at("after_claim", job_id)
        return claimed

    def finish_with_points(conn: Any, run: run_life.StartedRun, **how: Any) -> bool:
        deeds.at("after_work", run.job_id)
        return finish(conn, run, **how)

    run_life.claim, run_life.finish = claim_with_points, finish_with_points


def _serve(runtime: SchedulerRuntime, grace_seconds: float) -> None:
    """Work until SIGTERM. It is blocked and waited for: a handler could interrupt a lock that it needs itself."""
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
    runtime.start()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    signal.sigwait({signal.SIGTERM})
    signal.signal(signal.SIGTERM, lambda *_: runtime.hasten())
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})
    runtime.stop(grace_seconds)


def main(orders: Orders, settings: Settings) -> None:
    """Work by the orders until SIGTERM."""
    assert settings.database_url is not None
    deeds = Deeds(orders.deeds)
    configure(settings)
    _set_triggers(orders)
    _set_points(deeds)
    if orders.unfenced:
        unfenced.take_the_fence_away()
    url = normalise_url(settings.database_url)
    engine = make_engine(url, application_name="bvmt jobs")
    runtime = SchedulerRuntime(
        jobs=make_jobs(orders, deeds), engine=engine, url=url, settings=settings, addresses=_NOWHERE
    )
    _serve(runtime, settings.shutdown_grace)
    engine.dispose()


if __name__ == "__main__":
    main(Orders.from_json(sys.argv[1]), load_settings(env_file=None))
