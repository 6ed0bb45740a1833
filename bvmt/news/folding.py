"""One spelling for many: how words are cut out of a text, and made equal whatever their accents, script or mood."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

_MARKS = "\u0300-\u036f\u064b-\u065f\u0670\u200b-\u200f\u00ad"  # accents, Arabic vowel signs, invisible characters
WORD = rf"[^\W_][\w{_MARKS}]*"
NUMBER = r"(?:(?<![\w.,])[+\-\u2212])?\d[\d.,\u00a0\u202f]*(?:\s?[%\u066a])?(?!\w)"
EMOJI = r"[\u2190-\u21ff\u2300-\u27bf\u2b00-\u2bff\U0001f000-\U0001faff]|[:;]'?-?[)(D](?!\w)|<3"
STOP = r"[.!?;:,()\n\u2026\u060c\u061b\u061f|]"
TOKEN = re.compile(rf"(?! )(?:[^\W\d_][\w{_MARKS}]*|{EMOJI}|{STOP}|{NUMBER}|{WORD})")
"""What a text is cut into: words, the signs that end a clause, numbers with their sign and percent, emojis.

What is frequent is tried first, for speed; no sign begins two of them but a digit (`9wi` is a word, `9,5 %` a number).
"""

_ARABIC = str.maketrans(
    {"ى": "ي", "ی": "ي", "ة": "ه", "ٱ": "ا", "ک": "ك", "ڨ": "ق", "گ": "ق", "ڤ": "ف", "پ": "ب", "ء": "", "ـ": ""}
    | {"œ": "oe", "æ": "ae", "ø": "o", "đ": "d", "ł": "l", "ı": "i"}
    | {chr(start + n): str(n) for start in (0x0660, 0x06F0) for n in range(10)}
)
_TRIPLED = re.compile(r"(\w)\1{2,}")
_DOUBLED = re.compile(r"(\w)\1+")
_LATIN_DIGIT_WORD = re.compile(r"[2356789a-z]*[a-z][2356789a-z]*")
_TECHNICAL = re.compile(r"[a-z]?\d+|\d+(?:er|ere|e|eme|nd|nde|k|m|md|mdt|mds|dt|tnd|d|h|j|h\d+|g|fois|x|x\d+|s|t)")
_VOWELS = re.compile(r"(?<!^)w$|ou|[aeiouy2]")


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of a text: as it stands there, folded, and its place (`text[start:end]`)."""

    text: str
    folded: str
    start: int
    end: int


def fold(word: str) -> str:
    """Return the word without case, accents, vowel signs and tatweel, Arabic letters and digits made one form each.

    Alef forms become a bare alef, alef maksura and Persian ya a ya, ta marbuta a ha, hamzas lose their seat.
    """
    if word.isascii():
        return word.lower()
    decomposed = unicodedata.normalize("NFKD", word.casefold())
    kept = "".join(sign for sign in decomposed if unicodedata.category(sign) not in ("Mn", "Cf"))
    return kept.translate(_ARABIC)


def tokens(text: str) -> Iterator[Token]:
    """Yield the words, numbers, emojis and clause ends of a text in order, with their places."""
    for match in TOKEN.finditer(text):
        yield Token(match[0], fold(match[0]), match.start(), match.end())


def fold_phrase(text: str) -> tuple[str, ...]:
    """Return the folded words of a name or phrase; the signs between them do not count."""
    return tuple(fold(match[0]) for match in re.finditer(f"{WORD}|{EMOJI}", text))


def calmed(folded: str) -> tuple[str, ...]:
    """Return the spellings of a word whose letters are repeated for emphasis, or nothing if none are.

    `barchaaaa` gives `barchaa` and `barcha`: only the dictionary knows which of the two is a word.
    """
    if not _TRIPLED.search(folded):
        return ()
    return _TRIPLED.sub(r"\1\1", folded), _TRIPLED.sub(r"\1", folded)


def has_arabizi_digit(folded: str) -> bool:
    """Whether digits stand for letters in the word: `tla3` and `9wia`, not `2025`, `T3`, `1er` or `10MDT`."""
    return (
        any(sign in "2356789" for sign in folded)
        and _LATIN_DIGIT_WORD.fullmatch(folded) is not None
        and not _TECHNICAL.fullmatch(folded)
    )


def tunizi_key(folded: str) -> str:
    """Return what the free spellings of a Tunizi word have in common: its consonants.

    Vowels and the hamza (2) go, letters are not doubled, `kh` is 5, `gh` is 8, `sh` is `ch`, 6 is `t`, `dh` and `th`
    are `d`. So `tla3`, `tl3`, `tall3` and `tlaa3ou` share a key.
    """
    spelled = folded.replace("kh", "5").replace("gh", "8").replace("sh", "ch").replace("6", "t")
    spelled = spelled.replace("dh", "d").replace("th", "d")
    return _DOUBLED.sub(r"\1", _VOWELS.sub("", _DOUBLED.sub(r"\1", spelled)))


_PERSON = re.compile(r"^[ntmlbf](?=..)")
_TENSE = re.compile(r"(?:tch|nch|hm|ch|[tnhkm])$")


def tunizi_keys(folded: str) -> tuple[str, ...]:
    """Return the key of a Tunizi word, then of what is left without the marks of person, tense and article.

    `ntla3`, `tla3et` and `tla3na` all lead to `tl3`. Nothing is returned where no digit of the alphabet is left.
    """
    key = tunizi_key(folded)
    ended = _TENSE.sub("", key)
    stripped = (ended, _PERSON.sub("", key), _PERSON.sub("", ended))
    found = dict.fromkeys((key, *(each for each in stripped if len(each) > 2)))
    return tuple(each for each in found if len(each) > 1 and has_own_sound(each))


def has_own_sound(key: str) -> bool:
    """Whether a key holds a sound that French lacks, without which it says too little."""
    return any(sign in "356789" for sign in key)


_SOUNDS = zip("بتثجحخدذرزسصضطظعغفقكلمنه", "btdj75ddrzssdtd38f9klmnh", strict=True)
_IN_LATIN = str.maketrans(dict(_SOUNDS) | {"ش": "ch"} | dict.fromkeys("اوي", ""))


def arabic_as_tunizi(folded: str) -> str:
    """Return the key (see `tunizi_key`) by which readers spell an Arabic word in Latin letters.

    `خسائر` gives `5sr`, which `5sayer` and `khasa2er` give too.
    """
    return _DOUBLED.sub(r"\1", folded.removesuffix("ه").translate(_IN_LATIN))


_ARABIC_LETTER = re.compile(r"[\u0621-\u064a\u0671-\u06d3]")
_PREFIXES = ("وبال", *(f"{each}ال" for each in "وفبكهعم"), "ولل", "ال", "لل", "وب", "ول", *"وفبلك")


def is_arabic(word: str) -> bool:
    """Whether the word is in Arabic script, by its first letter."""
    return _ARABIC_LETTER.match(word) is not None


def arabic_forms(folded: str) -> tuple[str, ...]:
    """Return an Arabic word and what is left of it without its joined particles (and, the, in the, to, will …).

    The shorter forms keep at least three letters. A spelling that happens to begin like a particle is returned whole
    first, so a dictionary that knows it finds it.
    """
    rest = (folded[len(start) :] for start in _PREFIXES if folded.startswith(start) and len(folded) >= len(start) + 3)
    future = (folded[1:],) if len(folded) > 4 and folded[0] == "س" and folded[1] in "يتنا" else ()
    return tuple(dict.fromkeys((folded, *rest, *future)))
