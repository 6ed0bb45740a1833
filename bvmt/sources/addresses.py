"""Where each source is reached in this process."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Addresses:
    """Base addresses of what lies outside. `exchange` speaks the exchange's feed, real or simulated.

    `news` is where the sandbox's news are, None where news come from real sites.
    """

    exchange: str
    exchange_files: str | None = None
    news: str | None = None
