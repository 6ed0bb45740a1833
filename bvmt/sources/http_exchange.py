"""What is remembered of a request that failed: enough to see why, and no secret."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from urllib.parse import parse_qsl, quote, unquote, urlsplit

import httpx

from bvmt.errors import HttpExchange
from bvmt.sources.http_failures import shown_url

SAMPLE_CHARACTERS = 500
_SAMPLE_BYTES = 8 * SAMPLE_CHARACTERS  # a secret that begins in the sample is seen to its end, and blanked whole
_SHORTEST_SECRET = 4  # characters; blanking "1" would make the sample unreadable and hide nothing
_BLANK = "…"

# What servers echo of a request that carried a secret we do not know as one, such as behind a redirect.
# Every repetition is bounded: answers are written by strangers, and a search must stay quick in all of them.
_NAMED_SECRET = re.compile(
    r"""(?ix) ( (?: token | secret | passw(?:or)?d | api[_-]?key | signature | session[_-]?id ) [\w-]{0,30}
        ["']? \s{0,3} (?: [:=] | %3d ) \s{0,3} ["']? ) [^\s"'&<>,;}]+ """
)
_CREDENTIALS = re.compile(r"(?i)\b((?:bearer|basic|digest)\s+)[\w.~+/=-]{6,}")


@dataclass
class Seen:
    """What one try of a request has seen so far of its answer."""

    status: int | None = None
    content_type: str = ""
    url: str = ""
    start: bytes = b""
    milliseconds: float = 0.0

    def head(self, response: httpx.Response) -> None:
        """Remember the answer's head."""
        self.status = response.status_code
        self.content_type = response.headers.get("Content-Type", "")[:100]
        self.url = str(response.url)

    def piece(self, body: bytes) -> None:
        """Remember a piece of the body, as long as the beginning is not whole."""
        if len(self.start) < _SAMPLE_BYTES:
            self.start += body[: _SAMPLE_BYTES - len(self.start)]


def exchange_of(method: str, url: str, seen: Seen, *, attempts: int) -> HttpExchange:
    """The failed exchange as it may be stored and shown: secrets of the addresses are blanked in the sample too."""
    text = seen.start.decode("utf-8", "replace").replace("\0", "\N{REPLACEMENT CHARACTER}")
    return HttpExchange(
        method=method,
        url=shown_url(url),
        status=seen.status,
        milliseconds=round(seen.milliseconds),
        attempts=attempts,
        content_type=seen.content_type,
        sample=without_secrets(text, url, seen.url)[:SAMPLE_CHARACTERS],
    )


def without_secrets(text: str, *urls: str) -> str:
    """The text with user, password and query values of the addresses blanked, and whatever is called a secret."""
    for secret in sorted({each for url in urls for each in _secrets(url)}, key=len, reverse=True):
        text = text.replace(secret, _BLANK)
    return _CREDENTIALS.sub(rf"\1{_BLANK}", _NAMED_SECRET.sub(rf"\1{_BLANK}", text))


def _secrets(url: str) -> set[str]:
    """What an address holds that is not for others, in each way that a server may echo it."""
    try:
        parts = urlsplit(url)
        user, password = parts.username or "", parts.password or ""
    except ValueError:
        return set()
    values = [user, password, *(value for _, value in parse_qsl(parts.query))]
    found = {form for value in values for form in (value, unquote(value), quote(value, safe=""))}
    if user or password:
        found.add(base64.b64encode(f"{unquote(user)}:{unquote(password)}".encode()).decode())
    return {each for each in found if len(each) >= _SHORTEST_SECRET}
