"""A file of labelled texts: `text;label` or `label;text`, one text a row."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from bvmt.news.folding import fold
from bvmt.news.tone import Label

MAX_BYTES = 20 * 1024 * 1024
MAX_ROWS = 100_000
MAX_CHARACTERS = 2_000

_SEPARATORS = (";", "\t", ",")
_LOOKED_AT = 200
_LINES_OF_A_TEXT = 20
_RAW_CHARACTERS = 300

_LABELS = {
    Label.POSITIVE: "positive|positif|positifs|pos|1|+1|1.0|ايجابي",
    Label.NEGATIVE: "negative|negatif|negatifs|neg|-1|\u22121|-1.0|سلبي",
    Label.NEUTRAL: "neutral|neutre|neutres|neu|0|0.0|محايد",
}
_MEANING = {word: label for label, words in _LABELS.items() for word in words.split("|")}
_TEXT_NAMES = frozenset(
    {"text", "texte", "texts", "phrase", "sentence", "comment", "commentaire", "tweet", "post", "titre", "title"}
    | {"headline", "نص"}
)
_LABEL_NAMES = frozenset(
    {"label", "labels", "sentiment", "etiquette", "polarity", "polarite", "class", "classe", "tone", "ton"}
    | {"annotation"}
)


class LabelFileRefused(ValueError):
    """The file is no file of labelled texts; the text says why."""


class LabelledText(NamedTuple):
    """A text and how it sounds, with its line in the file."""

    line: int
    text: str
    label: Label


class UnusedLine(NamedTuple):
    """A line that was not taken: its number, why, and its beginning."""

    line: int
    reason: str
    raw: str


@dataclass(frozen=True, slots=True)
class LabelFile:
    """What a file holds. `notes` are sentences about how it was understood."""

    rows: Sequence[LabelledText]
    set_aside: Sequence[UnusedLine]
    notes: Sequence[str] = field(default=())


@dataclass(frozen=True, slots=True)
class _Form:
    """How the file is laid out: the places of text and label (-1: the last), and the number of cells, None for any."""

    separator: str
    text: int
    label: int
    cells: int | None
    header: bool


class _Unusable(Exception):
    """A line cannot be taken; the text says why. Never leaves this file."""


def read_label_file(data: bytes) -> LabelFile:
    """Return the labelled texts of a file, and its other lines with their reasons.

    UTF-8 with or without a byte order mark, UTF-16 with one, else CP1252; `;`, tab or `,` between the cells; quoted
    texts may run over lines. With a header that names both columns (text and label, in English or French) they may
    stand anywhere. Without one, the label is the first or the last cell and the rest is the text, separators
    included. Labels are positive, negative, neutral in English or French, pos, neg, neu, or 1, -1, 0. A text that
    stood on an earlier line is set aside. Raises LabelFileRefused for a file that is too large, empty, or holds no
    label.
    """
    if len(data) > MAX_BYTES:
        raise LabelFileRefused(f"The file has {len(data):,} bytes; labels come in files of {MAX_BYTES:,} at most.")
    lines = _decoded(data).replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if not any(line.strip() for line in lines):
        raise LabelFileRefused("The file is empty.")
    form = _form(lines)
    return _taken(lines, form)


def label_of(word: str) -> Label | None:
    """Return the label that a cell means; None for anything else."""
    return _MEANING.get(fold(word.strip().strip("\"'")).strip())


def _decoded(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def _form(lines: Sequence[str]) -> _Form:
    """The layout under which most of the first lines have a label where it should be."""
    first = next(place for place, line in enumerate(lines) if line.strip())
    for separator in _SEPARATORS:
        names = [fold(name.strip()) for name in _cells(lines[first], separator)]
        text, label = _place(names, _TEXT_NAMES), _place(names, _LABEL_NAMES)
        if text is not None and label is not None:
            return (
                _two_columns(separator, text, label)
                if len(names) == 2
                else _Form(separator, text, label, len(names), True)
            )
    sample = [line for line in lines if line.strip()][:_LOOKED_AT]
    forms = [_Form(separator, *places, None, False) for separator in _SEPARATORS for places in ((0, -1), (-1, 0))]
    fits = [sum(_fits(line, form) for line in sample) for form in forms]
    if not max(fits):
        raise LabelFileRefused(
            "No line has a text and a label with ; a tab or , between them. A label is positive, negative or neutral "
            "(or pos, neg, neu, or 1, -1, 0)."
        )
    return forms[fits.index(max(fits))]


def _two_columns(separator: str, text: int, label: int) -> _Form:
    """With two columns only, a separator too many belongs to the text."""
    return _Form(separator, *((0, -1) if text < label else (-1, 0)), None, True)


def _place(names: Sequence[str], known: frozenset[str]) -> int | None:
    return next((place for place, name in enumerate(names) if name in known), None)


def _fits(line: str, form: _Form) -> bool:
    cells = _cells(line, form.separator)
    return len(cells) > 1 and label_of(cells[form.label]) is not None


def _cells(line: str, separator: str) -> list[str]:
    """Cells of a line, quoted where its quotation marks come in pairs; else each stands for itself."""
    if line.count('"') % 2:
        return line.split(separator)
    try:
        return next(csv.reader([line], delimiter=separator), [])
    except csv.Error:
        return line.split(separator)


def _taken(lines: Sequence[str], form: _Form) -> LabelFile:
    rows: list[LabelledText] = []
    set_aside: list[UnusedLine] = []
    seen: dict[str, LabelledText] = {}
    words: set[str] = set()
    for number, raw, cells in _records(lines, form):
        try:
            row = LabelledText(number, *_row(cells, form))
            if row.text in seen:
                raise _Unusable(_seen_before(seen[row.text], row))
            if len(rows) == MAX_ROWS:
                raise _Unusable(f"the file has more than {MAX_ROWS:,} texts")
        except _Unusable as reason:
            set_aside.append(UnusedLine(number, str(reason), raw[:_RAW_CHARACTERS]))
        else:
            rows.append(row)
            seen[row.text] = row
            words.add(cells[form.label].strip())
    notes = ["The labels are 0 and 1 only; 0 was read as neutral."] if words == {"0", "1"} else []
    return LabelFile(rows, set_aside, notes)


def _records(lines: Sequence[str], form: _Form) -> Iterator[tuple[int, str, list[str]]]:
    """Yield line number, raw text and cells of each row; a quoted text that runs over lines is one row."""
    place = 0
    headers = 1 if form.header else 0
    while place < len(lines):
        count = _run_of_a_quoted_text(lines, place, form)
        raw = "\n".join(lines[place : place + count])
        if raw.strip(f" \t{form.separator}"):
            if headers:
                headers = 0
            else:
                yield place + 1, raw, _cells(raw, form.separator) if count == 1 else _quoted_cells(raw, form.separator)
        place += count


def _run_of_a_quoted_text(lines: Sequence[str], place: int, form: _Form) -> int:
    """How many lines the row that begins here takes: 1, or more where a quotation mark is closed on a later one.

    It is not closed there if a whole row stands in between, or if what would come out has no label.
    """
    if lines[place].count('"') % 2 == 0:
        return 1
    for count in range(2, min(_LINES_OF_A_TEXT, len(lines) - place) + 1):
        last = lines[place + count - 1]
        if last.count('"') % 2:
            cells = _quoted_cells("\n".join(lines[place : place + count]), form.separator)
            return count if len(cells) > 1 and label_of(cells[form.label]) is not None else 1
        if _fits(last, form):
            return 1
    return 1


def _quoted_cells(raw: str, separator: str) -> list[str]:
    """Cells of a row over several lines; none where its quotation marks do not stand around whole cells."""
    try:
        records = list(csv.reader(raw.splitlines(keepends=True), delimiter=separator, strict=True))
    except csv.Error:
        return []
    return records[0] if len(records) == 1 else []


def _row(cells: Sequence[str], form: _Form) -> tuple[str, Label]:
    if form.cells is not None and len(cells) != form.cells:
        raise _Unusable("it has not as many cells as the header")
    if len(cells) < 2:
        raise _Unusable("it has no label beside the text")
    label = label_of(cells[form.label])
    if label is None:
        raise _Unusable(f"{cells[form.label].strip()[:40]!r} is no label")
    if form.cells is not None:
        told = cells[form.text]
    else:
        told = form.separator.join(cells[:-1] if form.label == -1 else cells[1:])
    text = " ".join(told.replace("\0", " ").split())
    if not text:
        raise _Unusable("it has no text")
    if len(text) > MAX_CHARACTERS:
        raise _Unusable(f"the text is longer than {MAX_CHARACTERS:,} characters")
    return text, label


def _seen_before(first: LabelledText, again: LabelledText) -> str:
    if first.label is again.label:
        return "the same text stands on an earlier line"
    return f"line {first.line} gives the same text another label"
