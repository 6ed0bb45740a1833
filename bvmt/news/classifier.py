"""A classifier of texts that learns from readers' labels: character n-grams, a linear SVM, calibrated."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bvmt.news.blending import COLUMNS, Weights, fit_weights, lexicon_probabilities
from bvmt.news.folding import fold
from bvmt.news.tone import Label, Sentiment

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

LEAST_OF_A_LABEL = 10
"""Texts of a label below which it is not learned."""

MAX_NGRAMS = 60_000
NGRAM_CHARACTERS = (2, 5)
_SEEN_TWICE_FROM = 1_000
_INNER_FOLDS = 5
_PENALTY = 1.0
_READ_CHARACTERS = 4_000
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]+")
_TRIPLED = re.compile(r"([^\W\d_])\1{2,}")


class TooFewLabels(ValueError):
    """There is not enough to learn from; the text is a sentence that says what is missing."""


@dataclass(frozen=True, eq=False)
class TrainedModel:
    """A trained classifier: n-grams with their weights, the calibration, and how it is blended with the lexicon.

    Columns of `coefficients` (n-grams x 3), `intercepts` (3) and `calibration` (4 x 3: a slope for each decision value
    and a constant) are positive, neutral, negative. A label that is not `known` was not among those it learned.
    """

    ngrams: tuple[str, ...]
    idf: Floats
    coefficients: Floats
    intercepts: Floats
    calibration: Floats
    known: tuple[bool, bool, bool]
    weights: Weights
    labels: int

    def probabilities(self, texts: Sequence[str]) -> Floats:
        """Return n x 3 probabilities of positive, neutral and negative; 0 for a label that is not known."""
        if not texts:
            return np.zeros((0, len(COLUMNS)))
        decisions = np.asarray(self._vectoriser.transform(texts) @ self.coefficients) + self.intercepts
        return _calibrated(decisions, self.calibration, self.known)

    @cached_property
    def _vectoriser(self) -> Any:
        vectoriser = _vectoriser(vocabulary={ngram: column for column, ngram in enumerate(self.ngrams)})
        vectoriser.idf_ = self.idf
        return vectoriser


def prepared(text: str) -> str:
    """Return what the n-grams are cut from: case, accents and Arabic spellings folded, no letter thrice in a row."""
    return _TRIPLED.sub(r"\1\1", fold(_CONTROL.sub(" ", text[:_READ_CHARACTERS])))


def train(
    texts: Sequence[str],
    labels: Sequence[Label],
    lexicon: Sequence[Sentiment],
    *,
    seed: int,
    check_stop: Callable[[], None] = lambda: None,
) -> TrainedModel:
    """Learn from labelled texts, 200 to 20,000 of them; `lexicon` is what the lexicon engine finds in each.

    TF-IDF of character n-grams of 2 to 5 within words, one-against-rest linear SVM, balanced by label. Its decision
    values on held-out folds give the calibration (multinomial logistic, after Platt 1999) and the weights of the
    blend. A label with fewer than ten texts is left out. Raises TooFewLabels where fewer than two labels are left.
    `check_stop` is called between fits and may raise.
    """
    kept = learnable(labels)
    counted = count([texts[place] for place in kept])
    truth = columns_of([labels[place] for place in kept])
    expected = lexicon_probabilities([lexicon[place] for place in kept])
    return fit(counted, truth, expected, seed=seed, check_stop=check_stop)


def learnable(labels: Sequence[Label]) -> list[int]:
    """Return the places of the labels that are given often enough. Raises TooFewLabels where fewer than two are."""
    counts = Counter(labels)
    enough = {label for label, number in counts.items() if number >= LEAST_OF_A_LABEL}
    if len(enough) < 2:
        told = ", ".join(f"{counts[label]:,} {label}" for label in COLUMNS)
        raise TooFewLabels(f"Two kinds of label with {LEAST_OF_A_LABEL} texts each are needed; there are {told}.")
    return [place for place, label in enumerate(labels) if label in enough]


def columns_of(labels: Sequence[Label]) -> Ints:
    """Return the column of each label."""
    return np.array([COLUMNS.index(label) for label in labels], dtype=np.int64)


@dataclass(frozen=True, slots=True, eq=False)
class Counted:
    """How often each n-gram stands in each text: a sparse matrix of texts x n-grams, and the n-grams.

    Counted once for all folds: cutting the n-grams takes longer than learning from them.
    """

    ngrams: NDArray[Any]
    matrix: Any

    def rows(self, places: Ints) -> Counted:
        """The same for some of the texts."""
        return Counted(self.ngrams, self.matrix[places])


def count(texts: Sequence[str]) -> Counted:
    """Cut the texts into n-grams. Raises TooFewLabels where not one is found."""
    from sklearn.feature_extraction.text import CountVectorizer

    counter = CountVectorizer(analyzer="char_wb", ngram_range=NGRAM_CHARACTERS, preprocessor=prepared, dtype=np.float64)
    try:
        matrix = counter.fit_transform(texts)
    except ValueError as error:
        raise TooFewLabels("The labelled texts hold no words.") from error
    return Counted(counter.get_feature_names_out(), matrix)


def fit(
    counted: Counted,
    truth: Ints,
    expected: Floats,
    *,
    seed: int,
    check_stop: Callable[[], None] = lambda: None,
) -> TrainedModel:
    """Do what `train` does, from counted n-grams, columns of labels, and the lexicon's probabilities."""
    decisions = _held_out_decisions(counted, truth, seed, check_stop)
    known = _known(truth)
    calibration = _calibration(decisions, truth, known)
    weights = fit_weights(expected, _calibrated(decisions, calibration, known), truth)
    check_stop()
    machine = _fit_machine(counted, truth, seed)
    return TrainedModel(
        ngrams=tuple(str(ngram) for ngram in counted.ngrams[machine.chosen]),
        idf=machine.idf,
        coefficients=machine.coefficients,
        intercepts=machine.intercepts,
        calibration=calibration,
        known=known,
        weights=weights,
        labels=len(truth),
    )


