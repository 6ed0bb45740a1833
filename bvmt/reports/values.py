"""Short ways to write the values of a report's content."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from bvmt.reports.content import Column, Day, Message, Missing, Moment, Number, NumberForm, Phrase, Value, Words

Figure = Decimal | float | int | None

NOTHING = Words(value="")
"""A cell that has nothing to say, which is not a figure that is missing."""


def number(value: Figure, form: NumberForm, otherwise: Missing | None = None) -> Number | Missing:
    """Return the figure in its manner; `otherwise` stands where it is None."""
    if value is None:
        return otherwise or Missing()
    # A sum of nothing times a negative number is -0.0, which would be written with a sign.
    return Number(value=float(value) or 0.0, form=form)


def change(value: Figure, otherwise: Missing | None = None) -> Number | Missing:
    """Return a fraction that is written as a signed percentage."""
    return number(value, NumberForm.CHANGE, otherwise)


def percent(value: Figure, otherwise: Missing | None = None) -> Number | Missing:
    """Return a fraction that is written as a percentage without a sign."""
    return number(value, NumberForm.PERCENT, otherwise)


def money(value: Figure, otherwise: Missing | None = None) -> Number | Missing:
    """Return an amount in TND that is written in thousands, millions or billions."""
    return number(value, NumberForm.MONEY_SHORT, otherwise)


def price(value: Figure, otherwise: Missing | None = None) -> Number | Missing:
    """Return TND a share."""
    return number(value, NumberForm.PRICE, otherwise)


def level(value: Figure, otherwise: Missing | None = None) -> Number | Missing:
    """Return index points."""
    return number(value, NumberForm.LEVEL, otherwise)


def ratio(value: Figure, otherwise: Missing | None = None) -> Number | Missing:
    """Return a multiple."""
    return number(value, NumberForm.RATIO, otherwise)


def count(value: Figure, otherwise: Missing | None = None) -> Number | Missing:
    """Return a whole number."""
    return number(value, NumberForm.COUNT, otherwise)


def shares(value: Figure, otherwise: Missing | None = None) -> Number | Missing:
    """Return whole shares."""
    return number(value, NumberForm.SHARES, otherwise)


def score(value: Figure, otherwise: Missing | None = None) -> Number | Missing:
    """Return a tone from -1 to 1."""
    return number(value, NumberForm.SCORE, otherwise)


def on(day: date) -> Day:
    """Return a calendar day."""
    return Day(value=day)


def at(instant: datetime) -> Moment:
    """Return an instant, shown in the report's zone."""
    return Moment(value=instant)


def words(value: str, url: str | None = None) -> Words:
    """Return words of others."""
    return Words(value=value, url=url)


def say(key: str, **values: Value) -> Message:
    """Return the message of `key`, with what stands in its places."""
    return Message(key=key, values=values)


def missing(why: str, **values: Value) -> Missing:
    """Return a figure that cannot be given, with the message that says why."""
    return Missing(why=why, values=values)


def phrase(parts: list[Value], joint: str = ", ") -> Value:
    """Return the parts joined, nothing where there is none."""
    return Phrase(parts=tuple(parts), joint=joint) if parts else NOTHING


def column(key: str, heading: str, *, width: float = 1.0) -> Column:
    """Return a column of words. `heading` is the key of its message."""
    return Column(key=key, heading=say(heading), width=width)


def figures(key: str, heading: str, *, width: float = 1.0) -> Column:
    """Return a column of numbers. `heading` is the key of its message."""
    return Column(key=key, heading=say(heading), numeric=True, width=width)
