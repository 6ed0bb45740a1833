"""The section on the ratings: a model's signal for each listing, with the terms behind it."""

from __future__ import annotations

from collections import Counter

from bvmt.market.ratings import HOLD_WEEKS, HYSTERESIS, OVER, UNDER, Held, Rating, Step, Term, Veto
from bvmt.reports.content import Message, NumberForm, Paragraph, Row, Section, Table, Value
from bvmt.reports.values import NOTHING, column, count, figures, number, phrase, ratio, say, score, words
from bvmt.reports.weekly.week import Week

STEP_WORDS = {
    Step.OVERWEIGHT: "weekly.step.overweight",
    Step.NEUTRAL: "weekly.step.neutral",
    Step.UNDERWEIGHT: "weekly.step.underweight",
}

_TERM_WORDS = {
    Term.MOMENTUM: "weekly.term.momentum",
    Term.CALM: "weekly.term.calm",
    Term.LIQUIDITY: "weekly.term.liquidity",
    Term.YIELD: "weekly.term.yield",
    Term.TONE: "weekly.term.tone",
    Term.TREND: "weekly.term.trend",
    Term.ANOMALIES: "weekly.term.anomalies",
}

_VETO_WORDS = {
    Veto.SURVEILLANCE: "weekly.veto.surveillance",
    Veto.IDLE: "weekly.veto.idle",
    Veto.TURNOVER: "weekly.veto.turnover",
    Veto.ACTION: "weekly.veto.action",
    Veto.UNKNOWN: "weekly.veto.unknown",
}

_HELD_WORDS = {Held.HYSTERESIS: "weekly.held.hysteresis", Held.WEEKS: "weekly.held.weeks"}

_RANKED = (Term.MOMENTUM, Term.CALM, Term.LIQUIDITY, Term.YIELD, Term.TONE)


def ratings_section(week: Week) -> Section:
    """The signals by score with their reasons, and why other listings have none."""
    rated = {isin: each for isin, each in week.ratings.items() if each.score is not None}
    return Section(
        id="ratings",
        heading=say("weekly.ratings.heading"),
        blocks=(
            Paragraph(sentences=(say("weekly.ratings.signal"),), tone="note"),
            Paragraph(sentences=(_summary(rated), *_unknown(rated))),
            _changes(week, rated),
            _table(week, rated),
            _vetoes(week),
        ),
        method=(
            say("weekly.ratings.method_score"),
            say("weekly.ratings.method_terms"),
            say(
                "weekly.ratings.method_steps",
                over=ratio(OVER),
                under=ratio(UNDER),
                hysteresis=ratio(HYSTERESIS),
                n=count(HOLD_WEEKS),
            ),
        ),
    )


def step_changes(week: Week) -> list[tuple[str, Rating]]:
    """Return the listings whose step is another one than last week's, by ticker."""
    changed = [
        (isin, each)
        for isin, each in week.ratings.items()
        if each.step is not None and each.before is not None and each.step is not each.before
    ]
    return sorted(changed, key=lambda item: week.ticker(item[0]))


def _summary(rated: dict[str, Rating]) -> Message:
    steps = Counter(each.step for each in rated.values())
    return say(
        "weekly.ratings.summary",
        n=count(len(rated)),
        over=count(steps[Step.OVERWEIGHT]),
        neutral=count(steps[Step.NEUTRAL]),
        under=count(steps[Step.UNDERWEIGHT]),
    )


def _unknown(rated: dict[str, Rating]) -> tuple[Message, ...]:
    """The terms that no listing has: told once, not in every row."""
    absent = _absent(rated)
    return (say("weekly.ratings.unknown", terms=_terms(absent)),) if absent else ()


def _absent(rated: dict[str, Rating]) -> tuple[Term, ...]:
    return tuple(term for term in _RANKED if rated and all(term in each.missing for each in rated.values()))


def _terms(terms: tuple[Term, ...]) -> Value:
    return phrase([say(f"weekly.column.{term.value}") for term in terms])


def _table(week: Week, rated: dict[str, Rating]) -> Table:
    ordered = sorted(rated, key=lambda isin: (-(rated[isin].score or 0.0), week.ticker(isin)))
    return Table(
        id="ratings",
        title=say("weekly.ratings.title"),
        columns=(
            column("share", "weekly.column.share", width=1.8),
            column("step", "weekly.column.signal", width=1.3),
            figures("score", "weekly.column.score", width=0.7),
            *(figures(term.value, f"weekly.column.{term.value}", width=0.7) for term in _RANKED),
            column("reasons", "weekly.column.reasons", width=4.4),
        ),
        rows=tuple(_row(week, isin, rated[isin], _absent(rated)) for isin in ordered),
        empty=say("weekly.ratings.empty"),
        note=say("weekly.ratings.note"),
    )


def _row(week: Week, isin: str, rating: Rating, absent: tuple[Term, ...]) -> Row:
    step = rating.step or Step.NEUTRAL
    ranks = (_rank(rating, term) for term in _RANKED)
    cells: tuple[Value, ...] = (
        words(week.name(isin)),
        say(STEP_WORDS[step]),
        ratio(rating.score),
        *ranks,
        _reasons(rating, absent),
    )
    return Row(cells=cells)


def _rank(rating: Rating, term: Term) -> Value:
    return number(rating.ranks.get(term), NumberForm.RATIO)


def _reasons(rating: Rating, absent: tuple[Term, ...]) -> Value:
    reasons: list[Value] = [say(_TERM_WORDS[term], part=score(part)) for term, part in rating.reasons()]
    if rating.held is not None:
        reasons.append(say(_HELD_WORDS[rating.held]))
    missing = tuple(term for term in rating.missing if term not in absent)
    if missing:
        reasons.append(say("weekly.ratings.missing", terms=_terms(missing)))
    return phrase(reasons, "; ")


def _changes(week: Week, rated: dict[str, Rating]) -> Table:
    changed = step_changes(week)
    return Table(
        id="rating_changes",
        title=say("weekly.ratings.changes"),
        columns=(
            column("share", "weekly.column.share", width=1.8),
            column("before", "weekly.column.last_week"),
            column("now", "weekly.column.signal"),
            figures("score", "weekly.column.score"),
            column("reasons", "weekly.column.reasons", width=3.6),
        ),
        rows=tuple(
            Row(
                cells=(
                    words(week.name(isin)),
                    say(STEP_WORDS[each.before]) if each.before else NOTHING,
                    say(STEP_WORDS[each.step]) if each.step else NOTHING,
                    ratio(each.score),
                    _reasons(each, _absent(rated)),
                )
            )
            for isin, each in changed
        ),
        empty=say("weekly.ratings.no_change" if week.frames.ratings else "weekly.ratings.first"),
    )


def _vetoes(week: Week) -> Table:
    found: dict[Veto, list[str]] = {}
    for isin, each in week.ratings.items():
        if each.veto is not None:
            found.setdefault(each.veto, []).append(week.ticker(isin))
    return Table(
        id="no_rating",
        title=say("weekly.ratings.vetoes"),
        columns=(
            column("why", "weekly.column.why", width=2.4),
            figures("listings", "weekly.column.listings", width=0.7),
            column("which", "weekly.column.shares", width=4.0),
        ),
        rows=tuple(
            Row(cells=(say(_VETO_WORDS[veto]), count(len(found[veto])), words(", ".join(sorted(found[veto])))))
            for veto in Veto
            if veto in found
        ),
        empty=say("weekly.ratings.no_veto"),
    )
