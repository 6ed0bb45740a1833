"""`python -m benchmarks.stress [SECONDS] [PROCESSES] [--unfenced]`: one line of figures, exit code 1 on violations.

With `--unfenced` the workshops run without the fence that keeps late writes out, which shows that the audit sees
what it is there to see: it must find violations then.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.stress.attack import Attack
from benchmarks.stress.audit import audit
from bvmt.store.embedded import EmbeddedPostgres
from bvmt.store.engine import make_engine
from bvmt.store.migrate import migrate
from tests.acceptance.floor import Floor
from tests.acceptance.orders import Orders, Probe

# Of the size of what is measured: many short runs, some long enough to meet the next firing, some that fail.
PROBES = (
    *(Probe(f"short_{n}", 20, n, (0.01, 0.15), failing=20, grace=10) for n in range(14)),
    *(Probe(f"long_{n}", 20, 14 + n, (0.3, 0.9), failing=20, grace=10) for n in range(2)),
)
MINUTE = 0.05

# The machine is not what fails here: what was committed may stay in its memory.
SERVER = {"fsync": "off", "full_page_writes": "off", "max_connections": "200"}


@contextmanager
def own_server() -> Iterator[EmbeddedPostgres]:
    """A migrated PostgreSQL that may be stopped."""
    folder = Path(tempfile.mkdtemp(prefix="bvmt-stress-", dir="/tmp"))
    server = EmbeddedPostgres(folder, settings=SERVER)
    server.start()
    try:
        engine = make_engine(server.url, application_name="stress")
        migrate(engine)
        engine.dispose()
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder)


def main() -> int:
    """Attack for the time asked for, drain, audit, and tell."""
    options = argparse.ArgumentParser(prog="benchmarks.stress", description=__doc__)
    options.add_argument("seconds", nargs="?", type=float, default=60.0)
    options.add_argument("processes", nargs="?", type=int, default=5)
    options.add_argument("--unfenced", action="store_true")
    asked = options.parse_args()
    orders = Orders(PROBES, minute=MINUTE, unfenced=asked.unfenced)
    with own_server() as server, Floor(server.url) as floor:
        attack = Attack(floor, server, orders, asked.processes)
        attack.go_on_for(asked.seconds)
        drained = attack.drain()
        findings = audit(floor, orders, attack.since, attack.until)
        told = {**attack.tallies(), **findings.figures}
    print(  # one line, to be kept and compared
        f"{asked.processes} processes, {asked.seconds:g} s{', unfenced' if asked.unfenced else ''}: "
        + ", ".join(f"{name} {count}" for name, count in told.items())
        + f"; VIOLATIONS {sum(findings.violations.values())}: "
        + ", ".join(f"{name} {count}" for name, count in findings.violations.items())
        + ("" if drained else "; DID NOT COME TO REST")
    )
    return 0 if drained and not any(findings.violations.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
