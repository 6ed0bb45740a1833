"""Words of others, made fit to stand in a report: nothing in them may steer what displays them."""

from __future__ import annotations

import unicodedata
from urllib.parse import urlsplit

# Marks, embeddings, overrides and isolates: they could turn round the text that follows them.
_DIRECTIONS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_LONGEST_ADDRESS = 2000


def clean(words: str) -> str:
    """Return the words on one line: without control characters, bidi controls and half characters.

    Runs of white space become one space, and letters with their accents one character where there is one.
    """
    spaced = (" " if char.isspace() else char for char in unicodedata.normalize("NFC", words))
    return " ".join("".join(char for char in spaced if _is_harmless(char)).split())


def clip(words: str, longest: int) -> str:
    """Return the words, cut to at most `longest` characters, the last of them then an ellipsis."""
    if len(words) <= longest:
        return words
    return f"{words[: longest - 1].rstrip()}…"


def web_address(url: str | None) -> str | None:
    """Return the address if it is one of the web that a reader may be sent to; None otherwise."""
    if url is None or len(url) > _LONGEST_ADDRESS or any(char <= " " or char == "\x7f" for char in url):
        return None
    try:
        parts = urlsplit(url)
        hostname = parts.hostname
    except ValueError:
        return None
    return url if parts.scheme in {"http", "https"} and hostname and "@" not in parts.netloc else None


def is_right_to_left(words: str) -> bool:
    """Whether the first letter with a direction is Arabic or Hebrew."""
    for char in words:
        match unicodedata.bidirectional(char):
            case "R" | "AL":
                return True
            case "L":
                return False
    return False


def holds_right_to_left(words: str) -> bool:
    """Whether any letter is Arabic or Hebrew."""
    return any("\u0590" <= char <= "\u08ff" or "\ufb1d" <= char <= "\ufefc" for char in words)


def _is_harmless(char: str) -> bool:
    return char not in _DIRECTIONS and unicodedata.category(char) not in {"Cc", "Cs", "Co", "Cn"}
