"""Events from a table with a header, `,` or `;` between its cells. One line is one event."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from bvmt.market.event_files.companies import Companies
from bvmt.market.event_files.contents import MAX_EVENTS, EventFile, EventFileRefused, EventProblem
from bvmt.market.event_files.words import amount_cell, folded, kind_of, ratio_in
from bvmt.market.events import Event, EventKind, problem
from bvmt.market.history_files.rows import SetAside, kept_raw

_COLUMNS = {
    "day": "date|day|jour|date d effet|date effet|date de detachement|date detachement|ex date",
    "kind": "kind|type|nature|categorie|category|evenement|event",
    "isin": "isin|code isin|isin code",
    "ticker": "ticker|symbol|symbole|mnemonique|mnemo",
    "company": "company|company name|societe|nom de la societe|valeur|emetteur|issuer|entreprise|name|nom",
    "title": "title|titre|description|libelle|intitule|objet|details",
    "amount": "amount|montant|prix|price|dividende par action|montant par action",
    "new": "new|new_shares|new shares|nouvelles|actions nouvelles|nouvelles actions",
    "old": "old|old_shares|old shares|anciennes|actions anciennes|anciennes actions",
    "ratio": "ratio|parite|rapport|quotite",
    "source": "source",
}
_NAMES = {name: column for column, names in _COLUMNS.items() for name in names.split("|")}
"""What a header may call a column, folded, and what the column holds."""

_LINE_CHARACTERS = 2000

_YEAR_FIRST = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ]00:00(?::00)?)?", re.ASCII)
_DAY_FIRST = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})(?: 00:00(?::00)?)?", re.ASCII)
_WITH_RATIO = frozenset({EventKind.SPLIT, EventKind.BONUS, EventKind.RIGHTS})


def read_table(lines: Sequence[str], companies: Companies, *, source: str) -> EventFile:
    """Return the events of a table; see `read_event_file`.

    A row needs a day and, for what changes a price, a listing; its title and kind may be told by one another.
    Raises EventFileRefused where no header is found or too many lines follow it.
    """
    first = next((place for place, line in enumerate(lines) if line.strip()), None)
    if first is None:
        raise EventFileRefused("The file is empty.")
    rows = [(place + 1, line) for place, line in enumerate(lines) if place > first and line.strip(" \t;,")]
    if len(rows) > MAX_EVENTS:
        raise EventFileRefused(f"The file has {len(rows):,} rows; events come in files of {MAX_EVENTS:,} at most.")
    separator, header = _header(lines[first])
    events: list[Event] = []
    set_aside: list[SetAside] = []
    for number, line in rows:
        try:
            events.append(_event(_cells(line, separator, header), companies, source))
        except EventProblem as found:
            set_aside.append(SetAside(number, str(found), kept_raw(line)))
    return EventFile(events, set_aside)


def _header(line: str) -> tuple[str, list[str | None]]:
    """The separator, and what each column holds; None for a column that is not ours."""
    separator = ";" if line.count(";") >= line.count(",") else ","
    try:
        names = _split(line, separator)
    except EventProblem:
        names = []
    header = [_NAMES.get(folded(re.sub(r"\(.*?\)", "", name))) for name in names]
    twice = {column for column in header if column and header.count(column) > 1}
    if twice:
        raise EventFileRefused(f"Several columns of the header mean the {min(twice)}; one is needed.")
    if "day" not in header or not {"kind", "title"} & set(header):
        raise EventFileRefused(
            "The first line is no header of events: it needs a column date (or day, jour), and type (kind, nature) "
            "or title (description, libellé)."
        )
    return separator, header


def _split(line: str, separator: str) -> list[str]:
    if len(line) > _LINE_CHARACTERS:
        raise EventProblem(f"the line is longer than {_LINE_CHARACTERS} characters")
    if line.count('"') % 2:
        raise EventProblem("a quotation mark is not closed; one event takes one line")
    try:
        return next(csv.reader([line], delimiter=separator), [])
    except csv.Error as error:
        raise EventProblem("the line is not made of cells") from error


def _cells(line: str, separator: str, header: Sequence[str | None]) -> Mapping[str, str]:
    cells = _split(line, separator)
    if any(cell.strip() for cell in cells[len(header) :]):
        raise EventProblem("more columns than the header; a decimal comma between commas needs quotation marks")
    return {column: cell.strip() for column, cell in zip(header, cells, strict=False) if column}


def _event(cells: Mapping[str, str], companies: Companies, source: str) -> Event:
    kind = _kind(cells)
    title = " ".join(cells.get("title", "").split())
    new, old = _shares(cells, kind)
    event = Event(
        day=_day(cells.get("day", "")),
        kind=kind,
        title=title or _title(kind, cells),
        source=cells.get("source") or source,
        isin=_isin(cells, companies),
        amount=amount_cell(cells.get("amount", "")),
        new_shares=new,
        old_shares=old,
    )
    if reason := problem(event):
        raise EventProblem(reason)
    return event


def _title(kind: EventKind, cells: Mapping[str, str]) -> str:
    named = next((cells[column] for column in ("company", "ticker", "isin") if cells.get(column)), "")
    return f"{kind.value.replace('_', ' ').capitalize()} {named}".strip()


def _kind(cells: Mapping[str, str]) -> EventKind:
    if not (told := cells.get("kind", "")):
        if not cells.get("title"):
            raise EventProblem("it has neither a kind nor a title")
        return kind_of(cells["title"]) or EventKind.OTHER
    if (kind := kind_of(told)) is None:
        raise EventProblem(f"no kind of event is called {told[:60]}")
    return kind


def _isin(cells: Mapping[str, str], companies: Companies) -> str | None:
    """The listing of the first cell that names one; ISIN and ticker may not contradict each other."""
    named = [cells[column] for column in ("isin", "ticker") if cells.get(column)]
    if named:
        found = {companies.called(text) for text in named}
        if len(found) > 1:
            raise EventProblem("ISIN and ticker are of two listings")
        return found.pop()
    return companies.called(cells["company"]) if cells.get("company") else None


def _shares(cells: Mapping[str, str], kind: EventKind) -> tuple[Decimal | None, Decimal | None]:
    new, old = amount_cell(cells.get("new", "")), amount_cell(cells.get("old", ""))
    told = cells.get("ratio", "")
    if new is not None or old is not None or not told:
        return new, old
    # Whether a split is a reverse one may be said in another cell.
    said = " ".join([told, cells.get("kind", ""), cells.get("title", "")]) if kind is EventKind.SPLIT else told
    ratio = ratio_in(said, kind) if ratio_in(told, kind) else None
    if kind in _WITH_RATIO and ratio is None:
        raise EventProblem(f"the ratio {told[:30]} cannot be read; it may be 1:2 or 1 pour 2")
    return ratio or (None, None)


def _day(text: str) -> date:
    if found := _YEAR_FIRST.fullmatch(text):
        year, month, day = map(int, found.groups())
    elif found := _DAY_FIRST.fullmatch(text):
        day, month, year = map(int, found.groups())
    else:
        raise EventProblem("the date cannot be read; it may be 2026-05-31 or 31/05/2026")
    try:
        return date(year, month, day)
    except ValueError:
        raise EventProblem("there is no such date") from None
