"""What an anomaly scan found and what may explain it, as messages: the scan's own sentences are English only."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from bvmt.reports.content import Message, NumberForm, Value
from bvmt.reports.values import number, say, words

_Places = Mapping[str, tuple[str, NumberForm]]
"""Place in the message -> the number of the finding, and how it is written."""

_WORDED: dict[str, _Places] = {
    "volume_spike": {
        "volume": ("volume", NumberForm.SHARES),
        "ratio": ("ratio", NumberForm.RATIO),
        "n": ("sessions", NumberForm.COUNT),
    },
    "price_move": {
        "close": ("close", NumberForm.PRICE),
        "move": ("move", NumberForm.CHANGE),
        "base": ("base", NumberForm.PRICE),
    },
    "volume_and_move": {
        "turnover": ("turnover", NumberForm.MONEY_SHORT),
        "ratio": ("turnover_ratio", NumberForm.RATIO),
        "move": ("move", NumberForm.CHANGE),
    },
    "block_trade": {"volume": ("volume", NumberForm.SHARES), "block": ("block", NumberForm.SHARES)},
    "corporate_action": {
        "base": ("base", NumberForm.PRICE),
        "prior": ("prior", NumberForm.PRICE),
        "step": ("step", NumberForm.CHANGE),
    },
    "pump": {
        "rise": ("rise", NumberForm.CHANGE),
        "up": ("up", NumberForm.COUNT),
        "ratio": ("turnover_ratio", NumberForm.RATIO),
    },
    "dump": {"fall": ("fall", NumberForm.CHANGE), "rise": ("rise", NumberForm.CHANGE)},
    "close_marking": {"gap": ("gap", NumberForm.CHANGE), "mean_price": ("mean_price", NumberForm.PRICE)},
    "stale_jump": {"n": ("idle_sessions", NumberForm.COUNT), "move": ("move", NumberForm.CHANGE)},
    "limit": {"move": ("move", NumberForm.CHANGE), "limit": ("limit", NumberForm.PERCENT)},
    "painted_tape": {
        "trades_ratio": ("trades_ratio", NumberForm.RATIO),
        "size_ratio": ("size_ratio", NumberForm.PERCENT),
        "move": ("move", NumberForm.CHANGE),
    },
    "odd_print": {"n": ("shares", NumberForm.COUNT), "move": ("move", NumberForm.CHANGE)},
    "book_imbalance": {"shares": ("shares", NumberForm.SHARES)},
    "outlier": {"score": ("score", NumberForm.RATIO)},
}

FINDING_KEYS = (
    *(f"finding.{kind}" for kind in _WORDED if kind != "limit"),
    *("finding.limit.at", "finding.limit.at_again", "finding.limit.reserved", "finding.limit.reserved_again"),
)
"""Every message that a finding may become."""

_AMOUNT, _SHARES = r"(\d+(?:\.\d+)?)", r"([\d.e+-]+) for ([\d.e+-]+)"

_EXPLANATIONS: tuple[tuple[re.Pattern[str], str, tuple[tuple[str, NumberForm], ...]], ...] = (
    (re.compile(rf"Ex-dividend of {_AMOUNT} TND\."), "explanation.dividend", (("amount", NumberForm.PRICE),)),
    (
        re.compile(rf"Split: {_SHARES} shares\."),
        "explanation.split",
        (("new", NumberForm.RATIO), ("old", NumberForm.RATIO)),
    ),
    (
        re.compile(rf"Bonus issue: {_SHARES} shares\."),
        "explanation.bonus",
        (("new", NumberForm.RATIO), ("old", NumberForm.RATIO)),
    ),
    (
        re.compile(rf"Rights issue: {_SHARES} shares at {_AMOUNT} TND\."),
        "explanation.rights",
        (("new", NumberForm.RATIO), ("old", NumberForm.RATIO), ("amount", NumberForm.PRICE)),
    ),
    (re.compile(r"An index review takes effect on this day\."), "explanation.index_review", ()),
    (re.compile(r"The company published its results on this day\."), "explanation.results", ()),
    (re.compile(r"The share is new: its first day was .*\."), "explanation.new", ()),
)

_NEWS = re.compile(r"Company news: (.*)", re.DOTALL)
_AGITATED = re.compile(r"Agitated market: of the move of ([+-][\d.]+) % the share's own part is ([+-][\d.]+) %\.")

EXPLANATION_KEYS = (
    *(key for _, key, _ in _EXPLANATIONS),
    "explanation.news",
    "explanation.agitated",
)
"""Every message that an explanation may become."""


def finding_words(finding: Mapping[str, Any]) -> Value:
    """Return what a finding says: the message of its kind with its numbers.

    The scan's own sentence stands for a kind without a message (a service's own kinds), and where a number is missing.
    What the next session showed of a marked close is left out: it was not known on the day.
    """
    kind, numbers = str(finding["kind"]), finding.get("numbers") or {}
    places = _WORDED.get(kind)
    if places is None or any(name not in numbers for name, _ in places.values()):
        return words(str(finding["sentence"]))
    values = {place: number(numbers[name], form) for place, (name, form) in places.items()}
    return Message(key=_key(kind, numbers), values=dict(values))


def explanation_words(sentence: str) -> Value:
    """Return what an explanation of the scan says, as a message where it is one of the known sentences."""
    for pattern, key, forms in _EXPLANATIONS:
        if found := pattern.fullmatch(sentence):
            values = zip(forms, found.groups(), strict=True)
            return Message(key=key, values={name: _number(float(text), form) for (name, form), text in values})
    if found := _NEWS.fullmatch(sentence):
        return say("explanation.news", title=words(found[1]))
    if found := _AGITATED.fullmatch(sentence):
        move, own = (number(float(text) / 100, NumberForm.CHANGE) for text in found.groups())
        return say("explanation.agitated", move=move, own=own)
    return words(sentence)


def _number(value: float, form: NumberForm) -> Value:
    """A part of a ratio is mostly whole: 2 for 1, and not 2.00 for 1.00."""
    return number(value, NumberForm.COUNT if form is NumberForm.RATIO and value.is_integer() else form)


def _key(kind: str, numbers: Mapping[str, float]) -> str:
    if kind != "limit":
        return f"finding.{kind}"
    where = "reserved" if numbers.get("reserved") else "at"
    return f"finding.limit.{where}_again" if numbers.get("sessions", 1) > 1 else f"finding.limit.{where}"
