"""The log of a run by level and by words, its end and what has come since."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest

from bvmt.store import run_logs, run_records
from bvmt.store.run_logs import EVERY_LINE, LogFilter
from tests.db.desk import Desk

NOON = datetime(2026, 11, 24, 11, tzinfo=UTC)

LINES = (
    ("info", "jobs.probe", "Fetch the board"),
    ("warning", "bvmt.sources.http", "GET /board 100% of_it"),
    ("debug", "jobs.probe", "GET /board 100 of it"),
    ("error", "jobs.probe", "C:\\disk is full"),
    ("critical", "jobs.probe", "board lost"),
)


@pytest.fixture
def run_id(desk: Desk) -> UUID:
    """A run that has logged LINES."""
    run = desk.start()
    with desk.engine.connect() as conn:
        owner = run_records.owner(run.id, 1, desk.me)
        for level, logger, message in LINES:
            run_records.logged(NOON, level, logger, message).write(conn, owner)
    return run.id


def tail(desk: Desk, run_id: UUID, wanted: LogFilter = EVERY_LINE, limit: int = 100) -> list[str]:
    with desk.engine.connect() as conn:
        return [line.message for line in run_logs.list_tail(conn, run_id, wanted, limit=limit)]


def matching(desk: Desk, run_id: UUID, search: str) -> list[str]:
    return tail(desk, run_id, LogFilter(search=search))


def test_the_tail_is_the_last_lines_in_order(desk: Desk, run_id: UUID) -> None:
    assert tail(desk, run_id, limit=2) == ["C:\\disk is full", "board lost"]


def test_lines_are_chosen_by_level(desk: Desk, run_id: UUID) -> None:
    assert tail(desk, run_id, LogFilter(("error", "critical"))) == ["C:\\disk is full", "board lost"]


def test_words_are_found_in_any_case_in_the_message_and_in_the_loggers_name(desk: Desk, run_id: UUID) -> None:
    assert matching(desk, run_id, "BOARD LOST") == ["board lost"]
    assert matching(desk, run_id, "sources.HTTP") == ["GET /board 100% of_it"]


@pytest.mark.parametrize(
    ("search", "found"),
    [("100%", ["GET /board 100% of_it"]), ("of_it", ["GET /board 100% of_it"]), ("c:\\d", ["C:\\disk is full"])],
)
def test_what_like_takes_for_a_pattern_means_itself(desk: Desk, run_id: UUID, search: str, found: list[str]) -> None:
    assert matching(desk, run_id, search) == found


def test_a_character_that_postgresql_cannot_hold_is_left_out_of_a_search(desk: Desk, run_id: UUID) -> None:
    assert matching(desk, run_id, "board\0 lost") == ["board lost"]


def test_what_came_since_a_line_is_read_from_its_beginning(desk: Desk, run_id: UUID) -> None:
    with desk.engine.connect() as conn:
        first, *_ = run_logs.list_tail(conn, run_id, EVERY_LINE, limit=100)
        since = run_logs.list_since(conn, run_id, EVERY_LINE, after=first.id, limit=2)
        rest = run_logs.list_since(conn, run_id, EVERY_LINE, after=since[-1].id, limit=100)
    assert [line.message for line in (*since, *rest)] == [message for _, _, message in LINES[1:]]


def test_lines_are_counted_under_the_filter(desk: Desk, run_id: UUID) -> None:
    with desk.engine.connect() as conn:
        counts = [run_logs.count_lines(conn, run_id), run_logs.count_lines(conn, run_id, LogFilter(("info",), "board"))]
    assert counts == [5, 1]


def test_a_run_that_is_not_there_has_no_line(desk: Desk, run_id: UUID) -> None:
    assert tail(desk, uuid4()) == []
