"""What a site's robots.txt allows, as RFC 9309 reads it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit, urlunsplit

from bvmt.errors import SourceError, SourceFormatError, SourceRefused
from bvmt.sources.http import HttpLimits, HttpSource
from bvmt.sources.news_pauses import HostPauses
from bvmt.sources.news_text import decoded

if TYPE_CHECKING:
    from protego import Protego

ROBOT = "bvmt-jobs"
"""The name under which sites may address this product."""

LIMITS = HttpLimits(connect_timeout=5, read_timeout=5, deadline=10, max_bytes=512 * 1024, attempts=1)
"""RFC 9309 has a reader take at least 500 KiB."""


@dataclass(frozen=True, slots=True)
class Permission:
    """Whether an address may be read, the pause in seconds that its site wishes, and the reason of a refusal."""

    granted: bool
    pause: float = 0.0
    why: str = ""


class Robots:
    """Asks each site once for its robots.txt, through `http`, whose limits should be LIMITS.

    A site without the file (any 4xx) allows everything; one whose file cannot be read allows nothing for as long
    as this object lives, which should be one scan.
    """

    def __init__(self, http: HttpSource, pauses: HostPauses) -> None:
        self._http = http
        self._pauses = pauses
        self._rules: dict[str, Protego | SourceError | None] = {}

    def permission(self, url: str) -> Permission:
        """Return what the site of `url`, an http(s) address, says to reading it."""
        parts = urlsplit(url)
        site = urlunsplit((parts.scheme, parts.netloc, "", "", ""))
        if site not in self._rules:
            self._rules[site] = self._read(f"{site}/robots.txt")
        rules = self._rules[site]
        if rules is None:
            return Permission(True)
        if isinstance(rules, SourceError):
            return Permission(False, why=f"its robots.txt cannot be read: {rules}")
        if not rules.can_fetch(url, ROBOT):
            return Permission(False, why="its robots.txt forbids it")
        return Permission(True, float(rules.crawl_delay(ROBOT) or 0.0))

    def _read(self, url: str) -> Protego | SourceError | None:
        from protego import Protego

        self._pauses.before(url)
        try:
            return Protego.parse(decoded(self._http.get_bytes(url, accept="text/plain")))
        except SourceRefused as error:
            return None if 400 <= error.status < 500 and error.status != 429 else error
        except (SourceError, ValueError) as error:
            return error if isinstance(error, SourceError) else SourceFormatError(self._http.source, str(error))
