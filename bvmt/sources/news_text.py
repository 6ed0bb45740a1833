"""What strangers write, made into plain text: bytes decoded, markup and invisible characters gone, length capped."""

from __future__ import annotations

import re
import unicodedata

TITLE_CHARACTERS = 300
SUMMARY_CHARACTERS = 2000
AUTHOR_CHARACTERS = 120

_MARKUP_CHARACTERS = 50_000
"""What is read of one text with markup. Far more than a story has, and little enough to be parsed at once."""

_LOOKED_AT = 2048
_DECLARED = re.compile(r"""(?:encoding|charset)\s*=\s*["']?\s*([A-Za-z][\w.:-]{1,30})""")
_BYTE_ORDER_MARKS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
_WIDE_STARTS = ((b"<\x00", "utf-16-le"), (b"\x00<", "utf-16-be"))
_SINGLE_BYTE = re.compile(r"(?:windows-|cp)125[0-8]|iso-8859-(?:[1-9]|1[0135])")

_HIDDEN_ELEMENTS = ["script", "style", "noscript", "template", "iframe", "object", "svg", "math", "textarea", "title"]
_BREAKING_TAG = re.compile(
    r"</?(?:address|article|blockquote|br|dd|div|dt|figcaption|h[1-6]|hr|li|p|pre|section|td|th|tr)\b", re.IGNORECASE
)
_LOOKS_MARKED_UP = re.compile(r"<[A-Za-z/!?]|&#?\w{1,32};")

_INVISIBLE = re.compile(
    "["
    "\u00ad"  # soft hyphen
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # marks and overrides of direction: they reorder what follows
    "\u200b\u2060-\u2064\ufeff"  # zero width; the joiners stay, emojis and some scripts need them
    "\ufff9-\ufffb\U000e0000-\U000e007f"  # annotations and tags
    "\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff"  # no characters at all
    "]"
)
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_BLANKS = re.compile(r"\s+")
_MARKS = "[\u0300-\u036f\u0483-\u0489\u1dc0-\u1dff\u20d0-\u20ff]"
_PILED_MARKS = re.compile(f"({_MARKS}{{3}}){_MARKS}+")


def decoded(body: bytes, content_type: str = "") -> str:
    """Return the text of an answer, whatever its declarations say.

    A byte order mark wins, then what is valid UTF-8 (nothing else is so by chance), then the encoding that the
    header or the document declares, then Windows-1252. Bytes that mean nothing become the replacement character.
    """
    for mark, name in _BYTE_ORDER_MARKS:
        if body.startswith(mark):
            return body[len(mark) :].decode(name, "replace")
    for start, name in _WIDE_STARTS:
        if body.startswith(start):
            return body.decode(name, "replace")
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start > len(body) - 4:  # cut within its last character
            return body.decode("utf-8", "ignore")
    declared = _declared(content_type) or _declared(body[:_LOOKED_AT].decode("ascii", "ignore"))
    return body.decode(declared or "windows-1252", "replace")


def plain(text: str, limit: int) -> str:
    """Return `text` without markup, entities resolved once, on one line of at most `limit` characters.

    Scripts and styles go with their content. Block elements and line breaks become a blank. Control characters
    and those that are invisible or turn the direction of writing are dropped. A text that is cut ends with "…".
    """
    if _LOOKS_MARKED_UP.search(text):
        text = _without_markup(text[:_MARKUP_CHARACTERS])
    return cleaned(text, limit)


def cleaned(text: str, limit: int) -> str:
    """Return `text`, which holds no markup, as `plain` returns it."""
    text = _CONTROLS.sub(" ", text[: 20 * limit])
    text = unicodedata.normalize("NFC", _INVISIBLE.sub("", text))
    text = _BLANKS.sub(" ", _PILED_MARKS.sub(r"\1", text)).strip()
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def _without_markup(text: str) -> str:
    from selectolax.lexbor import LexborHTMLParser

    tree = LexborHTMLParser("<body>" + _BREAKING_TAG.sub(r"\n\g<0>", text))
    tree.strip_tags(_HIDDEN_ELEMENTS)
    return tree.body.text() if tree.body is not None else ""


def _declared(text: str) -> str | None:
    """The single-byte encoding that a header or a document names, if it is one that is in use."""
    found = _DECLARED.search(text)
    name = found[1].lower() if found else ""
    # Browsers read Latin-1 as Windows-1252 too: the difference is typographic signs.
    return name if _SINGLE_BYTE.fullmatch(name) and name != "iso-8859-1" else None
