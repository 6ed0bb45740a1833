"""How well the classifier does on texts it has not seen, next to the lexicon alone and to the blend of both."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from bvmt.news.blending import COLUMNS, Floats, Ints, lexicon_probabilities, pool
from bvmt.news.classifier import columns_of, count, fit, learnable, prepared
from bvmt.news.tone import Label, Sentiment

FOLDS = 5
_LEAST_OF_A_LANGUAGE = 30


@dataclass(frozen=True, slots=True)
class MacroF1:
    """The mean of the F1 of each label that occurs, of one set of texts; 0..1."""

    lexicon: float
    classifier: float
    blend: float
    texts: int


@dataclass(frozen=True, slots=True)
class Scores:
    """All three on the same held-out folds of the same texts; by language where it has 30 texts."""

    overall: MacroF1
    by_language: Mapping[str, MacroF1]
    folds: int

    @property
    def worth_using(self) -> bool:
        """Whether the blend beats the lexicon alone."""
        return self.overall.blend > self.overall.lexicon


def cross_validate(
    texts: Sequence[str],
    labels: Sequence[Label],
    lexicon: Sequence[Sentiment],
    *,
    seed: int,
    check_stop: Callable[[], None] = lambda: None,
) -> Scores:
    """Train on four fifths and try on the fifth, five times; calibration and weights are learned within the four.

    `lexicon` is what the lexicon engine finds in each text. Of texts that differ in case, accents or repeated letters
    only, the first counts, or a fold would know its answers. Raises TooFewLabels like `train`.
    """
    from sklearn.model_selection import StratifiedKFold

    unlike = _unlike(texts)
    kept = [unlike[place] for place in learnable([labels[place] for place in unlike])]
    counted = count([texts[place] for place in kept])
    truth = columns_of([labels[place] for place in kept])
    expected = lexicon_probabilities([lexicon[place] for place in kept])
    found = {name: np.zeros(len(kept), dtype=np.int64) for name in ("classifier", "blend")}
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=seed)
    for learned, held_out in folds.split(np.zeros(len(truth)), truth):
        model = fit(counted.rows(learned), truth[learned], expected[learned], seed=seed, check_stop=check_stop)
        said = model.probabilities([texts[kept[place]] for place in held_out])
        found["classifier"][held_out] = said.argmax(axis=1)
        found["blend"][held_out] = pool(expected[held_out], said, model.weights).argmax(axis=1)
    found["lexicon"] = columns_of([lexicon[place].label for place in kept])
    languages = np.array([lexicon[place].language.value for place in kept])
    return Scores(
        overall=_macro_f1(found, truth, np.ones(len(truth), dtype=np.bool_)),
        by_language={
            str(language): _macro_f1(found, truth, languages == language)
            for language, texts_of_it in zip(*np.unique(languages, return_counts=True), strict=True)
            if texts_of_it >= _LEAST_OF_A_LANGUAGE
        },
        folds=FOLDS,
    )


def macro_f1(truth: Sequence[Label], found: Sequence[Label]) -> float:
    """Return the mean F1 of the labels that are in `truth`."""
    return _mean_f1(columns_of(truth), columns_of(found))


def _macro_f1(found: Mapping[str, Ints], truth: Ints, among: np.typing.NDArray[np.bool_]) -> MacroF1:
    lexicon, classifier, blend = (
        _mean_f1(truth[among], found[name][among]) for name in ("lexicon", "classifier", "blend")
    )
    return MacroF1(lexicon, classifier, blend, int(among.sum()))


def _mean_f1(truth: Ints, found: Ints) -> float:
    hits = np.bincount(truth[truth == found], minlength=len(COLUMNS))
    given, told = (np.bincount(each, minlength=len(COLUMNS)) for each in (truth, found))
    scores: Floats = 2 * hits / np.maximum(given + told, 1)
    return round(float(scores[given > 0].mean()), 4)


def _unlike(texts: Sequence[str]) -> list[int]:
    first: dict[str, int] = {}
    for place, text in enumerate(texts):
        first.setdefault(" ".join(prepared(text).split()), place)
    return list(first.values())
