"""How a text sounds: each rule of the weighing by an example, in the languages that have it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bvmt.market.listings import seed_listings
from bvmt.news.companies import seed_aliases
from bvmt.news.sentiment import Scorer
from bvmt.news.tone import DecidedBy, Label, Language

SCORER = Scorer()
GOOD, BAD, NEUTRAL = Label.POSITIVE, Label.NEGATIVE, Label.NEUTRAL


def label(text: str) -> Label:
    return SCORER.score(text).label


def score(text: str) -> float:
    return SCORER.score(text).score


def notes(text: str) -> str:
    return "; ".join(word.note for word in SCORER.score(text).words)


@pytest.mark.parametrize(
    ("text", "sound"),
    [
        ("Hausse des bénéfices de la banque", GOOD),
        ("Hausse des dettes de la banque", BAD),
        ("Les pertes se réduisent", GOOD),
        ("Les pertes se creusent", BAD),
        ("Le coût du risque recule nettement", GOOD),
        ("Le chiffre d'affaires recule nettement", BAD),
        ("ارتفاع أرباح البنك", GOOD),
        ("ارتفاع ديون الشركة", BAD),
        ("تراجع الخسائر", GOOD),
        ("تراجع المبيعات", BAD),
        ("el mrabi7 tal3ou", GOOD),
        ("el dyoun tal3ou", BAD),
    ],
)
def test_a_movement_is_as_good_as_what_moves(text: str, sound: Label) -> None:
    assert label(text) is sound


def test_a_movement_speaks_of_the_noun_nearest_to_it() -> None:
    assert label("Les charges baissent et le résultat progresse") is GOOD
    assert label("Les charges progressent et le résultat baisse") is BAD


def test_a_second_movement_without_a_noun_speaks_of_the_same() -> None:
    assert label("La dette recule à son plus bas niveau") is GOOD


@pytest.mark.parametrize(
    ("plain", "negated"),
    [
        ("Le titre progresse", "Le titre ne progresse pas"),
        ("Le titre progresse", "Le titre ne progresse plus"),
        ("une banque rentable", "une banque non rentable"),
        ("الشركة ناجحة", "الشركة غير ناجحة"),
        ("حققت أرباحا", "لم تحقق أرباحا"),
        ("السهم باهي", "السهم موش باهي"),
        ("el action behia", "el action mouch behia"),
        ("el action tla3et", "el action ma tla3etch"),
        ("el action tla3", "el action matla3ch"),
        ("السهم طلع", "السهم ماطلعش"),
        ("السهم طلع", "السهم ما طلعش"),
    ],
)
def test_a_negation_turns_what_it_holds(plain: str, negated: str) -> None:
    assert label(plain) is GOOD
    assert score(negated) < 0
    assert "negated by" in notes(negated)


def test_no_losses_are_better_than_losses_but_less_than_gains() -> None:
    assert score("pertes") < 0 < score("sans pertes") < score("bénéfice record")


def test_plus_negates_only_behind_its_first_half() -> None:
    assert label("La banque n'a plus de pertes") is GOOD
    assert label("La banque a plus de pertes") is BAD


def test_my_bank_is_not_a_tunisian_negation() -> None:
    assert label("ma banque progresse") is GOOD


def test_a_negation_does_not_reach_over_the_end_of_a_clause() -> None:
    assert score("Pas de surprise, le bénéfice progresse") == score("Surprise, le bénéfice progresse")


@pytest.mark.parametrize(
    ("weaker", "stronger"),
    [
        ("légère hausse", "hausse"),
        ("hausse", "très forte hausse"),
        ("ارتفاع طفيف", "ارتفاع"),
        ("ارتفاع", "ارتفاع كبير"),
        ("behi chwaya", "behi"),
        ("behi", "behi barcha"),
        ("باهي شوية", "باهي"),
        ("باهي", "باهي برشا"),
    ],
)
def test_intensifiers_strengthen_and_weaken(weaker: str, stronger: str) -> None:
    assert 0 < score(weaker) < score(stronger)


@pytest.mark.parametrize(
    "text",
    [
        "Le chiffre d'affaires progresse mais la perte est colossale",
        "المبيعات في ارتفاع لكن الخسائر فادحة",
        "el bourse tal3a ama el action mta3i tay7a barcha",
    ],
)
def test_what_follows_a_but_outweighs_what_stands_before(text: str) -> None:
    assert label(text) is BAD
    assert "outweighed" in notes(text)


def test_what_is_conceded_hardly_counts() -> None:
    assert label("Malgré la baisse des revenus, le bénéfice bondit") is GOOD
    assert label("Le titre chute malgré la hausse des revenus") is BAD


def test_what_agrees_is_no_concession() -> None:
    assert label("Le titre chute après des résultats décevants") is BAD
    assert "conceded" not in notes("Le titre chute après des résultats décevants")


@pytest.mark.parametrize(
    ("text", "sound"), [("BIAT 🚀🚀", GOOD), ("BIAT 📉😡", BAD), ("BIAT 📅", NEUTRAL), ("BNA :(", BAD)]
)
def test_emojis_speak(text: str, sound: Label) -> None:
    assert label(text) is sound


@pytest.mark.parametrize(
    "text",
    [
        "Faut-il acheter BIAT ?",
        "هل ترتفع أسعار الأسهم؟",
        "chkoun 3andou fekra 3la el dividende mta3 BNA?",
        "BIAT : convocation de l'assemblée générale ordinaire le 25 avril 2026",
        "Avis aux actionnaires : paiement du dividende à partir du 10 juin",
        "تدعو الشركة مساهميها إلى الجلسة العامة العادية يوم 25 أفريل",
        "BIAT 102,50 +0,30% BNA 12,10 -0,20% STB 4,85 +1,10% UIB 26,90 -0,75%",
        "Tunindex +0,40% | Tunindex20 +0,35% | Capitaux 4,2 MDT | 1 250 transactions",
        "Match nul entre l'Espérance et le Club Africain",
        "sbeh el khir ya jme3a",
        "",
        "   \n ",
        "1234",
    ],
)
def test_questions_notices_tables_and_other_subjects_are_neutral(text: str) -> None:
    assert label(text) is NEUTRAL


def test_a_single_signed_percentage_speaks() -> None:
    assert score("BIAT +4,5%") > 0 > score("BIAT -4,5 %")


@pytest.mark.parametrize("spelling", ["tla3", "tl3", "tla3et", "tlaa3", "TLA3", "tla333", "ytla3", "tetla3", "tla3ou"])
def test_a_tunizi_word_sounds_the_same_in_any_spelling(spelling: str) -> None:
    assert label(f"el action {spelling} lyoum") is GOOD


def test_case_accents_and_arabic_spelling_do_not_change_a_score() -> None:
    assert score("BÉNÉFICE EN FORTE HAUSSE") == score("benefice en forte hausse")
    assert score("إرتفاعُ الأربـاح") == score("ارتفاع الارباح")


def test_the_longest_phrase_outranks_its_words() -> None:
    assert label("redressement judiciaire") is BAD
    assert score("bon de souscription") == 0
    assert label("Best Lease tient son assemblée") is NEUTRAL


def test_the_deciding_words_are_as_they_stand_in_the_text_with_their_places() -> None:
    text = "ALERTE : Mise en  demeure, la Banque n'a PAS progressé 📉"
    sentiment, evidence = SCORER.explain(text)
    assert [text[each.start : each.end] for each in evidence] == [word.text for word in sentiment.words]
    assert [word.text for word in sentiment.words] == ["ALERTE", "Mise en  demeure", "progressé", "📉"]
    assert "negated by PAS" in evidence[2].word.note


def test_a_word_that_stands_twice_is_placed_twice() -> None:
    _, evidence = SCORER.explain("perte, perte")
    assert [(each.start, each.end) for each in evidence] == [(0, 5), (7, 12)]


def test_of_a_long_text_the_strongest_words_are_shown() -> None:
    sentiment = SCORER.score("faillite. " + "légère hausse. " * 30)
    assert len(sentiment.words) == 12
    assert "faillite" in [word.text for word in sentiment.words]


def test_agreeing_words_make_a_surer_label_than_words_at_odds() -> None:
    agreed = SCORER.score("bénéfice record, succès et excellente croissance")
    at_odds = SCORER.score("bénéfice record, succès et croissance, malheureusement une amende")
    assert at_odds.confidence < agreed.confidence <= 1


def test_a_notice_is_surer_to_be_neutral_than_words_unknown() -> None:
    assert SCORER.score("Convocation : AGO le 25 avril").confidence > SCORER.score("Zorglub bla").confidence


def test_a_score_tells_its_language_and_that_the_lexicons_decided() -> None:
    sentiment = SCORER.score("el bourse tal3a barcha lyoum")
    assert (sentiment.language, sentiment.decided_by) == (Language.TUNIZI, DecidedBy.LEXICON)


@given(st.text(max_size=200))
def test_any_text_gets_a_score_within_its_bounds(text: str) -> None:
    sentiment, evidence = SCORER.explain(text)
    assert -1 <= sentiment.score <= 1 and 0 <= sentiment.confidence <= 1
    assert [text[each.start : each.end] for each in evidence] == [word.text for word in sentiment.words]
    assert sentiment == SCORER.score(text)


@pytest.mark.parametrize(
    "name",
    sorted(
        {alias.text for alias in seed_aliases()} | {each for row in seed_listings() for each in (row.name, row.sector)}
    ),
)
def test_the_name_of_a_company_or_sector_has_no_sound(name: str) -> None:
    assert score(name) == 0
    assert score(name.upper()) == 0


@pytest.mark.parametrize(
    ("arabic", "latin"), [("ارتفاع", "irtifa3"), ("انخفاض", "inkhifadh"), ("تراجع", "taraja3"), ("فرحان", "farhan")]
)
def test_an_arabic_word_in_latin_letters_sounds_as_in_its_own(arabic: str, latin: str) -> None:
    assert label(arabic) is label(latin) is not NEUTRAL
