"""Whether the classifier is worth blending in: all three on the same held-out texts."""

from __future__ import annotations

import pytest

from bvmt.news.classifier import TooFewLabels
from bvmt.news.cross_validation import MacroF1, Scores, cross_validate, macro_f1
from bvmt.news.tone import Label, Language
from tests.unit.news.learners import easy, right, says, silent

GOOD, DULL, BAD = Label.POSITIVE, Label.NEUTRAL, Label.NEGATIVE


def scores(lexicon: float, blend: float) -> Scores:
    return Scores(MacroF1(lexicon, 0.9, blend, 200), {}, 5)


def test_macro_f1_is_the_mean_of_the_f1_of_each_label() -> None:
    # F1: positive 2 * 2 / (2 + 3), neutral 0, negative 1.
    assert macro_f1([GOOD, GOOD, DULL, BAD], [GOOD, GOOD, GOOD, BAD]) == pytest.approx((0.8 + 0 + 1) / 3, abs=1e-4)


def test_a_label_that_does_not_occur_does_not_count() -> None:
    assert macro_f1([GOOD, BAD], [GOOD, BAD]) == 1


def test_a_blend_that_is_better_than_the_lexicon_is_worth_using() -> None:
    assert scores(0.80, 0.81).worth_using


@pytest.mark.parametrize("blend", [0.80, 0.79])
def test_a_blend_that_is_as_good_or_worse_is_not(blend: float) -> None:
    assert not scores(0.80, blend).worth_using


def test_what_can_be_learned_beats_lexicons_that_know_nothing() -> None:
    texts, labels = easy(150)
    found = cross_validate(texts, labels, silent(150), seed=7)
    assert found.overall.classifier > 0.95
    assert found.overall.blend > 0.95
    assert found.overall.lexicon < 0.2
    assert found.worth_using


def test_nothing_can_be_learned_from_labels_that_are_drawn_by_lot() -> None:
    texts, labels = easy(150)
    drawn = [labels[(place * 7 + place // 3) % 150] for place in range(150)]
    found = cross_validate(texts, drawn, right(drawn), seed=7)
    assert found.overall.classifier < 0.6
    assert found.overall.lexicon == 1
    assert not found.worth_using


def test_a_text_given_twice_is_not_tried_on_a_model_that_has_seen_it() -> None:
    # Every text stands there twice, in small letters and in capitals, with a label that no other tells anything of.
    one = [f"{chr(97 + n // 8)}q{chr(97 + n % 8)}" for n in range(60)]
    labels = [(GOOD, BAD)[(n * n // 7 + n // 3) % 2] for n in range(60)]
    found = cross_validate([*one, *map(str.upper, one)], labels * 2, silent(120), seed=7)
    assert found.overall.texts == 60
    assert found.overall.classifier < 0.8


def test_a_language_with_thirty_texts_has_scores_of_its_own() -> None:
    texts, labels = easy(90)
    lexicon = right(labels)
    lexicon[0] = type(lexicon[0])(0.6, labels[0], 0.6, Language.FRENCH)
    found = cross_validate(texts, labels, lexicon, seed=7)
    assert set(found.by_language) == {Language.TUNIZI}
    assert found.by_language["tunizi"].texts == 89 - (90 - found.overall.texts)


def test_the_scores_are_the_same_each_time() -> None:
    texts, labels = easy(60)
    lexicon = [says(DULL)] * 60
    assert cross_validate(texts, labels, lexicon, seed=7) == cross_validate(texts, labels, lexicon, seed=7)


def test_too_few_labels_are_not_scored() -> None:
    texts, labels = easy(12)
    with pytest.raises(TooFewLabels):
        cross_validate(texts, labels, silent(12), seed=7)
