"""Hears what other processes signal with NOTIFY, on a connection of its own."""

from __future__ import annotations

import logging
import os
import select
import threading
from collections.abc import Callable

import psycopg2
from sqlalchemy import make_url

from bvmt.store.signals import WAKE

log = logging.getLogger(__name__)

POLL_SECONDS = 5.0
RECONNECT_SECONDS = (0.2, 5.0)  # first and longest wait


class Listener:
    """Calls `heard` for every signal, and after each reconnection: a signal sent meanwhile is gone."""

    def __init__(self, url: str, heard: Callable[[], None]) -> None:
        self._dsn = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
        self._heard = heard
        self._ended = threading.Event()
        self._failures = 0  # in a row
        self._wake_reader, self._wake_writer = os.pipe()
        self._thread = threading.Thread(target=self._listen, name="listener", daemon=True)

    def start(self) -> None:
        """Listen from now on."""
        self._thread.start()

    def end(self) -> None:
        """Stop listening and close the connection."""
        self._ended.set()
        os.write(self._wake_writer, b".")
        self._thread.join(timeout=5)
        os.close(self._wake_writer)
        os.close(self._wake_reader)

    def _listen(self) -> None:
        first, longest = RECONNECT_SECONDS
        while not self._ended.is_set():
            try:
                self._follow()
            except psycopg2.Error as error:
                wait = min(first * 2**self._failures, longest)
                self._failures += 1
                log.warning("Signals cannot be heard, trying again in %.1f s: %s", wait, _line(error))
                self._ended.wait(wait)

    def _follow(self) -> None:
        conn = psycopg2.connect(self._dsn, connect_timeout=5, application_name="bvmt listener")
        try:
            conn.autocommit = True  # LISTEN inside an open transaction delivers nothing
            with conn.cursor() as cursor:
                cursor.execute(f"listen {WAKE}")
            self._failures = 0
            self._heard()
            while not self._ended.is_set():
                select.select([conn.fileno(), self._wake_reader], [], [], POLL_SECONDS)
                # After a broken connection the first poll may return fine; the next raises.
                conn.poll()
                if conn.notifies:
                    conn.notifies.clear()
                    self._heard()
        finally:
            conn.close()


def _line(error: Exception) -> str:
    return " ".join(str(error).split())
