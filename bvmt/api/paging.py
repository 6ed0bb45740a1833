"""Pages of history: runs newest first, each page naming where the next one begins."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from fastapi import Query

from bvmt.api.forms import run_form
from bvmt.errors import NotFound
from bvmt.store.history import Cursor, Run

MAX_PAGE = 500

Limit = Annotated[int, Query(ge=1, le=MAX_PAGE, description="Runs on a page")]
Before = Annotated[str | None, Query(description="`next_before` of the page before")]


def history_page(runs: list[Run], limit: int) -> dict[str, object]:
    """A page out of `limit` + 1 runs: the one too many says that there is a next page."""
    shown = runs[:limit]
    more = len(runs) > limit
    return {
        "history": [run_form(run) for run in shown],
        "next_before": _write_cursor(shown[-1]) if more else None,
    }


def _write_cursor(run: Run) -> str:
    return f"{run.due_at.astimezone(UTC).strftime('%Y%m%dT%H%M%S.%fZ')}_{run.id}"


def read_cursor(text: str | None) -> Cursor | None:
    """Raises NotFound for a text that no page has handed out."""
    if text is None:
        return None
    at, _, run_id = text.partition("_")
    try:
        due_at = datetime.strptime(at, "%Y%m%dT%H%M%S.%fZ").replace(tzinfo=UTC)
        return Cursor(due_at, UUID(run_id))
    except ValueError:
        raise NotFound(f"There is no page before {text!r}.") from None