def _vectoriser(*, vocabulary: dict[str, int]) -> Any:
    from sklearn.feature_extraction.text import TfidfVectorizer

    return TfidfVectorizer(
        analyzer="char_wb",
        ngram_range=NGRAM_CHARACTERS,
        preprocessor=prepared,
        vocabulary=vocabulary,
        sublinear_tf=True,
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Machine:
    chosen: Ints
    idf: Floats
    coefficients: Floats
    intercepts: Floats
    transform: Callable[[Any], Any]

    def decisions(self, counted: Counted) -> Floats:
        return np.asarray(self.transform(counted.matrix[:, self.chosen]) @ self.coefficients) + self.intercepts


def _fit_machine(counted: Counted, truth: Ints, seed: int) -> _Machine:
    from sklearn.feature_extraction.text import TfidfTransformer
    from sklearn.svm import LinearSVC

    chosen = _chosen(counted.matrix)
    weighing = TfidfTransformer(sublinear_tf=True)
    features = weighing.fit_transform(counted.matrix[:, chosen])
    machine = LinearSVC(C=_PENALTY, class_weight="balanced", random_state=seed, max_iter=10_000)
    machine.fit(features, truth)
    coefficients = np.zeros((len(chosen), len(COLUMNS)))
    intercepts = np.zeros(len(COLUMNS))
    columns = machine.classes_
    if len(columns) == 2:
        coefficients[:, columns] = machine.coef_.T @ np.array([[-1.0, 1.0]])
        intercepts[columns] = machine.intercept_ * np.array([-1.0, 1.0])
    else:
        coefficients[:, columns] = machine.coef_.T
        intercepts[columns] = machine.intercept_
    return _Machine(chosen, np.asarray(weighing.idf_), coefficients, intercepts, weighing.transform)


def _chosen(matrix: Any) -> Ints:
    """The n-grams that are learned: seen in two texts where there are many, and the most frequent of too many."""
    texts = np.asarray((matrix > 0).sum(axis=0)).ravel()
    least = 2 if matrix.shape[0] >= _SEEN_TWICE_FROM else 1
    found = np.flatnonzero(texts >= least)
    if len(found) > MAX_NGRAMS:
        found = np.sort(found[np.argsort(-texts[found], kind="stable")[:MAX_NGRAMS]])
    return found.astype(np.int64)


def _held_out_decisions(counted: Counted, truth: Ints, seed: int, check_stop: Callable[[], None]) -> Floats:
    from sklearn.model_selection import StratifiedKFold

    decisions = np.zeros((len(truth), len(COLUMNS)))
    folds = StratifiedKFold(_INNER_FOLDS, shuffle=True, random_state=seed)
    for learned, held_out in folds.split(np.zeros(len(truth)), truth):
        check_stop()
        machine = _fit_machine(counted.rows(learned), truth[learned], seed)
        decisions[held_out] = machine.decisions(counted.rows(held_out))
    return decisions


def _known(truth: Ints) -> tuple[bool, bool, bool]:
    positive, neutral, negative = (bool((truth == column).any()) for column in range(len(COLUMNS)))
    return positive, neutral, negative


def _calibration(decisions: Floats, truth: Ints, known: tuple[bool, bool, bool]) -> Floats:
    from sklearn.linear_model import LogisticRegression

    curve = LogisticRegression(max_iter=1_000).fit(decisions, truth)
    columns = np.flatnonzero(known)
    fitted = np.vstack([curve.coef_.T, curve.intercept_])
    calibration = np.zeros((len(COLUMNS) + 1, len(COLUMNS)))
    calibration[:, columns] = fitted @ np.array([[-0.5, 0.5]]) if len(columns) == 2 else fitted
    return calibration


def _calibrated(decisions: Floats, calibration: Floats, known: tuple[bool, bool, bool]) -> Floats:
    logits = decisions @ calibration[:-1] + calibration[-1]
    logits[:, ~np.array(known)] = -np.inf
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))
