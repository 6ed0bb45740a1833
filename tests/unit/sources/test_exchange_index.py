"""Index levels from the points of a session and from the closes of the last ones."""

from __future__ import annotations

import logging
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from bvmt.errors import SourceFormatError
from bvmt.market.board import IndexLevel
from bvmt.sources.exchange_index import parse_history, parse_intraday
from tests.unit.sources.rows import MOMENT


def point(at: object, last: object, seance: object = "2026-04-13") -> dict[str, object]:
    return {"time": at, "last": last, "volume": 0, "seance": seance}


def close(seance: object, last: object) -> dict[str, object]:
    return {"sEANCE": seance, "lAST": last}


def intraday(*points: object) -> IndexLevel | None:
    return parse_intraday({"intradays": list(points)}, MOMENT, code="905001")


def history(*closes: object) -> list[IndexLevel]:
    return parse_history({"indexHistorys": list(closes)}, MOMENT, code="905001")


def test_the_level_is_that_of_the_latest_time_against_the_previous_close() -> None:
    level = intraday(point("10:30:00", "15 610,5"), point("00:00:00", 15500), point("09:00:00", 15505))

    assert level == IndexLevel(
        code="905001",
        session=date(2026, 4, 13),
        level=Decimal("15610.5"),
        previous=Decimal(15500),
        as_of=datetime(2026, 4, 13, 9, 30, tzinfo=UTC),
    )


def test_the_previous_close_may_carry_the_date_of_the_session_it_closed() -> None:
    level = intraday(point("00:00:00", 15500, "2026-04-10"), point("09:00:00", 15505))

    assert level is not None
    assert (level.session, level.previous) == (date(2026, 4, 13), Decimal(15500))


def test_points_of_an_older_session_do_not_count() -> None:
    level = intraday(point("14:00:00", 15400, "2026-04-10"), point("09:00:00", 15505))

    assert level is not None
    assert (level.level, level.previous) == (Decimal(15505), None)


def test_the_previous_close_alone_is_no_level() -> None:
    assert intraday(point("00:00:00", 15500)) is None


def test_no_points_are_no_level() -> None:
    assert intraday() is None


@pytest.mark.parametrize(
    "broken",
    [None, point("late", 1), point("10:00:00", 0), point("10:00:00", -1), point("10:00:00", 1, "2026-04-14")],
)
def test_an_unreadable_point_is_left_out_with_a_warning(broken: object, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        level = intraday(point("09:00:00", 15505), broken)

    assert level is not None
    assert level.level == 15505
    assert "left out 1 of 2 points" in caplog.text


def test_points_that_are_all_unreadable_are_a_format_error() -> None:
    with pytest.raises(SourceFormatError, match="none of 2 points of index 905001 can be read"):
        intraday(None, {})


@pytest.mark.parametrize("answer", [[], None, {"intradays": "none"}, {}])
def test_an_answer_without_a_list_of_points_is_a_format_error(answer: object) -> None:
    with pytest.raises(SourceFormatError):
        parse_intraday(answer, MOMENT, code="905001")


def test_each_close_knows_the_one_before_it() -> None:
    closes = history(close("13 avril 2026", 15606.62), close("9 avril 2026", 15400), close("10 avril 2026", "15 500,0"))

    assert [(level.session.day, level.level, level.previous) for level in closes] == [
        (9, Decimal(15400), None),
        (10, Decimal(15500), Decimal(15400)),
        (13, Decimal("15606.62"), Decimal(15500)),
    ]


def test_a_session_that_comes_twice_is_kept_once_with_its_later_entry() -> None:
    closes = history(close("10 avril 2026", 15400), close("10 avril 2026", 15500))

    assert [level.level for level in closes] == [15500]


def test_unreadable_closes_are_left_out_and_counted(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        closes = history(close("10 avril 2026", 15500), close("jamais", 1), close("13 avril 2026", None), 7)

    assert len(closes) == 1
    assert "Index 905001: left out 3 of 4 points" in caplog.text


def test_an_empty_history_is_empty() -> None:
    assert history() == []
