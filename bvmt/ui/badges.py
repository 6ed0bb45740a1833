"""How each status looks: always a sign and a word, never a colour alone."""

from __future__ import annotations

from dataclasses import dataclass

from bvmt.runs.status import RunOrigin, RunStatus


@dataclass(frozen=True, slots=True)
class Badge:
    """`tone` names a colour of the theme; `icon` is for Streamlit's widgets, `sign` for our own drawing."""

    word: str
    tone: str
    sign: str
    icon: str


WARNED = Badge("Succeeded, with warnings", "orange", "✓", ":material/warning:")

_BADGES = {
    RunStatus.QUEUED: Badge("Waiting", "gray", "…", ":material/hourglass_empty:"),
    RunStatus.RUNNING: Badge("Running", "blue", "▶", ":material/play_circle:"),
    RunStatus.SUCCEEDED: Badge("Succeeded", "green", "✓", ":material/check_circle:"),
    RunStatus.FAILED: Badge("Failed", "red", "✕", ":material/error:"),
    RunStatus.MISSED: Badge("Missed", "orange", "◇", ":material/event_busy:"),
    RunStatus.SKIPPED: Badge("Skipped", "gray", "–", ":material/skip_next:"),
    RunStatus.CANCELLED: Badge("Cancelled", "gray", "⊘", ":material/cancel:"),
    RunStatus.INTERRUPTED: Badge("Interrupted", "orange", "!", ":material/power_off:"),
}

_ORIGINS = {
    RunOrigin.SCHEDULED: "by schedule",
    RunOrigin.MANUAL: "by hand",
    RunOrigin.RETRY: "as a retry",
    RunOrigin.CATCH_UP: "to catch up",
    RunOrigin.API: "over the API",
}


def run_badge(status: RunStatus, *, warnings: int = 0) -> Badge:
    """The badge of a run."""
    return WARNED if status is RunStatus.SUCCEEDED and warnings else _BADGES[status]


def origin_words(origin: RunOrigin, requested_by: str | None) -> str:
    """What made a run, in words: `by hand, ada`."""
    return _ORIGINS[origin] + (f", {requested_by}" if requested_by and origin is not RunOrigin.API else "")
