"""What is done to the processes, their sessions and their database."""

from __future__ import annotations

import random
import signal
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from time import sleep

from bvmt.access.actor import Actor, Role, Via
from bvmt.clock import monotonic
from bvmt.errors import ActionRefused, StoreError
from bvmt.runs.actions import change_schedule, pause_job, request_run, resume_job
from bvmt.store.embedded import EmbeddedPostgres
from bvmt.store.engine import store_errors
from tests.acceptance.floor import Floor, Workshop
from tests.acceptance.orders import Orders, Probe
from tests.acceptance.product import wait_until

STRESS = Actor("stress", Role.ADMIN, Via.LOCAL)
LEASE_SECONDS = 3.0
FROZEN_SECONDS = (3.5, 6.0)  # longer than the lease
BLOW_SECONDS = (1.0, 2.2)
PAUSE_SECONDS = (0.3, 1.5)
CLICK_SECONDS = 0.3
REST_SECONDS = 90.0
DOWN_SECONDS = 2.0

PAUSES = "create table pauses (job_id text not null, since timestamptz not null, until timestamptz not null)"

_SEVER = """
select count(pg_terminate_backend(pid)) from (
  select pid from pg_stat_activity where application_name in ('bvmt jobs', 'bvmt listener')
  order by random() limit 4) chosen
"""

_UNSETTLED = """
select (select count(*) from runs where status in ('queued', 'running') or retry_at is not null)
  + (select count(*) from slots where not exists (
      select from runs where runs.job_id = slots.job_id and runs.scheduled_at = slots.scheduled_at))
  + (select count(*) from jobs where planned_upto <= :until)
"""


@dataclass
class Pause:
    """A pause that is in force; `since` is the database's time after it was committed."""

    job_id: str
    since: datetime
    ends: float


class Attack:
    """A crew of workshops on a floor, and blows against them. `since` to `until` is when all were to work."""

    def __init__(self, floor: Floor, server: EmbeddedPostgres, orders: Orders, processes: int) -> None:
        self._floor = floor
        self._server = server
        self._orders = orders
        floor.execute(PAUSES)
        self._crew = [self._hire() for _ in range(processes)]
        for workshop in self._crew:
            workshop.wait_ready()
        self._frozen: dict[int, float] = {}
        self._pause: Pause | None = None
        self._counts: Counter[str] = Counter()
        self.since: datetime = self._time_there()
        self.until = self.since

    def go_on_for(self, seconds: float) -> None:
        """Attack for so long; half-way the database is restarted."""
        end, half = monotonic() + seconds, monotonic() + seconds / 2
        blow = click = 0.0
        while (at := monotonic()) < end:
            self._thaw(at)
            self._replace_the_dead()
            self._try(self._change_pauses)
            if at > half:
                self._restart_database()
                half = end
            if at > click:
                self._try(self._click)
                click = at + CLICK_SECONDS
            if at > blow:
                self._try(random.choices([self._kill, self._freeze, self._sever], [5, 4, 3])[0])
                blow = at + random.uniform(*BLOW_SECONDS)
            sleep(0.05)
        self.until = self._time_there()

    def drain(self) -> bool:
        """Leave everybody alone until all is settled, then stop them. False: it never was."""
        self._thaw(float("inf"))
        self._replace_the_dead()
        for probe in self._orders.probes:
            resume_job(self._floor.engine, probe.id, by=STRESS)
            change_schedule(self._floor.engine, probe.id, Probe(every=720).schedule, by=STRESS)
        try:
            wait_until(self._is_settled, "everything to be settled", seconds=REST_SECONDS)
        except AssertionError:
            return False
        finally:
            for workshop in self._crew:
                workshop.stop()
        return True

    def tallies(self) -> dict[str, int]:
        """What was done, and how often a late write was refused."""
        logs = "".join(workshop.log for workshop in self._floor.workshops)
        names = ("killed", "frozen", "sessions cut", "database restarts", "pauses", "clicks")
        refused = logs.count("its late results are refused") + logs.count("was refused: it is no longer ours")
        return {**{name: self._counts[name] for name in names}, "late writes refused": refused}

    def _hire(self) -> Workshop:
        return self._floor.open(self._orders, lease=LEASE_SECONDS)

    def _time_there(self) -> datetime:
        found: datetime = self._floor.value("select clock_timestamp()")
        return found

    def _is_settled(self) -> bool:
        return bool(self._floor.value(_UNSETTLED, until=self.until) == 0)

    def _try(self, deed: Callable[[], None]) -> None:
        """The controller's own sessions suffer too; what fails is done another time."""
        try:
            with store_errors():
                deed()
        except StoreError:
            self._counts["missed blows"] += 1

    def _victim(self) -> Workshop | None:
        """One that works; None to let the last one live."""
        awake = [each for each in self._crew if each.is_ready and each.process.pid not in self._frozen]
        return random.choice(awake) if len(awake) > 1 else None

    def _kill(self) -> None:
        if victim := self._victim():
            victim.kill9()
            self._counts["killed"] += 1

    def _freeze(self) -> None:
        if victim := self._victim():
            victim.send(signal.SIGSTOP)
            self._frozen[victim.process.pid] = monotonic() + random.uniform(*FROZEN_SECONDS)
            self._counts["frozen"] += 1

    def _sever(self) -> None:
        self._counts["sessions cut"] += int(self._floor.value(_SEVER))

    def _thaw(self, at: float) -> None:
        for workshop in self._crew:
            pid = workshop.process.pid
            if pid in self._frozen and self._frozen[pid] <= at:
                del self._frozen[pid]
                workshop.send(signal.SIGCONT)

    def _replace_the_dead(self) -> None:
        self._crew = [each if each.is_alive else self._hire() for each in self._crew]

    def _restart_database(self) -> None:
        self._server.stop()
        sleep(DOWN_SECONDS)
        self._server.start()
        self._counts["database restarts"] += 1

    def _click(self) -> None:
        try:
            request_run(self._floor.engine, random.choice(self._orders.probes).id, by=STRESS)
            self._counts["clicks"] += 1
        except ActionRefused:
            return

    def _change_pauses(self) -> None:
        pause = self._pause
        if pause is None:
            job_id = random.choice(self._orders.probes).id
            pause_job(self._floor.engine, job_id, by=STRESS)
            self._pause = Pause(job_id, self._time_there(), monotonic() + random.uniform(*PAUSE_SECONDS))
        elif monotonic() > pause.ends:
            values = {"job": pause.job_id, "since": pause.since}
            self._floor.execute("insert into pauses values (:job, :since, clock_timestamp())", **values)
            resume_job(self._floor.engine, pause.job_id, by=STRESS)
            self._pause = None
            self._counts["pauses"] += 1
