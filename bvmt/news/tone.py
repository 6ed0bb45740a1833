"""The words for how a text sounds, and what is found out about one."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Label(StrEnum):
    """How a text sounds to a holder of the shares that it is about."""

    POSITIVE = "positive"
    NEUTRAL = "neutral"
    NEGATIVE = "negative"


class Language(StrEnum):
    """What a text is written in, as far as the Tunis market goes."""

    FRENCH = "fr"
    ARABIC = "ar"  #: Modern Standard Arabic
    TUNISIAN = "tn-arabic"  #: Tunisian in Arabic script
    TUNIZI = "tunizi"  #: Tunisian in Latin letters, with digits for Arabic sounds
    MIXED = "mixed"
    OTHER = "other"  #: English, or too short to tell


class DecidedBy(StrEnum):
    """What a sentiment rests on."""

    LEXICON = "lexicon"
    BLEND = "blend"  #: the lexicon and the classifier that readers' labels trained
    READER = "reader"  #: an analyst's own label
    PLATFORM = "platform"  #: the platform's sentiment service


@dataclass(frozen=True, slots=True)
class DecidingWord:
    """A word of the text that moved the score, as it stands there.

    `weight` is its share in -1..1 after negation and intensifiers; `note` says what turned it: "negated by pas".
    """

    text: str
    weight: float
    note: str = ""


@dataclass(frozen=True, slots=True)
class Sentiment:
    """How a text sounds: `score` from -1 (bad) to 1 (good), `confidence` from 0 to 1, and why."""

    score: float
    label: Label
    confidence: float
    language: Language
    words: tuple[DecidingWord, ...] = ()
    decided_by: DecidedBy = DecidedBy.LEXICON
