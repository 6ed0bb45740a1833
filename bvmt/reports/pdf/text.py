"""Text in lines: words measured, wrapped, cut, and known by the piece they come from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from bvmt.reports.foreign_words import clip, holds_right_to_left, is_right_to_left
from bvmt.reports.language import Span
from bvmt.reports.pdf.fonts import Weight, width, writable

INK = "#1B2430"
SOFT = "#5B6675"
FAINT = "#8A94A1"
NAVY = "#12305E"
BLUE = "#1F5FBF"
ORANGE = "#B4500C"

_LONGEST_SPAN = 400
"""Characters of a foreign name or headline that a PDF prints; XLSX and CSV hold all of them."""


@dataclass(frozen=True)
class Style:
    """How a text is set: size and leading in points."""

    size: float
    weight: Weight = 400
    colour: str = INK
    leading: float = 0.0

    @property
    def line(self) -> float:
        """The distance of two lines."""
        return self.leading or self.size * 1.38

    def coloured(self, colour: str) -> Style:
        """Return the same style in another colour."""
        return replace(self, colour=colour)


@dataclass(frozen=True)
class Word:
    """A word that stays on one line. `piece` tells which span it is of; `space` whether one stands before it."""

    text: str
    width: float
    piece: int
    url: str | None
    space: bool


@dataclass(frozen=True)
class Run:
    """What is written in one go: words of one span on one line, `x` points from the line's left end."""

    text: str
    x: float
    width: float
    url: str | None

    @property
    def shaped(self) -> bool:
        """Whether it takes the shaper: Arabic letters, from right to left."""
        return holds_right_to_left(self.text)


@dataclass(frozen=True)
class Line:
    """A line of runs and its whole width."""

    runs: tuple[Run, ...]
    width: float


def lines(spans: Iterable[Span], style: Style, room: float, most: int | None = None) -> tuple[Line, ...]:
    """Return the spans in lines at most `room` points wide; beyond `most` lines the last one ends in an ellipsis.

    A line breaks at spaces, or within a word that is wider than the line. There is always at least one line.
    """
    rows: list[list[Word]] = [[]]
    used = 0.0
    gap = width(" ", style.size, style.weight)
    for cluster in _clusters(_words(spans, style, room)):
        whole = sum(word.width for word in cluster)
        for at, word in enumerate(cluster):
            lead = gap if word.space and rows[-1] else 0.0
            wanted = whole if at == 0 else word.width
            if rows[-1] and used + lead + wanted > room:
                rows.append([])
                used, lead = 0.0, 0.0
            rows[-1].append(word)
            used += lead + word.width
    if most is not None and len(rows) > most:
        rows = [*rows[: most - 1], _ended(rows[most - 1], style, room)]
    return tuple(_line(row, style, gap) for row in rows)


def one_line(text: str, style: Style) -> Line:
    """Return a text of ours as a line, however wide it is."""
    return lines((Span(text),), style, float("inf"))[0]


def runs_right_to_left(spans: Sequence[Span]) -> bool:
    """Whether a cell or paragraph is nothing but words of others that begin in Arabic: it then stands at the right."""
    filled = [span for span in spans if span.text.strip()]
    return len(filled) == 1 and filled[0].foreign and is_right_to_left(filled[0].text)


def _words(spans: Iterable[Span], style: Style, room: float) -> Iterator[Word]:
    space = False
    for piece, span in enumerate(spans):
        text = writable(clip(span.text, _LONGEST_SPAN) if span.foreign else span.text)
        space = space or text.startswith(" ")
        for part in text.split(" "):
            if part:
                for at, bit in enumerate(_fitting(part, style, room)):
                    wide = width(bit, style.size, style.weight)
                    yield Word(bit, wide, piece, span.url, space and at == 0)
                space = True
        space = text.endswith(" ") if text else space


def _clusters(words: Iterable[Word]) -> Iterator[list[Word]]:
    """Words that no space parts, such as a name of a link and the comma behind it: they share a line if they can."""
    cluster: list[Word] = []
    for word in words:
        if word.space and cluster:
            yield cluster
            cluster = []
        cluster.append(word)
    if cluster:
        yield cluster


def _fitting(word: str, style: Style, room: float) -> Iterator[str]:
    """The word in bits that fit on a line: itself, nearly always."""
    while width(word, style.size, style.weight) > room and len(word) > 1:
        cut = max(1, int(len(word) * room / width(word, style.size, style.weight)))
        while cut > 1 and width(word[:cut], style.size, style.weight) > room:
            cut -= 1
        yield word[:cut]
        word = word[cut:]
    yield word


def _ended(row: list[Word], style: Style, room: float) -> list[Word]:
    """The row with an ellipsis behind its last word, which is dropped or cut until there is room."""
    gap = width(" ", style.size, style.weight)
    row = list(row)
    while row:
        last = row[-1]
        before = sum(word.width + gap * (word.space and at > 0) for at, word in enumerate(row[:-1]))
        text = f"{last.text}…"
        wide = width(text, style.size, style.weight)
        if before + gap * (last.space and len(row) > 1) + wide <= room:
            return [*row[:-1], replace(last, text=text, width=wide)]
        row = [*row[:-1], replace(last, text=last.text[:-1])] if len(row) == 1 and len(last.text) > 1 else row[:-1]
    return row


def _line(row: list[Word], style: Style, gap: float) -> Line:
    runs: list[Run] = []
    x = 0.0
    for _, grouped in groupby(row, key=lambda word: word.piece):
        group = list(grouped)
        if group[0].space and runs:
            x += gap
        text = group[0].text + "".join(f"{' ' if word.space else ''}{word.text}" for word in group[1:])
        wide = width(text, style.size, style.weight)
        runs.append(Run(text, x, wide, group[0].url))
        x += wide
    return Line(tuple(runs), x)
