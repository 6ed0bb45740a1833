"""The listings: editable reference data, filled once from the packaged list."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from decimal import Decimal
from typing import TypedDict, Unpack

from sqlalchemy import Connection, Row, text

from bvmt.errors import ActionRefused, NotFound
from bvmt.market.board import STOCK_GROUPS
from bvmt.market.history_files.fields import check_digit_fits, is_isin
from bvmt.market.listings import Listing
from bvmt.store.texts import storable

_MOST_SHARES = 10**12
_MILLI = Decimal("0.001")


class ListingFields(TypedDict, total=False):
    """What of a listing can be changed; the fields of Listing without its ISIN."""

    ticker: str
    name: str
    sector: str
    group: str | None
    shares_outstanding: int | None
    free_float_pct: Decimal | None
    active: bool


@dataclass(frozen=True, slots=True)
class Shares:
    """The shares of a listing: how many are outstanding, and how much of them floats, in percent."""

    isin: str
    outstanding: int
    free_float_pct: Decimal


@dataclass(frozen=True, slots=True)
class ListingChange:
    """A listing before and after an action, for whoever writes the audit. None: there was, or is, none."""

    before: Listing | None
    after: Listing | None

    def in_words(self) -> str:
        """Return what changed, as `field: old -> new`; empty where nothing did."""
        old, new = (asdict(each) if each else {} for each in (self.before, self.after))
        names = [name for name in new | old if old.get(name) != new.get(name)]
        return "; ".join(f"{name}: {old.get(name)} -> {new.get(name)}" for name in names)


_SEED = text("""
insert into listings (isin, ticker, name, sector)
select isin, ticker, name, sector
from jsonb_to_recordset(cast(:rows as jsonb)) as r(isin text, ticker text, name text, sector text)
where not exists (select from listings)
on conflict do nothing
""")

_COLUMNS = """
select isin, ticker, name, sector, quotation_group, shares_outstanding, free_float_pct, active from listings
"""
_ALL = text(_COLUMNS + "order by name")
_ONE = text(_COLUMNS + "where isin = :isin for update")

_GROUPS = text("""
update listings set quotation_group = r.grp, updated_at = clock_timestamp()
from jsonb_each_text(cast(:groups as jsonb)) as r(isin, grp)
where listings.isin = r.isin and listings.quotation_group is distinct from r.grp
""")

# Edits are rare and by people: one at a time, so that two listings never get one ticker.
_FILL_SHARES = text("""
update listings l set shares_outstanding = r.outstanding, free_float_pct = r.float, updated_at = clock_timestamp()
from jsonb_to_recordset(cast(:rows as jsonb)) as r(isin text, outstanding bigint, float numeric)
where l.isin = r.isin and l.shares_outstanding is null and l.free_float_pct is null
""")

_LOCK = text("select pg_advisory_xact_lock(hashtext('bvmt listings'))")

_TICKER = text("select name from listings where ticker = :ticker and active and isin <> :isin limit 1")

_ADD = text("""
insert into listings (isin, ticker, name, sector, quotation_group, shares_outstanding, free_float_pct, active)
values (:isin, :ticker, :name, :sector, :group, :shares_outstanding, :free_float_pct, :active)
on conflict do nothing returning 1
""")

_UPDATE = text("""
update listings set ticker = :ticker, name = :name, sector = :sector, quotation_group = :group,
  shares_outstanding = :shares_outstanding, free_float_pct = :free_float_pct, active = :active,
  updated_at = clock_timestamp()
where isin = :isin
""")

_DELETE = text("""
delete from listings l where isin = :isin
  and not exists (select from quotes where quotes.isin = l.isin)
  and not exists (select from moment_quotes m where m.isin = l.isin)
  and not exists (select from anomalies a where a.isin = l.isin)
