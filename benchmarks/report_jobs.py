"""How long a report takes from the database to the archived PDF, as its job makes it.

    python -m benchmarks.report_jobs

A PostgreSQL of its own with what a first start imports of the sandbox: three yearly files of 82 listings. "First" is
the first report of a new process that has warmed up as the product does in the background; "first, cold" one that has
not. Warm is the median of the reports that follow. Peak memory is of that process, which does nothing else.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

from bvmt.clock import monotonic
from bvmt.store.embedded import EmbeddedPostgres
from bvmt.store.engine import make_engine
from bvmt.store.migrate import migrate
from jobs.daily_report import DAILY_REPORT
from jobs.weekly_report import WEEKLY_REPORT
from tests.db.desk import Desk
from tests.db.history_desk import import_sandbox_history
from tests.db.report_desk import ReportDesk

JOBS = {"daily": DAILY_REPORT, "weekly": WEEKLY_REPORT}
WARM_RUNS = 7
PROCESSES = 3


def main() -> None:
    """Print the figures; with `--in KIND URL`, those of one process."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--in", dest="given", nargs=2, metavar=("KIND", "URL"), help=argparse.SUPPRESS)
    parser.add_argument("--warm", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.given:
        one_process(*asked.given, asked.warm)
        return
    with tempfile.TemporaryDirectory(prefix="bvmt-bench-") as folder:
        server = EmbeddedPostgres(Path(folder))
        server.start()
        try:
            engine = make_engine(server.url, application_name="bench")
            migrate(engine)
            import_sandbox_history(engine)
            Desk(engine).job(DAILY_REPORT.id)
            Desk(engine).job(WEEKLY_REPORT.id)
            engine.dispose()
            for kind in JOBS:
                print_kind(kind, server.url)
        finally:
            server.stop()


def print_kind(kind: str, url: str) -> None:
    """Print first, cold and warm times of a kind of report."""
    for name, flags in (("first, cold", ()), ("first", ("--warm",))):
        found = [in_new_process(kind, url, flags) for _ in range(PROCESSES)]
        firsts = sorted(first for first, _, _ in found)
        print(f"{kind:7} {name}: {median(firsts) * 1000:.0f} ms ({firsts[0] * 1000:.0f} best)")
    warms = sorted(warm for _, warm, _ in found)
    peak = max(megabytes for _, _, megabytes in found)
    print(f"{kind:7} warm: {median(warms) * 1000:.0f} ms ({warms[0] * 1000:.0f} best), peak memory {peak:.0f} MB")


def in_new_process(kind: str, url: str, flags: tuple[str, ...]) -> tuple[float, float, float]:
    """Seconds of the first report of a new process, the median of those after it, and its peak memory in MB."""
    command = [sys.executable, "-m", "benchmarks.report_jobs", "--in", kind, url, *flags]
    first, warm, megabytes = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
    return float(first), float(warm), float(megabytes)


def one_process(kind: str, url: str, warmed: bool) -> None:
    """Make reports in this process and print the first one's seconds, the median of the others, and peak memory."""
    if warmed:
        from bvmt.reports.pdf import warm

        warm()
        if kind == "weekly":
            from bvmt.reports.weekly import warm as warm_weekly

            warm_weekly()
    engine = make_engine(url, application_name="bench")
    desk = ReportDesk(Desk(engine))
    times = []
    for _ in range(1 + WARM_RUNS):
        began = monotonic()
        desk.run(JOBS[kind])
        times.append(monotonic() - began)
    engine.dispose()
    print(times[0], median(times[1:]), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


if __name__ == "__main__":
    main()
