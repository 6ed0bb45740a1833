"""The anomaly scan's findings and explanations as messages of both languages."""

from __future__ import annotations

from datetime import date

import pytest

from bvmt.market.adjustments import CorporateAction
from bvmt.market.anomalies import Context, News
from bvmt.market.anomalies.explanations import Explanations
from bvmt.market.anomalies.findings import _SENTENCES, sentence
from bvmt.reports.content import Message, Words
from bvmt.reports.finding_words import EXPLANATION_KEYS, FINDING_KEYS, explanation_words, finding_words
from bvmt.reports.language import Language

ISIN, DAY, BEFORE = "TN0001800457", date(2026, 11, 24), date(2026, 11, 23)

NAMES = """
volume ratio close move base turnover turnover_ratio block prior step rise up fall gap mean_price idle_sessions limit
trades_ratio size_ratio shares score
"""
NUMBERS = dict.fromkeys(NAMES.split(), 0.25) | {"sessions": 20.0, "reserved": 0.0}


def english(value: object) -> str:
    assert isinstance(value, Message | Words)
    return Language("en").show(value)


@pytest.mark.parametrize("kind", _SENTENCES)
def test_every_kind_of_finding_has_a_message(kind: str) -> None:
    told = finding_words(
        {"kind": kind, "sentence": sentence(kind, NUMBERS, partial=False), "numbers": NUMBERS, "strength": 0.5}
    )
    assert isinstance(told, Message)
    assert told.key in FINDING_KEYS
    assert Language("fr").text(told)


def test_a_finding_keeps_its_numbers() -> None:
    told = finding_words({"kind": "stale_jump", "sentence": "", "numbers": {"idle_sessions": 7.0, "move": -0.08}})
    assert english(told) == "First trade after 7 sessions without one, −8.00% from the last."


@pytest.mark.parametrize(
    ("reserved", "count", "begins", "ends"),
    [
        (0.0, 1.0, "Price at its limit", "6.00%."),
        (0.0, 2.0, "Price at its limit", "for the second session."),
        (1.0, 1.0, "Reserved without a trade", "6.00%."),
        (1.0, 2.0, "Reserved without a trade", "for the second session."),
    ],
)
def test_a_price_at_its_limit_says_how(reserved: float, count: float, begins: str, ends: str) -> None:
    numbers = {"move": 0.0599, "limit": 0.06, "reserved": reserved, "sessions": count}
    told = english(finding_words({"kind": "limit", "sentence": "", "numbers": numbers}))
    assert told.startswith(begins)
    assert told.endswith(ends)


def test_a_kind_of_a_service_keeps_its_own_sentence() -> None:
    told = finding_words({"kind": "pattern", "sentence": "The service saw something.", "numbers": {}})
    assert told == Words(value="The service saw something.")


def test_a_finding_without_one_of_its_numbers_keeps_its_own_sentence() -> None:
    told = finding_words({"kind": "volume_and_move", "sentence": "Turnover.", "numbers": {"turnover": 1.0}})
    assert told == Words(value="Turnover.")


def test_what_the_next_session_showed_of_a_marked_close_is_not_told() -> None:
    numbers = {"gap": 0.02, "mean_price": 10.0, "taken_back": 0.9}
    assert english(finding_words({"kind": "close_marking", "sentence": "", "numbers": numbers})) == (
        "Close +2.00% off the session's price before it, TND 10.000."
    )


@pytest.mark.parametrize(
    ("context", "told"),
    [
        (Context(actions=[CorporateAction(ISIN, DAY, "dividend", 0.45)]), "Ex-dividend of TND 0.450."),
        (Context(actions=[CorporateAction(ISIN, DAY, "split", 0, 5, 1)]), "Split: 5 for 1 shares."),
        (Context(actions=[CorporateAction(ISIN, DAY, "bonus", 0, 1, 7.5)]), "Bonus issue: 1 for 7.50 shares."),
        (
            Context(actions=[CorporateAction(ISIN, DAY, "rights", 5.5, 1, 4)]),
            "Rights issue: 1 for 4 shares at TND 5.500.",
        ),
        (Context(index_reviews=frozenset({DAY})), "An index review takes effect on this day."),
        (Context(results=frozenset({(ISIN, DAY)})), "The company published its results on this day."),
        (Context(first_days={ISIN: DAY}), "The share is new on the exchange."),
        (Context(news=[News(ISIN, DAY, "Dividende en hausse")]), "Company news: Dividende en hausse"),
    ],
)
def test_what_the_scan_says_in_explanation_is_understood(context: Context, told: str) -> None:
    _, (own,) = Explanations(context).of(ISIN, DAY, BEFORE)
    value = explanation_words(own)
    assert isinstance(value, Message)
    assert value.key in EXPLANATION_KEYS
    assert english(value) == told


def test_an_agitated_market_is_understood() -> None:
    value = explanation_words("Agitated market: of the move of -5.2 % the share's own part is -3.1 %.")
    assert english(value) == "Agitated market: of the move of −5.20% the share's own part is −3.10%."


def test_other_words_stay_as_they_are() -> None:
    assert explanation_words("The dividend is detached.") == Words(value="The dividend is detached.")
