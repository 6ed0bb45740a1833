"""How well the lexicons do on texts that they were not made from, and what those texts have to be."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from functools import cache

import pytest

from bvmt.news.cross_validation import macro_f1
from bvmt.news.folding import fold
from bvmt.news.sentiment import Scorer
from bvmt.news.tone import Label
from tests.unit.news.labelled import Labelled, labelled

LANGUAGES = ("fr", "ar", "tunizi", "mixed")


@cache
def found(name: str) -> tuple[tuple[Labelled, Label], ...]:
    """Each text with what the lexicons say of it."""
    scorer = Scorer()
    return tuple((each, scorer.score(each.text).label) for each in labelled(name))


def quality(scored: Sequence[tuple[Labelled, Label]]) -> float:
    return macro_f1([each.label for each, _ in scored], [label for _, label in scored])


def words(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"\w+", fold(text)))


def test_macro_f1_on_the_test_texts_is_at_least_80_percent() -> None:
    assert quality(found("test")) >= 0.80


@pytest.mark.parametrize("language", LANGUAGES)
def test_macro_f1_in_each_language_is_at_least_75_percent(language: str) -> None:
    assert quality([pair for pair in found("test") if pair[0].language == language]) >= 0.75


def test_there_are_at_least_400_test_texts_and_100_in_each_language() -> None:
    texts = labelled("test")
    assert len(texts) >= 400
    assert min(Counter(each.language for each in texts)[language] for language in LANGUAGES) >= 100


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_fifth_of_the_texts_in_each_language_is_neutral(language: str) -> None:
    labels = [each.label for each in labelled("test") if each.language == language]
    assert labels.count(Label.NEUTRAL) >= len(labels) / 5


def test_no_two_texts_of_either_file_share_more_than_half_of_their_words() -> None:
    every = [words(each.text) for name in ("development", "test") for each in labelled(name)]
    alike = [
        (one, other)
        for place, one in enumerate(every)
        for other in every[:place]
        if len(one & other) > 0.5 * len(one | other)
    ]
    assert alike == []
