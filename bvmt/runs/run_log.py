"""Sends what is logged inside a run to the run's log, by the standard logging module."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime

from bvmt.runs.recorder import Recorder
from bvmt.store import run_records

MAX_LINES = 5_000
MAX_CHARACTERS = 4_000

_writing: ContextVar[_RunLog | None] = ContextVar("run_log", default=None)


class _RunLog:
    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder
        self._lines = 0
        self._busy = False

    def write(self, record: logging.LogRecord) -> None:
        # What the recorder itself logs while it writes must not come back here.
        if self._busy or self._lines > MAX_LINES:
            return
        self._busy = True
        try:
            self._lines += 1
            at = datetime.fromtimestamp(record.created, UTC)
            message = record.getMessage()[:MAX_CHARACTERS]
            if self._lines > MAX_LINES:
                message = f"More than {MAX_LINES} lines: the rest is in jobs.log only."
            self._recorder.write(run_records.logged(at, record.levelname.lower(), record.name, message))
        finally:
            self._busy = False


class RunLogHandler(logging.Handler):
    """Hands each record of a running job to its run. Outside a run it does nothing."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write the record to the log of the run that this thread works on."""
        log = _writing.get()
        if log is None:
            return
        try:
            log.write(record)
        except Exception:  # noqa: BLE001 - a log line must never end a job
            self.handleError(record)


@contextmanager
def run_log(recorder: Recorder) -> Iterator[None]:
    """Inside, everything this thread logs goes to the run of `recorder` too."""
    token = _writing.set(_RunLog(recorder))
    try:
        yield
    finally:
        _writing.reset(token)
