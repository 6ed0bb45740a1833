"""A pause between two requests to one host."""

from __future__ import annotations

import pytest

from bvmt.sources.feeds import NewsFeeds
from bvmt.sources.news_pauses import HostPauses
from tests.unit.sources.feed_server import FeedServer, whole
from tests.unit.sources.news_feeds import NOON, rss, rss_item, source


class Watch:
    """A clock that sleeping moves."""

    def __init__(self) -> None:
        self.time = 100.0

    def clock(self) -> float:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.time += seconds


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def pauses(watch: Watch) -> HostPauses:
    return HostPauses(2.0, clock=watch.clock, sleep=watch.sleep)


def test_the_second_request_to_a_host_waits(watch: Watch, pauses: HostPauses) -> None:
    pauses.before("https://site.tn/a")
    assert watch.time == 100.0
    pauses.before("https://SITE.tn/b")
    assert watch.time == pytest.approx(102.0)


def test_time_that_has_passed_anyway_counts(watch: Watch, pauses: HostPauses) -> None:
    pauses.before("https://site.tn/a")
    watch.time += 1.5
    pauses.before("https://site.tn/b")
    assert watch.time == pytest.approx(102.0)


def test_another_host_need_not_wait(watch: Watch, pauses: HostPauses) -> None:
    pauses.before("https://site.tn/a")
    pauses.before("https://other.tn/a")
    assert watch.time == 100.0


def test_a_longer_pause_that_a_site_wishes_is_kept_up_to_ten_seconds(watch: Watch, pauses: HostPauses) -> None:
    pauses.before("https://site.tn/a")
    pauses.before("https://site.tn/b", wished=5)
    assert watch.time == pytest.approx(105.0)
    pauses.before("https://site.tn/c", wished=3600)
    assert watch.time == pytest.approx(115.0)


def test_a_cancel_ends_the_wait(watch: Watch) -> None:
    class Cancelled(Exception):
        pass

    def cancel() -> None:
        if watch.time > 101:
            raise Cancelled

    pauses = HostPauses(60, clock=watch.clock, sleep=watch.sleep, should_stop=cancel)
    pauses.before("https://site.tn/a")
    with pytest.raises(Cancelled):
        pauses.before("https://site.tn/b")
    assert watch.time < 102


def test_a_scan_keeps_its_requests_to_one_host_apart(server: FeedServer, watch: Watch, pauses: HostPauses) -> None:
    address = server.answer("/feed", whole(rss(rss_item())))
    with NewsFeeds(clock=lambda: NOON, pauses=pauses) as feeds:
        for _ in range(3):
            feeds.read(source(address))
    assert watch.time == pytest.approx(104.0)
