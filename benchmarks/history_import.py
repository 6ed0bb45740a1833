"""The import of a year of quotes against its floor: the same rows, already parsed, by COPY and upsert.

`python -m benchmarks.history_import` starts a PostgreSQL of its own and prints the ratio for a year of 200,000
rows that are all kept, and for one as the exchange publishes it, where nine rows in ten are bonds.
"""

from __future__ import annotations

import io
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from statistics import median

import psycopg2.extensions
import sqlalchemy as sa

from bvmt import clock
from bvmt.imports import ImportStatus, import_file
from bvmt.market.history_files.fields import isin_of_code
from bvmt.market.listings import Listing
from bvmt.store import listings
from bvmt.store.embedded import EmbeddedPostgres
from bvmt.store.engine import make_engine, transaction
from bvmt.store.migrate import migrate

ALLOWED_RATIO = 3.0
ROUNDS = 5
SESSIONS = 250
INSTRUMENTS = 800

_NOW = datetime(2026, 1, 2, tzinfo=UTC)
_HEADER = "SEANCE;GROUPE;CODE;VALEUR;OUVERTURE;CLOTURE;PLUS_BAS;PLUS_HAUT;QUANTITE_NEGOCIEE;NB_TRANSACTION;CAPITAUX\n"

_STAGING = """
create temporary table staged (isin text, session date, open numeric(14, 3), high numeric(14, 3),
  low numeric(14, 3), close numeric(14, 3), volume bigint, turnover numeric(20, 3), trades integer) on commit drop
"""
_UPSERT = """
insert into quotes as q (isin, session, open, high, low, close, volume, turnover, trades, as_of)
select *, session::timestamptz from staged
on conflict (isin, session) do update set open = excluded.open, high = excluded.high, low = excluded.low,
  close = excluded.close, volume = excluded.volume, turnover = excluded.turnover, trades = excluded.trades,
  as_of = excluded.as_of
where (q.open, q.high, q.low, q.close, q.volume, q.turnover, q.trades) is distinct from
  (excluded.open, excluded.high, excluded.low, excluded.close, excluded.volume, excluded.turnover, excluded.trades)
"""


@dataclass(frozen=True)
class Year:
    """A generated year: the file, and its shares as lines for COPY."""

    file: bytes
    copy_lines: str
    rows: int


@dataclass(frozen=True)
class Measured:
    """Median seconds of the rounds."""

    floor: float
    imported: float
    again: float

    @property
    def ratio(self) -> float:
        """How many times the floor an import takes."""
        return self.imported / self.floor


def isins() -> list[str]:
    """Return the ISINs of the generated listings."""
    return [isin_of_code(f"{100_000 + number}") for number in range(INSTRUMENTS)]


def year(listed: int) -> Year:
    """Return a year of 200,000 rows of which the first `listed` instruments of a session are shares."""
    lines, copied = [_HEADER], []
    for session in _sessions():
        for number, isin in enumerate(isins()):
            group, cents = ("11" if number < listed else "21"), 500 + (number * 7919 + session.toordinal() * 31) % 9000
            low, close, volume = cents / 100, cents / 100 + 0.05, cents % 700 + 1
            figures = (low, close, low, close, volume, cents % 40 + 1, volume * close)
            lines.append(_file_line(session, group, isin, figures))
            if number < listed:
                prices = f"{low:.3f}\t{close:.3f}\t{low:.3f}\t{close:.3f}"
                copied.append(f"{isin}\t{session}\t{prices}\t{volume}\t{volume * close:.3f}\t{cents % 40 + 1}\n")
    return Year("".join(lines).encode(), "".join(copied), len(lines) - 1)


def _file_line(session: date, group: str, isin: str, figures: tuple[float, ...]) -> str:
    opened, close, low, high, volume, trades, turnover = figures
    return (
        f"{session:%d/%m/%Y}   ;{group:<10};{isin:<12};{'LINE ' + isin[5:11]:<18};{opened:<10.3f};{close:<10.3f};"
        f"{low:<10.3f};{high:<10.3f};{volume:<18};{trades:<15};{turnover:.3f}\n"
    )


def _sessions() -> Iterator[date]:
    days = (date(2025, 1, 2) + timedelta(days=offset) for offset in range(SESSIONS * 2))
    weekdays = (day for day in days if day.weekday() < 5)
    for _ in range(SESSIONS):
        yield next(weekdays)


def measure(engine: sa.Engine, of: Year) -> Measured:
    """Measure floor and import in turn, each into an empty table, then the import of a file that is stored."""
    floors, imported, again = [], [], []
    for _ in range(ROUNDS):
        _empty(engine)
        floors.append(_seconds_of_floor(engine, of))
        _empty(engine)
        imported.append(_seconds_of_import(engine, of))
        again.append(_seconds_of_import(engine, of))
    return Measured(median(floors), median(imported), median(again))


def _empty(engine: sa.Engine) -> None:
    with engine.connect() as conn:
        conn.exec_driver_sql("truncate quotes")
        conn.exec_driver_sql("vacuum analyze quotes")


def _seconds_of_floor(engine: sa.Engine, of: Year) -> float:
    began = clock.monotonic()
    with transaction(engine) as conn:
        conn.exec_driver_sql(_STAGING)
        driver = conn.connection.dbapi_connection
        assert isinstance(driver, psycopg2.extensions.connection)
        with driver.cursor() as cursor:
            cursor.copy_expert("copy staged from stdin", io.StringIO(of.copy_lines))
        conn.exec_driver_sql(_UPSERT)
    return clock.monotonic() - began


def _seconds_of_import(engine: sa.Engine, of: Year) -> float:
    began = clock.monotonic()
    result = import_file(engine, of.file, file_name="year.csv", asked_by="benchmark", clock=lambda: _NOW)
    seconds = clock.monotonic() - began
    assert result.status is ImportStatus.DONE, result.detail
    assert result.rows_read == of.rows
    return seconds


@contextmanager
def _database() -> Iterator[sa.Engine]:
    with tempfile.TemporaryDirectory(prefix="bvmt-bench-") as folder:
        server = EmbeddedPostgres(Path(folder))
        server.start()
        engine = make_engine(server.url, application_name="benchmark", statement_timeout_ms=60_000)
        try:
            migrate(engine)
            with engine.connect() as conn:
                listings.seed(conn, [Listing(isin, isin, isin, "Banques") for isin in isins()])
            yield engine
        finally:
            engine.dispose()
            server.stop()


def main() -> None:
    """Measure both years and print them. Exits with an error when the harder one takes more than is allowed."""
    with _database() as engine:
        for name, listed in (("all rows kept", INSTRUMENTS), ("nine in ten are bonds", INSTRUMENTS // 10)):
            made = year(listed)
            found = measure(engine, made)
            print(
                f"{made.rows:,} rows, {len(made.file) / 1e6:.1f} MB, {name}: floor {found.floor * 1000:,.0f} ms, "
                f"import {found.imported * 1000:,.0f} ms = {found.ratio:.2f} x, again {found.again * 1000:,.0f} ms"
            )
            if listed == INSTRUMENTS and found.ratio > ALLOWED_RATIO:
                raise SystemExit(f"The import takes more than {ALLOWED_RATIO} times its floor.")


if __name__ == "__main__":
    main()
