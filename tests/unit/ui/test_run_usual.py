from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

from bvmt.runs.job import Figure
from bvmt.store.run_peers import PastRun
from bvmt.ui.run_usual import Standing, Usual, learn_usual

NOON = datetime(2026, 11, 24, 11, tzinfo=UTC)
QUOTES = Figure("quotes", "Quotes stored", "quotes", learnt=True)
TURNOVER = Figure("turnover", "Turnover", "TND")
MISSING = Figure("missing", "Missing", "rows", expected=(0, 4))


def after(*values: float, seconds: float = 10.0) -> Usual:
    """What is usual after runs with these numbers of quotes, all of which took as long."""
    past = [
        PastRun(uuid4(), NOON - timedelta(minutes=n), seconds, {"quotes": value, "turnover": 10 * value})
        for n, value in enumerate(values)
    ]
    return learn_usual([QUOTES, TURNOVER, MISSING], past)


def test_a_learnt_figure_stands_against_its_band() -> None:
    usual = after(*[80] * 12)
    assert usual.of_figure(QUOTES, 80) == Standing("usual 76 to 84")
    assert usual.of_figure(QUOTES, 61) == Standing("▼ below its usual 76 to 84", outside=True)
    assert usual.of_figure(QUOTES, 99) == Standing("▲ above its usual 76 to 84", outside=True)


def test_a_band_that_the_job_set_counts_from_the_first_run_on() -> None:
    assert after().of_figure(MISSING, 5) == Standing("▲ above its expected 0 to 4", outside=True)


def test_a_text_where_a_number_belongs_is_outside() -> None:
    assert after().of_figure(MISSING, "many") == Standing("◆ not a number, expected 0 to 4", outside=True)


def test_a_figure_that_grows_through_the_day_has_a_median_and_is_never_outside() -> None:
    assert after(80, 90, 100).of_figure(TURNOVER, 1) == Standing("median 900")


def test_too_little_history_calls_nothing_usual() -> None:
    usual = after(*[80] * 11)
    assert usual.of_figure(QUOTES, 1) == Standing()
    assert usual.of_duration(99.0, over=True) == Standing()


def test_a_duration_stands_against_its_band() -> None:
    usual = after(*[80] * 12, seconds=20.0)
    assert usual.of_duration(20.5, over=True) == Standing("usual 19 s to 21 s")
    assert usual.of_duration(30.0, over=True) == Standing("▲ slower than its usual 19 s to 21 s", outside=True)
    assert usual.of_duration(2.0, over=True) == Standing("▼ quicker than its usual 19 s to 21 s", outside=True)


def test_a_band_within_what_is_written_is_told_as_one_duration() -> None:
    assert after(*[80] * 12, seconds=10.0).of_duration(10.0, over=True) == Standing("usual about 10 s")


def test_a_run_under_way_is_slow_as_soon_as_it_takes_too_long_but_never_quick() -> None:
    usual = after(*[80] * 12, seconds=10.0)
    assert usual.of_duration(30.0, over=False).outside
    assert not usual.of_duration(2.0, over=False).outside


def test_milliseconds_make_no_duration_unusual() -> None:
    usual = after(*[80] * 12, seconds=0.04)
    assert usual.of_duration(0.4, over=True) == Standing("usual up to 42 ms")


def test_a_run_without_a_duration_has_no_standing() -> None:
    assert after(*[80] * 12).of_duration(None, over=True) == Standing()
