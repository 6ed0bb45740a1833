"""Imports beside a page or an answer: in a thread, with the imports table as the state of it."""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID, uuid4

from bvmt.clock import Clock, monotonic
from bvmt.errors import BvmtError, StoreError
from bvmt.imports.course import ImportProgress, import_file
from bvmt.store import Engine, market_reads
from bvmt.store.engine import store_errors

log = logging.getLogger(__name__)

MOST_BYTES = 200 * 1024 * 1024
"""A file that is handed over by a page or a program has so many bytes at most; larger ones go by command."""

RECORD_SECONDS = 10.0
_LOOK_SECONDS = 0.02


@dataclass(frozen=True, slots=True)
class GivenFile:
    """A history file that somebody handed over, in memory or on the disk."""

    name: str
    content: bytes | Path


class BackgroundImport(threading.Thread):
    """Imports files one after the other. `progress` and `current` say how far it is; the table says what came of it."""

    def __init__(self, engine: Engine, files: Sequence[GivenFile], *, asked_by: str, clock: Clock) -> None:
        super().__init__(name="history import", daemon=True)
        self._engine = engine
        self._files = files
        self._asked_by = asked_by
        self._clock = clock
        self.current: str | None = None
        self.progress: ImportProgress | None = None
        self.failure: str | None = None

    def run(self) -> None:
        """Import; what goes wrong with one file is in its record, and the next one follows."""
        for file in self._files:
            self.current, self.progress = file.name, None
            try:
                import_file(
                    self._engine,
                    file.content,
                    file_name=file.name,
                    asked_by=self._asked_by,
                    clock=self._clock,
                    progress=self._note,
                )
            except BvmtError as error:
                self.failure = f"{file.name}: {error}"
                log.warning("An import broke off: %s", self.failure)
        self._files = ()

    def _note(self, progress: ImportProgress) -> None:
        self.progress = progress


def begin_import(engine: Engine, file: GivenFile, *, asked_by: str, clock: Clock) -> UUID:
    """Begin an import in a thread and return the id of its record, in which the rest can be read.

    The record names who asked with a reference of this request. Raises StoreError where the database refuses or is
    away, so that nothing was begun.
    """
    reference = f"{asked_by}, request {uuid4().hex[:12]}"
    thread = BackgroundImport(engine, [file], asked_by=reference, clock=clock)
    thread.start()
    began = monotonic()
    while monotonic() - began < RECORD_SECONDS:
        ended = not thread.is_alive()
        with store_errors(), engine.connect() as conn:
            if (found := market_reads.find_import_id(conn, reference)) is not None:
                return found
        if ended:
            break
        thread.join(_LOOK_SECONDS)
    raise StoreError(f"The import of {file.name} could not be recorded: {thread.failure or 'no answer'}")
