"""Many spellings, one form: folding, tokens with their places, the free spelling of Tunizi."""

from __future__ import annotations

import unicodedata
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bvmt.news.folding import arabic_forms, calmed, fold, fold_phrase, has_arabizi_digit, tokens, tunizi_keys


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("BÉNÉFICE", "benefice"),
        (unicodedata.normalize("NFD", "bénéfice"), "benefice"),
        ("cœur", "coeur"),
        ("أرباح", "ارباح"),
        ("إرتفاع", "ارتفاع"),
        ("آمين", "امين"),
        ("مُرْتَفِعَة", "مرتفعه"),
        ("مبنى", "مبني"),
        ("أربـــاح", "ارباح"),
        ("٢٠٢٦", "2026"),
        ("مؤشر", "موشر"),
        ("ڨفصة", "قفصه"),
        ("ﻷرباح", "لارباح"),
    ],
)
def test_case_accents_and_arabic_forms_fold_away(written: str, folded: str) -> None:
    assert fold(written) == folded


@given(st.text(max_size=80))
def test_every_token_stands_in_the_text_where_it_says(text: str) -> None:
    found = list(tokens(text))
    assert [text[token.start : token.end] for token in found] == [token.text for token in found]
    assert all(earlier.end <= later.start for earlier, later in pairwise(found))


def test_folding_keeps_the_places_of_the_original_text() -> None:
    text = "L'إرتفاعُ مُهِمّ 🚀"
    assert [(token.folded, text[token.start : token.end]) for token in tokens(text)] == [
        ("l", "L"),
        ("ارتفاع", "إرتفاعُ"),
        ("مهم", "مُهِمّ"),
        ("🚀", "🚀"),
    ]


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("+4,25 % à 15.174,64", ["+4,25 %", "à", "15.174,64"]),
        ("T3-2025 : 9wia -2%", ["T3", "2025", ":", "9wia", "-2%"]),
        ("l'action n'a pas monté", ["l", "action", "n", "a", "pas", "monté"]),
        ("#BIAT :( vs BNA :)", ["BIAT", ":(", "vs", "BNA", ":)"]),
        ("ارتفاع بـ٢٫٥", ["ارتفاع", "بـ٢", "٥"]),
    ],
)
def test_numbers_words_and_signs_are_cut_apart(text: str, pieces: list[str]) -> None:
    assert [token.text for token in tokens(text)] == pieces


def test_a_phrase_folds_to_its_words_without_signs() -> None:
    assert fold_phrase("Société d'Articles Hygiéniques (SAH)") == ("societe", "d", "articles", "hygieniques", "sah")


@pytest.mark.parametrize("spelling", ["tla3", "tl3", "tla3et", "tlaa3", "tall3", "yetla3", "ntla3", "tla3ou", "tla3na"])
def test_the_spellings_of_a_tunizi_verb_share_a_key(spelling: str) -> None:
    assert "tl3" in tunizi_keys(spelling)


@pytest.mark.parametrize("spelling", ["5sara", "khsara", "5osara", "khssara", "5sar"])
def test_kh_and_5_are_one_letter(spelling: str) -> None:
    assert "5sr" in tunizi_keys(spelling)


@pytest.mark.parametrize("word", ["bourse", "dividende", "6"])
def test_a_word_without_a_digit_for_a_letter_has_no_tunizi_key(word: str) -> None:
    assert tunizi_keys(word) == ()


@pytest.mark.parametrize("word", ["tla3", "9wia", "7ata", "ta7et", "5ayeb", "3lech"])
def test_digits_within_words_are_read_as_letters(word: str) -> None:
    assert has_arabizi_digit(word)


@pytest.mark.parametrize("word", ["2025", "t3", "s1", "1er", "2eme", "3e", "10mdt", "5g", "20h30", "bourse", "7j"])
def test_figures_and_abbreviations_are_not_arabizi(word: str) -> None:
    assert not has_arabizi_digit(word)


def test_letters_repeated_for_emphasis_give_both_calmer_spellings() -> None:
    assert calmed("barchaaaa") == ("barchaa", "barcha")
    assert calmed("coollll") == ("cooll", "cool")
    assert calmed("hausse") == ()


def test_joined_arabic_particles_are_taken_off_but_the_whole_word_stays_first() -> None:
    assert arabic_forms("وبالارباح")[0] == "وبالارباح"
    assert "ارباح" in arabic_forms("وبالارباح")
    assert "يرتفع" in arabic_forms("سيرتفع")
    assert "مات" not in arabic_forms("سمات")
