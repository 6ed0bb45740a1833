"""The sources that a new database is seeded with."""

from __future__ import annotations

import pytest
from selectolax.lexbor import LexborHTMLParser

from bvmt.news.items import NewsKind, SourceForm
from bvmt.sources.news_presets import World, load_archives, load_presets, preset_notes

SANDBOX = "http://127.0.0.1:8020/news"
WORLDS: tuple[World, ...] = ("sandbox", "bvmt", "platform")


@pytest.mark.parametrize("world", WORLDS)
def test_every_preset_has_an_absolute_address_and_an_id_of_its_own(world: World) -> None:
    presets = load_presets(world, SANDBOX)
    assert all(preset.url.startswith(("http://", "https://")) for preset in presets)
    assert len({preset.id for preset in presets}) == len(presets) == len({preset.url for preset in presets})


@pytest.mark.parametrize("world", WORLDS)
def test_a_page_has_selectors_that_are_css_and_a_feed_has_none(world: World) -> None:
    for preset in load_presets(world, SANDBOX):
        assert (preset.selectors is not None) is (preset.form is SourceForm.PAGE)
        if preset.selectors is not None:
            page = LexborHTMLParser("<p>")
            for selector in (preset.selectors.item, preset.selectors.title, preset.selectors.published or "p"):
                page.css(selector)


@pytest.mark.parametrize("world", WORLDS)
def test_news_and_social_media_are_both_there(world: World) -> None:
    assert {preset.kind for preset in load_presets(world, SANDBOX)} == set(NewsKind)


def test_the_sandbox_reads_its_own_press_and_the_real_worlds_never_do() -> None:
    assert all(preset.url.startswith(SANDBOX) for preset in load_presets("sandbox", SANDBOX))
    assert load_presets("bvmt", None) == load_presets("platform", None)
    assert not any(preset.url.startswith(SANDBOX) for preset in load_presets("bvmt", SANDBOX))


def test_every_source_of_the_sandbox_has_an_archive_and_no_real_one_has() -> None:
    archives = load_archives("sandbox", SANDBOX)
    assert [archive.id for archive in archives] == [preset.id for preset in load_presets("sandbox", SANDBOX)]
    assert all(archive.url.endswith("?days=30") for archive in archives)
    assert load_archives("bvmt", None) == ()


def test_the_sandboxs_sources_need_its_address() -> None:
    with pytest.raises(ValueError, match="address of its news is not known"):
        load_presets("sandbox", None)


def test_a_real_address_that_was_never_tried_says_so() -> None:
    assert all("nverified" in note for note in preset_notes("bvmt").values())
