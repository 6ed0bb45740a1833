from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

from bvmt.runs.durations import UsualDuration, usual_duration
from bvmt.runs.job import Figure
from bvmt.store.run_peers import PastRun
from bvmt.ui.run_usual import Standing, UsualFigures, duration_standing, learn_usual

NOON = datetime(2026, 11, 24, 11, tzinfo=UTC)
QUOTES = Figure("quotes", "Quotes stored", "quotes", learnt=True)
TURNOVER = Figure("turnover", "Turnover", "TND")
MISSING = Figure("missing", "Missing", "rows", expected=(0, 4))


USUAL = "usual 10\u00a0s to 20\u00a0s"


def standing(seconds: float | None, *, over: bool = True) -> Standing:
    """How a duration stands where runs usually take 10 to 20 seconds."""
    return duration_standing(seconds, UsualDuration(60, 10.0, 11.0, 20.0), over=over)


def after(*values: float) -> UsualFigures:
    """What is usual after runs with these numbers of quotes."""
    past = [
        PastRun(uuid4(), NOON - timedelta(minutes=n), 10.0, {"quotes": value, "turnover": 10 * value})
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
    assert after(*[80] * 11).of_figure(QUOTES, 1) == Standing()
    assert duration_standing(99.0, usual_duration([10.0] * 11), over=True) == Standing()
    assert duration_standing(99.0, None, over=True) == Standing()


def test_a_duration_stands_against_its_band() -> None:
    assert standing(15.0) == Standing(USUAL)
    assert standing(30.0) == Standing(f"▲ slower than its {USUAL}", outside=True)
    assert standing(2.0) == Standing(f"▼ quicker than its {USUAL}", outside=True)


def test_a_run_under_way_is_slow_as_soon_as_it_takes_too_long_but_never_quick() -> None:
    assert standing(30.0, over=False).outside
    assert not standing(2.0, over=False).outside


def test_a_run_without_a_duration_has_no_standing() -> None:
    assert standing(None) == Standing()
