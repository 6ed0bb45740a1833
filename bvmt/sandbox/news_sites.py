"""The sandbox's press: who writes, in which manner, how much, and at what hours."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class Topic(StrEnum):
    """What a story is about. The values are tables of the files in `news_texts`."""

    COMPANY = "company"  #: a share that rose or fell, or a quiet one
    QUIET = "quiet"  #: a share of which there is nothing to say: a notice, a date, a table
    DIVIDEND = "dividend"
    VOLUME = "volume"
    MARKET = "market"
    OFF_TOPIC = "off_topic"


@dataclass(frozen=True, slots=True)
class Shift:
    """A part of the day in Tunis: from and to in seconds, stories at least and at most, topics with weights."""

    begins: int
    ends: int
    fewest: int
    most: int
    topics: dict[Topic, float]


@dataclass(frozen=True, slots=True)
class Site:
    """A site. `manners` are files of `news_texts` with their weights; `social` ones have posts without titles.

    `authors` sign with falling frequency. `shifts` are those of a day with a session, `quiet_shifts` the others'.
    """

    id: str
    name: str
    host: str
    language: str
    manners: dict[str, float]
    authors: tuple[str, ...]
    shifts: tuple[Shift, ...]
    quiet_shifts: tuple[Shift, ...]
    social: bool = field(default=False)


def _at(hour: int, minute: int = 0) -> int:
    return hour * 3600 + minute * 60


_NOTICES = {Topic.QUIET: 4.0, Topic.DIVIDEND: 2.0, Topic.OFF_TOPIC: 2.0}
_LIVE = {Topic.COMPANY: 8.0, Topic.QUIET: 1.5, Topic.DIVIDEND: 0.5, Topic.OFF_TOPIC: 1.0}
_CLOSE = {Topic.COMPANY: 7.0, Topic.QUIET: 1.5, Topic.VOLUME: 1.5, Topic.MARKET: 2.0, Topic.OFF_TOPIC: 0.7}
_MARKET = {Topic.MARKET: 1.0}
_IDLE = {Topic.QUIET: 2.0, Topic.OFF_TOPIC: 3.0}


def _press(live: int, close: int) -> tuple[Shift, ...]:
    """The day of a newsroom; the report on the market comes after the session's end in any case."""
    return (
        Shift(_at(7, 10), _at(8, 55), 0, 2, _NOTICES),
        Shift(_at(9, 25), _at(14), max(live - 2, 0), live, _LIVE),
        Shift(_at(14, 32), _at(15, 10), 1, 1, _MARKET),
        Shift(_at(14, 40), _at(18, 30), max(close - 2, 1), close, _CLOSE),
        Shift(_at(19), _at(23, 20), 0, 1, _IDLE),
    )


_REST = (Shift(_at(9), _at(20), 0, 2, _IDLE),)

SITES = (
    Site(
        "tunis-eco",
        "Tunis Éco Matin",
        "tunis-eco.example",
        "fr",
        {"fr": 1.0},
        ("Amel Trabelsi", "Karim Ben Salah", "Inès Gharbi", "La rédaction"),
        _press(5, 6),
        _REST,
    ),
    Site(
        "sahm",
        "السهم التونسي",
        "sahm-tounsi.example",
        "ar",
        {"ar": 1.0},
        ("سامي العياري", "هدى المرزوقي", "قسم التحرير"),
        _press(3, 4),
        _REST,
    ),
    Site(
        "radio-medina",
        "Radio Médina",
        "radio-medina.example",
        "ar",
        {"tn": 0.65, "radio_mixed": 0.35},
        ("Radio Médina",),
        _press(3, 4),
        _REST,
    ),
    Site(
        "bulletin",
        "Le Bulletin du Porteur",
        "bulletin-porteur.example",
        "fr",
        {"fr": 1.0},
        ("Le Bulletin",),
        _press(2, 3),
        (Shift(_at(10), _at(18), 0, 1, _IDLE),),
    ),
    Site(
        "borsa-forum",
        "Borsa Forum",
        "borsa-forum.example",
        "fr",
        {"tunizi": 0.7, "forum_mixed": 0.3},
        ("moez_trader", "sfaxi92", "n3ima.b", "boursicoteur_tn", "hedi7", "lamia_k", "zitouna", "ouss_invest"),
        (
            Shift(_at(7, 30), _at(9), 0, 2, _IDLE),
            Shift(_at(9, 20), _at(14, 5), 4, 7, _LIVE),
            Shift(_at(14, 10), _at(19), 4, 6, {**_CLOSE, Topic.MARKET: 1.0}),
            Shift(_at(19), _at(23, 50), 1, 3, {Topic.COMPANY: 3.0, Topic.QUIET: 3.0, Topic.OFF_TOPIC: 2.0}),
        ),
        (Shift(_at(10), _at(23), 1, 3, _IDLE),),
        social=True,
    ),
)

SITES_BY_ID = {site.id: site for site in SITES}
