"""The messages for kinds of events and for why the exchange is closed, alike in every report."""

from __future__ import annotations

from bvmt.market.events import EventKind
from bvmt.reports.content import Message, Value
from bvmt.reports.values import say, words

_KINDS = {
    EventKind.DIVIDEND: "event.dividend",
    EventKind.SPLIT: "event.split",
    EventKind.BONUS: "event.bonus",
    EventKind.RIGHTS: "event.rights",
    EventKind.MEETING: "event.meeting",
    EventKind.RESULTS: "event.results",
    EventKind.IPO: "event.ipo",
    EventKind.INDEX_REVIEW: "event.index_review",
    EventKind.OTHER: "event.other",
}

CLOSURES = {
    "weekend": "closure.weekend",
    "New Year's Day": "closure.new_year",
    "Independence Day": "closure.independence",
    "Martyrs' Day": "closure.martyrs",
    "Labour Day": "closure.labour",
    "Republic Day": "closure.republic",
    "Women's Day": "closure.women",
    "Evacuation Day": "closure.evacuation",
    "Revolution Day": "closure.revolution",
    "Aid el-Fitr": "closure.aid_el_fitr",
    "Aid el-Adha": "closure.aid_el_adha",
    "Hijri New Year": "closure.hijri_new_year",
    "Mouled": "closure.mouled",
}
"""Why the calendar says that a day is closed, and the message for it."""


def kind_words(kind: EventKind) -> Message:
    """What a kind of event is called."""
    return say(_KINDS[kind])


def closure_words(name: str) -> Value:
    """Why a day is closed; the words of whoever entered a closure of his own stay as they are."""
    return say(CLOSURES[name]) if name in CLOSURES else words(name)
