"""What twenty open tabs on the Jobs page cost, whose parts refresh themselves, over a history of a million runs.

    python -m benchmarks.dashboard_tabs [seconds]

Starts a PostgreSQL and the product itself, behind its guard, with no firing. The tabs are websockets in a process of
their own that do what a browser does: open the page, and ask for each part again as often as the page told them to.
Measured are the milliseconds from asking for a part to its end, and the product's share of one core. A process
that does nothing but sleep and wake tells how late this machine is by itself: with others at work on it, the slowest
refreshes are so too.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from statistics import quantiles
from time import sleep

import psutil
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from benchmarks.years import fill_runs, own_server, product
from bvmt.clock import monotonic

TABS = 20
SECONDS = 60.0
WARM_UP_SECONDS = 6.0
NAP_SECONDS = 0.02
PORT = 8220
P50_MS, P99_MS, CORE_PERCENT = 20.0, 60.0, 15.0
"""What the dashboard promises."""


@dataclass
class Tab:
    """One browser tab on the Jobs page. `taken` are the seconds that each part took, with the time it was asked for."""

    connection: ClientConnection
    page: str = ""
    parts: dict[str, float] = field(default_factory=dict)
    taken: list[tuple[float, float]] = field(default_factory=list)
    failed: int = 0

    async def open(self) -> None:
        """Load the page; learn its parts and how often each wants to be asked for."""
        message = BackMsg()
        message.rerun_script.query_string = ""
        await self._ask(message)

    async def refresh(self, until: float) -> None:
        """Ask for every part as often as it wants, one at a time as the page does."""
        due = {part: monotonic() + interval for part, interval in self.parts.items()}
        while (now := monotonic()) < until:
            part = min(due, key=lambda each: due[each])
            await asyncio.sleep(max(0.0, due[part] - now))
            due[part] += self.parts[part]
            message = BackMsg()
            message.rerun_script.page_script_hash = self.page
            message.rerun_script.fragment_id = part
            message.rerun_script.is_auto_rerun = True
            began = monotonic()
            if await self._ask(message) != ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY:
                self.failed += 1
            self.taken.append((began, monotonic() - began))

    async def _ask(self, message: BackMsg) -> int:
        await self.connection.send(message.SerializeToString())
        while True:
            data = await self.connection.recv()
            assert isinstance(data, bytes)
            answer = ForwardMsg.FromString(data)
            match answer.WhichOneof("type"):
                case "new_session":
                    self.page = answer.new_session.page_script_hash
                case "auto_rerun":
                    self.parts[answer.auto_rerun.fragment_id] = answer.auto_rerun.interval
                case "script_finished":
                    return int(answer.script_finished)


@dataclass(frozen=True)
class Measured:
    """Milliseconds of all refreshes after the warm-up, how many failed, and what share of a core they took."""

    milliseconds: list[float]
    failed: int
    core_percent: float
    parts: int

    @property
    def cuts(self) -> list[float]:
        """The percentiles."""
        return quantiles(self.milliseconds, n=100)


async def _watch(url: str, pid: int, seconds: float) -> Measured:
    server = psutil.Process(pid)
    address = url.replace("http", "ws", 1) + "/_stcore/stream"
    tabs: list[Tab] = []
    for _ in range(TABS):
        connection = await connect(address, subprotocols=[Subprotocol("streamlit")], proxy=None, max_size=None)
        tab = Tab(connection)
        await tab.open()
        tabs.append(tab)
    begin = monotonic() + WARM_UP_SECONDS
    end = begin + seconds
    refreshing = asyncio.gather(*(_staggered(tab, n, end) for n, tab in enumerate(tabs)))
    await asyncio.sleep(WARM_UP_SECONDS)
    before = _cpu_seconds(server)
    await asyncio.sleep(seconds)
    core = (_cpu_seconds(server) - before) / seconds * 100
    await refreshing
    for tab in tabs:
        await tab.connection.close()
    taken = [took * 1000 for tab in tabs for at, took in tab.taken if at >= begin]
    return Measured(taken, sum(tab.failed for tab in tabs), core, len(tabs[0].parts))


async def _staggered(tab: Tab, number: int, end: float) -> None:
    """People do not open their tabs in the same moment."""
    await asyncio.sleep(number * 2.0 / TABS)
    await tab.refresh(end)


def _cpu_seconds(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


def lateness(seconds: float) -> list[float]:
    """By how many milliseconds a process that sleeps again and again for so long woke too late."""
    late, end = [], monotonic() + seconds
    while (began := monotonic()) < end:
        sleep(NAP_SECONDS)
        late.append((monotonic() - began - NAP_SECONDS) * 1000)
    return late


def watch(url: str, pid: int, seconds: float) -> Measured:
    """Keep the tabs open for so long; measure the process `pid` that serves them."""
    return asyncio.run(_watch(url, pid, seconds))


def too_much(found: Measured) -> Iterable[str]:
    """What was measured and is more than the dashboard promises."""
    limits = (
        ("p50", found.cuts[49], P50_MS),
        ("p99", found.cuts[98], P99_MS),
        ("core", found.core_percent, CORE_PERCENT),
    )
    return [f"{name} {value:.1f} > {limit:g}" for name, value, limit in limits if value > limit]


def main() -> None:
    """Measure and print. Exits with an error where it is more than promised."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else SECONDS
    with own_server() as url:
        fill_runs(url)
        with product(url, PORT) as process, multiprocessing.get_context("spawn").Pool(2) as pool:
            napping = pool.apply_async(lateness, (WARM_UP_SECONDS + seconds,))
            found = pool.apply(watch, (f"http://127.0.0.1:{PORT}", process.pid, seconds))
            late = quantiles(napping.get(), n=100)
    cuts = found.cuts
    print(
        f"{TABS} tabs, {found.parts} live parts each, {len(found.milliseconds) / seconds:.1f} refreshes/s: "
        f"p50 {cuts[49]:.1f} ms, p99 {cuts[98]:.1f} ms, {found.core_percent:.1f} % of a core, {found.failed} failed; "
        f"a mere sleeper woke up to {late[98]:.1f} ms late (p99)"
    )
    if over := too_much(found):
        sys.exit("More than promised: " + ", ".join(over))


if __name__ == "__main__":
    main()
