"""Every page of the navigation with no data, after a day's work, where everything fails, and without its database."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
import sqlalchemy as sa

from tests.pages.page_process import Tab, own_database, pages_of_the_navigation, serving, shown
from tests.pages.page_worlds import World, after_a_day_of_work, on_which_everything_fails

PAGES = pages_of_the_navigation()
NO_SUCH = "00000000-0000-0000-0000-000000000001"
AWAY = "Nothing can be read at the moment."


@dataclass(frozen=True)
class Words:
    """What a page says in each state."""

    empty: str
    normal: str
    failing: str
    away: str = AWAY


WORDS = {
    "jobs": Words(
        "Nothing fires.",
        "Nothing needs attention",
        "**Weekly Report** 1 failure nobody has acknowledged",
        "What needs attention is not known. What follows is as of",
    ),
    "timeline": Words("0 runs", "6 runs: 6 succeeded", "6 runs: 6 failed; slots without a run: 4 missed"),
    "failures": Words("No run has failed so far.", "No run has failed so far.", "6 kinds of failure: 6 new."),
    "reports": Words("No report was made yet.", "Version 1, made", "No report was made yet."),
    "job": Words("Nobody has done anything to this job yet.", "Market Pulse", "Not firing"),
    "run": Words(f"There is no run {NO_SUCH}", "Stocks that traded", r"found \<b\>no\</b\> \*server\*"),
    "failure": Words("There is no failure of this kind.", "There is no failure of this kind.", "SourceAway"),
    "compare": Words(f"There is no run {NO_SUCH}", "Swap A and B", ":material/error: Failed"),
    "report": Words(f"There is no report {NO_SUCH}", "Daily Report, ", f"There is no report {NO_SUCH}"),
    "listing": Words(
        "No session of this listing is stored yet.", "Last, TND", "No session of this listing is stored yet."
    ),
    "market": Words("No session is stored yet.", "TUNINDEX", "No session is stored yet."),
    "anomalies": Words("No quotes are stored yet", "Precision by verdicts", "No quotes are stored yet"),
    "sentiment": Words("Nothing was read yet.", "Tone by listing and day", "The sources could not be read"),
    "data": Words("No quotes are stored yet", "Up to date: the last stored session is", "No quotes are stored yet"),
    "system": Words("No instance has been here", "alive", "runs of an instance that is gone: 1"),
    "mail": Words("No messages.", "Market Pulse failed", "Deliveries: 1 dead."),
    "audit": Words("Nobody has done anything yet.", "job market_pulse", "Nobody has done anything yet."),
}

STATES: dict[str, Callable[[sa.Engine], World]] = {
    "empty": World,
    "normal": after_a_day_of_work,
    "failing": on_which_everything_fails,
    "away": World,
}


@pytest.fixture(scope="module", params=STATES)
def state(request: pytest.FixtureRequest) -> str:
    """Each of the four states in turn."""
    return str(request.param)


@pytest.fixture(scope="module")
def visit(state: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], str]]:
    """Opens a page in this state, and tells all that it shows."""
    with own_database() as (server, engine):
        world = STATES[state](engine)
        with serving(server.url, tmp_path_factory.mktemp("logs")):
            tab = Tab()
            if state == "away":
                server.stop()

            def open_page(name: str) -> str:
                page = tab.go(name, world.address_of(name))
                assert not page.exception
                return shown(page)

            yield open_page


def test_the_states_of_every_page_of_the_navigation_are_known() -> None:
    assert list(WORDS) == PAGES


@pytest.mark.parametrize("name", PAGES)
def test_a_page_says_how_things_are(visit: Callable[[str], str], state: str, name: str) -> None:
    text = visit(name)
    assert getattr(WORDS[name], state) in text
    if name not in {"run", "failure"} or state != "failing":  # these are there to show a run's traceback
        assert "Traceback" not in text


@pytest.mark.parametrize("name", PAGES)
def test_above_every_page_stands_what_an_operator_must_know(visit: Callable[[str], str], state: str, name: str) -> None:
    text = visit(name)
    assert "Simulated data." in text
    assert ("The database cannot be reached" in text) == (state == "away")
    assert ("Nothing fires" in text) == (state in {"empty", "failing"})
