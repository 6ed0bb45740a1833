"""The database of this process: an embedded PostgreSQL or a server of the operator's, ready for use."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from bvmt.errors import StoreError
from bvmt.market.listings import seed_listings
from bvmt.settings import Settings
from bvmt.store import Engine, listings, world
from bvmt.store.embedded import EmbeddedPostgres
from bvmt.store.engine import make_engine, normalise_url, store_errors, transaction
from bvmt.store.migrate import migrate

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Database:
    """Two engines on one database: `engine` for jobs and the scheduler, `pages` for reading by people.

    They are apart so that many open pages cannot keep a claim or a heartbeat waiting for a connection.
    """

    url: str
    engine: Engine
    pages: Engine
    embedded: EmbeddedPostgres | None

    def revive(self) -> None:
        """Start an embedded server again that has died. A server of the operator's is left to the operator."""
        if self.embedded is None:
            return
        try:
            self.embedded.start()
        except StoreError as error:
            log.warning("The embedded PostgreSQL could not be started again: %s", error)

    def close(self) -> None:
        """Let go of all connections, and stop the embedded server if this process was its last user."""
        self.engine.dispose()
        self.pages.dispose()
        if self.embedded is not None:
            self.embedded.stop()


def open_database(settings: Settings) -> Database:
    """Start or reach the database and bring it up to date.

    Raises StoreError: it cannot be reached, is newer than this code, or belongs to another data source.
    """
    embedded = None
    if settings.database_url is None:
        embedded = EmbeddedPostgres(settings.data_dir)
        embedded.start()
    url = normalise_url(settings.database_url) if embedded is None else embedded.url  # type: ignore[arg-type]
    database = Database(
        url=url,
        engine=make_engine(url, application_name="bvmt jobs"),
        pages=make_engine(url, application_name="bvmt pages", pool_size=4, max_overflow=2, statement_timeout_ms=3_000),
        embedded=embedded,
    )
    try:
        _prepare(database.engine, settings)
    except BaseException:
        database.close()
        raise
    return database


def _prepare(engine: Engine, settings: Settings) -> None:
    migrate(engine)
    with store_errors(), transaction(engine) as conn:
        world.stamp(conn, settings.data_world)
        listings.seed(conn, seed_listings())
