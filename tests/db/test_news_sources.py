"""News sources and aliases: seeded from the package, edited by operators, and never taken back from them."""

from __future__ import annotations

from dataclasses import replace

import pytest
import sqlalchemy as sa

from bvmt.errors import ActionRefused, NotFound
from bvmt.market.listings import seed_listings
from bvmt.news.companies import Alias, seed_aliases
from bvmt.news.items import NewsBatch, NewsKind, NewsSource, Selectors, SourceForm
from bvmt.sources.news_presets import load_presets
from bvmt.store import company_aliases, listings, news_sources
from bvmt.store.engine import transaction
from bvmt.store.news_sources import SourceRow
from tests.db.newsroom import NOON

FEED = NewsSource("eco", "Éco", "http://127.0.0.1:1/eco.xml", NewsKind.NEWS, weight=0.9)
PAGE = NewsSource(
    "page", "Page", "https://page.tn/", NewsKind.NEWS, SourceForm.PAGE, Selectors("article", "h2", summary="p")
)


def seed(engine: sa.Engine, *sources: NewsSource) -> None:
    with transaction(engine) as conn:
        news_sources.seed_sources(conn, sources)


def put(engine: sa.Engine, source: NewsSource) -> NewsSource | None:
    with transaction(engine) as conn:
        return news_sources.put_source(conn, source, by="Amel")


def stored(engine: sa.Engine) -> dict[str, SourceRow]:
    with engine.connect() as conn:
        return {row.source.id: row for row in news_sources.list_sources(conn)}


def test_packaged_sources_are_stored_as_they_are(engine: sa.Engine) -> None:
    seed(engine, FEED, PAGE)
    assert {name: row.source for name, row in stored(engine).items()} == {"eco": FEED, "page": PAGE}
    assert not any(row.failing or row.updated_by for row in stored(engine).values())


@pytest.mark.parametrize("world", ["sandbox", "bvmt"])
def test_all_the_presets_can_be_seeded_and_seeding_again_changes_nothing(engine: sa.Engine, world: str) -> None:
    presets = load_presets(world, "http://127.0.0.1:1/news")  # type: ignore[arg-type]
    seed(engine, *presets)
    before = stored(engine)
    seed(engine, *presets)
    assert stored(engine) == before
    assert {row.source for row in before.values()} == set(presets)


def test_a_source_that_nobody_edited_follows_the_package(engine: sa.Engine) -> None:
    seed(engine, FEED)
    newer = replace(FEED, name="Éco Matin", weight=0.5, url="http://127.0.0.1:2/eco.xml")
    seed(engine, newer)
    assert stored(engine)["eco"].source == newer


def test_an_operators_edit_outlives_the_package_save_for_the_address_behind_it(engine: sa.Engine) -> None:
    seed(engine, FEED)
    assert put(engine, replace(FEED, name="Ours", weight=0.2, active=False)) == FEED
    moved = replace(FEED, url="http://127.0.0.1:2/eco.xml")
    seed(engine, moved)
    assert stored(engine)["eco"].source == replace(moved, name="Ours", weight=0.2, active=False)
    assert stored(engine)["eco"].updated_by == "Amel"


def test_an_operators_address_counts_before_the_packaged_one(engine: sa.Engine) -> None:
    seed(engine, FEED)
    put(engine, replace(FEED, url="https://eco.tn/other.xml"))
    seed(engine, replace(FEED, url="http://127.0.0.1:2/eco.xml"))
    row = stored(engine)["eco"]
    assert (row.source.url, row.edited_url, row.wants_archive) == ("https://eco.tn/other.xml", True, False)


def test_a_removed_source_does_not_come_back_with_the_next_seeding(engine: sa.Engine) -> None:
    seed(engine, FEED)
    with transaction(engine) as conn:
        news_sources.remove_source(conn, "eco", by="Amel")
    seed(engine, FEED)
    assert stored(engine) == {}
    with transaction(engine) as conn, pytest.raises(NotFound):
        news_sources.remove_source(conn, "eco", by="Amel")


def test_a_removed_source_may_be_added_again(engine: sa.Engine) -> None:
    seed(engine, FEED)
    with transaction(engine) as conn:
        news_sources.remove_source(conn, "eco", by="Amel")
    put(engine, FEED)
    assert stored(engine)["eco"].source == FEED


