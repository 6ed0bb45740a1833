"""How long the renderings of a report take, from its content to the bytes, and what they weigh.

    python -m benchmarks.reports

The sample reports of the tests: a daily one of 6 charts and 8 tables, a weekly one with a table of 75 listings more.
"First" is the first PDF of a new process, imports and the start of the chart renderer included; "after warming" is
the first one in a process that called `warm()` before. Peak memory is of that process, which does nothing else.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
from collections.abc import Callable
from statistics import median

from bvmt.clock import monotonic
from tests.unit.reports.sample_reports import report

RUNS = 9
PROCESSES = 5


def main() -> None:
    """Print the figures; with `--first KIND`, those of one new process."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--first", metavar="KIND", help=argparse.SUPPRESS)
    parser.add_argument("--warm", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.first:
        first(given.first, given.warm)
        return
    for kind in ("daily", "weekly"):
        warm_runs(kind)
        for flags, name in (((), "first"), (("--warm",), "first after warming")):
            times, peaks = zip(*sorted(in_new_process(kind, flags) for _ in range(PROCESSES)), strict=True)
            milliseconds = f"{median(times) * 1000:.0f} ms ({times[0] * 1000:.0f} best)"
            print(f"{kind:7} PDF, {name}: {milliseconds}, peak memory {max(peaks):.0f} MB")


def warm_runs(kind: str) -> None:
    """Time each rendering in this process."""
    from bvmt.reports.html import email_html
    from bvmt.reports.pdf import pdf
    from bvmt.reports.sheets import csv_zip, xlsx

    made = report(kind)
    renderings: list[tuple[str, Callable[[], bytes | tuple[str, list[tuple[str, bytes]]]]]] = [
        ("PDF", lambda: pdf(made, "fr")),
        ("XLSX", lambda: xlsx(made, "fr")),
        ("CSV, zipped", lambda: csv_zip(made, "fr")),
        ("e-mail with charts", lambda: email_html(made, "fr")),
    ]
    for name, render in renderings:
        content = render()
        size = len(content) if isinstance(content, bytes) else len(content[0]) + sum(len(one) for _, one in content[1])
        times = sorted(timed(render) for _ in range(RUNS))
        print(f"{kind:7} {name}: {median(times) * 1000:.0f} ms ({times[0] * 1000:.0f} best), {size / 1000:.0f} KB")


def timed(work: Callable[[], object]) -> float:
    """Seconds that the work takes."""
    began = monotonic()
    work()
    return monotonic() - began


def in_new_process(kind: str, flags: tuple[str, ...]) -> tuple[float, float]:
    """Seconds of the first PDF of a new process, and its peak memory in MB."""
    command = [sys.executable, "-m", "benchmarks.reports", "--first", kind, *flags]
    seconds, megabytes = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
    return float(seconds), float(megabytes)


def first(kind: str, warmed: bool) -> None:
    """Make one PDF in this process and print its seconds and the process's peak memory."""
    made = report(kind)
    if warmed:
        from bvmt.reports.pdf import warm

        warm()

    def make() -> None:
        from bvmt.reports.pdf import pdf

        pdf(made, "fr")

    seconds = timed(make)
    print(seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


if __name__ == "__main__":
    main()
