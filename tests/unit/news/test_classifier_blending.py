"""Lexicon and classifier made one: each counts as much as it was right on held-out texts."""

from __future__ import annotations

import numpy as np
import pytest

from bvmt.news.blending import (
    COLUMNS,
    Floats,
    Ints,
    Weights,
    blend,
    blend_all,
    fit_weights,
    lexicon_probabilities,
    pool,
)
from bvmt.news.classifier import train
from bvmt.news.tone import DecidedBy, DecidingWord, Label, Language, Sentiment
from tests.unit.news.learners import easy, says, silent

EVEN = Weights(1.0, 1.0)


def one(positive: float, neutral: float, negative: float) -> Floats:
    return np.array([positive, neutral, negative])


def test_the_words_that_decided_and_the_language_stay() -> None:
    word = DecidingWord("hausse", 0.7, "")
    sentiment = Sentiment(0.6, Label.POSITIVE, 0.6, Language.FRENCH, (word,))
    blended = blend(sentiment, one(0.1, 0.1, 0.8), EVEN)
    assert (blended.words, blended.language) == ((word,), Language.FRENCH)
    assert blended.decided_by is DecidedBy.BLEND


def test_where_both_agree_the_blend_is_surer_than_either() -> None:
    blended = blend(says(Label.POSITIVE, confidence=0.7), one(0.7, 0.2, 0.1), EVEN)
    assert blended.label is Label.POSITIVE
    assert blended.confidence > 0.7


def test_a_sure_classifier_turns_an_unsure_lexicon() -> None:
    blended = blend(says(Label.NEUTRAL, confidence=0.4), one(0.02, 0.03, 0.95), EVEN)
    assert blended.label is Label.NEGATIVE
    assert blended.score < -0.5


def test_a_sure_lexicon_outdoes_an_unsure_classifier() -> None:
    blended = blend(says(Label.POSITIVE, confidence=0.95), one(0.3, 0.3, 0.4), EVEN)
    assert blended.label is Label.POSITIVE
    assert blended.score > 0.5


@pytest.mark.parametrize("label", Label)
def test_a_weight_of_zero_takes_one_of_them_out(label: Label) -> None:
    other = {Label.POSITIVE: Label.NEGATIVE, Label.NEGATIVE: Label.NEUTRAL, Label.NEUTRAL: Label.POSITIVE}[label]
    classifier = np.where(np.array(COLUMNS) == label, 0.9, 0.05)
    assert blend(says(other), classifier, Weights(0.0, 1.0)).label is label
    assert blend(says(other), classifier, Weights(1.0, 0.0)).label is other


def test_of_a_label_that_the_classifier_never_saw_the_lexicon_decides() -> None:
    unseen_neutral = one(0.6, 0.0, 0.4)
    assert blend(says(Label.NEUTRAL, confidence=0.85), unseen_neutral, EVEN).label is Label.NEUTRAL
    assert blend(says(Label.NEGATIVE, confidence=0.5), one(0.95, 0.0, 0.05), EVEN).label is Label.POSITIVE


@pytest.mark.parametrize("label", Label)
@pytest.mark.parametrize("confidence", [0.0, 0.2, 0.36, 0.7, 1.0])
def test_the_lexicons_label_is_always_its_likeliest(label: Label, confidence: float) -> None:
    said = lexicon_probabilities([says(label, confidence=confidence)])[0]
    assert said.sum() == pytest.approx(1)
    assert COLUMNS[int(said.argmax())] is label
    assert said.min() > 0


def test_score_and_label_never_contradict_each_other() -> None:
    for said in np.random.default_rng(3).dirichlet([1, 1, 1], 300):
        for label in Label:
            blended = blend(says(label), said, EVEN)
            assert -1 <= blended.score <= 1
            assert 0 <= blended.confidence <= 1
            if blended.label is not Label.NEUTRAL:
                assert (blended.score > 0) is (blended.label is Label.POSITIVE)


def test_an_opinion_that_is_surer_than_it_is_right_gets_the_smaller_weight() -> None:
    draw = np.random.default_rng(3)
    truth = draw.integers(0, 3, 400)
    honest, boastful = _guesses(truth, 0.8, draw), _guesses(truth, 0.45, draw, claimed=0.9)
    weights = fit_weights(honest, boastful, truth)
    assert weights.lexicon > 2 * weights.classifier
    turned = fit_weights(boastful, honest, truth)
    assert turned.classifier > 2 * turned.lexicon


def test_fitted_weights_make_the_blend_as_sure_as_it_is_right() -> None:
    draw = np.random.default_rng(4)
    truth = draw.integers(0, 3, 4000)
    one_opinion, other = (_guesses(truth, part, draw) for part in (0.75, 0.6))
    weights = fit_weights(one_opinion[:2000], other[:2000], truth[:2000])
    pooled = pool(one_opinion[2000:], other[2000:], weights)
    right = (pooled.argmax(axis=1) == truth[2000:]).mean()
    assert pooled.max(axis=1).mean() == pytest.approx(right, abs=0.03)


def test_many_texts_are_blended_as_each_alone() -> None:
    texts, labels = easy(120)
    model = train(texts, labels, silent(120), seed=7)
    sentiments = [says(label) for label in labels[:5]]
    together = blend_all(model, texts[:5], sentiments)
    alone = [
        blend(sentiment, model.probabilities([text])[0], model.weights)
        for text, sentiment in zip(texts, sentiments, strict=False)
    ]
    assert together == alone
    assert blend_all(model, [], []) == []


def _guesses(truth: Ints, right: float, draw: np.random.Generator, *, claimed: float | None = None) -> Floats:
    """Opinions whose favourite is right so often; they give it that probability, or the one they claim."""
    favourite = np.where(draw.random(len(truth)) < right, truth, (truth + draw.integers(1, 3, len(truth))) % 3)
    sure = right if claimed is None else claimed
    said = np.full((len(truth), 3), (1 - sure) / 2)
    said[np.arange(len(truth)), favourite] = sure
    return said
