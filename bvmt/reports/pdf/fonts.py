"""The fonts that are embedded: how wide a text is in them, and what they cannot write.

IBM Plex Sans Arabic (SIL Open Font License) holds Latin with its accents and Arabic, with digits of equal width.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache
from typing import Literal

import fontpkg
import uharfbuzz
from fontTools.ttLib import TTFont

from bvmt.reports.foreign_words import holds_right_to_left

Weight = Literal[400, 600]
WEIGHTS: tuple[Weight, ...] = (400, 600)

_FAMILY = "IBM Plex Sans Arabic"
_UNKNOWN = "?"
# What the font lacks, in signs that it has. The narrow no-break space becomes the ordinary one.
_INSTEAD = {
    **dict.fromkeys("\u202f\u2007\u2008\u2009\u200a", "\u00a0"),
    **dict.fromkeys("\u2010\u2011\u2012", "-"),
    **dict.fromkeys("\u200b\u200c\u200d\ufeff\u00ad", ""),
    **{"▲": "↑", "▼": "↓", "△": "↑", "▽": "↓", "●": "•", "■": "•", "◆": "•", "○": "◊", "☐": "[ ]", "☑": "[✓]"},
    **{"α": "alpha", "β": "beta", "σ": "sigma", "Σ": "sum ", "ρ": "rho", "µ": "µ", "Δ": "Δ"},
    **{"ı": "i", "Ł": "L", "ł": "l", "Đ": "D", "đ": "d"},
}


def font_path(weight: Weight) -> str:
    """Return the path of a font's file."""
    return str(fontpkg.path(_FAMILY, weight=weight))


def font_name(weight: Weight) -> str:
    """Return what the PDF's fonts are called by."""
    return f"plex{weight}"


@cache
def _advances(weight: Weight) -> dict[str, float]:
    """By character, how far it advances, in parts of the font's size."""
    with TTFont(font_path(weight), lazy=True) as font:
        metrics, units = font["hmtx"], font["head"].unitsPerEm
        return {chr(code): metrics[name][0] / units for code, name in font.getBestCmap().items()}


@lru_cache(maxsize=4096)
def writable(text: str) -> str:
    """Return the text in characters that the font has.

    A letter with an accent that it lacks loses the accent, a sign is replaced by one alike, and a run of anything else
    (emojis, other scripts) becomes one question mark.
    """
    known = _advances(400)
    if all(char in known for char in text):
        return text
    written = "".join(char if char in known else _closest(char, known) for char in text)
    return re.sub(r"\?(?:\s*\?)+", _UNKNOWN, written) if _UNKNOWN not in text else written


def _closest(char: str, known: dict[str, float]) -> str:
    if char in _INSTEAD and all(other in known for other in _INSTEAD[char]):
        return _INSTEAD[char]
    if unicodedata.category(char) in {"Mn", "Me", "Cf"}:
        return ""
    parts = unicodedata.normalize("NFKD", char)
    base = "".join(part for part in parts if part in known and unicodedata.category(part) != "Mn")
    return base or _UNKNOWN


@lru_cache(maxsize=16384)
def width(text: str, size: float, weight: Weight) -> float:
    """Return how wide a writable text is, in points."""
    if holds_right_to_left(text):
        return _shaped_width(text, weight) * size
    advances = _advances(weight)
    return sum(advances[char] for char in text) * size


def _shaped_width(text: str, weight: Weight) -> float:
    """Arabic letters join and change their forms: only the shaper knows how wide they become."""
    font = _shaper(weight)
    buffer = uharfbuzz.Buffer()
    buffer.add_str(text)
    buffer.guess_segment_properties()
    uharfbuzz.shape(font, buffer)
    return float(sum(place.x_advance for place in buffer.glyph_positions) / font.face.upem)


@cache
def _shaper(weight: Weight) -> uharfbuzz.Font:
    return uharfbuzz.Font(uharfbuzz.Face(uharfbuzz.Blob.from_file_path(font_path(weight))))
