"""How often a page asks the database: by a written budget, and as often for fifty rows of everything as for five."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from bvmt.process import current_process
from tests.pages.page_process import Tab, own_database, pages_of_the_navigation, serving
from tests.pages.page_worlds import World, with_rows

PAGES = pages_of_the_navigation()
FEW, MANY = 5, 50

BUDGET = {
    "jobs": 13,
    "timeline": 10,
    "failures": 9,
    "reports": 14,
    "job": 11,
    "run": 15,
    "failure": 10,
    "compare": 20,
    "report": 8,
    "listing": 14,
    "market": 17,
    "anomalies": 11,
    "sentiment": 10,
    "data": 6,
    "system": 8,
    "mail": 6,
    "audit": 6,
}
"""Statements of one full run of the page with nothing in the caches, the line of truth and the banners included."""

Counts = dict[str, list[str]]


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Counts, Counts]]:
    """The statements of every page with few rows in every list, and with many."""
    with own_database() as (server, engine):
        world = with_rows(engine, FEW)
        few = statements(world, server.url, tmp_path_factory.mktemp("few"))
        with_rows(engine, MANY - FEW, world=world)
        yield few, statements(world, server.url, tmp_path_factory.mktemp("many"))


def statements(world: World, url: str, logs: Path) -> Counts:
    """What each page sends to the database, read by a visitor who has seen every page before."""
    found: Counts = {}
    with serving(url, logs):
        tab = Tab()
        for name in PAGES:
            tab.go(name, world.address_of(name))
            found[name] = sent = []

            def note(*event: object, sent: list[str] = sent) -> None:
                sent.append(str(event[2]))

            engine = current_process().database.pages
            sa.event.listen(engine, "before_cursor_execute", note)
            page = tab.go(name, world.address_of(name))
            sa.event.remove(engine, "before_cursor_execute", note)
            assert not page.exception, name
    return found


def test_every_page_has_a_budget() -> None:
    assert list(BUDGET) == PAGES


@pytest.mark.parametrize("name", PAGES)
def test_a_page_keeps_to_its_budget(asked: tuple[Counts, Counts], name: str) -> None:
    few, _ = asked
    assert 0 < len(few[name]) <= BUDGET[name], few[name]


@pytest.mark.parametrize("name", PAGES)
def test_a_page_asks_as_often_for_many_rows_as_for_few(asked: tuple[Counts, Counts], name: str) -> None:
    few, many = asked
    assert many[name] == few[name]
