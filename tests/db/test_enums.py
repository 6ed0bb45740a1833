"""The words of Python and of PostgreSQL are the same, in the same order."""

from __future__ import annotations

from enum import StrEnum

import pytest

from bvmt.runs.status import RunOrigin, RunStatus
from tests.db.desk import Desk


@pytest.mark.parametrize(("name", "words"), [("run_status", RunStatus), ("run_origin", RunOrigin)])
def test_the_enums_of_code_and_database_agree(desk: Desk, name: str, words: type[StrEnum]) -> None:
    labels = desk.rows(
        "select enumlabel from pg_enum where enumtypid = cast(:name as regtype) order by enumsortorder", name=name
    )
    assert [label for (label,) in labels] == [str(word) for word in words]
