"""Where each source is reached in this process."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Addresses:
    """Base addresses of what lies outside. `exchange` speaks the exchange's feed, real or simulated."""

    exchange: str
    exchange_files: str | None = None
