"""Database Cleanup: old runs and logs go, settled messages to the archive, tables and indexes stay small.

In the quiet of the night the sentiment classifier learns from the labels that readers gave, too.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from bvmt.learning import retrain, training_is_due
from bvmt.runs.context import RunContext
from bvmt.runs.job import Figure, Job, RetryPolicy
from bvmt.runs.schedules import Schedule, parse_schedule
from bvmt.settings import Settings
from bvmt.store import Connection, cleanup, table_care
from bvmt.store.table_care import Extent, LockBusy

log = logging.getLogger(__name__)

BATCH = 5_000
"""Rows that one transaction deletes or moves at most."""

RUNS_BATCH = 200
"""Runs that one transaction deletes at most: each takes its attempts and steps along."""


def work(ctx: RunContext) -> None:
    """Delete what is older than LOG_RETENTION_DAYS, archive messages, and tend tables and indexes."""
    before = _measure(ctx)
    _drop_leftovers(ctx)
    with ctx.transaction() as conn:
        cutoff = cleanup.cutoff(conn, ctx.settings.log_retention_days)
    _delete_runs(ctx, cutoff)
    _delete_traces(ctx, cutoff)
    _archive_messages(ctx, cutoff)
    _analyze(ctx)
    _vacuum(ctx)
    _rebuild_indexes(ctx)
    _learn(ctx)
    _measure_again(ctx, before)


def _measure(ctx: RunContext) -> Extent:
    with ctx.step("Measure the database") as step, table_care.maintenance(ctx.engine) as conn:
        extent = table_care.measure(conn)
        ctx.figure("rows_before", extent.rows)
        ctx.figure("bytes_before", extent.bytes)
        step.detail = f"{extent.rows:,} rows, {_in_words(extent.bytes)}"
        return extent


def _measure_again(ctx: RunContext, before: Extent) -> None:
    with ctx.step("Measure it again") as step, table_care.maintenance(ctx.engine) as conn:
        after = table_care.measure(conn)
        ctx.figure("rows_after", after.rows)
        ctx.figure("bytes_after", after.bytes)
        step.detail = (
            f"{before.rows:,} rows before, {after.rows:,} after; "
            f"{_in_words(before.bytes)} before, {_in_words(after.bytes)} after"
        )


def _drop_leftovers(ctx: RunContext) -> None:
    with ctx.step("Drop what a broken-off rebuild left behind") as step:
        step.detail = _tend(ctx, table_care.list_leftovers, table_care.drop_index, "drop", "invalid indexes dropped")


def _delete_runs(ctx: RunContext, cutoff: datetime) -> None:
    runs = lines = 0
    with ctx.step("Delete old runs and their logs") as step:
        with ctx.transaction() as conn:
            total = cleanup.count_old_runs(conn, cutoff)
        try:
            while batch := _old_runs(ctx, cutoff):
                lines += _delete_log_lines(ctx, batch)
                with ctx.transaction() as conn:
                    deleted = cleanup.delete_runs(conn, batch)
                runs += deleted
                ctx.progress(runs, max(total, runs), "old runs")
                if not deleted:
                    break
        except LockBusy as busy:
            ctx.warn(f"Not all old runs could be deleted: {busy}")
        finally:
            ctx.figure("runs_deleted", runs)
            ctx.figure("log_lines_deleted", lines)
        day = cutoff.astimezone(ctx.settings.zone)
        step.detail = f"{runs:,} runs that ended before {day:%d %b %Y %H:%M} with {lines:,} log lines"


def _old_runs(ctx: RunContext, cutoff: datetime) -> list[UUID]:
    with ctx.transaction() as conn:
        return cleanup.find_old_runs(conn, cutoff, limit=RUNS_BATCH)


def _delete_log_lines(ctx: RunContext, runs: Sequence[UUID]) -> int:
    return sum(_batches(ctx, partial(cleanup.delete_log_lines, runs=runs, limit=BATCH)))


def _delete_traces(ctx: RunContext, cutoff: datetime) -> None:
    with ctx.step("Delete old traces of the scheduling") as step:
        told = []
        for table in cleanup.TRACES:
            deleted = _sweep(ctx, table, partial(cleanup.delete_traces, table=table, before=cutoff, limit=BATCH))
            ctx.figure(f"{table}_deleted", deleted)
            told.append(f"{deleted:,} {table.replace('_', ' ')}")
        step.detail = ", ".join(told)


def _archive_messages(ctx: RunContext, cutoff: datetime) -> None:
    with ctx.step("Move settled messages to the archive") as step:
        moved = _sweep(ctx, "messages", partial(cleanup.archive_messages, before=cutoff, limit=BATCH))
        ctx.figure("messages_archived", moved)
        step.detail = f"{moved:,} messages"


def _sweep(ctx: RunContext, what: str, batch: Callable[[Connection], int]) -> int:
    """All batches; where a lock cannot be had, those before it, and a warning."""
    done = 0
    try:
        for count in _batches(ctx, batch):
            done += count
    except LockBusy as busy:
        ctx.warn(f"Not all old {what} could be cleaned up: {busy}")
    return done


def _batches(ctx: RunContext, batch: Callable[[Connection], int]) -> Iterator[int]:
    """Carry out `batch` until it finds nothing more, each time in a transaction of its own."""
    while True:
        ctx.check_stop()
        with ctx.transaction() as conn:
            count = batch(conn)
        if not count:
            return
        yield count


def _analyze(ctx: RunContext) -> None:
    with ctx.step("Refresh the planner's statistics") as step:
        step.detail = _tend(ctx, table_care.list_tables, table_care.analyze, "analyze", "tables analyzed")


def _vacuum(ctx: RunContext) -> None:
    with ctx.step("Vacuum tables with many dead rows") as step:
        step.detail = _tend(ctx, table_care.list_dead, table_care.vacuum, "vacuum", "tables vacuumed")


def _rebuild_indexes(ctx: RunContext) -> None:
    with ctx.step("Rebuild bloated indexes") as step:
        step.detail = _tend(ctx, table_care.list_bloated, table_care.rebuild_index, "rebuild", "indexes rebuilt")


def _learn(ctx: RunContext) -> None:
    """Train the sentiment classifier anew, if labels or lexicons are others than at the last training."""
    ctx.figure("labels_learned", 0)
    with ctx.transaction() as conn:
        due = training_is_due(conn)
    if due:
        with ctx.step("Learn from readers' labels") as step:
            outcome = retrain(ctx.engine, asked_by="Database Cleanup", check_stop=ctx.check_stop)
            step.detail = outcome.sentence
            if outcome.trained:
                ctx.figure("labels_learned", outcome.labels)


def _tend(
    ctx: RunContext,
    find: Callable[[Connection], list[str]],
    tend: Callable[[Connection, str], None],
    verb: str,
    what: str,
) -> str:
    """Do it to each that is found. Returns a sentence, and reports the number as the figure named by `what`."""
    with table_care.maintenance(ctx.engine) as conn:
        names = find(conn)
        done = [name for name in _with_progress(ctx, names) if _tended(ctx, conn, tend, verb, name)]
    ctx.figure(what.replace(" ", "_"), len(done))
    shown = f": {', '.join(done)}" if len(done) <= 10 and done else ""
    return f"{len(done)} {what}{shown}"


def _with_progress(ctx: RunContext, names: Sequence[str]) -> Iterator[str]:
    for number, name in enumerate(names):
        ctx.progress(number, len(names), name)
        yield name


def _tended(ctx: RunContext, conn: Connection, tend: Callable[[Connection, str], None], verb: str, name: str) -> bool:
    try:
        tend(conn, name)
    except LockBusy as busy:
        ctx.warn(f"Could not {verb} {name}: {busy}")
        return False
    log.info("Done: %s %s", verb, name)
    return True


def _in_words(size: float) -> str:
    for unit in ("bytes", "kB", "MB"):
        if size < 1024:
            return f"{size:,.0f} {unit}" if unit == "bytes" else f"{size:,.1f} {unit}"
        size /= 1024
    return f"{size:,.1f} GB"


def _schedule(settings: Settings) -> Schedule:
    return parse_schedule("0 3 * * *")


DATABASE_CLEANUP = Job(
    id="database_cleanup",
    name="Database Cleanup",
    description="Deletes old runs and logs, archives settled messages, and keeps tables and indexes small.",
    schedule=_schedule,
    work=work,
    grace=timedelta(hours=4),
    time_limit=timedelta(hours=1),
    retry=RetryPolicy(max_attempts=2, base=timedelta(minutes=5), longest=timedelta(minutes=5)),
    figures=(
        Figure("runs_deleted", "Runs deleted", "runs"),
        Figure("log_lines_deleted", "Log lines deleted", "lines"),
        *(
            Figure(f"{table}_deleted", f"{name.capitalize()} deleted", name)
            for table, name in ((table, table.replace("_", " ")) for table in cleanup.TRACES)
        ),
        Figure("messages_archived", "Messages archived", "messages"),
        Figure("invalid_indexes_dropped", "Invalid indexes dropped", "indexes"),
        Figure("tables_analyzed", "Tables analyzed", "tables"),
        Figure("tables_vacuumed", "Tables vacuumed", "tables"),
        Figure("indexes_rebuilt", "Indexes rebuilt", "indexes"),
        Figure("labels_learned", "Labels learned from", "labels"),
        Figure("rows_before", "Rows before", "rows"),
        Figure("rows_after", "Rows after", "rows"),
        Figure("bytes_before", "Size before", "bytes"),
        Figure("bytes_after", "Size after", "bytes"),
    ),
)
