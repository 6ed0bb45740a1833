"""The names by which texts call a listing: editable reference data, seeded from the packaged list."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import Connection, text

from bvmt.errors import ActionRefused, NotFound
from bvmt.news.companies import Alias
from bvmt.news.folding import fold_phrase
from bvmt.store.texts import storable

_MOST_CHARACTERS = 80


@dataclass(frozen=True, slots=True)
class AliasRow:
    """An alias with its row's id. `updated_by` is None for a packaged one that nobody edited."""

    id: int
    alias: Alias
    updated_by: str | None
    updated_at: datetime


_SEED = text("""
insert into company_aliases as a (ticker, alias, kind, needs_context, note)
select distinct on (ticker, text) ticker, text, kind, needs_context, note
from jsonb_to_recordset(cast(:rows as jsonb)) as r(
  ticker text, text text, kind text, needs_context boolean, note text)
on conflict (ticker, alias) do update set
  kind = excluded.kind, needs_context = excluded.needs_context, note = excluded.note
where a.updated_by is null
  and (a.kind, a.needs_context, a.note) is distinct from (excluded.kind, excluded.needs_context, excluded.note)
""")

_LIST = text("""
select id, ticker, alias, kind, needs_context, note, updated_by, updated_at from company_aliases
where removed_at is null order by updated_by is not null, ticker, id
""")

_PUT = text("""
insert into company_aliases (ticker, alias, kind, needs_context, note, updated_by)
values (:ticker, :text, :kind, :needs_context, :note, :by)
on conflict (ticker, alias) do update set
  kind = excluded.kind, needs_context = excluded.needs_context, note = excluded.note,
  updated_by = excluded.updated_by, updated_at = clock_timestamp(), removed_at = null
returning id
""")

_REMOVE = text("""
update company_aliases set removed_at = clock_timestamp(), updated_by = :by, updated_at = clock_timestamp()
where id = :id and removed_at is null returning 1
""")

_KNOWN = text("select exists (select from listings where ticker = :ticker)")


def seed_aliases(conn: Connection, aliases: Sequence[Alias]) -> None:
    """Add the packaged aliases that are missing; what an operator edited or removed stays as it is."""
    conn.execute(_SEED, {"rows": json.dumps([asdict(alias) for alias in aliases])})


def list_aliases(conn: Connection) -> list[AliasRow]:
    """Return all aliases, those that an operator edited last: of two for the same words the last one counts."""
    return [
        AliasRow(
            row.id, Alias(row.ticker, row.alias, row.needs_context, row.kind, row.note), row.updated_by, row.updated_at
        )
        for row in conn.execute(_LIST)
    ]


def put_alias(conn: Connection, alias: Alias, *, by: str) -> int:
    """Add an alias, or change the one with its ticker and words. Returns its id.

    Raises ActionRefused where no listing has the ticker, or the alias has no word in it.
    """
    words = " ".join(storable(alias.text).split())
    if not fold_phrase(words) or len(words) > _MOST_CHARACTERS:
        raise ActionRefused(f"An alias has at least one word and at most {_MOST_CHARACTERS} characters.")
    if alias.ticker not in {"*", "-"} and not conn.execute(_KNOWN, {"ticker": alias.ticker}).scalar_one():
        raise ActionRefused(f"No listing has the ticker {storable(alias.ticker)[:20]}.")
    values = asdict(alias) | {"text": words, "note": storable(alias.note), "kind": storable(alias.kind)}
    return int(conn.execute(_PUT, values | {"by": storable(by)}).scalar_one())


def remove_alias(conn: Connection, alias_id: int, *, by: str) -> None:
    """Look for an alias no longer. Raises NotFound."""
    if conn.execute(_REMOVE, {"id": alias_id, "by": storable(by)}).first() is None:
        raise NotFound(f"There is no alias {alias_id}.")
