"""Sources of news: editable reference data, seeded from the packaged ones, with how each was read last."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, text

from bvmt.errors import ActionRefused, NotFound
from bvmt.news.identity import BadAddress, canonical_url
from bvmt.news.items import NewsBatch, NewsKind, NewsSource, Selectors, SourceForm
from bvmt.store.texts import storable

_ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,59}")
_ERROR_CHARACTERS = 1000


@dataclass(frozen=True, slots=True)
class SourceRow:
    """A source with how its readings went. Instants are None for what never happened.

    `items` and `rejects` are those of the last reading that brought more than "unchanged". `filled_at`: when its
    archive was read. `edited_url`: an operator's address stands before the packaged one. `updated_by` is None for a
    packaged source that nobody edited.
    """

    source: NewsSource
    last_attempt_at: datetime | None
    last_success_at: datetime | None
    last_error: str | None
    last_error_at: datetime | None
    items: int | None
    rejects: int | None
    filled_at: datetime | None
    packaged: bool
    edited_url: bool
    updated_by: str | None
    updated_at: datetime
    articles: int
    newest_article_at: datetime | None

    @property
    def wants_archive(self) -> bool:
        """Whether its packaged archive is still to be read; an operator's own address has none."""
        return self.packaged and not self.edited_url and self.filled_at is None

    @property
    def failing(self) -> bool:
        """Whether the last attempt to read it failed."""
        return self.last_error_at is not None and (
            self.last_success_at is None or self.last_error_at > self.last_success_at
        )


# The packaged address is refreshed even under an operator's edits: that of the sandbox changes with every start.
_SEED = text("""
insert into news_sources as s (id, name, packaged_url, kind, form, selectors, weight, active)
select id, name, url, kind, form, selectors, weight, active
from jsonb_to_recordset(cast(:rows as jsonb)) as r(
  id text, name text, url text, kind news_kind, form source_form, selectors jsonb, weight float8, active boolean)
on conflict (id) do update set
  packaged_url = excluded.packaged_url,
  name = case when s.updated_by is null then excluded.name else s.name end,
  kind = case when s.updated_by is null then excluded.kind else s.kind end,
  form = case when s.updated_by is null then excluded.form else s.form end,
  selectors = case when s.updated_by is null then excluded.selectors else s.selectors end,
  weight = case when s.updated_by is null then excluded.weight else s.weight end,
  active = case when s.updated_by is null then excluded.active else s.active end,
  etag = case when s.url is null and s.packaged_url is distinct from excluded.packaged_url then null else s.etag end,
  last_modified = case when s.url is null and s.packaged_url is distinct from excluded.packaged_url then null
    else s.last_modified end
where (s.packaged_url, s.name, s.kind, s.form, s.selectors, s.weight, s.active) is distinct from
  (excluded.packaged_url, excluded.name, excluded.kind, excluded.form, excluded.selectors, excluded.weight,
   excluded.active)
""")

_COLUMNS = """
select s.id, s.name, coalesce(s.url, s.packaged_url) as url, s.kind, s.form, s.selectors, s.weight, s.active, s.etag,
  s.last_modified, s.last_attempt_at, s.last_success_at, s.last_error, s.last_error_at, s.last_items, s.last_rejects,
  s.filled_at, s.packaged_url is not null as packaged, s.url is not null as edited_url, s.updated_by, s.updated_at
"""

_LIST = text(f"""
{_COLUMNS}, coalesce(a.n, 0) as articles, a.newest
from news_sources s
left join (select source_id, count(*) as n, max(dated_at) as newest from articles group by source_id) a
  on a.source_id = s.id
where s.removed_at is null
order by s.kind, s.name, s.id
""")

_ACTIVE = text(f"{_COLUMNS} from news_sources s where s.removed_at is null and s.active order by s.kind, s.name, s.id")

_ONE = text(f"{_COLUMNS} from news_sources s where s.removed_at is null and s.id = :id for update")

_READ = text("""
update news_sources set last_attempt_at = :at, last_success_at = :at,
  etag = case when :unchanged or :from_archive then etag else :etag end,
  last_modified = case when :unchanged or :from_archive then last_modified else :last_modified end,
  last_items = case when :unchanged then last_items else :items end,
  last_rejects = case when :unchanged then last_rejects else :rejects end,
  filled_at = case when :from_archive then :at else filled_at end
where id = :id
""")

_FAILED = text("""
update news_sources set last_attempt_at = :at, last_error = :error, last_error_at = :at where id = :id
""")

# An address that an operator leaves as it is packaged goes on following the package.
_PUT = text("""
insert into news_sources as s (id, name, url, kind, form, selectors, weight, active, updated_by)
values (:id, :name, :url, :kind, :form, cast(:selectors as jsonb), :weight, :active, :by)
on conflict (id) do update set
  name = excluded.name, kind = excluded.kind, form = excluded.form, selectors = excluded.selectors,
  weight = excluded.weight, active = excluded.active,
  url = case when excluded.url = s.packaged_url then null else excluded.url end,
  etag = case when excluded.url = coalesce(s.url, s.packaged_url) then s.etag end,
  last_modified = case when excluded.url = coalesce(s.url, s.packaged_url) then s.last_modified end,
  updated_by = excluded.updated_by, updated_at = clock_timestamp(), removed_at = null
""")

_REMOVE = text("""
update news_sources set removed_at = clock_timestamp(), updated_by = :by, updated_at = clock_timestamp(), active = false
where id = :id and removed_at is null returning 1
""")

