"""What a site's robots.txt allows."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bvmt.sources.http import HttpSource
from bvmt.sources.news_pauses import HostPauses
from bvmt.sources.robots import LIMITS, Robots
from tests.unit.sources.feed_server import Answer, FeedServer, hang_up, page, stream, whole


@pytest.fixture
def robots() -> Iterator[Robots]:
    with HttpSource("robots.txt", limits=LIMITS) as http:
        yield Robots(http, HostPauses(0))


def rules(server: FeedServer, answer: Answer) -> str:
    server.answer("/robots.txt", answer)
    return server.url


def test_what_the_file_disallows_is_refused_and_the_rest_is_granted(robots: Robots, server: FeedServer) -> None:
    site = rules(server, whole(b"User-agent: *\nDisallow: /private\nAllow: /private/news"))
    assert not robots.permission(f"{site}/private/a").granted
    assert robots.permission(f"{site}/private/news/a").granted
    assert robots.permission(f"{site}/open").granted


def test_rules_for_this_product_by_name_win(robots: Robots, server: FeedServer) -> None:
    site = rules(server, whole(b"User-agent: *\nDisallow: /\n\nUser-agent: bvmt-jobs\nDisallow: /x"))
    assert robots.permission(f"{site}/a").granted
    assert not robots.permission(f"{site}/x").granted


def test_the_pause_that_a_site_wishes_is_handed_on(robots: Robots, server: FeedServer) -> None:
    site = rules(server, whole(b"User-agent: *\nCrawl-delay: 7"))
    assert robots.permission(f"{site}/a").pause == 7.0


def test_a_site_is_asked_once(robots: Robots, server: FeedServer) -> None:
    site = rules(server, whole(b""))
    assert all(robots.permission(f"{site}/{n}").granted for n in range(3))
    assert server.paths == ["/robots.txt"]


@pytest.mark.parametrize("status", [401, 403, 404, 410])
def test_a_site_without_the_file_allows_everything(robots: Robots, server: FeedServer, status: int) -> None:
    assert robots.permission(rules(server, page(status)) + "/a").granted


@pytest.mark.parametrize("answer", [page(500), page(503), page(429), hang_up, stream(2 * 1024 * 1024)])
def test_a_site_whose_file_cannot_be_read_allows_nothing(robots: Robots, server: FeedServer, answer: Answer) -> None:
    permission = robots.permission(rules(server, answer) + "/a")
    assert not permission.granted
    assert permission.why.startswith("its robots.txt cannot be read: ")


def test_a_file_of_nonsense_forbids_nothing(robots: Robots, server: FeedServer) -> None:
    assert robots.permission(rules(server, whole(b"\xff\xfe\x00<html>" * 50)) + "/a").granted
