"""Bringing a database to the form that this program expects.

The versions are the files `migrations/versions/<revision>_<subject>.py`, revisions ascending: 0001, 0002.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import sqlalchemy as sa

from bvmt import clock
from bvmt.errors import StoreError
from bvmt.store.engine import store_errors, transaction

MIGRATIONS = Path(__file__).parent / "migrations"

_LOCK_KEY = 0x42564D54
"""Names the advisory lock; the letters BVMT, so that an operator can recognise it in pg_locks."""


def migrate(engine: sa.Engine, *, migrations: Path = MIGRATIONS, patience: float = 60.0) -> None:
    """Bring the database to the newest version in `migrations`; two statements where it is there already.

    All missing versions are applied in one transaction. Processes that start together take turns by an
    advisory lock and wait up to `patience` seconds for it. Raises StoreError when that was not enough, when
    the database is newer than the program, or when a version fails; DatabaseAway when there is no connection.
    """
    revisions = _revisions(migrations)
    with store_errors():
        if _is_current(engine, revisions):
            return
        with _turn(engine, patience):
            if not _is_current(engine, revisions):
                _upgrade(engine, migrations)


def _revisions(migrations: Path) -> list[str]:
    """The revisions known to the program, ascending, from the files' names: Alembic is slow to import."""
    files = (migrations / "versions").glob("[0-9]*.py")
    return sorted(file.name.partition("_")[0] for file in files)


def _is_current(engine: sa.Engine, revisions: list[str]) -> bool:
    """Whether the database is at the last revision. Raises StoreError when it is at one not among them."""
    found = _found(engine)
    unknown = found.difference(revisions)
    if unknown:
        raise StoreError(
            f"The database is newer than this program: it is at version {', '.join(sorted(unknown))}, and the"
            f" program knows versions up to {revisions[-1]}; update the program or use another database."
        )
    return found == {revisions[-1]}


def _found(engine: sa.Engine) -> set[str]:
    with engine.connect() as connection:
        if connection.scalar(sa.text("select to_regclass('alembic_version')")) is None:
            return set()
        return set(connection.scalars(sa.text("select version_num from alembic_version")))


@contextmanager
def _turn(engine: sa.Engine, patience: float) -> Iterator[None]:
    """Hold the advisory lock on a connection of its own, which never goes back to the pool with the lock."""
    deadline = clock.monotonic() + patience
    with engine.connect() as connection:
        connection.detach()
        while not connection.scalar(sa.text("select pg_try_advisory_lock(:key)"), {"key": _LOCK_KEY}):
            if clock.monotonic() > deadline:
                raise StoreError(
                    f"Another process has been migrating the database for {patience:g} seconds;"
                    " start again when it has finished."
                )
            time.sleep(0.1)
        try:
            yield
        finally:
            # The end of a lost connection has let go of the lock already.
            with suppress(sa.exc.SQLAlchemyError):
                connection.scalar(sa.text("select pg_advisory_unlock(:key)"), {"key": _LOCK_KEY})


def _upgrade(engine: sa.Engine, migrations: Path) -> None:
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError

    config = Config()
    config.set_main_option("script_location", str(migrations).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    with transaction(engine) as connection:
        connection.execute(sa.text("set local statement_timeout = 0"))
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, "head")
        except CommandError as error:
            raise StoreError(f"The database cannot be migrated: {error}") from error