def test_a_moved_source_is_asked_without_what_the_old_address_said(engine: sa.Engine) -> None:
    seed(engine, FEED)
    with transaction(engine) as conn:
        news_sources.note_reading(conn, "eco", NewsBatch(etag='"1"', last_modified="Tue"), at=NOON)
    assert stored(engine)["eco"].source.etag == '"1"'
    put(engine, replace(FEED, name="Ours"))
    assert stored(engine)["eco"].source.etag == '"1"'
    seed(engine, replace(FEED, url="http://127.0.0.1:2/eco.xml"))
    assert (stored(engine)["eco"].source.etag, stored(engine)["eco"].source.last_modified) == (None, None)


def test_unchanged_says_nothing_new_of_items_and_validators(engine: sa.Engine) -> None:
    seed(engine, FEED)
    with transaction(engine) as conn:
        news_sources.note_reading(conn, "eco", NewsBatch(etag='"1"'), at=NOON)
        news_sources.note_reading(conn, "eco", NewsBatch(unchanged=True), at=NOON)
    row = stored(engine)["eco"]
    assert (row.source.etag, row.items, row.last_success_at) == ('"1"', 0, NOON)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"id": "É"}, "the id has to be"),
        ({"name": " "}, "the name has to be"),
        ({"url": "javascript:alert(1)"}, "not an http(s) one"),
        ({"weight": 2.0}, "the weight has to be"),
        ({"weight": float("nan")}, "the weight has to be"),
        ({"form": SourceForm.PAGE}, "a page needs the selectors"),
        ({"id": "twin", "url": "https://127.0.0.1:1/eco.xml/?utm_source=x"}, "Éco (eco) has this address already"),
    ],
)
def test_a_source_that_cannot_work_is_refused_with_the_reason(
    engine: sa.Engine, changes: dict[str, object], reason: str
) -> None:
    seed(engine, FEED)
    with pytest.raises(ActionRefused) as caught:
        put(engine, replace(FEED, **changes))  # type: ignore[arg-type]
    assert reason in str(caught.value)
    assert stored(engine)["eco"].source == FEED


def aliases(engine: sa.Engine) -> dict[str, Alias]:
    with engine.connect() as conn:
        return {row.alias.text: row.alias for row in company_aliases.list_aliases(conn)}


def test_the_packaged_aliases_are_seeded_once(engine: sa.Engine) -> None:
    with transaction(engine) as conn:
        company_aliases.seed_aliases(conn, seed_aliases())
        company_aliases.seed_aliases(conn, seed_aliases())
    with engine.connect() as conn:
        rows = company_aliases.list_aliases(conn)
    assert len(rows) == len({(alias.ticker, alias.text) for alias in seed_aliases()})


def test_an_edited_or_removed_alias_stays_so(engine: sa.Engine) -> None:
    packaged = [Alias("BIAT", "la Biat"), Alias("BIAT", "Banque Arabe")]
    with transaction(engine) as conn:
        listings.seed(conn, seed_listings())
        company_aliases.seed_aliases(conn, packaged)
        company_aliases.put_alias(conn, Alias("BIAT", "la  Biat", needs_context=True), by="Amel")
        (other,) = [row.id for row in company_aliases.list_aliases(conn) if row.alias.text == "Banque Arabe"]
        company_aliases.remove_alias(conn, other, by="Amel")
        company_aliases.seed_aliases(conn, packaged)
    assert aliases(engine) == {"la Biat": Alias("BIAT", "la Biat", needs_context=True)}


@pytest.mark.parametrize(
    ("alias", "reason"),
    [
        (Alias("NONE", "Rien"), "No listing has the ticker NONE"),
        (Alias("BIAT", " !? "), "at least one word"),
        (Alias("BIAT", "x" * 81), "at most 80 characters"),
    ],
)
def test_an_alias_that_can_find_nothing_is_refused(engine: sa.Engine, alias: Alias, reason: str) -> None:
    with transaction(engine) as conn:
        listings.seed(conn, seed_listings())
    with transaction(engine) as conn, pytest.raises(ActionRefused, match=reason):
        company_aliases.put_alias(conn, alias, by="Amel")
