"""The weekly report as a whole: what it says, in which words, and what it leaves out."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from bvmt.market.adjustments import Factor
from bvmt.market.ratings import Step
from bvmt.reports.content import Chart, Missing, Report, Words
from bvmt.reports.language import Language
from bvmt.reports.weekly import weekly_report
from tests.unit.reports.daily_world import cells, chart, facts, lead, section, sentences, table
from tests.unit.reports.weekly_world import (
    FRIDAY,
    ISINS,
    MADE_AT,
    MONDAY,
    anomaly,
    frames,
    past,
    report,
    weeks_ago,
    with_market,
)

SECTIONS = (
    *("indices", "activity", "sectors", "listings", "anomalies", "tone", "portfolio", "ratings", "risk"),
    *("outlook", "scorecard", "context"),
)


@pytest.fixture(scope="module")
def week() -> Report:
    """The report of an ordinary week."""
    return report(frames())


def test_it_has_its_sections_in_order_and_its_period(week: Report) -> None:
    assert tuple(each.id for each in week.sections) == SECTIONS
    assert (week.first_day, week.last_day) == (MONDAY, FRIDAY)
    assert week.simulated


def test_the_same_week_gives_the_same_report(week: Report) -> None:
    assert report(frames()).model_dump_json() == week.model_dump_json()


def test_json_holds_it_without_loss(week: Report) -> None:
    assert Report.model_validate_json(week.model_dump_json()) == week


def test_the_figures_are_those_of_the_bars(week: Report) -> None:
    bars = frames().market.bars
    traded = bars.turnover[-5:]
    assert week.figures["turnover_tnd"] == pytest.approx(float(traded.sum()))
    moves = bars.close[-1] / bars.close[-6] - 1
    assert week.figures["advancing"] == int((moves > 0).sum())
    assert week.figures["declining"] == int((moves < 0).sum())
    assert week.figures["equal_weighted_change"] == pytest.approx(float(moves.mean()))
    assert week.figures["sessions"] == 5


def test_each_session_has_its_turnover_and_its_part_of_the_week(week: Report) -> None:
    by_day = frames().market.bars.turnover[-5:].sum(axis=1)
    parts = [f"{100 * part:.2f}%" for part in by_day / by_day.sum()]
    assert cells(week, "sessions", "part") == parts
    assert cells(week, "sessions", "day")[0] == "16 Nov 2026"


def test_the_turnover_is_compared_with_the_median_of_the_twelve_weeks_before(week: Report) -> None:
    by_week = frames().market.bars.turnover.sum(axis=1).reshape(-1, 5).mean(axis=1)
    expected = by_week[-1] / np.median(by_week[-13:-1])
    assert week.figures["turnover_to_median12"] == pytest.approx(expected)


def test_every_listing_has_its_week_and_its_place_in_the_year(week: Report) -> None:
    close = frames().market.bars.close
    n = 3
    row = cells(week, "listings", "ticker").index(f"S{n:02d}")
    expected = close[-1, n] / close[-6, n] - 1
    assert cells(week, "listings", "week")[row] == f"{100 * expected:+.2f}%".replace("-", "−")
    high = close[-1, n] / close[-252:, n].max() - 1
    assert cells(week, "listings", "to_high")[row] == f"{100 * high:+.2f}%".replace("-", "−").replace("+0.00", "0.00")


def test_the_best_and_the_worst_listing_lead_the_movers(week: Report) -> None:
    moves = frames().market.bars.close[-1] / frames().market.bars.close[-6] - 1
    assert cells(week, "gainers", "share")[0] == f"Société {int(np.argmax(moves)):02d}"
    assert cells(week, "losers", "share")[0] == f"Société {int(np.argmin(moves)):02d}"


def test_the_sectors_are_means_of_their_listings(week: Report) -> None:
    moves = frames().market.bars.close[-1] / frames().market.bars.close[-6] - 1
    means = {name: moves[n::4].mean() for n, name in enumerate(("Banques", "Assurances", "Distribution", "Industries"))}
    best = sorted(means, key=lambda name: -means[name])
    assert cells(week, "sectors", "sector") == best
    assert cells(week, "sectors", "week")[0] == f"{100 * means[best[0]]:+.2f}%".replace("-", "−")


def test_a_short_history_gives_reasons_instead_of_figures() -> None:
    short = report(frames(60))
    assert "0 listings may be held, and the limits need 8 at least" in sentences(short, "portfolio")
    assert set(cells(short, "risk", "weeks")) == {"59"}
    assert set(cells(short, "risk", "var")) == {"under 104 weekly returns"}
    assert set(cells(short, "risk", "beta")) == {"under 104 weekly returns"}
    assert all(cell.endswith("%") for cell in cells(short, "risk", "volatility"))
    assert short.figures["portfolio_volatility"] is None


def test_a_first_week_has_no_moves_and_says_so() -> None:
    first = report(frames(1))
    assert set(cells(first, "listings", "week")) == {"no base"}
    assert first.figures["tunindex_week"] is None
    assert "its level of the week before is not known" in lead(first)
    assert isinstance(table(first, "risk").rows[0].cells[2], Missing)


def test_a_week_that_is_not_over_says_so() -> None:
    wednesday = report(frames(130, last=FRIDAY - timedelta(days=2)))
    assert "2 sessions are still to come" in sentences(wednesday, "context")
    assert len(table(wednesday, "sessions").rows) == 3


def test_without_news_nothing_is_said_of_its_tone_and_the_ratings_do_without(week: Report) -> None:
    assert "No news has been read yet" in sentences(week, "tone")
    assert "so the other terms took its weight: Yield, Tone." in sentences(week, "ratings")
    assert set(cells(week, "ratings", "tone")) == {"n/a"}


def test_the_anomalies_of_the_week_are_told_and_those_before_are_followed() -> None:
    then = date(2026, 11, 6)
    found = report(frames(anomalies=(anomaly(2, FRIDAY), anomaly(5, then, verdict="true"), anomaly(6, MONDAY))))
    assert cells(found, "anomalies", "day") == ["16 Nov 2026", "20 Nov 2026"]
    assert cells(found, "anomalies_followed", "share") == ["Société 05"]
    made = frames().market
    row = made.bars.sessions.index(then)
    index = [float(level) for level in made.indices["905001"].levels]
    excess = made.bars.close[row + 5, 5] / made.bars.close[row, 5] - index[row + 5] / index[row]
    assert cells(found, "anomalies_followed", "excess") == [f"{100 * excess:+.2f}%".replace("-", "−")]
    assert "2 anomalies in the week" in sentences(found, "anomalies")
    assert "2 high or critical anomalies are to be checked" in lead(found)


def test_an_unconfirmed_corporate_action_takes_a_listing_out_of_portfolio_and_ratings() -> None:
    found = weekly_report(frames(anomalies=(anomaly(4, MONDAY, unconfirmed=True),)), made_at=MADE_AT)
    assert found.signals.ratings[ISINS[4]].step is None
    assert found.signals.weights is not None
    assert ISINS[4] not in found.signals.weights
    assert "1 listing has a corporate action that nobody has confirmed: S04" in sentences(found.report, "context")


def test_a_verdict_settles_an_unconfirmed_corporate_action() -> None:
    settled = anomaly(4, MONDAY, unconfirmed=True, verdict="explained")
    found = weekly_report(frames(anomalies=(settled,)), made_at=MADE_AT)
    assert found.signals.ratings[ISINS[4]].step is not None


def test_last_weeks_portfolio_limits_the_changes_of_this_one() -> None:
    held = dict.fromkeys(ISINS[:9], 0.095)
    found = report(frames(weights={weeks_ago(1): held}))
    assert found.figures["portfolio_turnover"] == pytest.approx(0.20, abs=0.001)
    assert facts(found, "portfolio")["Changes of the week"] == "20.00%"
    reasons = " ".join(cells(found, "portfolio", "why"))
    assert "bought, marginal risk" in reasons
    assert "sold, marginal risk" in reasons


def test_what_was_held_drifts_with_the_prices_of_the_week() -> None:
    held = {ISINS[0]: 0.09, **dict.fromkeys(ISINS[1:10], 0.08)}
    found = report(frames(weights={weeks_ago(1): held}))
    growth = frames().market.bars.close[-1, :10] / frames().market.bars.close[-6, :10]
    worth = np.array([0.09, *[0.08] * 9]) * growth
    expected = worth[0] / (1 - 0.81 + worth.sum())
    row = cells(found, "portfolio", "share").index("Société 00")
    assert cells(found, "portfolio", "before")[row] == f"{100 * expected:.2f}%"


def test_a_step_is_kept_for_four_weeks_and_the_change_is_told_after_them(week: Report) -> None:
    best = frames().market.listings[[f"Société {n:02d}" for n in range(24)].index(cells(week, "ratings", "share")[0])]
    young = weekly_report(frames(ratings={weeks_ago(1): {best.isin: past("underweight", 2)}}), made_at=MADE_AT)
    old = weekly_report(frames(ratings={weeks_ago(1): {best.isin: past("underweight", 5)}}), made_at=MADE_AT)
    assert young.signals.ratings[best.isin].step is Step.UNDERWEIGHT
    assert table(young.report, "rating_changes").rows == ()
    assert old.signals.ratings[best.isin].step is Step.OVERWEIGHT
    assert cells(old.report, "rating_changes", "before") == ["Underweight"]


def test_the_record_is_told_once_there_are_signals(week: Report) -> None:
    assert "None yet" in sentences(week, "scorecard")
    of_week = {isin: past("overweight") for isin in ISINS[:10]}
    found = report(frames(ratings={weeks_ago(n): of_week for n in (1, 2)}, weights={weeks_ago(1): {ISINS[0]: 0.5}}))
    made = frames().market
    index = np.array([float(level) for level in made.indices["905001"].levels])
    wins = sum(
        int((made.bars.close[end, :10] / made.bars.close[end - 5, :10] > index[end] / index[end - 5]).sum())
        for end in (-1, -6)
    )
    assert cells(found, "scorecard", "n") == ["20", "1"]
    assert cells(found, "scorecard", "hits")[0] == str(wins)


def test_dividends_make_the_yield_a_term_of_the_ratings() -> None:
    paid = Factor(date(2026, 6, 15), 0.95, 1.0, cash=1.0, close_before=20.0, detail="")
    found = weekly_report(with_market(frames(), factors={ISINS[7]: (paid,)}), made_at=MADE_AT)
    assert (
        cells(found.report, "ratings", "yield")[cells(found.report, "ratings", "share").index("Société 07")] == "1.00"
    )


def test_every_chart_has_points_and_says_what_is_to_be_seen(week: Report) -> None:
    charts = [block for each in week.sections for block in each.blocks if isinstance(block, Chart)]
    assert [each.id for each in charts] == ["tunindex", "turnover", "sectors", "movers", "risk_return"]
    assert all(each.points and Language("en").text(each.alt) for each in charts)
    dots = chart(week, "risk_return").points
    assert [dot.label for dot in dots if dot.mark] == ["TUNINDEX"]


def test_every_section_but_the_last_names_its_methods(week: Report) -> None:
    without = {each.id for each in week.sections if not each.method}
    assert without == {"tone", "context"}


def test_ratings_are_called_signals_and_never_advice(week: Report) -> None:
    english = Language("en")
    assert "no price target and no advice" in sentences(week, "ratings")
    assert "no investment advice" in english.sentences(week.disclaimer)
    assert "no investment advice" in sentences(week, "portfolio")


def test_a_listing_that_left_is_not_told_and_not_held() -> None:
    made = frames()
    listed = tuple(each for each in made.market.listings if each.isin != ISINS[1])
    found = weekly_report(with_market(made, listings=listed), made_at=MADE_AT)
    assert "S01" not in cells(found.report, "listings", "ticker")
    assert found.signals.weights is not None
    assert ISINS[1] not in found.signals.weights
    assert ISINS[1] not in found.signals.ratings


def test_a_market_without_index_levels_is_reported_all_the_same() -> None:
    found = report(with_market(frames(), indices={}))
    assert facts(found, "indices") == {"TUNINDEX": "no level", "TUNINDEX20": "no level"}
    assert set(cells(found, "risk", "beta")) == {"no index"}
    assert "No level of TUNINDEX" in lead(found)
    assert section(found, "outlook").blocks


def test_a_report_made_after_the_week_says_until_when_it_knew() -> None:
    late = report(frames(), made_at=MADE_AT + timedelta(days=30))
    assert "Made after the week, from what was known by 21 Nov 2026, 00:00" in sentences(late, "context")


def test_hostile_names_stand_as_words_and_nothing_else() -> None:
    made = frames()
    hostile = replace(made.market.listings[0], name="=cmd|' /C calc'!A1 <script>alert(1)</script> {level}")
    found = report(with_market(made, listings=(hostile, *made.market.listings[1:])))
    column = [each.key for each in table(found, "listings").columns].index("name")
    assert Words(value=hostile.name) in [row.cells[column] for row in table(found, "listings").rows]
