"""The classifier learns a label from the letters of words, and says how sure it is."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from bvmt.news.blending import COLUMNS
from bvmt.news.classifier import MAX_NGRAMS, Counted, TooFewLabels, TrainedModel, _chosen, count, prepared, train
from bvmt.news.tone import Label
from tests.unit.news.learners import easy, silent

BOTH = (Label.POSITIVE, Label.NEGATIVE)


@cache
def trained(number: int = 210) -> TrainedModel:
    texts, labels = easy(number)
    return train(texts, labels, silent(number), seed=7)


@cache
def trained_without_neutral() -> TrainedModel:
    texts, labels = easy(200, labels=BOTH)
    return train(texts, labels, silent(200), seed=7)


def label_of(model: TrainedModel, text: str) -> Label:
    return COLUMNS[int(model.probabilities([text])[0].argmax())]


def test_texts_that_it_has_not_seen_get_the_label_of_their_words() -> None:
    texts, labels = easy(90, seed=2)
    said = trained().probabilities(texts).argmax(axis=1)
    assert [COLUMNS[column] for column in said] == labels


def test_a_word_is_known_by_its_parts_in_another_form() -> None:
    assert label_of(trained(), "ntarbhou") is Label.POSITIVE
    assert label_of(trained(), "tay7a tayahet") is Label.NEGATIVE


def test_case_accents_and_repeated_letters_make_no_difference() -> None:
    assert prepared("BÉNÉFICE énooooorme") == prepared("benefice enoorme")
    assert prepared("أرباح") == prepared("ارباح")
    assert prepared("1000 dinars") == "1000 dinars"
    same = trained().probabilities(["zedna najah", "ZÉDNA NAJAH"])
    assert same[0].tolist() == same[1].tolist()


def test_probabilities_are_positive_neutral_negative_and_add_up_to_one() -> None:
    said = trained().probabilities(["zedna wafra", "jadwal bayen", "kharab ghar9a", "", "😀"])
    assert said.shape == (5, 3)
    assert np.allclose(said.sum(axis=1), 1)
    assert said[:3].argmax(axis=1).tolist() == [0, 1, 2]


def test_no_texts_have_no_probabilities() -> None:
    assert trained().probabilities([]).shape == (0, 3)


def test_a_text_of_unknown_words_leaves_it_unsure() -> None:
    unknown, known = trained().probabilities(["xyzxyz", "zedna tarbah wafra"]).max(axis=1)
    assert unknown < 0.75 < known


def test_control_characters_and_huge_texts_are_read() -> None:
    assert trained().probabilities(["a\0b\x1b[31m", "zedna " * 100_000]).shape == (2, 3)


def test_a_label_that_was_not_learned_has_no_probability() -> None:
    said = trained_without_neutral().probabilities(["zedna", "kharab", "jadwal"])
    assert trained_without_neutral().known == (True, False, True)
    assert said[:, 1].tolist() == [0, 0, 0]
    assert np.allclose(said.sum(axis=1), 1)
    assert said[0, 0] > said[0, 2]
    assert said[1, 2] > said[1, 0]


def test_a_label_with_fewer_than_ten_texts_is_left_out() -> None:
    texts, labels = easy(200, labels=BOTH)
    model = train([*texts, *["jadwal"] * 9], [*labels, *[Label.NEUTRAL] * 9], silent(209), seed=7)
    assert model.known == (True, False, True)
    assert model.labels == 200


def test_one_kind_of_label_teaches_nothing() -> None:
    texts, labels = easy(200, labels=[Label.POSITIVE])
    with pytest.raises(TooFewLabels, match="there are 200 positive, 0 neutral, 0 negative"):
        train(texts, labels, silent(200), seed=7)


def test_texts_without_a_word_teach_nothing() -> None:
    _, labels = easy(30)
    with pytest.raises(TooFewLabels, match="no words"):
        train([" "] * 30, labels, silent(30), seed=7)


def test_the_same_labels_and_seed_give_the_same_model() -> None:
    texts, labels = easy(210)
    again = train(texts, labels, silent(210), seed=7)
    assert again.ngrams == trained().ngrams
    assert np.array_equal(again.coefficients, trained().coefficients)
    assert again.weights == trained().weights


def test_lexicons_that_know_nothing_count_less_than_a_classifier_that_is_right() -> None:
    assert trained().weights.classifier > trained().weights.lexicon


def test_of_too_many_n_grams_the_most_frequent_are_kept() -> None:
    from scipy.sparse import csr_array

    texts_with = np.ones(MAX_NGRAMS + 5, dtype=np.int64)
    texts_with[-1] = 2
    rows = [np.arange(MAX_NGRAMS + 5), np.array([MAX_NGRAMS + 4])]
    matrix = csr_array((np.ones(MAX_NGRAMS + 6), np.concatenate(rows), [0, len(rows[0]), MAX_NGRAMS + 6]))
    chosen = _chosen(matrix)
    assert len(chosen) == MAX_NGRAMS
    assert MAX_NGRAMS + 4 in chosen


def test_training_stops_when_it_is_told_to() -> None:
    calls: list[int] = []

    def stop_at_the_third() -> None:
        calls.append(1)
        if len(calls) == 3:
            raise InterruptedError

    texts, labels = easy(60)
    with pytest.raises(InterruptedError):
        train(texts, labels, silent(60), seed=7, check_stop=stop_at_the_third)


def test_n_grams_do_not_run_over_the_border_of_words() -> None:
    counted: Counted = count(["ab cd"])
    assert not any("b c" in ngram for ngram in counted.ngrams)
