"""Logging: to the terminal, and what jobs do also to a rotating file."""

from __future__ import annotations

import logging
import logging.config
from pathlib import Path

from bvmt.runs.run_log import RunLogHandler
from bvmt.settings import Settings

FILE_BYTES = 5_000_000
FILES_KEPT = 5


def configure(settings: Settings) -> None:
    """Set up logging for the process. Calling it again changes nothing for the worse."""
    settings.log_dir.mkdir(parents=True, exist_ok=True)
    logging.config.dictConfig(_config(settings.log_level.upper(), settings.log_dir / "jobs.log"))


def _config(level: str, file: Path) -> dict[str, object]:
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"plain": {"format": "%(asctime)s %(levelname)-7s %(name)s: %(message)s"}},
        "handlers": {
            "terminal": {"class": "logging.StreamHandler", "formatter": "plain"},
            "file": {
                "class": "logging.handlers.RotatingFileHandler",
                "formatter": "plain",
                "filename": str(file),
                "maxBytes": FILE_BYTES,
                "backupCount": FILES_KEPT,
                "encoding": "utf-8",
                "delay": True,
            },
            "run": {"()": RunLogHandler},
        },
        "loggers": {
            "jobs": {"handlers": ["terminal", "file", "run"], "level": level, "propagate": False},
            "bvmt": {"handlers": ["terminal", "file", "run"], "level": level, "propagate": False},
            "scheduler_runtime": {"handlers": ["terminal", "file"], "level": level, "propagate": False},
            # One line a request is written by bvmt.sources.http, with more in it.
            "httpx": {"level": "WARNING"},
            "stamina": {"level": "ERROR"},
            # A line for each of a page's many files would bury what matters.
            "uvicorn": {"level": "WARNING"},
            "uvicorn.access": {"level": "WARNING"},
            "uvicorn.error": {"level": "WARNING"},
            "apscheduler": {"handlers": ["terminal", "file"], "level": "WARNING", "propagate": False},
        },
    }
