"""A statement of a run's life that PostgreSQL breaks off to end a deadlock is sent again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa

from bvmt.runs.status import RunStatus
from tests.db.desk import Desk

_BREAK_OFF = "do $$ begin raise exception 'deadlock detected' using errcode = '{code}'; end $$"


@contextmanager
def broken_off(engine: sa.Engine, marked: str, *, times: int, code: str = "40P01") -> Iterator[list[str]]:
    """Have the server break off the first `times` statements that hold `marked`. Gives those that were."""
    gone: list[str] = []

    def execute(cursor: Any, statement: str, parameters: Any, context: Any) -> None:
        if marked in statement and len(gone) < times:
            gone.append(statement)
            cursor.execute(_BREAK_OFF.format(code=code))

    sa.event.listen(engine, "do_execute", execute)
    yield gone
    sa.event.remove(engine, "do_execute", execute)


def claim(desk: Desk) -> bool:
    return desk.claim() is not None


def dispatch(desk: Desk) -> bool:
    desk.request()
    return desk.dispatch() is not None


def finish(desk: Desk) -> bool:
    return desk.finish(desk.start(), RunStatus.SUCCEEDED)


@pytest.mark.parametrize(
    ("deed", "marked"),
    [(claim, "insert into slots"), (dispatch, "insert into run_attempts"), (finish, "update run_attempts")],
)
def test_it_is_sent_again_until_it_goes_through(desk: Desk, deed: Callable[[Desk], bool], marked: str) -> None:
    with broken_off(desk.engine, marked, times=4) as gone:
        assert deed(desk)
    assert len(gone) == 4


def test_one_that_never_goes_through_is_given_up(desk: Desk) -> None:
    with broken_off(desk.engine, "insert into slots", times=99) as gone, pytest.raises(sa.exc.DBAPIError):
        desk.claim()
    assert len(gone) == 5


def test_any_other_refusal_is_not_repeated(desk: Desk) -> None:
    with broken_off(desk.engine, "insert into slots", times=99, code="22012") as gone, pytest.raises(sa.exc.DBAPIError):
        desk.claim()
    assert len(gone) == 1
