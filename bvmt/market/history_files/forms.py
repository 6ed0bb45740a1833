"""Which of the known forms a history file has, and where its columns are. Decided by the header alone."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from bvmt.errors import BvmtError


class HistoryFileRefused(BvmtError):
    """The file is none that the exchange publishes, or too large to be one. The text is one sentence."""

    permanent = True


class Form(StrEnum):
    """The forms, by content and first year."""

    QUOTES_2016 = "quotes_2016"
    """Quotes of 2016-2021: fixed width, with a dashed rule under the header."""
    QUOTES_2022 = "quotes_2022"
    """Quotes of 2022-2025: `;` between columns that are padded with blanks."""
    QUOTES_2026 = "quotes_2026"
    """Quotes of 2026: `,` between columns, accents in the header, newest first."""
    INDICES_2012 = "indices_2012"
    """Index levels of 2012-2021: fixed width, like the quotes of these years."""
    INDICES_2022 = "indices_2022"
    """Index levels of 2022-2025: `;` between columns, lines that end with CRLF."""

    @property
    def holds_quotes(self) -> bool:
        """Whether it holds quotes; otherwise it holds index levels."""
        return self.value.startswith("quotes")


_QUOTE_FIELDS: Mapping[str, tuple[str, ...]] = {
    "session": ("SEANCE",),
    "group": ("GROUPE", "CGRRLC"),
    "code": ("CODE", "ISIN", "CODEVAL"),
    "name": ("VALEUR", "LIBVAL"),
    "open": ("OUVERTURE",),
    "close": ("CLOTURE",),
    "low": ("PLUSBAS", "+BAS"),
    "high": ("PLUSHAUT", "+HAUT"),
    "volume": ("QUANTITENEGOCIEE", "QTE"),
    "trades": ("NBTRANSACTION",),
    "turnover": ("CAPITAUX",),
}
_INDEX_FIELDS: Mapping[str, tuple[str, ...]] = {
    "session": ("SEANCE",),
    "code": ("CODEINDICE",),
    "name": ("LIBINDICE",),
    "level": ("INDICEJOUR",),
    "previous": ("INDICEVEILLE",),
    "high": ("INDICEPLUSHAUT",),
    "low": ("INDICEPLUSBAS",),
    "open": ("INDICEOUV",),
}
_OPTIONAL = frozenset({"group", "previous", "open"})
_SHORTEST_ABBREVIATION = 2

_RULE = re.compile(r"-{2,}(\s+-{1,})+\s*", re.ASCII)
_COUNT_OF_ROWS = re.compile(r"\s*\d+ (rows?|lignes?) \S+\.?\s*", re.IGNORECASE)
_HEADER_WITHIN = 20
"""Lines from the top in which the header must stand."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Where a file has what. `columns` maps a field to its position among the cells of a line.

    `width` is how many cells a row has, `header` the header line, which printed files repeat, `first_row` how
    many lines come before the first row.
    """

    form: Form
    columns: Mapping[str, int]
    width: int
    header: str
    first_row: int
    split: Callable[[str], list[str]]

    def cells(self, line: str) -> list[str] | None:
        """Return the cells of a row, still padded; None for a line with another number of them."""
        cells = self.split(line)
        if len(cells) == self.width + 1 and not cells[-1].strip():
            del cells[-1]
        return cells if len(cells) == self.width else None

    def is_row(self, line: str) -> bool:
        """Whether the line is more than a blank, a repeated header, a rule or the printed count of rows."""
        if line[:1].isdigit() and line[2:3] == "/":
            return True
        return bool(line.strip()) and line.strip() != self.header and not _is_furniture(line)


def recognise(lines: Sequence[str]) -> Layout:
    """Return the layout of the file that begins with `lines`; the first twenty are enough.

    Case, accents, blanks and dots of the header do not count, and words may be cut short (`NB_TRAN`). Raises
    HistoryFileRefused when no header of a known form is there.
    """
    for number, line in enumerate(lines[:_HEADER_WITHIN]):
        after = lines[number + 1] if number + 1 < len(lines) else ""
        layout = _layout(line, after, number)
        if layout is not None:
            return layout
    raise HistoryFileRefused(
        "This is not a history file of the exchange: its first lines hold no header of quotes "
        "(séance, code or ISIN, clôture, quantité …) or of index levels (CODE_INDICE, INDICE_JOUR …)."
    )


def _layout(line: str, after: str, number: int) -> Layout | None:
    for separator in ";,":
        split = _splitter(separator)
        names = split(line)
        found = _columns(names)
        if found and (form := _separated_form(holds_quotes="volume" in found, separator=separator)):
            return Layout(form, found, len(names), line.strip(), number + 1, split)
    if not _RULE.fullmatch(after):
        return None
    slices = [slice(*dashes.span()) for dashes in re.finditer("-+", after)]
    found = _columns([line[part] for part in slices])
    form = Form.QUOTES_2016 if "volume" in found else Form.INDICES_2012
    return Layout(form, found, len(slices), line.strip(), number + 2, _cutter(slices)) if found else None


def _separated_form(*, holds_quotes: bool, separator: str) -> Form | None:
    if holds_quotes:
        return Form.QUOTES_2022 if separator == ";" else Form.QUOTES_2026
    return Form.INDICES_2022 if separator == ";" else None


def _columns(names: Sequence[str]) -> dict[str, int]:
    """Return field -> position; empty when the names are not those of a form."""
    plain = [_plain(name) for name in names]
    for fields in (_INDEX_FIELDS, _QUOTE_FIELDS):
        found = {field: at for field, known in fields.items() if (at := _position(plain, known)) is not None}
        if found.keys() | _OPTIONAL >= fields.keys():
            return found
    return {}


def _position(names: Sequence[str], known: Sequence[str]) -> int | None:
    """Where a name stands that is one of `known`, or else the only one that is the beginning of one."""
    exact = [at for at, name in enumerate(names) if name in known]
    if exact:
        return exact[0]
    cut = [
        at
        for at, name in enumerate(names)
        if len(name) >= _SHORTEST_ABBREVIATION and any(full.startswith(name) for full in known)
    ]
    return cut[0] if len(cut) == 1 else None


def _plain(name: str) -> str:
    """`Nb. Tr.` -> `NBTR`, `Clô.` -> `CLO`, `+ haut` -> `+HAUT`."""
    letters = unicodedata.normalize("NFKD", name.upper())
    return "".join(sign for sign in letters if sign.isascii() and (sign.isalnum() or sign == "+"))


def _splitter(separator: str) -> Callable[[str], list[str]]:
    def split(line: str) -> list[str]:
        if '"' not in line:
            return line.split(separator)
        try:
            return next(csv.reader([line], delimiter=separator), [])
        except csv.Error:
            return []

    return split


def _cutter(slices: Sequence[slice]) -> Callable[[str], list[str]]:
    ends = slices[-1].stop
    # The last column may be cut short, not missing: a line that ends before it is another kind of line.
    shortest = slices[-1].start + 1

    def cut(line: str) -> list[str]:
        if len(line) < shortest or line[ends:].strip():
            return []
        return [line[part] for part in slices]

    return cut


def _is_furniture(line: str) -> bool:
    return _RULE.fullmatch(line) is not None or _COUNT_OF_ROWS.fullmatch(line) is not None
