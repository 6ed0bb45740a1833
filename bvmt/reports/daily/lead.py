"""The sentences that open a daily report, made from its figures by rules."""

from __future__ import annotations

from decimal import Decimal

from bvmt.market.board import Quote
from bvmt.market.indices import HEADLINE
from bvmt.reports.content import Message, Value
from bvmt.reports.daily.activity import turnover_ratio
from bvmt.reports.daily.anomalies import counts
from bvmt.reports.daily.movers import gainers, losers
from bvmt.reports.daily.session import WINDOW, Session
from bvmt.reports.values import change, count, level, money, percent, ratio, say, words

USUAL = (Decimal("0.8"), Decimal("1.25"))
"""Turnover over its median within which a session is called ordinary."""


def lead(session: Session) -> tuple[Message, ...]:
    """Return the opening: the index, the activity with the breadth, the movers, and what is to be checked, if any."""
    return (*_index(session), *_activity(session), *_movers(session), *_anomalies(session))


def _index(session: Session) -> list[Message]:
    index = HEADLINE[0]
    known = session.headline.get(index.code)
    name = words(index.name)
    if known is None:
        return [say("daily.lead.no_index", index=name)]
    if known.day is None:
        return [say("daily.lead.level", index=name, level=level(known.level))]
    # Of the size of the move: the words say which way.
    key = "daily.lead.up" if known.day > 0 else "daily.lead.down" if known.day < 0 else "daily.lead.unchanged"
    sentences = [say(key, index=name, change=percent(abs(known.day)), level=level(known.level))]
    if known.streak > 1:
        streak = "daily.lead.streak_up" if known.day > 0 else "daily.lead.streak_down"
        sentences.append(say(streak, n=count(known.streak)))
    if known.year is not None:
        sentences.append(say("daily.lead.year", change=change(known.year)))
    return sentences


def _activity(session: Session) -> list[Message]:
    summary = session.summary
    against = turnover_ratio(session)
    if against is None:
        activity = say("daily.lead.turnover", turnover=money(summary.turnover))
    else:
        lively, quiet = against > USUAL[1], against < USUAL[0]
        key = "daily.lead.lively" if lively else "daily.lead.quiet" if quiet else "daily.lead.ordinary"
        activity = say(key, turnover=money(summary.turnover), ratio=ratio(against), sessions=count(WINDOW))
    breadth = say(
        "daily.lead.breadth",
        up=count(summary.advancing),
        down=count(summary.declining),
        unchanged=count(summary.unchanged),
        not_traded=count(summary.not_traded),
    )
    return [activity, breadth]


def _movers(session: Session) -> list[Message]:
    up, down = gainers(session)[:1], losers(session)[:1]
    sentences = [say("daily.lead.gainer", **_mover(session, quote)) for quote in up]
    return sentences + [say("daily.lead.loser", **_mover(session, quote)) for quote in down]


def _mover(session: Session, quote: Quote) -> dict[str, Value]:
    return {
        "name": words(session.name(quote.isin)),
        "change": change(session.changes[quote.isin]),
        "turnover": money(quote.turnover),
    }


def _anomalies(session: Session) -> list[Message]:
    n = counts(session.frames.anomalies)
    serious = n["critical"] + n["high"]
    return [say("daily.lead.anomalies", n=count(serious))] if serious else []
