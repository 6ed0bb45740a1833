"""The weekly report as a whole."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bvmt.market.indices import HEADLINE
from bvmt.market.portfolio import Limits, NoPortfolio
from bvmt.market.ratings import Step
from bvmt.reports.content import Block, Message, Paragraph, Report, ReportKind, Section
from bvmt.reports.values import at, count, on, say, words
from bvmt.reports.weekly.activity import activity_section, turnover, turnover_ratio, week_breadth
from bvmt.reports.weekly.anomalies import anomalies_section, of_week
from bvmt.reports.weekly.indices import headline_figures, indices_section
from bvmt.reports.weekly.lead import lead
from bvmt.reports.weekly.listings import listings_section
from bvmt.reports.weekly.outlook import outlook_section
from bvmt.reports.weekly.portfolio import portfolio_section
from bvmt.reports.weekly.ratings import ratings_section
from bvmt.reports.weekly.risk import risk_section
from bvmt.reports.weekly.scorecard import scorecard_section
from bvmt.reports.weekly.sectors import sectors_section
from bvmt.reports.weekly.tone import mood, tone_section
from bvmt.reports.weekly.week import Week
from bvmt.reports.weekly_frames import WeeklyFrames, WeekSignals

SIMULATED = "sandbox"
"""The data source whose market is not the real one."""

DISCLAIMER = (
    "daily.disclaimer.information",
    "daily.disclaimer.no_offer",
    "weekly.disclaimer.model",
    "daily.disclaimer.no_guarantee",
    "daily.disclaimer.anomalies",
    "daily.disclaimer.conflicts",
    "daily.disclaimer.distribution",
)
"""What stands on every page."""


@dataclass(frozen=True, slots=True)
class WrittenWeek:
    """A weekly report, and the signals in it for the record that later scorecards are made from."""

    report: Report
    signals: WeekSignals


def weekly_report(frames: WeeklyFrames, *, made_at: datetime, limits: Limits | None = None) -> WrittenWeek:
    """Return the report of a week; the same frames, moment and limits give the same report.

    `limits` are those of the model portfolio. What the history is too short for, or a source did not tell, stands
    there as Missing with its reason.
    """
    week = Week(frames, limits or Limits())
    report = Report(
        kind=ReportKind.WEEKLY,
        first_day=frames.monday,
        last_day=week.last_session,
        made_at=made_at,
        data_until=frames.market.board_at,
        data_source=frames.market.data_source,
        simulated=frames.market.data_source == SIMULATED,
        zone=frames.market.zone.key,
        title=say("weekly.title", day=on(frames.monday)),
        lead=lead(week),
        sections=(
            indices_section(week),
            activity_section(week),
            sectors_section(week),
            listings_section(week),
            anomalies_section(week),
            tone_section(week),
            portfolio_section(week),
            ratings_section(week),
            risk_section(week),
            outlook_section(week),
            scorecard_section(week),
            _context(week, made_at),
        ),
        figures=_figures(week),
        disclaimer=tuple(say(key) for key in DISCLAIMER),
    )
    return WrittenWeek(report, week.signals)


def _context(week: Week, made_at: datetime) -> Section:
    market = week.frames.market
    blocks: list[Block] = []
    if not week.is_over:
        left = sum(day > week.last_session for day in week.expected)
        sentence = say("weekly.context.not_over", n=count(left), until=on(week.last_session))
        blocks.append(Paragraph(sentences=(sentence,), tone="warning"))
    sentences: list[Message] = [
        say("weekly.context.source", source=words(market.data_source)),
        say(
            "weekly.context.history",
            sessions=count(len(week.found.history.sessions)),
            weeks=count(len(week.found.weeks.ends)),
            since=on(week.found.history.sessions[0]),
        ),
        say("weekly.context.adjusted", n=count(len(week.frames.actions))),
    ]
    if week.open_actions:
        names = words(", ".join(sorted(week.ticker(isin) for isin in week.open_actions)))
        sentences.append(say("weekly.context.open_actions", n=count(len(week.open_actions)), names=names))
    if made_at >= market.known_until:
        sentences.append(say("weekly.context.past", until=at(market.known_until)))
    sentences.append(say("weekly.context.reference_data"))
    blocks.append(Paragraph(sentences=tuple(sentences), tone="note"))
    return Section(id="context", heading=say("weekly.context.heading"), blocks=tuple(blocks))


def _figures(week: Week) -> dict[str, float | None]:
    breadth = week_breadth(week)
    found: dict[str, object] = {
        "sessions": len(week.rows),
        "turnover_tnd": turnover(week),
        "turnover_to_median12": turnover_ratio(week),
        "advancing": breadth.rose,
        "declining": breadth.fell,
        "unchanged": breadth.still,
        "not_traded": breadth.not_traded,
        "equal_weighted_change": breadth.mean,
        "anomalies": len(of_week(week)),
        "mood": tone.score if (tone := mood(week)) else None,
        **_index_figures(week),
        **_signal_figures(week),
    }
    return {name: None if value is None else float(str(value)) for name, value in found.items()}


def _index_figures(week: Week) -> dict[str, object]:
    known = headline_figures(week)
    found: dict[str, object] = {}
    for index in HEADLINE:
        figures, name = known.get(index.code), index.name.lower()
        found[name] = figures.level if figures else None
        found[f"{name}_week"] = figures.week if figures else None
        found[f"{name}_year"] = figures.year if figures else None
    risk = week.index_risk
    found["tunindex_volatility"] = risk.volatility
    found["tunindex_var95"] = risk.tail.value_at_risk if risk.tail else None
    found["tunindex_cvar95"] = risk.tail.shortfall if risk.tail else None
    return found


def _signal_figures(week: Week) -> dict[str, object]:
    portfolio, risk = week.portfolio, week.portfolio_risk
    held = None if isinstance(portfolio, NoPortfolio) else portfolio
    steps = [rating.step for rating in week.ratings.values()]
    return {
        "portfolio_holdings": len(held.weights) if held else None,
        "portfolio_cash": held.cash if held else None,
        "portfolio_turnover": held.turnover if held else None,
        "portfolio_cost_tnd": held.cost * held.limits.notional if held else None,
        "portfolio_volatility": risk.volatility if risk else None,
        "portfolio_var95": risk.tail.value_at_risk if risk and risk.tail else None,
        "portfolio_cvar95": risk.tail.shortfall if risk and risk.tail else None,
        "overweight": steps.count(Step.OVERWEIGHT),
        "underweight": steps.count(Step.UNDERWEIGHT),
        "rated": sum(step is not None for step in steps),
    }
