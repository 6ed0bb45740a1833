"""The section on the model portfolio: its weights, the changes with their cost and reasons, the limits it keeps."""

from __future__ import annotations

from collections import Counter

from bvmt.market.portfolio import Holding, Ineligible, NoPortfolio, Portfolio, Why
from bvmt.market.portfolio.limits import LEAST_WEEKS, WEEKS
from bvmt.reports.content import Block, Fact, Facts, Message, NumberForm, Paragraph, Row, Section, Table, Value
from bvmt.reports.values import NOTHING, change, column, count, figures, missing, money, number, percent, say, words
from bvmt.reports.weekly.risk import SHORT, volatility
from bvmt.reports.weekly.week import Week

SHOWN_FROM = 0.0001
"""A weight that is written as more than 0.00 %."""

INELIGIBLE_WORDS = {
    Ineligible.LEFT: "weekly.ineligible.left",
    Ineligible.SURVEILLANCE: "weekly.ineligible.surveillance",
    Ineligible.ACTION: "weekly.ineligible.action",
    Ineligible.TURNOVER: "weekly.ineligible.turnover",
    Ineligible.TRADED: "weekly.ineligible.traded",
    Ineligible.HISTORY: "weekly.ineligible.history",
}

_NONE_WORDS = {
    "listings": "weekly.portfolio.none.listings",
    "weeks": "weekly.portfolio.none.weeks",
    "limits": "weekly.portfolio.none.limits",
}


def portfolio_section(week: Week) -> Section:
    """The portfolio, or why there is none; which listings may be held."""
    found = week.portfolio
    blocks = (_why_none(found),) if isinstance(found, NoPortfolio) else _blocks(week, found)
    return Section(
        id="portfolio",
        heading=say("weekly.portfolio.heading"),
        blocks=(Paragraph(sentences=(say("weekly.portfolio.model"),), tone="note"), *blocks, _eligible(week)),
        method=(
            say("weekly.portfolio.method", n=count(WEEKS), least=count(LEAST_WEEKS)),
            say("weekly.portfolio.method_variance"),
            say("weekly.portfolio.method_marginal"),
        ),
    )


def _why_none(found: NoPortfolio) -> Paragraph:
    form = NumberForm.PERCENT if found.why == "limits" else NumberForm.COUNT
    sentence = say(_NONE_WORDS[found.why], have=number(found.have, form), need=number(found.need, form))
    return Paragraph(sentences=(sentence,), tone="warning")


def _blocks(week: Week, found: Portfolio) -> tuple[Block, ...]:
    blocks: list[Block] = [_facts(week, found), _holdings(week, found), _limits(found)]
    notes: list[Message] = []
    if found.first:
        notes.append(say("weekly.portfolio.first"))
    if found.over:
        names: list[str] = [week.ticker(each) for each in found.over]
        notes.append(say("weekly.portfolio.over", names=words(", ".join(names)), n=count(len(names))))
    if found.spread:
        notes.append(say("weekly.portfolio.spread", n=count(found.spread)))
    if notes:
        blocks.insert(1, Paragraph(sentences=tuple(notes), tone="note"))
    return tuple(blocks)


def _facts(week: Week, found: Portfolio) -> Facts:
    risk, limits = week.portfolio_risk, found.limits
    assert risk is not None
    return Facts(
        items=(
            Fact(label=say("weekly.portfolio.invested"), value=percent(1 - found.cash), remark=_cash(found)),
            Fact(
                label=say("weekly.portfolio.volatility"),
                value=volatility(risk),
                remark=say("weekly.portfolio.index_volatility", volatility=volatility(week.index_risk)),
            ),
            Fact(label=say("weekly.portfolio.cvar"), value=percent(risk.tail.shortfall if risk.tail else None, SHORT)),
            Fact(
                label=say("weekly.portfolio.turnover"),
                value=percent(found.turnover),
                remark=say(
                    "weekly.portfolio.cost", cost=money(found.cost * limits.notional), notional=_notional(found)
                ),
            ),
        )
    )


def _cash(found: Portfolio) -> Message:
    return say("weekly.portfolio.cash", cash=percent(found.cash))


def _notional(found: Portfolio) -> Value:
    return money(found.limits.notional)


def _holdings(week: Week, found: Portfolio) -> Table:
    shown = [each for each in found.holdings if max(each.before, each.after) >= SHOWN_FROM]
    return Table(
        id="portfolio",
        title=say("weekly.portfolio.holdings"),
        columns=(
            column("share", "weekly.column.share", width=1.8),
            figures("before", "weekly.column.before"),
            figures("after", "weekly.column.after"),
            figures("change", "weekly.column.change"),
            figures("cost", "weekly.column.cost"),
            figures("days", "weekly.column.days_to_sell"),
            figures("cap", "weekly.column.most"),
            column("why", "weekly.column.why", width=4.2),
        ),
        rows=tuple(_holding_row(week, each) for each in shown),
        note=say("weekly.portfolio.holdings_note", notional=_notional(found)),
    )


