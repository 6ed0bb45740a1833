"""How long the server takes for a full run of every page, over a million runs and ten years of quotes.

    python -m benchmarks.page_times [page …]

A PostgreSQL of its own, filled; the pages run in this process as Streamlit's test runner runs them, the modules warm
and every cache of reads empty. A page's figure is the median of its rounds, with what of it was spent in statements
and the slowest of them. Exits with an error where a page takes over 300 ms.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

import sqlalchemy as sa

from benchmarks.years import fill_market, fill_runs, fill_shelf, own_server
from bvmt.clock import monotonic
from bvmt.process import current_process
from bvmt.store.engine import make_engine
from tests.pages.page_process import Tab, pages_of_the_navigation, serving

ALLOWED_MS = 300.0
ROUNDS = 5
BIAT = "TN0001800457"

# What else can be asked of a page that has more than one face.
VARIANTS: dict[str, list[Mapping[str, str]]] = {
    "data": [{"part": part} for part in ("Import", "Listings", "Calendar", "Events", "News sources")],
    "mail": [{"part": "Subscribers"}],
}


@dataclass
class Statements:
    """The statements of a run of a page, with the milliseconds that each took."""

    taken: list[tuple[float, str]] = field(default_factory=list)

    @contextmanager
    def noted(self) -> Iterator[None]:
        """Note what the pages' engine is sent meanwhile."""
        engine, begun = current_process().database.pages, [0.0]

        def before(*event: object) -> None:
            begun[0] = monotonic()

        def after(*event: object) -> None:
            self.taken.append(((monotonic() - begun[0]) * 1000, " ".join(str(event[2]).split())))

        sa.event.listen(engine, "before_cursor_execute", before)
        sa.event.listen(engine, "after_cursor_execute", after)
        try:
            yield
        finally:
            sa.event.remove(engine, "before_cursor_execute", before)
            sa.event.remove(engine, "after_cursor_execute", after)


def addresses(url: str, report: object) -> dict[str, list[Mapping[str, str]]]:
    """The query parameters with which each page of the navigation is opened."""
    engine = make_engine(url, application_name="bench")
    with engine.connect() as conn:
        query = (
            "select id from runs where job_id = 'market_pulse' and status = 'succeeded' order by due_at desc limit 2"
        )
        first, second = conn.exec_driver_sql(query).scalars()
        longest = conn.exec_driver_sql("select run_id from run_logs group by 1 order by count(*) desc limit 1").scalar()
        failure = conn.exec_driver_sql("select fingerprint from runs where status = 'failed' limit 1").scalar()
    engine.dispose()
    single: dict[str, list[Mapping[str, str]]] = {
        "job": [{"id": "market_pulse"}],
        "run": [{"id": str(longest)}],
        "compare": [{"run": str(first), "with": str(second)}, {"run": str(longest), "with": str(first)}],
        "report": [{"id": str(report)}],
        "listing": [{"isin": BIAT}],
        "failure": [{"group": str(failure)}],
    }
    return {page: [*single.get(page, [{}]), *VARIANTS.get(page, [])] for page in pages_of_the_navigation()}


def measure(tab: Tab, page: str, query: Mapping[str, str]) -> tuple[float, Statements]:
    """Median milliseconds of a page's rounds after a first one, and the statements of the last."""
    times: list[float] = []
    tab.go(page, query)
    for _ in range(ROUNDS):
        sent = Statements()
        with sent.noted():
            began = monotonic()
            shown = tab.go(page, query)
            times.append((monotonic() - began) * 1000)
        if shown.exception:
            raise RuntimeError(f"{page} {query}: {shown.exception[0].value}")
    return median(times), sent


def main() -> None:
    """Print a line for every page, and exit with an error where one takes too long."""
    over: list[str] = []
    with own_server() as url, tempfile.TemporaryDirectory(prefix="bvmt-bench-") as logs:
        fill_runs(url)
        fill_market(url)
        report = fill_shelf(url)
        wanted = sys.argv[1:] or pages_of_the_navigation()
        with serving(url, Path(logs)):
            tab = Tab()
            for page, queries in addresses(url, report).items():
                for query in queries if page in wanted else []:
                    taken, sent = measure(tab, page, query)
                    asked = "&".join(f"{name}={value}" for name, value in query.items())
                    slowest, statement = max(sent.taken, default=(0.0, ""))
                    print(
                        f"{taken:6.0f} ms  {page:10} {asked[:60]:60} {len(sent.taken):3} statements "
                        f"{sum(each for each, _ in sent.taken):6.0f} ms, slowest {slowest:5.0f} ms: {statement[:110]}",
                        flush=True,
                    )
                    if taken > ALLOWED_MS:
                        over.append(f"{page}?{asked} {taken:.0f} ms")
    if over:
        sys.exit(f"Over {ALLOWED_MS:g} ms: " + ", ".join(over))


if __name__ == "__main__":
    main()
