"""Sentiment Scan on sources that the test writes: what is stored, what counts, and what goes wrong."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bvmt.errors import SourceUnreachable
from bvmt.news.companies import Alias
from bvmt.news.daily import SentimentOrigin
from bvmt.news.items import NewsKind
from bvmt.news.tone import DecidedBy, Label, Language
from bvmt.runs.status import RunStatus
from bvmt.runs.stopping import SkipRun, StopRun, StopSignal
from bvmt.store import company_aliases, news_reads, news_sources, sentiment
from bvmt.store.engine import transaction
from bvmt.store.news_reads import ArticleFilter, ArticleRow
from tests.db.boards import BIAT, SFBT
from tests.db.newsroom import BAD, GOOD, NEWS, NOON, OTHER_NEWS, SOCIAL, Press, item
from tests.unit.sources.feed_server import page, whole


def articles(press: Press, **wanted: object) -> list[ArticleRow]:
    """The stored articles, the newest first."""
    with press.room.desk.engine.connect() as conn:
        return news_reads.list_articles(conn, ArticleFilter(**wanted))  # type: ignore[arg-type]


def test_an_article_is_stored_with_whom_it_is_about_and_how_it_sounds(press: Press) -> None:
    press.write(
        NEWS, item(GOOD, "http://eco.tn/1?utm_source=rss", summary="Le conseil se réunit.", author="A. Ben Ali")
    )
    press.room.run()
    (row,) = articles(press)
    assert (row.title, row.summary, row.author) == (GOOD, "Le conseil se réunit.", "A. Ben Ali")
    assert (row.url, row.source_id, row.kind) == ("http://eco.tn/1?utm_source=rss", NEWS, NewsKind.NEWS)
    assert (row.published_at, row.day, row.first_seen_at) == (NOON - timedelta(hours=1), NOON.date(), NOON)
    assert [(each.isin, each.ticker, each.words) for each in row.about] == [(BIAT, "BIAT", "BIAT")]
    assert (row.label, row.language, row.decided_by) == (Label.POSITIVE, Language.FRENCH, DecidedBy.LEXICON)
    assert "hausse" in " ".join(word.text for word in row.words)


def test_the_same_address_with_another_tracking_link_is_stored_once(press: Press) -> None:
    press.write(NEWS, item(GOOD, "http://eco.tn/1?utm_source=rss"), item(GOOD, "https://www.eco.tn/1?fbclid=x#top"))
    ctx = press.room.run()
    assert press.room.titles() == [GOOD]
    assert (ctx.figures["articles_new"], ctx.figures["articles_known"]) == (1, 1)


def test_a_second_scan_of_the_same_news_stores_nothing_and_changes_no_score(press: Press) -> None:
    press.write(NEWS, item(GOOD, "http://eco.tn/1"))
    press.room.run()
    before = press.room.daily(BIAT)
    ctx = press.room.run()
    assert (ctx.figures["articles_new"], ctx.figures["articles_known"], ctx.figures["scored_again"]) == (0, 1, 0)
    assert (press.room.titles(), press.room.daily(BIAT)) == ([GOOD], before)


def test_a_story_that_two_sites_print_is_grouped_and_counts_once(press: Press) -> None:
    press.write(NEWS, item(GOOD, "http://eco.tn/1", ago=timedelta(hours=2)))
    press.write(OTHER_NEWS, item(f"{GOOD} | Radio Médina", "http://radio.tn/9"))
    ctx = press.room.run()
    copy, first = articles(press)
    assert (copy.story_id, copy.copies) == (first.id, 2)
    assert press.room.daily(BIAT)[1:] == (1, 2, True)
    assert ctx.figures["copies"] == 1


def test_a_copy_that_comes_with_a_later_scan_joins_the_story(press: Press) -> None:
    press.write(NEWS, item(GOOD, "http://eco.tn/1", ago=timedelta(hours=2)))
    press.room.run()
    press.write(OTHER_NEWS, item(GOOD, "http://radio.tn/9"))
    press.room.run()
    assert press.room.daily(BIAT)[1:] == (1, 2, True)


def test_news_and_social_media_are_added_up_apart(press: Press) -> None:
    press.write(NEWS, item(GOOD, "http://eco.tn/1"))
    press.write(SOCIAL, item("BIAT tay7a barcha, khsara kbira", "http://forum.tn/1"))
    press.room.run()
    assert press.room.daily(BIAT)[0] > 0 > press.room.daily(BIAT, "social")[0]


def test_the_market_has_a_mood_of_its_own(press: Press) -> None:
    press.write(
        NEWS, item("Bourse de Tunis : le Tunindex en forte hausse", "http://eco.tn/1"), item(BAD, "http://eco.tn/2")
    )
    press.room.run()
    assert press.room.daily(SFBT)[0] < 0
    assert press.room.daily(None)[1] == 2


def test_an_undated_article_counts_for_the_day_on_which_it_was_seen(press: Press) -> None:
    press.write(NEWS, item(GOOD, "http://eco.tn/1", ago=None))
    press.room.run()
    (row,) = articles(press)
    assert (row.published_at, row.dated_at, row.day) == (None, NOON, NOON.date())


def test_a_date_in_the_future_is_not_believed_and_counted(press: Press) -> None:
    press.write(NEWS, item(GOOD, "http://eco.tn/1", ago=timedelta(days=-400)))
    ctx = press.room.run()
    assert ctx.figures["dates_not_believed"] == 1
    assert articles(press)[0].published_at is None


def test_a_post_just_before_midnight_in_tunis_is_of_that_day(press: Press) -> None:
    press.write(NEWS, item(GOOD, "http://eco.tn/1", ago=timedelta(hours=12, minutes=1)))
    press.room.run()
    assert articles(press)[0].day == NOON.date() - timedelta(days=1)


def test_one_dead_source_sinks_no_scan_and_its_error_stands_at_the_source(press: Press) -> None:
    press.write(NEWS, item(GOOD, "http://eco.tn/1"))
    press.answer(OTHER_NEWS, whole(b"", status=500))
    ctx = press.room.run()
    assert press.room.titles() == [GOOD]
    assert ctx.figures["sources_failed"] == 4
    assert any("Radio Médina" in warning and "500" in warning for warning in ctx.warnings)
    with press.room.desk.engine.connect() as conn:
        of = {row.source.id: row for row in news_sources.list_sources(conn)}
    assert of[OTHER_NEWS].failing
    assert "500" in (of[OTHER_NEWS].last_error or "")
    assert (of[NEWS].failing, of[NEWS].last_success_at, of[NEWS].items, of[NEWS].articles) == (False, NOON, 1, 1)


def test_a_source_that_recovers_is_no_longer_failing_and_its_last_error_is_kept(press: Press) -> None:
    press.write(NEWS, item(GOOD, "http://eco.tn/1"))
    press.room.run()
    press.write(OTHER_NEWS, item(BAD, "http://radio.tn/1"))
    press.room.instant += timedelta(minutes=30)
    press.room.run()
    with press.room.desk.engine.connect() as conn:
        (row,) = [row for row in news_sources.list_sources(conn) if row.source.id == OTHER_NEWS]
    assert not row.failing
    assert row.last_error_at == NOON


def test_when_no_source_can_be_read_the_scan_fails_and_says_so(press: Press) -> None:
    with pytest.raises(SourceUnreachable, match="none of 5 sources could be read; the first: "):
        press.room.run()


def test_without_an_active_source_there_is_nothing_to_do(press: Press) -> None:
    press.write(NEWS, item(GOOD, "http://eco.tn/1"))
    press.room.run()
    press.room.desk.execute("update news_sources set active = false, updated_by = 'Amel'")
    with pytest.raises(SkipRun, match="no source of news is active"):
        press.room.run()


def test_a_feed_that_says_nothing_is_new_is_asked_with_what_it_said_before(press: Press) -> None:
    press.write(NEWS, item(GOOD, "http://eco.tn/1"), ETag='"archive"')
    press.room.run()
    press.write(NEWS, item(GOOD, "http://eco.tn/1"), ETag='"one"')
    press.room.run()
    press.answer(NEWS, whole(b"", status=304))
    ctx = press.room.run()
    asked = [headers.get("If-None-Match") for path, headers in press.server.asked if path.startswith(f"/{NEWS}/")]
    assert asked == [None, None, '"one"']
    assert ctx.figures["sources_read"] == 1


def test_the_archive_of_a_source_is_read_once(press: Press) -> None:
    press.write(NEWS, item(GOOD, "http://eco.tn/1"))
    press.room.run()
    press.room.run()
    query = "select filled_at from news_sources where id = :id"
    assert press.room.desk.value(query, id=NEWS) == NOON
    assert press.room.desk.value(query, id=OTHER_NEWS) is None


def test_a_hostile_feed_comes_to_nothing_but_counted_rows(press: Press) -> None:
    press.write(
        NEWS,
        item("<script>alert(1)</script>BIAT en hausse", "http://eco.tn/1"),
        item(GOOD, "javascript:alert(1)"),
        item(BAD, ""),
        item(f"SFBT {'x' * 5000}", f"http://eco.tn/{'ب' * 900}"),
        item("BIAT \u202egnp.exe\u0000", "http://eco.tn/2").replace("\0", "&#0;"),
    )
    press.answer(OTHER_NEWS, whole(b'<!DOCTYPE x [<!ENTITY a "aaaa">]><rss><channel>&a;</channel></rss>'))
    press.answer(SOCIAL, page())
    ctx = press.room.run()
    titles = press.room.titles()
    assert ctx.figures["items_set_aside"] == 3
    assert not any(sign in "".join(titles) for sign in "<\u202e\0")
    with press.room.desk.engine.connect() as conn:
        reasons = [row.reason for row in news_reads.list_rejects(conn, source=NEWS)]
    assert sorted(reasons) == [
        "it has no link",
        "its link is no http(s) address",
        "the address has more than 2000 characters",
    ]
    assert "3 items of sources could not be used and were set aside" in ctx.warnings


def test_an_item_set_aside_again_is_counted_and_not_kept_twice(press: Press) -> None:
    press.write(NEWS, item(GOOD, "javascript:alert(1)"))
    press.room.run()
    press.room.run()
    with press.room.desk.engine.connect() as conn:
        (row,) = news_reads.list_rejects(conn)
    assert row.seen == 2


def test_a_new_scoring_keeps_the_readers_label(press: Press) -> None:
    press.write(NEWS, item(GOOD, "http://eco.tn/1"))
    press.room.run()
    (row,) = articles(press)
    with transaction(press.room.desk.engine) as conn:
        sentiment.label_article(conn, row.id, Label.NEGATIVE, by="Amel")
    assert press.room.daily(BIAT)[0] == -0.5
    press.room.desk.execute("update article_sentiments set scored_with = 'older lexicons', score = 0.1")
    ctx = press.room.run()
    (again,) = articles(press)
    assert ctx.figures["scored_again"] == 1
    assert (again.label, again.decided_by, again.reader_by, again.confidence) == (
        Label.NEGATIVE,
        DecidedBy.READER,
        "Amel",
        1.0,
    )
    assert (again.engine_label, again.engine_score) == (row.label, row.score)
    assert press.room.daily(BIAT)[0] == -0.5


def test_a_label_taken_back_gives_the_engine_its_say_again(press: Press) -> None:
    press.write(NEWS, item(GOOD, "http://eco.tn/1"))
    press.room.run()
    before = press.room.daily(BIAT)
    (row,) = articles(press)
    with transaction(press.room.desk.engine) as conn:
        sentiment.label_article(conn, row.id, Label.NEGATIVE, by="Amel")
        sentiment.label_article(conn, row.id, None, by="Amel")
    assert (articles(press), press.room.daily(BIAT)) == ([row], before)


def test_a_new_alias_finds_its_listing_in_the_articles_of_the_last_month(press: Press) -> None:
    press.write(NEWS, item("Zorglub : hausse du bénéfice", "http://eco.tn/1"))
    press.room.run()
    assert articles(press)[0].about == ()
    with transaction(press.room.desk.engine) as conn:
        company_aliases.put_alias(conn, Alias("BIAT", "Zorglub"), by="Amel")
    ctx = press.room.run()
    assert [each.isin for each in articles(press)[0].about] == [BIAT]
    assert press.room.daily(BIAT)[1] == 1
    assert ctx.figures["scored_again"] == 1


def test_days_that_a_broken_off_scan_left_are_added_up_by_the_next(press: Press) -> None:
    press.write(NEWS, item(GOOD, "http://eco.tn/1"))
    press.room.run()
    before = press.room.daily(BIAT)
    press.room.desk.execute("delete from daily_sentiments")
    press.room.run()
    assert press.room.daily(BIAT) == before


def test_an_edited_source_is_read_at_the_operators_address(press: Press) -> None:
    press.write(NEWS, item(GOOD, "http://eco.tn/1"))
    press.room.run()
    press.write("own", item(BAD, "http://own.tn/1"))
    with transaction(press.room.desk.engine) as conn:
        source = news_sources.find_source(conn, OTHER_NEWS)
        news_sources.put_source(
            conn, type(source)(source.id, "Ours", f"{press.server.url}/own/feed.xml", source.kind), by="Amel"
        )
    press.room.run()
    assert press.room.titles() == sorted([GOOD, BAD])


def test_a_scan_told_to_stop_ends_between_two_sources_and_the_next_one_misses_nothing(press: Press) -> None:
    press.write(NEWS, item(GOOD, "http://eco.tn/1"), ETag='"one"')
    press.room.run()
    press.write(NEWS, item(GOOD, "http://eco.tn/1"), item(BAD, "http://eco.tn/2"), ETag='"two"')

    def stop_and_hang_up(handler: object) -> None:
        press.room.signal.stop(RunStatus.CANCELLED, "Cancelled by Amel.")
        whole(b"", status=404)(handler)  # type: ignore[arg-type]

    press.answer(SOCIAL, stop_and_hang_up)
    with pytest.raises(StopRun):
        press.room.run()
    assert press.room.titles() == [GOOD]
    press.room.signal = StopSignal()
    press.answer(SOCIAL, whole(b"", status=404))
    press.room.run()
    assert press.room.titles() == sorted([GOOD, BAD])


def test_own_scores_say_that_they_are_our_own(press: Press) -> None:
    press.write(NEWS, item(GOOD, "http://eco.tn/1"))
    press.room.run()
    assert press.room.desk.rows("select distinct origin from daily_sentiments") == [(SentimentOrigin.OWN,)]
