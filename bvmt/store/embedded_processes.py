"""Waiting for processes to end."""

from __future__ import annotations

import time

import psutil

from bvmt import clock


def ended_within(processes: list[psutil.Process], seconds: float) -> bool:
    """Wait for the processes; a zombie counts as ended, because nobody may be there to reap it."""
    deadline = clock.monotonic() + seconds
    while any(_is_alive(process) for process in processes):
        if clock.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def _is_alive(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
