"""What was read last, kept in the visitor's session: what a page still shows while the database is away."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Generic, TypeVar, cast
from zoneinfo import ZoneInfo

import streamlit as st

from bvmt.clock import now
from bvmt.errors import DatabaseAway
from bvmt.ui.words import clock_time, span

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Known(Generic[T]):
    """What was read, when, and whether it is only what is known from before (`stale`)."""

    value: T
    read_at: datetime
    stale: bool = False


def last_known(key: str, read: Callable[[], T]) -> Known[T]:
    """What `read` gives, or while the database is away what it gave last in this session, under `key`.

    Raises DatabaseAway where it never gave anything, and whatever else `read` raises.
    """
    try:
        known = Known(read(), now())
    except DatabaseAway:
        held = cast("Known[T] | None", st.session_state.get(key))
        if held is None:
            raise
        return replace(held, stale=True)
    st.session_state[key] = known
    return known


def age_words(read_at: datetime, *, now: datetime, zone: ZoneInfo) -> str:
    """How old a read is: `as of 12:03:05, 40 s ago`."""
    return f"as of {clock_time(read_at, zone)}, {span(max(1.0, (now - read_at).total_seconds()))} ago"
