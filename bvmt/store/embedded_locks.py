"""Locks between the processes that share an embedded server; the operating system releases them however one dies."""

from __future__ import annotations

import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from bvmt import clock
from bvmt.errors import StoreError

_LOCK_SECONDS = 180.0


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the lock file alone. Raises StoreError where another process keeps it for three minutes."""
    deadline = clock.monotonic() + _LOCK_SECONDS
    with path.open("a", encoding="utf-8") as file:
        while not try_lock(file, fcntl.LOCK_EX):
            if clock.monotonic() > deadline:
                raise StoreError(f"Another process keeps {path} locked: it has not finished starting or stopping.")
            time.sleep(0.02)
        yield


def try_lock(file: IO[str], kind: int) -> bool:
    """Take a lock of `kind` (fcntl.LOCK_EX or LOCK_SH) at once, or tell that another process is in the way."""
    try:
        fcntl.flock(file, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
