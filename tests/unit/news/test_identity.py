"""When two addresses are one article, and two titles one story."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bvmt.news.identity import BadAddress, Titled, canonical_url, group_stories, likeness

MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)
TITLE = "La BIAT annonce une hausse de son résultat semestriel"


@pytest.mark.parametrize(
    "url",
    [
        "https://kapitalis.com/tunisie/2026/11/biat-resultats",
        "http://kapitalis.com/tunisie/2026/11/biat-resultats",
        "https://www.kapitalis.com/tunisie/2026/11/biat-resultats/",
        "https://KAPITALIS.com:443/tunisie//2026/11/biat-resultats#commentaires",
        "https://m.kapitalis.com/tunisie/2026/11/biat-resultats?utm_source=rss&utm_medium=feed",
        "https://kapitalis.com/tunisie/2026/11/biat-resultats?fbclid=IwAR0&gclid=1&mc_cid=2",
        "https://amp.kapitalis.com/tunisie/2026/11/biat-resultats/amp/",
        "https://kapitalis.com/tunisie/2026/11/b%69at-resultats?amp=1",
        "https://user:secret@kapitalis.com/tunisie/2026/11/biat-resultats",
    ],
)
def test_the_spellings_of_an_address_are_one_article(url: str) -> None:
    assert canonical_url(url) == "https://kapitalis.com/tunisie/2026/11/biat-resultats"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://ilboursa.com/article?id=1", "https://ilboursa.com/article?id=2"),
        ("https://ilboursa.com/a", "https://ilboursa.com/b"),
        ("https://ilboursa.com/A", "https://ilboursa.com/a"),
        ("https://ilboursa.com:8443/a", "https://ilboursa.com/a"),
        ("https://fr.webdo.tn/a", "https://ar.webdo.tn/a"),
        ("https://m.tn/a", "https://tn/a"),
    ],
)
def test_what_may_be_another_article_stays_apart(one: str, other: str) -> None:
    assert canonical_url(one) != canonical_url(other)


def test_the_order_of_parameters_does_not_matter() -> None:
    assert canonical_url("https://a.tn/x?b=2&a=1&utm_campaign=c") == canonical_url("https://a.tn/x?a=1&b=2")


def test_arabic_addresses_are_one_whether_they_are_escaped_or_not() -> None:
    written, escaped = "https://جوهرة.tn/أرباح", "https://xn--mgbt0f5b.tn/%D8%A3%D8%B1%D8%A8%D8%A7%D8%AD"
    assert canonical_url(written).partition(".tn")[2] == canonical_url(escaped).partition(".tn")[2]
    assert canonical_url(written).isascii()


def test_a_canonical_address_is_its_own() -> None:
    found = canonical_url("HTTP://www.a.tn/%7Ex/é?q=a b&q=ç#f")
    assert canonical_url(found) == found


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("javascript:alert(1)", "not an http(s) one"),
        ("/article/1", "not an http(s) one"),
        ("", "not an http(s) one"),
        ("http://[::1", "cannot be read"),
        ("http://a.tn:99999/", "cannot be read"),
        ("http://" + "é" * 300 + ".tn/", "cannot be read"),
        ("https://a.tn/" + "é" * 1000, "more than 2000 characters"),
    ],
)
def test_what_is_no_address_of_an_article_is_refused_with_the_reason(url: str, reason: str) -> None:
    with pytest.raises(BadAddress) as caught:
        canonical_url(url)
    assert reason in str(caught.value)


@pytest.mark.parametrize(
    "other",
    [
        TITLE,
        TITLE.upper(),
        "La BIAT annonce une hausse de son resultat semestriel !",
        f"{TITLE} | Kapitalis",
        f"{TITLE} - African Manager",
        "BIAT annonce une hausse de son résultat semestriel",
    ],
)
def test_titles_that_differ_in_trifles_are_alike(other: str) -> None:
    assert likeness(TITLE, other) >= 0.6


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (TITLE, "La BIAT annonce une baisse de son dividende annuel"),
        ("Le Tunindex clôture en hausse de 0,5 % lundi", "Le Tunindex clôture en hausse de 0,8 % lundi"),
        ("Bourse de Tunis", "Bourse de Paris"),
        ("تراجع أرباح البنك الوطني الفلاحي", "ارتفاع أرباح الخطوط التونسية هذا العام"),
        ("", ""),
    ],
)
def test_titles_of_other_stories_are_not_alike(one: str, other: str) -> None:
    assert likeness(one, other) < 0.6


def titled(key: int, title: str = TITLE, *, source: str = "A", hours: float = 0, about: str = "BIAT") -> Titled[int]:
    return Titled(key, title, source, MONDAY + timedelta(hours=hours), frozenset({about}))


def test_the_first_of_several_printings_names_the_story() -> None:
    found = group_stories([titled(2, source="B", hours=5), titled(1), titled(3, source="C", hours=9)], [])
    assert found == {1: 1, 2: 1, 3: 1}


def test_a_new_printing_joins_a_story_that_is_stored() -> None:
    known = [(titled(7), 4)]
    assert group_stories([titled(9, source="B", hours=1)], known) == {9: 4}


def test_a_story_that_nobody_told_stands_alone() -> None:
    assert group_stories([titled(9, "Carthage Cement suspend sa cotation lundi")], [(titled(1), 1)]) == {9: 9}


@pytest.mark.parametrize(("hours", "story"), [(71, 1), (73, 2)])
def test_after_three_days_the_same_title_is_another_story(hours: float, story: int) -> None:
    assert group_stories([titled(2, source="B", hours=hours)], [(titled(1), 1)]) == {2: story}


@pytest.mark.parametrize(("hours", "story"), [(5, 1), (24, 2)])
def test_one_source_repeats_a_story_within_hours_and_its_column_daily(hours: float, story: int) -> None:
    assert group_stories([titled(2, hours=hours)], [(titled(1), 1)]) == {2: story}


def test_a_repeated_column_elsewhere_belongs_to_the_nearest_day() -> None:
    known = [(titled(1), 1), (titled(2, hours=24), 2)]
    assert group_stories([titled(3, source="B", hours=25)], known) == {3: 2}


def test_the_same_words_about_another_listing_are_another_story() -> None:
    assert group_stories([titled(2, source="B", hours=1, about="BNA")], [(titled(1), 1)]) == {2: 2}


def test_a_flood_of_equal_titles_is_one_story_and_takes_no_flood_of_comparisons() -> None:
    flood = [titled(n, source=f"S{n}", hours=n / 1000) for n in range(3000)]
    assert set(group_stories(flood, []).values()) == {0}
