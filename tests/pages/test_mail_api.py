"""Mail over REST, on a real database."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID, uuid4

import httpx
import pytest
import sqlalchemy as sa

from bvmt.store import subscribers
from bvmt.store.subscribers import Subscriber
from tests.db.mail_desk import MailDesk
from tests.pages.api_server import ApiServer, client
from tests.unit.mail.smtp_world import MailServerWorld, read_mail

AMEL = "amel@example.tn"


@pytest.fixture(scope="module")
def server() -> Iterator[tuple[ApiServer, str]]:
    """A server for all tests here, and its address."""
    made = ApiServer()
    with made.serving() as url:
        yield made, url


@pytest.fixture
def api(server: tuple[ApiServer, str], engine: sa.Engine) -> Iterator[httpx.Client]:
    """A client of the API."""
    server[0].engine = engine
    with client(server[1]) as made:
        yield made


@pytest.fixture
def desk(engine: sa.Engine) -> Iterator[MailDesk]:
    """A desk that mail goes out of."""
    world = MailServerWorld()
    yield MailDesk(engine, world)
    world.close()


def find(desk: MailDesk, subscriber_id: UUID) -> Subscriber:
    """The subscriber as he stands."""
    with desk.engine.connect() as conn:
        found = subscribers.find_subscriber(conn, subscriber_id)
    assert found is not None
    return found


def link(desk: MailDesk, subscriber_id: UUID, kind: str = "alerts") -> str:
    """The path of his link out of one kind of mail."""
    return f"/mail/unsubscribe/{find(desk, subscriber_id).unsubscribe_token}?kind={kind}"


def test_a_link_that_is_only_followed_unsubscribes_nobody(api: httpx.Client, desk: MailDesk) -> None:
    amel = desk.subscribe(AMEL, daily=True)
    answered = api.get(link(desk, amel))
    assert answered.status_code == 200
    assert "a…@example.tn" in answered.text
    assert AMEL not in answered.text
    assert 'method="post"' in answered.text
    assert find(desk, amel).alerts


def test_the_page_loads_nothing_and_tells_its_address_to_nobody(api: httpx.Client, desk: MailDesk) -> None:
    answered = api.get(link(desk, desk.subscribe(AMEL)))
    assert "default-src 'none'" in answered.headers["Content-Security-Policy"]
    assert answered.headers["Referrer-Policy"] == "no-referrer"
    assert "<script" not in answered.text


def test_one_click_of_a_mail_program_ends_the_kind_of_mail_that_it_stood_in(api: httpx.Client, desk: MailDesk) -> None:
    amel = desk.subscribe(AMEL, daily=True)
    for _ in range(2):
        answered = api.post(link(desk, amel), data={"List-Unsubscribe": "One-Click"})
        assert answered.status_code == 200
    after = find(desk, amel)
    assert (after.alerts, after.daily, after.active) == (False, True, True)


def test_the_buttons_of_the_page_end_one_kind_or_all(api: httpx.Client, desk: MailDesk) -> None:
    amel = desk.subscribe(AMEL, daily=True, weekly=True)
    answered = api.post(link(desk, amel), data={"one": "yes"})
    assert "Still sent: Daily Report, Weekly Report." in answered.text
    answered = api.post(link(desk, amel), data={"everything": "yes"})
    assert "Nothing is sent to this address any more." in answered.text
    assert not find(desk, amel).active
    assert "<form" not in api.get(link(desk, amel)).text


def test_the_page_speaks_the_subscribers_language(api: httpx.Client, desk: MailDesk) -> None:
    page = api.get(link(desk, desk.subscribe(AMEL, language="fr"))).text
    assert "Se désabonner" in page
    assert '<html lang="fr">' in page


@pytest.mark.parametrize("token", ["x" * 43, "%00", "%00" * 43, "'%20or%20true--"])
def test_a_token_that_nobody_has_changes_nothing(api: httpx.Client, desk: MailDesk, token: str) -> None:
    amel = desk.subscribe(AMEL)
    for answered in (api.get(f"/mail/unsubscribe/{token}"), api.post(f"/mail/unsubscribe/{token}")):
        assert answered.status_code == 404
    assert find(desk, amel).active


def test_another_kind_of_mail_than_there_is_is_a_problem(api: httpx.Client, desk: MailDesk) -> None:
    amel = desk.subscribe(AMEL)
    assert api.post(link(desk, amel, "active")).status_code == 422
    assert find(desk, amel).active


def test_the_outbox_is_told_page_by_page(api: httpx.Client, desk: MailDesk) -> None:
    desk.subscribe_many(2)
    for n in range(3):
        desk.alert(f"alert {n}")
        desk.rounds()
    first = api.get("/mail/outbox", params={"limit": 2}).json()
    second = api.get("/mail/outbox", params={"limit": 2, "before": first["next_before"]}).json()
    assert [message["kind"] for message in first["messages"] + second["messages"]] == ["alerts"] * 3
    assert first["messages"][0]["deliveries_by_state"] == {"sent": 2}
    assert second["next_before"] is None
    assert api.get("/mail/outbox", params={"state": "dead"}).json()["messages"] == []


def test_a_message_is_told_with_its_deliveries_and_without_secrets(api: httpx.Client, desk: MailDesk) -> None:
    amel = desk.subscribe(AMEL)
    desk.alert()
    desk.rounds()
    number = api.get("/mail/outbox").json()["messages"][0]["id"]
    answered = api.get(f"/mail/outbox/{number}")
    (delivery,) = answered.json()["deliveries"]
    assert (delivery["address"], delivery["state"], delivery["tries"]) == (AMEL, "sent", 1)
    assert find(desk, amel).unsubscribe_token not in answered.text
    assert api.get("/mail/outbox/999").status_code == 404


def test_a_mail_is_downloaded_as_a_file(api: httpx.Client, desk: MailDesk) -> None:
    desk.subscribe(AMEL)
    desk.alert()
    desk.rounds(smtp_host=None)
    answered = api.get(f"/mail/deliveries/{desk.delivery().id}.eml")
    assert answered.headers["content-type"] == "message/rfc822"
    assert "attachment" in answered.headers["content-disposition"]
    assert read_mail(answered.content)["To"] == f"Amel <{AMEL}>"
    assert api.get(f"/mail/deliveries/{uuid4()}.eml").status_code == 404


def test_a_delivery_is_cancelled_and_sent_again(api: httpx.Client, desk: MailDesk) -> None:
    desk.subscribe(AMEL)
    desk.alert()
    desk.rounds(smtp_host=None)
    place = f"/mail/deliveries/{desk.delivery().id}"
    assert api.post(f"{place}/resend").status_code == 409
    assert api.post(f"{place}/cancel").json()["state"] == "cancelled"
    assert api.post(f"{place}/cancel").status_code == 409
    assert api.post(f"{place}/resend").status_code == 202
    assert desk.states() == {"waiting": 1}
