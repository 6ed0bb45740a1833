"""The section on risk: every listing beside the index and the model portfolio."""

from __future__ import annotations

from bvmt.market.portfolio import NoPortfolio
from bvmt.market.risk import Risk, days_to_liquidate
from bvmt.market.risk.assess import (
    LEAST_IN_YEAR,
    LEAST_WEEKS,
    LIMIT_DOWN,
    LIMIT_SESSIONS,
    MOST_IDLE,
    WEEKS,
    YEAR,
)
from bvmt.market.risk.tails import RESAMPLES
from bvmt.reports.content import (
    Axis,
    Block,
    Chart,
    ChartKind,
    Missing,
    Number,
    NumberForm,
    Paragraph,
    Point,
    Row,
    Section,
    Table,
    Value,
)
from bvmt.reports.values import (
    NOTHING,
    change,
    column,
    count,
    figures,
    missing,
    money,
    number,
    on,
    percent,
    ratio,
    say,
    words,
)
from bvmt.reports.weekly.week import Week

SHORT = missing("weekly.missing.weeks", need=count(LEAST_WEEKS))
SHORT_YEAR = missing("weekly.missing.weeks", need=count(LEAST_IN_YEAR))

POSITION = 100_000.0
"""TND: the position whose sale is timed."""


def risk_section(week: Week) -> Section:
    """The benchmark lines with their intervals, the stress, every listing, and risk against return."""
    blocks: list[Block] = [_benchmarks(week), _stress(week), _chart(week), _listings(week)]
    longer = sum(each.longer for each in week.risks.values())
    if longer:
        blocks.insert(1, Paragraph(sentences=(say("weekly.risk.longer", n=count(longer)),), tone="note"))
    return Section(
        id="risk",
        heading=say("weekly.risk.heading"),
        blocks=tuple(blocks),
        method=(
            say("weekly.risk.method_returns"),
            say("weekly.risk.method_volatility", n=count(YEAR), least=count(LEAST_IN_YEAR)),
            say("weekly.risk.method_tail", n=count(WEEKS), least=count(LEAST_WEEKS), resamples=count(RESAMPLES)),
            say("weekly.risk.method_beta", idle=percent(MOST_IDLE)),
            say("weekly.risk.method_fall"),
            say("weekly.risk.method_sale", position=money(POSITION)),
        ),
    )


def volatility(risk: Risk) -> Number | Missing:
    """Return a year's volatility, or how many weeks it lacks."""
    return percent(risk.volatility, SHORT_YEAR)


def _benchmarks(week: Week) -> Table:
    lines: list[tuple[Value, Risk]] = [(words("TUNINDEX"), week.index_risk)]
    if week.portfolio_risk is not None:
        lines.append((say("weekly.risk.portfolio"), week.portfolio_risk))
    return Table(
        id="risk_benchmarks",
        title=say("weekly.risk.benchmarks"),
        columns=(
            column("what", "weekly.column.what", width=1.6),
            figures("weeks", "weekly.column.weeks", width=0.7),
            figures("volatility", "weekly.column.volatility"),
            figures("var", "weekly.column.var"),
            figures("var_interval", "weekly.column.interval", width=1.6),
            figures("cvar", "weekly.column.cvar"),
            figures("cvar_interval", "weekly.column.interval", width=1.6),
            figures("fall", "weekly.column.fall"),
            figures("beta", "weekly.column.beta"),
        ),
        rows=tuple(_benchmark_row(label, each) for label, each in lines),
        note=say("weekly.risk.benchmarks_note"),
    )


def _benchmark_row(label: Value, risk: Risk) -> Row:
    tail = risk.tail
    lacking = SHORT
    cells: tuple[Value, ...] = (
        label,
        count(risk.weeks),
        volatility(risk),
        percent(tail.value_at_risk if tail else None, SHORT),
        _interval(tail.value_at_risk_interval) if tail else lacking,
        percent(tail.shortfall if tail else None, SHORT),
        _interval(tail.shortfall_interval) if tail else lacking,
        _fall(risk),
        ratio(risk.beta.value) if risk.beta else NOTHING,
    )
    return Row(cells=cells)


def _interval(ends: tuple[float, float]) -> Value:
    return say("weekly.interval", low=percent(ends[0]), high=percent(ends[1]))


def _fall(risk: Risk) -> Value:
    if risk.fall is None:
        return SHORT_YEAR
    return percent(risk.fall.depth)


