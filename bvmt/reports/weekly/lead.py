"""The sentences that open a weekly report, made from its figures by rules."""

from __future__ import annotations

from bvmt.market.indices import TUNINDEX
from bvmt.market.portfolio import NoPortfolio
from bvmt.reports.content import Message
from bvmt.reports.values import change, count, level, money, percent, ratio, say, words
from bvmt.reports.weekly.activity import PAST_WEEKS, turnover, turnover_ratio, week_breadth
from bvmt.reports.weekly.anomalies import SERIOUS, of_week
from bvmt.reports.weekly.indices import headline_figures
from bvmt.reports.weekly.listing_week import ListingWeek
from bvmt.reports.weekly.listings import gainers, losers
from bvmt.reports.weekly.outlook import trend_words
from bvmt.reports.weekly.week import Week

LIVELY, QUIET = 1.25, 0.8


def lead(week: Week) -> tuple[Message, ...]:
    """Return the opening: index, trend, activity, breadth, movers, portfolio, and what is to be checked, if any."""
    trend = trend_words(week)
    return (
        _index(week),
        *((trend,) if trend else ()),
        _activity(week),
        _breadth(week),
        *_movers(week),
        _portfolio(week),
        *_anomalies(week),
    )


def _index(week: Week) -> Message:
    known = headline_figures(week).get(TUNINDEX.code)
    name = words(TUNINDEX.name)
    if known is None:
        return say("weekly.lead.no_index", index=name)
    if known.week is None:
        return say("weekly.lead.level", index=name, level=level(known.level))
    key = "weekly.lead.up" if known.week > 0 else "weekly.lead.down" if known.week < 0 else "weekly.lead.unchanged"
    values = {"index": name, "change": percent(abs(known.week)), "level": level(known.level)}
    if known.year is None:
        return say(key, **values)
    return say(f"{key}_year", **values, year=change(known.year))


def _activity(week: Week) -> Message:
    sessions, against = len(week.rows), turnover_ratio(week)
    if against is None:
        return say("weekly.lead.turnover", turnover=money(turnover(week)), n=count(sessions))
    lively, quiet = against > LIVELY, against < QUIET
    key = "weekly.lead.lively" if lively else "weekly.lead.quiet" if quiet else "weekly.lead.ordinary"
    values = {"turnover": money(turnover(week)), "ratio": ratio(against), "weeks": count(PAST_WEEKS)}
    return say(key, **values, n=count(sessions))


def _breadth(week: Week) -> Message:
    found = week_breadth(week)
    return say(
        "weekly.lead.breadth",
        up=count(found.rose),
        down=count(found.fell),
        still=count(found.still),
        not_traded=count(found.not_traded),
    )


def _movers(week: Week) -> list[Message]:
    up = [_mover("weekly.lead.gainer", each) for each in gainers(week)[:1]]
    return up + [_mover("weekly.lead.loser", each) for each in losers(week)[:1]]


def _mover(key: str, each: ListingWeek) -> Message:
    return say(key, name=words(each.listing.name), change=change(each.week), turnover=money(each.turnover))


def _portfolio(week: Week) -> Message:
    found = week.portfolio
    if isinstance(found, NoPortfolio):
        return say("weekly.lead.no_portfolio")
    held = sum(each.after >= 0.0001 for each in found.holdings)
    if found.first:
        return say("weekly.lead.first_portfolio", n=count(held), cash=percent(found.cash))
    return say("weekly.lead.portfolio", n=count(held), turnover=percent(found.turnover), cash=percent(found.cash))


def _anomalies(week: Week) -> list[Message]:
    serious = sum(each.level in SERIOUS for each in of_week(week))
    return [say("weekly.lead.anomalies", n=count(serious))] if serious else []
