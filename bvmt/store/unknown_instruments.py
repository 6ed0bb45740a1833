"""Instruments like shares that a board or a file named and that are no listing: offered until somebody decides."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sqlalchemy import Connection, text

from bvmt.errors import NotFound
from bvmt.market.listings import Listing
from bvmt.store.listings import ListingChange, add_listing
from bvmt.store.texts import storable


class Instrument(Protocol):
    """What is to be known of an instrument: a quote of a board has it, and so has a row of a file."""

    @property
    def isin(self) -> str:
        """Its ISIN."""
        ...

    @property
    def name(self) -> str:
        """Its name as it was found."""
        ...

    @property
    def group(self) -> str:
        """Its quotation group; empty where it is not told."""
        ...


@dataclass(frozen=True, slots=True)
class UnknownRow:
    """An instrument that is offered, the source that named it first, and when it was dismissed, if it was."""

    isin: str
    name: str
    group: str
    source: str
    first_seen_at: datetime
    last_seen_at: datetime
    dismissed_at: datetime | None


_NOTE = text("""
insert into unknown_instruments as u (isin, name, quotation_group, source)
select r.isin, r.name, r.grp, :source
from jsonb_to_recordset(cast(:rows as jsonb)) as r(isin text, name text, grp text) order by r.isin
on conflict (isin) do update set last_seen_at = clock_timestamp()
returning u.isin, (xmax = 0) as added
""")

_LIST = text("""
select isin, name, quotation_group as "group", source, first_seen_at, last_seen_at, dismissed_at
from unknown_instruments u
where (:dismissed or dismissed_at is null) and not exists (select from listings l where l.isin = u.isin)
order by last_seen_at desc, isin
""")

_DISMISS = text("""
update unknown_instruments set dismissed_at = coalesce(dismissed_at, clock_timestamp()) where isin = :isin returning 1
""")

_ONE = text("select name, quotation_group from unknown_instruments where isin = :isin for update")
_DROP = text("delete from unknown_instruments where isin = :isin")


def note_unknown(conn: Connection, instruments: Iterable[Instrument], *, source: str) -> list[str]:
    """Offer instruments that are no listings. Returns the ISINs that were not known before; of others it is only
    written down that they were seen again, also of dismissed ones."""
    of = {unknown.isin: unknown for unknown in instruments}
    rows = [{"isin": isin, "name": storable(found.name), "grp": storable(found.group)} for isin, found in of.items()]
    noted = conn.execute(_NOTE, {"source": storable(source), "rows": json.dumps(rows)})
    return [row.isin for row in noted if row.added]


def list_unknown(conn: Connection, *, dismissed: bool = False) -> list[UnknownRow]:
    """Return what is offered, the one seen last first; with `dismissed`, also what somebody does not want."""
    return [UnknownRow(**row) for row in conn.execute(_LIST, {"dismissed": dismissed}).mappings()]


def dismiss(conn: Connection, isin: str) -> None:
    """Offer an instrument no longer. Raises NotFound for one that is not known."""
    if conn.execute(_DISMISS, {"isin": isin}).first() is None:
        raise NotFound(f"No unknown instrument has the ISIN {isin}.")


def adopt(conn: Connection, isin: str, *, ticker: str, sector: str, name: str | None = None) -> ListingChange:
    """Make a listing of an instrument, dismissed or not; its own name is taken unless another is given.

    To be called inside a transaction. Raises NotFound for one that is not known, and ActionRefused like
    `bvmt.store.listings.add_listing`; it stays on offer then.
    """
    found = conn.execute(_ONE, {"isin": isin}).first()
    if found is None:
        raise NotFound(f"No unknown instrument has the ISIN {isin}.")
    group = found.quotation_group or None
    change = add_listing(conn, Listing(isin, ticker, name or found.name, sector, group=group))
    conn.execute(_DROP, {"isin": isin})
    return change
