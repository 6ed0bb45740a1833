"""Where the exchange stands at this moment, and whether what is stored keeps up with it. Pure: the time comes in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bvmt.market.calendar import Day, DayKind, day, next_trading_day, previous_trading_day
from bvmt.market.hours import Phase, Regime
from bvmt.ui.market_words import day_words
from bvmt.ui.words import duration

_LATE_PULSES = 2
"""So many intervals of Market Pulse without a new board, and the board counts as old."""

_WORDS = {
    Phase.ORDER_ENTRY: ("Pre-open", "blue", ":material/hourglass_top:"),
    Phase.CONTINUOUS: ("Open", "green", ":material/play_circle:"),
    Phase.CLOSING_CALL: ("Closing call", "blue", ":material/gavel:"),
    Phase.AT_LAST: ("Trading at last", "blue", ":material/timelapse:"),
    Phase.BLOCKS: ("Blocks only", "gray", ":material/view_module:"),
    Phase.CLOSED: ("Closed", "gray", ":material/bedtime:"),
}

_NEXT = {
    Phase.ORDER_ENTRY: ("continuous", "continuous trading begins"),
    Phase.CONTINUOUS: ("closing_call", "closing call"),
    Phase.CLOSING_CALL: ("at_last", "trading at last begins"),
    Phase.AT_LAST: ("blocks", "only blocks after"),
    Phase.BLOCKS: ("closed", "the session ends"),
}

LIVE = frozenset({Phase.CONTINUOUS, Phase.CLOSING_CALL, Phase.AT_LAST})
"""The phases in which the board moves."""


@dataclass(frozen=True, slots=True)
class ExchangeState:
    """How the exchange stands: `word` with `tone` and `icon` for a badge, `sentence` on what comes next."""

    phase: Phase
    word: str
    tone: str
    icon: str
    sentence: str

    @property
    def live(self) -> bool:
        """Whether the board moves."""
        return self.phase in LIVE


def exchange_state(at: datetime, regime: Regime, own: Mapping[date, Day]) -> ExchangeState:
    """Return how the exchange stands at `at`, an instant in its own zone, under the hours of that day.

    `own` are the days that operators entered; they win over the rules.
    """
    today = day(at.date(), own)
    phase = regime.phase(at.time()) if today.kind is DayKind.OPEN else Phase.CLOSED
    word, tone, icon = _WORDS[phase]
    if phase in _NEXT:
        name, words = _NEXT[phase]
        sentence = f"{words[0].upper()}{words[1:]} at {getattr(regime, name):%H:%M}."
    elif today.kind is DayKind.OPEN and at.time() < regime.order_entry:
        sentence = f"Today's session opens at {regime.continuous:%H:%M}."
    else:
        following = next_trading_day(at.date(), own)
        why = f"No session today: {today.name}. " if today.name and today.name != "weekend" else ""
        sentence = f"{why}Next session {day_words(following)}, {regime.continuous:%H:%M}."
    return ExchangeState(phase, word, tone, icon, sentence)


def expected_session(at: datetime, regime: Regime, own: Mapping[date, Day], interval: timedelta) -> date:
    """Return the newest session that should be stored by `at`: today's once a pulse had the time to read it."""
    today = at.date()
    begun = datetime.combine(today, regime.continuous, at.tzinfo) + _LATE_PULSES * interval
    if day(today, own).kind is DayKind.OPEN and at >= begun:
        return today
    return previous_trading_day(today, own)


def stale_words(
    at: datetime, state: ExchangeState, *, stored: date, expected: date, as_of: datetime | None, interval: timedelta
) -> str | None:
    """Return why what is stored is old, in a sentence; None where it keeps up.

    `stored` is the newest session with a bar, `as_of` the moment of the newest board.
    """
    if stored < expected:
        return f"The newest session stored is {day_words(stored)}, and one of {day_words(expected)} was expected."
    if state.live and as_of is not None and at - as_of > _LATE_PULSES * interval:
        old = duration((at - as_of).total_seconds())
        minutes = round(interval.total_seconds() / 60)
        return f"The board is {old} old; Market Pulse should read it every {minutes} minutes."
    return None