def _stress(week: Week) -> Table:
    index = week.index_risk
    rows: list[tuple[Value, Value, Value]] = [
        (
            say("weekly.stress.index_worst"),
            change(index.worst, missing("weekly.missing.no_level")),
            on(index.worst_end) if index.worst_end else NOTHING,
        )
    ]
    found = week.portfolio
    if not isinstance(found, NoPortfolio) and week.portfolio_risk is not None:
        own = week.portfolio_risk
        together = sum(
            weight * (week.risks[isin].worst or 0.0) for isin, weight in found.weights.items() if isin in week.risks
        )
        held = sum(found.weights.values())
        rows += [
            (
                say("weekly.stress.portfolio_worst"),
                change(own.worst),
                on(own.worst_end) if own.worst_end else NOTHING,
            ),
            (say("weekly.stress.together"), change(together), NOTHING),
            (
                say("weekly.stress.limit_down", n=count(LIMIT_SESSIONS)),
                change(-held * LIMIT_DOWN),
                NOTHING,
            ),
        ]
    return Table(
        id="stress",
        title=say("weekly.stress.title"),
        columns=(
            column("what", "weekly.column.what", width=4.0),
            figures("loss", "weekly.column.loss"),
            column("week", "weekly.column.week_ending"),
        ),
        rows=tuple(Row(cells=cells) for cells in rows),
        note=say("weekly.stress.note", limit=percent(LIMIT_DOWN)),
    )


def _listings(week: Week) -> Table:
    return Table(
        id="risk",
        title=say("weekly.risk.listings"),
        columns=(
            column("ticker", "weekly.column.ticker"),
            figures("weeks", "weekly.column.weeks", width=0.7),
            figures("volatility", "weekly.column.volatility"),
            figures("var", "weekly.column.var"),
            figures("cvar", "weekly.column.cvar"),
            figures("cvar_interval", "weekly.column.interval", width=1.7),
            figures("fall", "weekly.column.fall"),
            figures("beta", "weekly.column.beta", width=0.8),
            figures("correlation", "weekly.column.correlation", width=0.8),
            figures("idle", "weekly.column.idle"),
            figures("worst", "weekly.column.worst_week"),
            figures("days", "weekly.column.days_to_sell"),
        ),
        rows=tuple(
            _listing_row(each.listing.ticker, week.risks[each.listing.isin])
            for each in week.moves
            if each.listing.isin in week.risks
        ),
        note=say("weekly.risk.listings_note", position=money(POSITION)),
    )


def _listing_row(ticker: str, risk: Risk) -> Row:
    tail = risk.tail
    days = days_to_liquidate(POSITION, risk.median_turnover or 0.0)
    idle = risk.idle if risk.idle is not None else 1.0
    enough = risk.weeks >= LEAST_WEEKS
    no_beta = missing("weekly.missing.no_index") if enough else SHORT
    if idle > MOST_IDLE:
        no_beta = missing("weekly.missing.idle")
    cells: tuple[Value, ...] = (
        words(ticker),
        count(risk.weeks),
        volatility(risk),
        percent(tail.value_at_risk if tail else None, SHORT),
        percent(tail.shortfall if tail else None, SHORT),
        _interval(tail.shortfall_interval) if tail else SHORT,
        _fall(risk),
        ratio(risk.beta.value) if risk.beta else no_beta,
        ratio(risk.correlation, missing("weekly.missing.no_index") if enough else SHORT),
        percent(risk.idle, missing("weekly.missing.never_traded")),
        change(risk.worst, missing("weekly.missing.never_traded")),
        number(days, NumberForm.DAYS, missing("weekly.missing.no_turnover")),
    )
    return Row(cells=cells, quiet=idle > MOST_IDLE)


def _chart(week: Week) -> Chart:
    points = [
        Point(x=_percent(risk.volatility), y=returned, label=each.listing.ticker)
        for each in week.moves
        if (risk := week.risks.get(each.listing.isin)) is not None
        and risk.volatility is not None
        and (returned := week.year_returns.get(each.listing.isin)) is not None
        and week.eligible.get(each.listing.isin, "") is None
    ]
    index = week.index_risk.volatility
    index_return = week.index_year_return
    if index is not None and index_return is not None:
        points.append(Point(x=_percent(index), y=index_return, label="TUNINDEX", mark=True))
    return Chart(
        id="risk_return",
        kind=ChartKind.SCATTER,
        title=say("weekly.risk.chart.title"),
        alt=say("weekly.risk.chart.alt", n=count(len(points))),
        x=Axis(title=say("weekly.axis.volatility"), form=NumberForm.PERCENT),
        y=Axis(title=say("weekly.axis.year_return"), form=NumberForm.CHANGE),
        points=tuple(points),
        empty=say("weekly.risk.chart.empty", need=count(LEAST_IN_YEAR)),
    )


def _percent(value: float) -> Number:
    return Number(value=value, form=NumberForm.PERCENT)
