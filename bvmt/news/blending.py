"""The lexicon's finding and the classifier's, made one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from bvmt.news.tone import DecidedBy, Label, Sentiment

if TYPE_CHECKING:
    from bvmt.news.classifier import TrainedModel

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

COLUMNS = (Label.POSITIVE, Label.NEUTRAL, Label.NEGATIVE)
"""The labels in the order of every matrix of probabilities."""

MOST_WEIGHT = 3.0
_LEAST, _MOST = 0.45, 0.97
_NEXT_TO_IT = 0.7
"""Of the doubt about a positive or negative text, the part that goes to neutral and not to the opposite."""


@dataclass(frozen=True, slots=True)
class Weights:
    """How much each counts, from 0 (not at all) to 3: the exponents of its probabilities."""

    lexicon: float
    classifier: float


def lexicon_probabilities(sentiments: Sequence[Sentiment]) -> Floats:
    """Return n x 3 probabilities that say what the lexicon's label, confidence and score do.

    The label has its confidence, held within 0.45..0.97. The rest of a neutral one leans the way of the score. How far
    they can be trusted is what `fit_weights` finds out.
    """
    found = np.zeros((len(sentiments), len(COLUMNS)))
    for row, sentiment in enumerate(sentiments):
        sure = min(max(sentiment.confidence, _LEAST), _MOST)
        rest = 1 - sure
        if sentiment.label is Label.NEUTRAL:
            lean = (1 + 0.9 * sentiment.score) / 2
            found[row] = rest * lean, sure, rest * (1 - lean)
        else:
            one = sure, rest * _NEXT_TO_IT, rest * (1 - _NEXT_TO_IT)
            found[row] = one if sentiment.label is Label.POSITIVE else one[::-1]
    return found


def pool(lexicon: Floats, classifier: Floats, weights: Weights) -> Floats:
    """Return n x 3 probabilities from both: their weighted product, scaled to 1 (a logarithmic opinion pool).

    Of a label that the classifier never saw (probability 0) it says nothing: that keeps the share that the lexicon
    gives it, and the others divide the rest.
    """
    unseen = classifier == 0
    logs = weights.lexicon * np.log(lexicon) + weights.classifier * np.log(np.maximum(classifier, 1e-300))
    logs[unseen] = -np.inf
    powers = np.exp(logs - logs.max(axis=1, keepdims=True))
    kept = np.where(unseen, lexicon, 0.0)
    return np.asarray(kept + powers / powers.sum(axis=1, keepdims=True) * (1 - kept.sum(axis=1, keepdims=True)))


def fit_weights(lexicon: Floats, classifier: Floats, truth: Ints) -> Weights:
    """Return the weights that make the true labels (columns) most likely, so that the blend is calibrated.

    `classifier` has to come from folds that were held out, or it is trusted too much.
    """
    from scipy.optimize import minimize

    rows = np.arange(len(truth))

    def loss(at: Floats) -> float:
        likely = pool(lexicon, classifier, Weights(float(at[0]), float(at[1])))[rows, truth]
        return float(-np.log(np.maximum(likely, 1e-12)).mean())

    found = minimize(loss, np.ones(2), method="L-BFGS-B", bounds=[(0.0, MOST_WEIGHT)] * 2)
    return Weights(round(float(found.x[0]), 4), round(float(found.x[1]), 4))


def blend(sentiment: Sentiment, probabilities: Floats, weights: Weights) -> Sentiment:
    """Return the sentiment with score, label and confidence from both; language and deciding words stay.

    `probabilities` are the classifier's three for this text. The score is how much likelier positive is than
    negative, the confidence the likelihood of the label.
    """
    pooled = pool(lexicon_probabilities([sentiment]), probabilities.reshape(1, -1), weights)[0]
    return _from_pooled(sentiment, pooled)


def blend_all(model: TrainedModel, texts: Sequence[str], sentiments: Sequence[Sentiment]) -> list[Sentiment]:
    """Return the lexicon's sentiments of these texts, each blended with what the model says of it."""
    if not texts:
        return []
    pooled = pool(lexicon_probabilities(sentiments), model.probabilities(texts), model.weights)
    return [_from_pooled(sentiment, row) for sentiment, row in zip(sentiments, pooled, strict=True)]


def _from_pooled(sentiment: Sentiment, pooled: Floats) -> Sentiment:
    best = int(pooled.argmax())
    return replace(
        sentiment,
        score=round(float(pooled[0] - pooled[2]), 4),
        label=COLUMNS[best],
        confidence=round(float(pooled[best]), 3),
        decided_by=DecidedBy.BLEND,
    )
