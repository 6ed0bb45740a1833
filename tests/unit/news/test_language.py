"""What a text is in: by script, digits within words, and word lists."""

from __future__ import annotations

import pytest

from bvmt.news.language import detect_language
from bvmt.news.tone import Language


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("La Bourse de Tunis clôture la semaine sur une légère baisse", Language.FRENCH),
        ("L'AGO de la BIAT se tiendra le 25 avril 2026 à 10h", Language.FRENCH),
        ("أعلنت الشركة عن نتائجها المالية خلال السداسي الأول", Language.ARABIC),
        ("مؤشر توننداكس يغلق على ارتفاع طفيف", Language.ARABIC),
        ("برشا ناس تحب تشري في السهم هذا توا", Language.TUNISIAN),
        ("شنوة صاير في البورصة اليوم ياخي", Language.TUNISIAN),
        ("el bourse tal3a barcha lyoum w ena far7an", Language.TUNIZI),
        ("chkoun 9alkom elli el action hedhi behya", Language.TUNIZI),
        ("ta7et 9ima mta3ha 3al le5er", Language.TUNIZI),
        ("les résultats de la banque behin barcha, ama el action mazelet ta7et", Language.MIXED),
        ("البورصة اليوم en baisse à cause des banques", Language.MIXED),
        ("The central bank has kept its key rate and the market is waiting", Language.OTHER),
    ],
)
def test_a_language_is_told_by_its_words(text: str, language: Language) -> None:
    assert detect_language(text) is language


@pytest.mark.parametrize("text", ["", "   ", "12,5 13,0 14,2", "🚀🚀", "BIAT BNA STB", "\u202e\u0000\ufffd"])
def test_a_text_without_telling_words_is_in_no_language(text: str) -> None:
    assert detect_language(text) is Language.OTHER


def test_a_company_name_in_latin_letters_does_not_make_an_arabic_text_mixed() -> None:
    assert detect_language("سهم BIAT و Carthage Cement يرتفعان خلال حصة اليوم") is Language.ARABIC


def test_borrowed_nouns_of_finance_do_not_make_tunizi_mixed() -> None:
    assert detect_language("el dividende mta3 el banque behi barcha lyoum") is Language.TUNIZI


def test_quarters_and_ordinals_are_not_taken_for_tunizi_digits() -> None:
    assert detect_language("Résultats du T3 2025 : le 2ème trimestre et le S1 en chiffres") is Language.FRENCH


def test_case_accents_and_repeated_letters_do_not_change_the_language() -> None:
    assert detect_language("EL BOURSE TAL3AAAA BARCHAAA LYOUM") is Language.TUNIZI
    assert detect_language("LA SEANCE A ETE CALME SUR LE MARCHE") is Language.FRENCH
