"""A database with the packaged listings, files to import into it, and what stands there afterwards."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from bvmt.imports import ImportProgress, ImportResult, ImportStatus, import_file
from bvmt.market.history_files import SetAside
from bvmt.market.listings import seed_listings
from bvmt.sandbox.calendar import instant_of
from bvmt.sandbox.files import indices_file, quotes_file
from bvmt.store import imports, listings

NOW = datetime(2026, 11, 24, 20, 0, tzinfo=UTC)

SEED = 2026
TODAY = date(2026, 11, 24)
EVENING = instant_of(TODAY, 15, 0)
"""When the session of TODAY is over, up to which `history_template` reaches."""


def import_sandbox_history(engine: sa.Engine) -> None:
    """Put what a first start imports of the sandbox's history into a database."""
    with engine.connect() as conn:
        listings.seed(conn, seed_listings())
    for year in (2024, 2025, 2026):
        for make in (quotes_file, indices_file):
            content = make(SEED, EVENING, year)
            assert content is not None
            import_file(engine, content.encode(), file_name="f", asked_by="test", clock=lambda: EVENING)


def zipped(**files: bytes) -> bytes:
    """A zip archive of files, named as the arguments with `.txt`."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(f"{name}.txt", data)
    return packed.getvalue()


def lines(*rows: str) -> bytes:
    """A file of these lines."""
    return "".join(f"{row}\n" for row in rows).encode()


class HistoryDesk:
    """Imports into one database."""

    def __init__(self, engine: sa.Engine) -> None:
        self.engine = engine

    def give(
        self,
        source: bytes | Path,
        *,
        now: datetime = NOW,
        progress: Callable[[ImportProgress], None] | None = None,
        should_stop: Callable[[], bool] | None = None,
    ) -> ImportResult:
        """Import a file, whatever comes of it."""
        return import_file(
            self.engine,
            source,
            file_name="given.csv",
            asked_by="ines",
            clock=lambda: now,
            progress=progress,
            should_stop=should_stop,
        )

    def take(self, source: bytes | Path) -> ImportResult:
        """Import a file that must be taken, and whose figures must add up."""
        result = self.give(source)
        assert result.status is ImportStatus.DONE, result.detail
        counted = result.added + result.changed + result.unchanged
        assert counted + sum(result.left_out.values()) + sum(result.set_aside.values()) == result.rows_read
        return result

    def rejects(self, import_id: UUID) -> list[SetAside]:
        """The rows of an import that are kept for inspection."""
        with self.engine.connect() as conn:
            return imports.read_rejects(conn, import_id)

    def bar(self, isin: str, session: date) -> Any:
        """The stored bar."""
        with self.engine.connect() as conn:
            statement = sa.text("select * from quotes where isin = :isin and session = :session")
            return conn.execute(statement, {"isin": isin, "session": session}).one()

    def all(self, statement: str) -> list[tuple[Any, ...]]:
        """All rows that a statement gives."""
        with self.engine.connect() as conn:
            return [tuple(row) for row in conn.execute(sa.text(statement))]

    def do(self, statement: str) -> None:
        """Execute a statement."""
        with self.engine.connect() as conn:
            conn.execute(sa.text(statement))
