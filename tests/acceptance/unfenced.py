"""Takes the fence away, so that a harness can show that it would see one that is broken."""

from __future__ import annotations

from sqlalchemy import TextClause, text

from bvmt.store import run_life


def take_the_fence_away() -> None:
    """Let late writes through and claims run past a pause being committed, in this process from now on."""
    run_life._OWNS = _without(
        run_life._OWNS, "and attempt = :attempt and instance_id = :me and status = 'running' for share"
    )
    run_life._FINISH = _without(
        run_life._FINISH, "and attempt = :attempt and instance_id = :me\n    and status = 'running'"
    )
    run_life._CLAIM = _without(run_life._CLAIM, "for share of jobs", "for share of maintenance")


def _without(statement: TextClause, *parts: str) -> TextClause:
    sql = statement.text
    for part in parts:
        assert part in sql, f"the statement no longer holds {part!r}"
        sql = sql.replace(part, "")
    return text(sql)
