"""What a scan hands out, and how it says it. Nothing here accuses: a finding is an atypical move to check."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from bvmt.market.anomalies.severity import Level

Numbers = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing seen: its kind, how strong it is in 0..1, a sentence with the numbers, and the numbers themselves."""

    kind: str
    strength: float
    sentence: str
    numbers: dict[str, float]


@dataclass(frozen=True, slots=True)
class Anomaly:
    """An atypical session of one listing, to be checked.

    `severity` in 0..1 ranks it, `level` names the severity. `volume_rule` and `price_rule` are the plain rules'
    answers, whatever the severity. `unconfirmed` means that the reference moved and no corporate action is known;
    the severity is 0 then. `explanations` are sentences; `numbers` are what the severity was computed from.
    `partial` means seen during the session, against full-day means.
    """

    isin: str
    session: date
    severity: float
    level: Level
    volume_rule: bool
    price_rule: bool
    unconfirmed: bool
    findings: tuple[Finding, ...]
    explanations: tuple[str, ...]
    numbers: dict[str, float]
    partial: bool


def sentence(kind: str, numbers: Numbers, *, partial: bool) -> str:
    """Return the English sentence of a finding of `kind`. Raises KeyError for an unknown kind or a missing number."""
    return _SENTENCES[kind](numbers, "so far " if partial else "")


def _percent(fraction: float) -> str:
    return f"{fraction * 100:+.1f} %"


def _times(ratio: float) -> str:
    return f"{ratio:.1f} times"


def _volume(n: Numbers, so_far: str) -> str:
    mean = "full-day mean" if so_far else "mean"
    ratio = f"{_times(n['ratio'])} the {mean} of {n['sessions']:.0f} traded sessions"
    return f"Volume {so_far}{n['volume']:,.0f} shares, {ratio}."


def _price(n: Numbers, so_far: str) -> str:
    return f"Price {so_far}{n['close']:.2f} TND, {_percent(n['move'])} against the reference {n['base']:.2f} TND."


def _both(n: Numbers, so_far: str) -> str:
    move = f", with a move of {_percent(n['move'])}" if "move" in n else ""
    ratio = _times(n["turnover_ratio"])
    return f"Turnover {so_far}{n['turnover']:,.0f} TND, {ratio} its mean{move}: neither rule alone is broken."


def _block(n: Numbers, so_far: str) -> str:
    ratio = f", {_times(n['ratio'])} the mean" if "ratio" in n else ""
    return (
        f"Volume {so_far}{n['volume']:,.0f} shares{ratio}, of which about {n['block']:,.0f} are a block trade, "
        "reported or inferred, and left out of the rules."
    )


def _reference(n: Numbers, so_far: str) -> str:
    return (
        f"The reference {n['base']:.2f} TND is off the last price {n['prior']:.2f} TND by {_percent(n['step'])} and no "
        "event is known: a corporate action to confirm."
    )


def _pump(n: Numbers, so_far: str) -> str:
    return (
        f"Rise of {_percent(n['rise'])} in 10 sessions, {n['up']:.0f} of them up, on {_times(n['turnover_ratio'])} "
        "the mean turnover of the 60 sessions before."
    )


def _dump(n: Numbers, so_far: str) -> str:
    return (
        f"Fall of {_percent(n['fall'])} after a rise of {_percent(n['rise'])} in 10 sessions, on a turnover still high."
    )


def _close_marking(n: Numbers, so_far: str) -> str:
    back = f"; the next session took {n['taken_back']:.0%} of it back" if n.get("taken_back", 0.0) >= 0.5 else ""
    return f"Close {_percent(n['gap'])} off the session's price before it, {n['mean_price']:.2f} TND{back}."


def _stale_jump(n: Numbers, so_far: str) -> str:
    return f"First trade after {n['idle_sessions']:.0f} sessions without one, {_percent(n['move'])} from the last."


def _limit(n: Numbers, so_far: str) -> str:
    where = "Reserved without a trade" if n["reserved"] else f"Price {so_far}at its limit"
    again = ", for the second session" if n["sessions"] > 1 else ""
    return f"{where}: {_percent(n['move'])}, limit {n['limit'] * 100:.1f} %{again}."


def _painted_tape(n: Numbers, so_far: str) -> str:
    return (
        f"{_times(n['trades_ratio'])} the usual number of trades {so_far}at {n['size_ratio']:.0%} of their usual size, "
        f"with a move of {_percent(n['move'])}."
    )


def _odd_print(n: Numbers, so_far: str) -> str:
    return f"One trade of {n['shares']:.0f} shares sets the close, {_percent(n['move'])}: not representative."


def _book(n: Numbers, so_far: str) -> str:
    return f"Orders of {n['shares']:,.0f} shares dominated the book in three readings and left it without trading."


def _outlier(n: Numbers, so_far: str) -> str:
    return f"Volume, move, trades and range together are unusual among all listings (score {n['score']:.2f} of 1)."


_SENTENCES: dict[str, Callable[[Numbers, str], str]] = {
    "volume_spike": _volume,
    "price_move": _price,
    "volume_and_move": _both,
    "block_trade": _block,
    "corporate_action": _reference,
    "pump": _pump,
    "dump": _dump,
    "close_marking": _close_marking,
    "stale_jump": _stale_jump,
    "limit": _limit,
    "painted_tape": _painted_tape,
    "odd_print": _odd_print,
    "book_imbalance": _book,
    "outlier": _outlier,
}