def _holding_row(week: Week, holding: Holding) -> Row:
    cells: tuple[Value, ...] = (
        words(week.name(holding.isin)),
        percent(holding.before),
        percent(holding.after),
        change(holding.change),
        number(holding.cost, NumberForm.MONEY),
        number(holding.days, NumberForm.DAYS, missing("weekly.missing.no_turnover")),
        percent(holding.cap),
        _why(holding),
    )
    return Row(cells=cells, quiet=holding.why is Why.KEPT)


_WHY_WORDS = {
    Why.KEPT: "weekly.why.kept",
    Why.FIRST: "weekly.why.first",
    Why.AT_LIMIT: "weekly.why.at_limit",
    Why.FROZEN: "weekly.why.frozen",
    Why.INELIGIBLE: "weekly.why.ineligible",
    Why.OVER_LIMIT: "weekly.why.over_limit",
    Why.SECTOR: "weekly.why.sector",
    Why.LOWERS_RISK: "weekly.why.lowers_risk",
    Why.ADDS_RISK: "weekly.why.adds_risk",
    Why.BALANCE: "weekly.why.balance",
}


def _why(holding: Holding) -> Value:
    ineligible = say(INELIGIBLE_WORDS[holding.ineligible]) if holding.ineligible else NOTHING
    values: dict[str, Value] = {
        "marginal": percent(holding.marginal),
        "average": percent(holding.average),
        "limit": percent(holding.cap),
        "reason": ineligible,
    }
    needed = {
        Why.INELIGIBLE: ("reason",),
        Why.OVER_LIMIT: ("limit",),
        Why.AT_LIMIT: ("limit",),
        Why.FIRST: ("marginal",),
        Why.LOWERS_RISK: ("marginal", "average"),
        Why.ADDS_RISK: ("marginal", "average"),
    }.get(holding.why, ())
    return say(_WHY_WORDS[holding.why], **{name: values[name] for name in needed})


def _limits(found: Portfolio) -> Table:
    limits = found.limits
    largest = max((each.after for each in found.holdings), default=0.0)
    slowest = max((each.days for each in found.holdings if each.days is not None), default=0.0)
    named = [(sector, found.sectors.get(sector, 0.0), limit) for sector, limit in sorted(limits.sectors.items())]
    others = [(share, sector) for sector, share in found.sectors.items() if sector not in limits.sectors]
    share, sector = max(others, default=(0.0, ""))
    rows: list[tuple[Value, Value, Value]] = [
        (say("weekly.limit.stock"), percent(largest), percent(limits.stock)),
        *((say("weekly.limit.sector", sector=words(name)), percent(s), percent(most)) for name, s, most in named),
        (say("weekly.limit.other_sector", sector=words(sector)), percent(share), percent(limits.sector)),
        (
            say("weekly.limit.days"),
            number(slowest, NumberForm.DAYS),
            number(limits.sale_days, NumberForm.DAYS),
        ),
        (say("weekly.limit.cash"), percent(found.cash), percent(limits.cash)),
        (
            say("weekly.limit.turnover"),
            percent(found.turnover),
            missing("weekly.missing.first_portfolio") if found.first else percent(limits.turnover),
        ),
        (say("weekly.limit.cost"), percent(found.cost), say("weekly.limit.a_side", cost=percent(limits.cost))),
    ]
    return Table(
        id="portfolio_limits",
        title=say("weekly.limit.title"),
        columns=(
            column("what", "weekly.column.what", width=3.0),
            figures("value", "weekly.column.value"),
            figures("limit", "weekly.column.limit", width=1.4),
        ),
        rows=tuple(Row(cells=cells) for cells in rows),
    )


def _eligible(week: Week) -> Table:
    reasons = Counter(why for isin, why in week.eligible.items() if why is not None and isin in week.listings)
    held = sum(week.eligible.get(isin, Ineligible.HISTORY) is None for isin in week.listings)
    absent = sum(isin not in week.eligible for isin in week.listings)
    rows = [(say("weekly.eligible.yes"), held)]
    rows += [(say(INELIGIBLE_WORDS[why]), reasons[why]) for why in Ineligible if reasons[why]]
    if absent:
        rows.append((say("weekly.eligible.no_bars"), absent))
    return Table(
        id="eligible",
        title=say("weekly.eligible.title"),
        columns=(column("what", "weekly.column.what", width=4.0), figures("listings", "weekly.column.listings")),
        rows=tuple(Row(cells=(label, count(n))) for label, n in rows),
        note=say(
            "weekly.eligible.note",
            turnover=money(week.limits.least_turnover),
            traded=percent(week.limits.least_traded),
        ),
    )
