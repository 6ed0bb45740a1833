"""How well tones are found in labelled texts: by the lexicons alone, and with the classifier that labels train.

    python -m benchmarks.sentiment_quality

Three measurements, all on test.csv, which the lexicons were not tuned on. The lexicons alone. Lexicon, classifier and
blend by 5-fold cross-validation: the classifier, its calibration and the blend's weights never see the fold they are
tried on. And a classifier trained on development.csv, whose blend is weighed too kindly for the lexicons, since they
were tuned on the same texts.
"""

from __future__ import annotations

from collections.abc import Sequence

from bvmt.news.blending import COLUMNS, blend_all
from bvmt.news.classifier import train
from bvmt.news.cross_validation import MacroF1, cross_validate, macro_f1
from bvmt.news.sentiment import Scorer
from bvmt.news.tone import Label, Sentiment
from tests.unit.news.labelled import Labelled, labelled

SEED = 2026
LANGUAGES = ("fr", "ar", "tunizi", "mixed")


def report_by_language(texts: Sequence[Labelled], found: Sequence[Sentiment]) -> None:
    """Print macro-F1, accuracy and coverage overall and by language."""
    for language in (None, *LANGUAGES):
        pairs = [pair for pair in zip(texts, found, strict=True) if language in (None, pair[0].language)]
        truth, told = [each.label for each, _ in pairs], [sentiment.label for _, sentiment in pairs]
        with_words = [pair for pair in pairs if pair[1].words]
        right = sum(each.label is sentiment.label for each, sentiment in pairs) / len(pairs)
        covered_right = sum(each.label is sentiment.label for each, sentiment in with_words) / max(len(with_words), 1)
        print(
            f"  {language or 'all':6} {len(pairs):4} texts  macro-F1 {macro_f1(truth, told):.3f}  "
            f"accuracy {right:.3f}  deciding words in {len(with_words) / len(pairs):.0%}, right in {covered_right:.0%}"
        )


def report_confusion(texts: Sequence[Labelled], found: Sequence[Sentiment]) -> None:
    """Print how often each label was taken for each."""
    print("  labelled    " + "".join(f"{'found ' + label:>17}" for label in COLUMNS) + f"{'F1':>8}")
    for label in COLUMNS:
        row = [sum(t.label is label and f.label is told for t, f in zip(texts, found, strict=True)) for told in COLUMNS]
        print(f"  {label:11} " + "".join(f"{count:17}" for count in row) + f"{_f1(texts, found, label):8.3f}")


def _f1(texts: Sequence[Labelled], found: Sequence[Sentiment], label: Label) -> float:
    hits = sum(t.label is label and f.label is label for t, f in zip(texts, found, strict=True))
    given, told = sum(t.label is label for t in texts), sum(f.label is label for f in found)
    return 2 * hits / max(given + told, 1)


def report_scores(name: str, scores: MacroF1) -> None:
    """Print one line of macro-F1s."""
    print(
        f"  {name:9} {scores.texts:4} texts  lexicon {scores.lexicon:.3f}  classifier {scores.classifier:.3f}  "
        f"blend {scores.blend:.3f}"
    )


def main() -> None:
    """Print all three."""
    scorer = Scorer()
    development, test = labelled("development"), labelled("test")
    found = [scorer.score(each.text) for each in test]
    print("Lexicons alone on test.csv:")
    report_by_language(test, found)
    report_confusion(test, found)

    texts, labels = [each.text for each in test], [each.label for each in test]
    scores = cross_validate(texts, labels, found, seed=SEED)
    print(f"\n{scores.folds}-fold cross-validation on test.csv, macro-F1 (languages as detected):")
    report_scores("all", scores.overall)
    for language, one in scores.by_language.items():
        report_scores(language, one)
    print(f"  the blend would be {'used' if scores.worth_using else 'left unused'}")

    learned = [each.text for each in development]
    model = train(learned, [each.label for each in development], [scorer.score(text) for text in learned], seed=SEED)
    said = model.probabilities(texts).argmax(axis=1)
    blended = blend_all(model, texts, found)
    print(f"\nTrained on development.csv ({len(learned)} texts), tried on test.csv, macro-F1:")
    lexicon = macro_f1(labels, [each.label for each in found])
    classified = macro_f1(labels, [COLUMNS[column] for column in said])
    together = macro_f1(labels, [sentiment.label for sentiment in blended])
    report_scores("all", MacroF1(lexicon, classified, together, len(texts)))


if __name__ == "__main__":
    main()