returning 1
""")


def seed(conn: Connection, listings: Sequence[Listing]) -> None:
    """Fill the table if it is empty. What an operator has edited is never touched."""
    rows = [{"isin": x.isin, "ticker": x.ticker, "name": x.name, "sector": x.sector} for x in listings]
    conn.execute(_SEED, {"rows": json.dumps(rows)})


def fill_shares(conn: Connection, known: Sequence[Shares]) -> int:
    """Fill in shares outstanding and free float where nobody has entered any. Returns of how many listings."""
    rows = [{"isin": x.isin, "outstanding": x.outstanding, "float": str(x.free_float_pct)} for x in known]
    return conn.execute(_FILL_SHARES, {"rows": json.dumps(rows)}).rowcount


def list_listings(conn: Connection) -> list[Listing]:
    """Return all listings by name, those no longer active too."""
    return [_listing(row) for row in conn.execute(_ALL)]


def note_groups(conn: Connection, group_of: dict[str, str]) -> None:
    """Write down the quotation group that the board names for each ISIN."""
    conn.execute(_GROUPS, {"groups": json.dumps(group_of)})


def add_listing(conn: Connection, listing: Listing) -> ListingChange:
    """Add a listing, inside a transaction.

    Raises ActionRefused where a field holds what it may not, all of them told, where the ISIN is listed already,
    or an active listing has the ticker.
    """
    conn.execute(_LOCK)
    clean = _tidied(listing)
    _refuse([*_isin_problems(clean.isin), *_problems(clean, set(ListingFields.__annotations__))])
    _check_ticker(conn, clean)
    if conn.execute(_ADD, asdict(clean)).first() is None:
        raise ActionRefused(f"{clean.isin} is among the listings already; change that one.")
    return ListingChange(None, clean)


def update_listing(conn: Connection, isin: str, **changes: Unpack[ListingFields]) -> ListingChange:
    """Change some fields of a listing, inside a transaction.

    Raises NotFound for an ISIN that is not listed, and ActionRefused where a changed field holds what it may not,
    or an active listing has the ticker.
    """
    conn.execute(_LOCK)
    before = _find(conn, isin)
    after = _tidied(replace(before, **changes))
    _refuse([*_problems(after, set(changes))])
    if after.active and (after.ticker, True) != (before.ticker, before.active):
        _check_ticker(conn, after)
    if after != before:
        conn.execute(_UPDATE, asdict(after))
    return ListingChange(before, after)


def remove_listing(conn: Connection, isin: str) -> ListingChange:
    """Take a listing away, inside a transaction: deleted if nothing is stored of it, else deactivated.

    `after` is None for one that was deleted. Raises NotFound for an ISIN that is not listed.
    """
    conn.execute(_LOCK)
    before = _find(conn, isin)
    if conn.execute(_DELETE, {"isin": isin}).first() is not None:
        return ListingChange(before, None)
    return update_listing(conn, isin, active=False)


def _find(conn: Connection, isin: str) -> Listing:
    row = conn.execute(_ONE, {"isin": isin}).first()
    if row is None:
        raise NotFound(f"{isin} is not among the listings.")
    return _listing(row)


def _listing(row: Row[tuple[object, ...]]) -> Listing:
    return Listing(
        isin=row.isin,
        ticker=row.ticker,
        name=row.name,
        sector=row.sector,
        group=row.quotation_group,
        shares_outstanding=row.shares_outstanding,
        free_float_pct=row.free_float_pct,
        active=row.active,
    )


def _tidied(listing: Listing) -> Listing:
    return replace(
        listing,
        isin=_tidy(listing.isin).upper(),
        ticker=_tidy(listing.ticker).upper(),
        name=_tidy(listing.name),
        sector=_tidy(listing.sector),
        group=_tidy(listing.group or "") or None,
    )


def _tidy(words: str) -> str:
    return " ".join(storable(words).split())


def _refuse(problems: Sequence[str]) -> None:
    if problems:
        raise ActionRefused(f"The listing cannot be stored: {'; '.join(problems)}.")


def _check_ticker(conn: Connection, listing: Listing) -> None:
    other = conn.execute(_TICKER, {"ticker": listing.ticker, "isin": listing.isin}).first()
    if listing.active and other is not None:
        raise ActionRefused(f"The ticker {listing.ticker} is that of {other.name}.")


def _isin_problems(isin: str) -> Iterator[str]:
    if not is_isin(isin):
        yield f"{isin or 'nothing'} is no ISIN: two letters, nine letters or digits, one digit"
    elif not check_digit_fits(isin):
        yield f"the check digit of the ISIN {isin} is wrong"


def _problems(listing: Listing, changed: set[str]) -> Iterator[str]:
    """What the changed fields may not hold; the others stand as they are."""
    return (sentence for field, sentence in _field_problems(listing) if field in changed)


def _field_problems(listing: Listing) -> Iterator[tuple[str, str]]:
    if not (listing.ticker.isascii() and listing.ticker.isalnum() and len(listing.ticker) <= 12):
        yield "ticker", "the ticker has to be of 1 to 12 letters and digits"
    for field, longest in (("name", 120), ("sector", 80)):
        if not 0 < len(getattr(listing, field)) <= longest:
            yield field, f"the {field} has to be of 1 to {longest} characters"
    if listing.group is not None and listing.group not in STOCK_GROUPS:
        yield "group", f"{listing.group} is no group of shares: {', '.join(sorted(STOCK_GROUPS))}"
    shares = listing.shares_outstanding
    if shares is not None and not 0 < shares <= _MOST_SHARES:
        yield "shares_outstanding", "the shares outstanding have to be a whole number above 0"
    free_float = listing.free_float_pct
    if free_float is not None and not (free_float.is_finite() and 0 <= free_float <= 100):
        yield "free_float_pct", "the free float has to be a percentage from 0 to 100"
    elif free_float is not None and free_float % _MILLI:
        yield "free_float_pct", "the free float has at most 3 decimals"