_SAME_ADDRESS = text("""
select id, name, coalesce(url, packaged_url) as url from news_sources where removed_at is null and id <> :id
""")


def seed_sources(conn: Connection, presets: Sequence[NewsSource]) -> None:
    """Add the packaged sources that are missing, and bring those that nobody edited to the package's state.

    What an operator edited or removed stays as it is; only the packaged address behind it is refreshed.
    """
    conn.execute(_SEED, {"rows": json.dumps([_plain(source) for source in presets])})


def list_sources(conn: Connection) -> list[SourceRow]:
    """Return all sources, active or not, journalists before social media, by name."""
    return [_row(row, row.articles, row.newest) for row in conn.execute(_LIST)]


def list_active_sources(conn: Connection) -> list[SourceRow]:
    """Return the sources to read, without counting their articles."""
    return [_row(row, 0, None) for row in conn.execute(_ACTIVE)]


def note_reading(
    conn: Connection, source_id: str, batch: NewsBatch, *, at: datetime, from_archive: bool = False
) -> None:
    """Write down that a source was read: in the transaction that stores its items, else they would be lost.

    A source that says next time that nothing is new says so because of the validators stored here. Those of an
    archive, which is read once, are not the source's.
    """
    parameters = {
        "id": source_id,
        "at": at,
        "unchanged": batch.unchanged,
        "from_archive": from_archive,
        "etag": batch.etag and storable(batch.etag),
        "last_modified": batch.last_modified and storable(batch.last_modified),
        "items": len(batch.items),
        "rejects": len(batch.set_aside),
    }
    conn.execute(_READ, parameters)


def note_failure(conn: Connection, source_id: str, error: str, *, at: datetime) -> None:
    """Write down that a source could not be read, and why."""
    conn.execute(_FAILED, {"id": source_id, "at": at, "error": storable(error)[:_ERROR_CHARACTERS]})


def put_source(conn: Connection, source: NewsSource, *, by: str) -> NewsSource | None:
    """Add a source, or change the one with its id, inside a transaction. Returns what it was before, if anything.

    Raises ActionRefused where a field holds what it may not, all of them told, or another source has the address.
    """
    _refuse([*_problems(source)])
    for other in conn.execute(_SAME_ADDRESS, {"id": source.id}):
        if canonical_url(other.url) == canonical_url(source.url):
            raise ActionRefused(f"{other.name} ({other.id}) has this address already.")
    before = conn.execute(_ONE, {"id": source.id}).first()
    values = _plain(source) | {
        "by": storable(by),
        "selectors": source.selectors and json.dumps(asdict(source.selectors)),
    }
    conn.execute(_PUT, values)
    return None if before is None else _source(before)


def find_source(conn: Connection, source_id: str) -> NewsSource:
    """Return a source, locked until the transaction ends. Raises NotFound."""
    row = conn.execute(_ONE, {"id": source_id}).first()
    if row is None:
        raise NotFound(f"There is no news source {source_id}.")
    return _source(row)


def remove_source(conn: Connection, source_id: str, *, by: str) -> None:
    """Take a source away; its articles stay. Raises NotFound."""
    if conn.execute(_REMOVE, {"id": source_id, "by": storable(by)}).first() is None:
        raise NotFound(f"There is no news source {source_id}.")


def _problems(source: NewsSource) -> Iterator[str]:
    if not _ID.fullmatch(source.id):
        yield "the id has to be of 1 to 60 small letters, digits, - and _"
    if not 0 < len(source.name.strip()) <= 120:
        yield "the name has to be of 1 to 120 characters"
    try:
        canonical_url(source.url)
    except BadAddress as error:
        yield str(error)
    if not 0 <= source.weight <= 1:
        yield "the weight has to be from 0 to 1"
    if source.form is SourceForm.PAGE and source.selectors is None:
        yield "a page needs the selectors that find its stories"


def _refuse(problems: Sequence[str]) -> None:
    if problems:
        raise ActionRefused(f"The news source cannot be stored: {'; '.join(problems)}.")


def _plain(source: NewsSource) -> dict[str, Any]:
    return {
        "id": source.id,
        "name": storable(source.name.strip()),
        "url": storable(source.url.strip()),
        "kind": source.kind,
        "form": source.form,
        "selectors": asdict(source.selectors) if source.selectors else None,
        "weight": source.weight,
        "active": source.active,
    }


def _source(row: Row[Any]) -> NewsSource:
    return NewsSource(
        id=row.id,
        name=row.name,
        url=row.url,
        kind=NewsKind(row.kind),
        form=SourceForm(row.form),
        selectors=Selectors(**row.selectors) if row.selectors else None,
        weight=row.weight,
        active=row.active,
        etag=row.etag,
        last_modified=row.last_modified,
    )


def _row(row: Row[Any], articles: int, newest: datetime | None) -> SourceRow:
    return SourceRow(
        source=_source(row),
        last_attempt_at=row.last_attempt_at,
        last_success_at=row.last_success_at,
        last_error=row.last_error,
        last_error_at=row.last_error_at,
        items=row.last_items,
        rejects=row.last_rejects,
        filled_at=row.filled_at,
        packaged=row.packaged,
        edited_url=row.edited_url,
        updated_by=row.updated_by,
        updated_at=row.updated_at,
        articles=articles,
        newest_article_at=newest,
    )
