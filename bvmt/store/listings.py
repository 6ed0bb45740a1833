"""The listings: editable reference data, filled once from the packaged list."""

from __future__ import annotations

import json
from collections.abc import Sequence

from sqlalchemy import Connection, text

from bvmt.market.listings import Listing

_SEED = text("""
insert into listings (isin, ticker, name, sector)
select isin, ticker, name, sector
from jsonb_to_recordset(cast(:rows as jsonb)) as r(isin text, ticker text, name text, sector text)
where not exists (select from listings)
on conflict do nothing
""")

_ALL = text("""
select isin, ticker, name, sector, quotation_group, shares_outstanding, free_float_pct, active
from listings order by name
""")

_GROUPS = text("""
update listings set quotation_group = r.grp, updated_at = clock_timestamp()
from jsonb_each_text(cast(:groups as jsonb)) as r(isin, grp)
where listings.isin = r.isin and listings.quotation_group is distinct from r.grp
""")


def seed(conn: Connection, listings: Sequence[Listing]) -> None:
    """Fill the table if it is empty. What an operator has edited is never touched."""
    rows = [{"isin": x.isin, "ticker": x.ticker, "name": x.name, "sector": x.sector} for x in listings]
    conn.execute(_SEED, {"rows": json.dumps(rows)})


def list_listings(conn: Connection) -> list[Listing]:
    """All listings by name, those no longer active too."""
    return [
        Listing(
            isin=row.isin,
            ticker=row.ticker,
            name=row.name,
            sector=row.sector,
            group=row.quotation_group,
            shares_outstanding=row.shares_outstanding,
            free_float_pct=row.free_float_pct,
            active=row.active,
        )
        for row in conn.execute(_ALL)
    ]


def note_groups(conn: Connection, group_of: dict[str, str]) -> None:
    """Write down the quotation group that the board names for each ISIN."""
    conn.execute(_GROUPS, {"groups": json.dumps(group_of)})
