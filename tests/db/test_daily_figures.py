"""Every figure of a daily report, to its last printed digit, against plain arithmetic over the raw files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from bvmt.reports.content import Report
from bvmt.reports.daily import daily_report
from bvmt.reports.language import Language
from bvmt.store.engine import make_engine
from tests.conftest import fresh_database
from tests.db.daily_desk import DAY, MADE_AT, frames_of, import_market, know_more, raw_market
from tests.db.daily_oracle import Oracle
from tests.db.report_leaves import numbers_of, printed, to_place


@pytest.fixture(scope="module")
def report(postgres: sa.Engine, template_database: str) -> Iterator[Report]:
    """The report of a Wednesday from two years of imported files and what the desk wrote down, made on its evening."""
    for url in fresh_database(postgres, f"template {template_database} strategy file_copy"):
        engine = make_engine(url, application_name="tests")
        import_market(engine)
        know_more(engine)
        yield daily_report(frames_of(engine), made_at=MADE_AT)
        engine.dispose()


def test_every_figure_is_what_plain_arithmetic_over_the_raw_lines_gives(report: Report) -> None:
    found = list(numbers_of(report))
    expected = Oracle(raw_market()).everything()
    assert [path for path, n in Counter(path for path, _ in found).items() if n > 1] == []
    assert {path for path, _ in found} == set(expected)
    wrong = []
    for path, number in found:
        shown, place = printed(number)
        if shown != to_place(expected[path], place):
            wrong.append((path, shown, expected[path]))
    assert wrong == []
    assert len(found) > 700


def test_the_headline_figures_are_those_of_the_text(report: Report) -> None:
    oracle = Oracle(raw_market())
    expected = oracle.everything()
    in_text = {
        "tunindex": "indices/TUNINDEX/value",
        "tunindex_change": "indices/TUNINDEX/change",
        "tunindex_week": "indices/indices/0 TUNINDEX/week",
        "tunindex_month": "indices/indices/0 TUNINDEX/month",
        "tunindex_year": "indices/indices/0 TUNINDEX/year",
        "tunindex20": "indices/TUNINDEX20/value",
        "tunindex20_change": "indices/TUNINDEX20/change",
        "turnover_tnd": "activity/Turnover/value",
        "turnover_to_median20": "activity/Turnover/remark/daily.activity.of_median/ratio",
        "volume": "activity/Shares traded/value",
        "trades": "activity/Trades/value",
        "advancing": "lead/daily.lead.breadth/up",
        "declining": "lead/daily.lead.breadth/down",
        "unchanged": "lead/daily.lead.breadth/unchanged",
        "not_traded": "lead/daily.lead.breadth/not_traded",
        "equal_weighted_change": "breadth/Equal-weighted change/value",
        "market_cap_tnd": "breadth/Market capitalisation/value",
        "market_cap_listings": "breadth/Market capitalisation/remark/daily.cap.coverage/n",
        "anomalies": "anomalies/daily.anomalies.summary/n",
        "anomalies_critical": "anomalies/daily.anomalies.summary/critical",
        "mood": "news/Mood in the news/value",
    }
    assert set(report.figures) == set(in_text)
    assert report.figures == pytest.approx({name: float(expected[path]) for name, path in in_text.items()}, rel=1e-12)


def test_it_reads_in_both_languages_and_survives_being_stored(report: Report) -> None:
    assert Report.model_validate_json(report.model_dump_json()) == report
    assert Language("en").text(report.title) == f"Daily report, {DAY:%-d %b %Y}"
    assert Language("fr").text(report.title) == "Rapport quotidien, 18 nov. 2026"
