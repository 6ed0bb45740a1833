"""What lies behind an address."""

from __future__ import annotations

import pytest

from bvmt.access.places import Place, place_of


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("/", Place.PAGE),
        ("/run", Place.PAGE),
        ("/static/js/index.js", Place.PAGE),
        ("/app/static/favicon.png", Place.PAGE),
        ("/oauth2callback", Place.PAGE),
        ("/auth/login", Place.PAGE),
        ("/_stcore/host-config", Place.PAGE),
        ("/_stcore/stream", Place.STREAM),
        ("/_stcore/health", Place.PULSE),
        ("/_stcore/metrics", Place.INSIDE),
        ("/_stcore/upload_file/a/b", Place.INSIDE),
        ("/_stcore/agent/interact", Place.AGENTS),
        ("/_stcore/agent", Place.INSIDE),
        ("/_stcore/anything-new", Place.INSIDE),
        ("/media/0123.pdf", Place.INSIDE),
        ("/component/x/index.html", Place.INSIDE),
        ("/api", Place.API),
        ("/api/", Place.API),
        ("/api/jobs", Place.API),
        ("/api/unknown", Place.API),
        ("/metrics", Place.API),
        ("/metrics/", Place.API),
        ("/api/health", Place.HEALTH),
        ("/api/health/more", Place.API),
        ("/api/mail/unsubscribe/token", Place.UNSUBSCRIBE),
        ("/api/mail/unsubscribe/", Place.API),
        ("/api/mail/unsubscribe/token/../../jobs", Place.API),
        ("/apis", Place.PAGE),
    ],
)
def test_an_address_is_known_for_what_it_is(path: str, place: Place) -> None:
    assert place_of(path) is place


def test_streamlits_own_addresses_are_found_below_its_base() -> None:
    assert place_of("/desk/media/0123.pdf", "desk") is Place.INSIDE
    assert place_of("/desk/_stcore/stream", "/desk/") is Place.STREAM
    assert place_of("/api/jobs", "desk") is Place.API
    assert place_of("/desk/run", "desk") is Place.PAGE
