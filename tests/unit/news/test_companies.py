"""Which listings a text names: by ticker, name, alias and Arabic name, and what only looks like one."""

from __future__ import annotations

import csv
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bvmt.market.listings import Listing, seed_listings
from bvmt.news.companies import Alias, CompanyFinder, seed_aliases

LISTINGS = seed_listings()
FINDER = CompanyFinder(LISTINGS, seed_aliases())
TICKERS = {listing.isin: listing.ticker for listing in LISTINGS}


def tickers(text: str, finder: CompanyFinder = FINDER) -> list[str]:
    return [TICKERS[isin] for isin in finder.find(text).isins]


@pytest.mark.parametrize("listing", LISTINGS, ids=lambda listing: listing.ticker)
def test_every_listing_is_found_by_ticker_and_by_name(listing: Listing) -> None:
    assert tickers(f"Le cours de l'action {listing.ticker} progresse") == [listing.ticker]
    assert tickers(f"Résultat de {listing.name} : le titre gagne 2 %") == [listing.ticker]


@pytest.mark.parametrize("alias", seed_aliases(), ids=lambda alias: f"{alias.ticker} {alias.text}")
def test_every_packaged_alias_finds_its_listing_beside_a_word_of_shares(alias: Alias) -> None:
    assert tickers(f"action {alias.text} سهم") == [alias.ticker]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("la banque de l'habitat et l'AMEN BANK", ["BH", "AB"]),
        ("biat tla3et, sfbt ta7et w carthage cement kif kif", ["BIAT", "SFBT", "CC"]),
        ("البنك التجاري وبنك الإسكان والخطوط التونسية", ["TJARI", "BH", "TAIR"]),
        ("سهم بنك تونس العربي الدولي", ["BIAT"]),
        ("بالخطوط الجوية التونسية", ["TAIR"]),
        ("Delice Holding, Land’Or et Euro-Cycles", ["DH", "LNDOR", "ECYCL"]),
        ("#BIAT $SFBT", ["BIAT", "SFBT"]),
    ],
)
def test_names_are_found_in_any_language_and_case(text: str, found: list[str]) -> None:
    assert tickers(text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("BH Assurance publie ses résultats", ["BHASS"]),
        ("BNA Assurances et Attijari Leasing", ["BNASS", "TJL"]),
        ("Assurances Maghrebia Vie", ["AMV"]),
        ("Banque de Tunisie et des Emirats", ["BTE"]),
        ("بنك الإسكان للتأمين", ["BHASS"]),
    ],
)
def test_of_names_that_overlap_the_longest_counts(text: str, found: list[str]) -> None:
    assert tickers(text) == found


@pytest.mark.parametrize(
    "text",
    [
        "Groupe sanguin AB recherché",
        "Mets-moi en CC stp",
        "Manchester City et la star du match",
        "une star de la bourse",
        "le prix est de 100 DH au Maroc",
        "City, star, smart et gif",
        "Bachar el-Assad en bourse",
        "Amen à tous",
        "sah ya khouya",
        "la biatlonienne et les bnaturels",
        "مبيعات السيارات في حلب والأسد",
    ],
)
def test_words_that_only_look_like_a_company_are_left_alone(text: str) -> None:
    assert tickers(text) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("L'action AB gagne 3 %", ["AB"]),
        ("CC +4,2%", ["CC"]),
        ("STAR : dividende en hausse", ["STAR"]),
        ("#BT c'est solide", ["BT"]),
        ("Amen Bank (AB) ouvre une agence", ["AB"]),
        ("SAH Lilas : SAH ouvre une usine", ["SAH"]),
        ("La compagnie Star augmente ses primes", ["STAR"]),
    ],
)
def test_a_name_that_is_also_a_word_counts_with_a_hint(text: str, found: list[str]) -> None:
    assert tickers(text) == found


def test_in_a_text_all_in_capitals_the_hint_must_stand_close() -> None:
    assert tickers("METTEZ MOI EN CC POUR LE DEPLACEMENT DE LA SEMAINE DE LA BOURSE") == []
    assert tickers("ACTION CC EN FORME") == ["CC"]


def test_a_mention_has_the_words_as_they_stand_and_their_place() -> None:
    text = "Hier, la Banque  de l'HABITAT a gagné"
    (mention,) = FINDER.find(text).companies
    assert mention.text == text[mention.start : mention.end] == "Banque  de l'HABITAT"


def test_each_mention_is_told_and_each_listing_once() -> None:
    found = FINDER.find("BIAT, la BIAT et encore BIAT")
    assert len(found.companies) == 3 and len(found.isins) == 1


@pytest.mark.parametrize(
    "text",
    [
        "Tunindex en hausse",
        "la Bourse de Tunis clôture",
        "BVMT : nouvel horaire",
        "بورصة تونس تغلق",
        "مؤشر توننداكس",
        "el bourse lyoum",
        "في البورصة",
    ],
)
def test_words_of_the_whole_market_mark_it(text: str) -> None:
    assert FINDER.find(text).market


@pytest.mark.parametrize(
    "text", ["La bourse de Paris recule", "une bourse d'études", "بورصة القاهرة", "BIAT progresse"]
)
def test_other_exchanges_and_scholarships_are_not_the_market(text: str) -> None:
    assert not FINDER.find(text).market


def test_an_alias_of_a_listing_that_is_not_looked_for_is_left_out() -> None:
    only = [listing for listing in LISTINGS if listing.ticker == "BNA"]
    assert tickers("BIAT et BNA", CompanyFinder(only, seed_aliases())) == ["BNA"]


def test_an_operators_alias_takes_the_place_of_a_ticker() -> None:
    text = "zed CC zed"
    assert tickers(text, CompanyFinder(LISTINGS)) == []
    assert tickers(text, CompanyFinder(LISTINGS, [Alias("CC", "CC")])) == ["CC"]


def test_a_name_that_two_listings_share_names_both() -> None:
    finder = CompanyFinder(LISTINGS, [Alias("BH", "iskan"), Alias("BHL", "Iskan")])
    assert tickers("groupe Iskan", finder) == ["BH", "BHL"]


def test_the_packaged_tables_are_whole() -> None:
    known = {listing.ticker for listing in LISTINGS}
    with (files("bvmt.news") / "aliases.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert {row["ticker"] for row in rows} == known
    assert {row["kind"] for row in rows} == {"name", "nickname", "arabic", "word"}
    assert len({(row["ticker"], row["alias"]) for row in rows}) == len(rows)


@given(st.text(max_size=200))
def test_any_text_can_be_searched(text: str) -> None:
    for mention in FINDER.find(text).companies:
        assert text[mention.start : mention.end] == mention.text
