"""Texts from outside as HTML: nothing of theirs is markup, and the words that decided are marked."""

from __future__ import annotations

import re

import pytest

from bvmt.news.sentiment import Scorer
from bvmt.news.tone import DecidingWord
from bvmt.ui.highlighting import article_html, places


def marked(html: str) -> list[str]:
    """What stands in marks, without the weights."""
    return [re.sub("<sup.*?</sup>", "", words) for words in re.findall("<mark[^>]*>(.*?)</mark>", html)]


def test_the_deciding_words_are_marked_with_weight_and_note() -> None:
    html = article_html("BIAT en hausse", "", [DecidingWord("hausse", 0.7, "of bénéfice")])
    assert marked(html) == ["hausse"]
    assert "+0.70" in html
    assert 'title="+0.70 of bénéfice"' in html


def test_bad_words_carry_a_minus_beside_their_colour() -> None:
    assert "−0.50" in article_html("pertes", "", [DecidingWord("pertes", -0.5)])


@pytest.mark.parametrize(
    "hostile", ["<script>alert(1)</script>", '<img src=x onerror="x">', "</p></mark><b>", "&lt;b&gt;", "**bold** $x$"]
)
def test_nothing_of_a_text_is_markup(hostile: str) -> None:
    word = DecidingWord(hostile, 0.5, hostile)
    for html in (article_html(hostile, hostile, []), article_html(hostile, hostile, [word])):
        tags = set(re.findall(r"<(/?\w+)", html))
        assert tags <= {"p", "/p", "mark", "/mark", "sup", "/sup"}
        assert 'onerror="' not in html


def test_title_and_summary_each_go_in_their_own_direction() -> None:
    assert article_html("Bourse", "ارتفاع", []).count('dir="auto"') == 2


def test_a_word_within_another_is_not_meant() -> None:
    (found,) = places("surplus et plus", [DecidingWord("plus", 0.3)])
    assert found[:2] == (11, 15)


def test_of_a_word_that_comes_twice_each_entry_marks_its_own() -> None:
    words = [DecidingWord("hausse", 0.7), DecidingWord("hausse", -0.3)]
    assert [start for start, _, _ in places("hausse puis hausse", words)] == [0, 12]


def test_a_word_that_the_text_does_not_hold_marks_nothing_and_stops_nothing() -> None:
    words = [DecidingWord("baisse", -0.7), DecidingWord("", 0.1), DecidingWord("hausse", 0.7)]
    assert marked(article_html("la hausse", "", words)) == ["hausse"]


@pytest.mark.parametrize(
    ("title", "summary"),
    [
        ("BIAT : hausse du bénéfice", "Le titre n'a pas chuté, marché bien orienté"),
        ("خسائر كبيرة في البورصة", "تراجع المؤشر"),
        ("SFBT tla3et barcha", "el sahm ma ta7ch"),
    ],
)
def test_all_words_that_the_engine_names_are_found_in_the_text(title: str, summary: str) -> None:
    words = Scorer().score(f"{title}\n{summary}").words
    assert words
    assert len(marked(article_html(title, summary, words))) == len(words)
