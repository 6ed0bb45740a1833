"""What a word may mean and tell, as the lexicons have it."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from enum import IntEnum
from typing import NamedTuple

CLAUSE, SENTENCE, QUESTION = 1, 2, 3


class Tongue(IntEnum):
    """What a single word tells of its text's language."""

    UNKNOWN = 0
    FRENCH = 1
    TUNIZI = 2
    ENGLISH = 3
    ARABIC = 4  #: a word that only Modern Standard Arabic has
    TUNISIAN = 5  #: one that only Tunisian has
    ARABIC_SCRIPT = 6
    NAME = 7  #: in Latin letters with a capital, and in no lexicon
    SIGN = 8  #: number, emoji, end of a clause


@dataclass(slots=True)
class Meaning:
    """What a word or phrase does to the sound of its text; None where it does not play the part.

    `weight` is its own sound, `direction` up or down, `noun` whether it is good (1) or bad (-1) when that goes up,
    `negation` how many words it turns round, `factor` what it multiplies its neighbour by, `contrast` whether what
    follows counts more or less, `calm` what it leaves of its sentence's sound.
    """

    weight: float | None = None
    direction: float | None = None
    noun: float | None = None
    negation: float | None = None
    factor: float | None = None
    contrast: float | None = None
    calm: float | None = None

    def fill(self, other: Meaning) -> None:
        """Take the parts over that are still open."""
        for each in fields(self):
            if getattr(self, each.name) is None:
                setattr(self, each.name, getattr(other, each.name))


@dataclass(slots=True)
class Node:
    """A place in the tree of phrases: what has been read means so much, and may go on so."""

    meaning: Meaning | None = None
    follow: dict[str, Node] = field(default_factory=dict)


class Entry(NamedTuple):
    """All that is known of a word as it stands in a text.

    `keys` are its spellings that some lexicon knows, `starts` the phrases that may begin with it. `border` tells
    what ends here: CLAUSE, SENTENCE or QUESTION. `percent` is the sign of `+2,5 %`.
    """

    tongue: Tongue
    pull: float
    keys: tuple[str, ...] = ()
    starts: tuple[Node, ...] = ()
    meaning: Meaning | None = None
    border: int = 0
    percent: int = 0
    number: bool = False
    negated: bool = False  #: both halves of it are joined to the word (matla3ch)
    closes: bool = False  #: ends like the second half of a Tunisian negation (ma … ch)
    active: bool = False  #: there is something to weigh
