"""The section on breadth and market capitalisation."""

from __future__ import annotations

from decimal import Decimal

from bvmt.market.indices import TUNINDEX
from bvmt.reports.content import Fact, Facts, Paragraph, Row, Section, Table, Value
from bvmt.reports.daily.indices import NO_BASE
from bvmt.reports.daily.session import Session, mean
from bvmt.reports.values import change, column, count, figures, missing, money, percent, say

MISSING_SHARES = missing("daily.missing.shares")


def equal_weighted(session: Session) -> Decimal | None:
    """Return the mean move of the shares that traded, as a fraction; None where no move is known."""
    return mean(session.changes.values())


def breadth_section(session: Session) -> Section:
    """How many rose and fell, the equal-weighted move beside the index, the market capitalisation."""
    return Section(
        id="breadth",
        heading=say("daily.breadth.heading"),
        blocks=(_facts(session), _table(session), *_unknown(session)),
        method=(say("daily.breadth.method.moves"), say("daily.breadth.method.suspended"), say("daily.cap.method")),
    )


def _facts(session: Session) -> Facts:
    index = session.headline.get(TUNINDEX.code)
    of_index: Value = NO_BASE if index is None else change(index.day, NO_BASE)
    return Facts(
        items=(
            Fact(
                label=say("daily.breadth.equal_weighted"),
                value=change(equal_weighted(session), missing("daily.missing.no_move")),
                remark=say("daily.breadth.beside_index", change=of_index),
            ),
            _market_cap(session),
        )
    )


def _market_cap(session: Session) -> Fact:
    summary = session.summary
    coverage = say("daily.cap.coverage", n=count(summary.market_cap_coverage), of=count(summary.listings))
    return Fact(label=say("daily.cap.label"), value=money(summary.market_cap, MISSING_SHARES), remark=coverage)


def _table(session: Session) -> Table:
    summary = session.summary
    counts = (
        ("daily.breadth.up", summary.advancing),
        ("daily.breadth.down", summary.declining),
        ("daily.breadth.unchanged", summary.unchanged),
        ("daily.breadth.change_unknown", summary.change_unknown),
        ("daily.breadth.not_traded", summary.not_traded),
    )
    rows = [_row(key, n, summary.listings) for key, n in counts if n or key != "daily.breadth.change_unknown"]
    return Table(
        id="breadth",
        columns=(
            column("what", "daily.column.what", width=2.0),
            figures("listings", "daily.column.listings"),
            figures("part", "daily.column.part"),
        ),
        rows=(*rows, _suspended(session)),
    )


def _row(key: str, n: int, of: int) -> Row:
    return Row(cells=(say(key), count(n), percent(Decimal(n) / of if of else None)))


def _suspended(session: Session) -> Row:
    """A part of the others, so greyed out. History files name no groups: without any, nothing is known."""
    key, summary = "daily.breadth.suspended", session.summary
    if any(listing.group for listing in session.listings.values()):
        return _row(key, summary.suspended, summary.listings).model_copy(update={"quiet": True})
    unknown = missing("daily.missing.groups")
    return Row(cells=(say(key), unknown, unknown), quiet=True)


def _unknown(session: Session) -> tuple[Paragraph, ...]:
    n = session.summary.change_unknown
    return (Paragraph(sentences=(say("daily.breadth.unknown_note", n=count(n)),), tone="note"),) if n else ()
