"""The Mail page on a real database."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
import streamlit as st
from streamlit.testing.v1 import AppTest

from bvmt.clock import now
from bvmt.mail.composing import Letter, Picture
from bvmt.mail.writing import eml
from bvmt.store.embedded import EmbeddedPostgres
from bvmt.ui.mail_words import counts_words, preview
from tests.db.mail_desk import MailDesk
from tests.pages.conftest import OpenPage, plain, texts
from tests.pages.worlds import answer
from tests.unit.mail.letters import PNG
from tests.unit.mail.smtp_world import MailServerWorld, read_mail

AMEL = "amel@example.tn"


@pytest.fixture
def world() -> Iterator[MailServerWorld]:
    """A mail server."""
    made = MailServerWorld()
    yield made
    made.close()


@pytest.fixture
def mail_desk(engine: sa.Engine, world: MailServerWorld) -> MailDesk:
    """A desk that mail goes out of."""
    return MailDesk(engine, world)


@pytest.fixture
def set_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process whose settings name a mail server. Ask for it before `open_page`."""
    monkeypatch.setenv("SMTP_HOST", "127.0.0.1")
    monkeypatch.setenv("MAIL_FROM", "jobs@desk.example.tn")


def open_part(open_page: OpenPage, part: str, **query: str) -> AppTest:
    """A part of the page by its address."""
    return open_page("pages/mail.py", part=part, **query)


def cells(page: AppTest, column: str) -> list[object]:
    """The cells under a heading, of whichever table has it."""
    return [cell for frame in page.dataframe if column in frame.value for cell in frame.value[column]]


def open_message(page: AppTest, number: int = 0) -> AppTest:
    """Choose a message of the list, the newest being 0."""
    numbers: list[Any] = cells(page, "No.")
    return page.selectbox(key="mail_message").set_value(numbers[number]).run()


def add(page: AppTest, name: str = "Héla", address: str = "hela@example.tn", **ticks: bool) -> AppTest:
    """Fill the form for a new subscriber in, and click."""
    prefix = f"new_{answer_of(page, 'subscriber_round')}"
    page.text_input(key=f"{prefix}_name").set_value(name)
    page.text_input(key=f"{prefix}_address").set_value(address)
    for kind, ticked in (ticks or {"daily": True}).items():
        page.checkbox(key=f"{prefix}_{kind}").set_value(ticked)
    return page.button(key="add_subscriber").click().run()


def answer_of(page: AppTest, key: str) -> object:
    """What the session holds under a key, 0 without anything."""
    return page.session_state[key] if key in page.session_state else 0  # noqa: SIM401  # it has no get


@pytest.mark.parametrize("part", ["Outbox", "Subscribers"])
def test_with_nothing_in_the_database_every_part_stands(open_page: OpenPage, part: str) -> None:
    assert not open_part(open_page, part).exception


@pytest.mark.parametrize("part", ["Outbox", "Subscribers"])
def test_with_the_database_away_every_part_says_so(
    own_server: EmbeddedPostgres, open_page: OpenPage, part: str
) -> None:
    page = open_part(open_page, part)
    own_server.stop()
    st.cache_data.clear()
    page.run()
    assert not page.exception
    assert "Nothing can be read at the moment." in texts(page.warning)


def test_where_mail_is_not_set_up_the_page_says_how_and_what_waits(open_page: OpenPage, mail_desk: MailDesk) -> None:
    mail_desk.subscribe(AMEL)
    mail_desk.alert()
    mail_desk.rounds(smtp_host=None)
    page = open_part(open_page, "Outbox")
    assert "set SMTP_HOST and MAIL_FROM, or NOTIFICATION_SERVICE_URL" in texts(page.info)
    assert "1 delivery held." in texts(page.info)
    assert "SMTP_HOST=mail.example.tn" in texts(page.code)


def test_all_that_is_held_is_cancelled_after_a_question(open_page: OpenPage, mail_desk: MailDesk) -> None:
    mail_desk.subscribe(AMEL)
    mail_desk.alert()
    mail_desk.rounds(smtp_host=None)
    page = open_part(open_page, "Outbox")
    page.button(key="cancel_held").click().run()
    assert mail_desk.states() == {"held": 1}
    page.button(key="confirm_cancel_held").click().run()
    assert mail_desk.states() == {"cancelled": 1}
    assert answer(mail_desk.engine, "select actor || ' ' || deed from audit_log") == "operator cancel message"


def test_a_mail_server_that_takes_nothing_is_told(set_up: None, open_page: OpenPage, mail_desk: MailDesk) -> None:
    mail_desk.subscribe(AMEL)
    mail_desk.world.handler.sender_answer = "550 who are you"
    mail_desk.alert()
    mail_desk.rounds()
    page = open_part(open_page, "Outbox")
    assert "Mail server: nothing goes out since today" in plain(page.warning)
    assert "550 who are you" in plain(page.warning)


def test_messages_are_listed_with_their_deliveries_counted(open_page: OpenPage, mail_desk: MailDesk) -> None:
    addresses = mail_desk.subscribe_many(3)
    mail_desk.world.handler.of_recipient[addresses[0]] = ["550 no such user"]
    mail_desk.alert()
    mail_desk.rounds()
    page = open_part(open_page, "Outbox")
    assert (cells(page, "Kind"), cells(page, "Subject")) == (["Alerts"], ["Probe failed"])
    assert cells(page, "Deliveries") == ["2 sent, 1 dead"]


def test_an_opened_message_tells_of_each_delivery_and_why(open_page: OpenPage, mail_desk: MailDesk) -> None:
    mail_desk.subscribe(AMEL)
    mail_desk.world.handler.of_recipient[AMEL] = ["550 no such user"]
    mail_desk.alert()
    mail_desk.rounds()
    page = open_message(open_part(open_page, "Outbox"))
    assert cells(page, "To") == [AMEL]
    assert cells(page, "Why") == ["Refused for good: 550 no such user"]
    assert not page.exception


def test_a_message_has_an_address_of_its_own(open_page: OpenPage, mail_desk: MailDesk) -> None:
    mail_desk.subscribe(AMEL)
    mail_desk.alert()
    mail_desk.rounds()
    number = answer(mail_desk.engine, "select id from outbox where kind = 'alerts'")
    page = open_part(open_page, "Outbox", message=str(number))
    assert cells(page, "To") == [AMEL]


@pytest.mark.parametrize("number", ["999", "x", "-1", "9" * 40])
def test_an_address_of_no_message_opens_none(open_page: OpenPage, number: str) -> None:
    page = open_part(open_page, "Outbox", message=number)
    assert not page.exception
    assert "No messages." in texts(page.caption)


def test_a_dead_delivery_is_sent_again_with_one_click(open_page: OpenPage, mail_desk: MailDesk) -> None:
    mail_desk.subscribe(AMEL)
    mail_desk.world.handler.of_recipient[AMEL] = ["550 no such user"]
    mail_desk.alert()
    mail_desk.rounds()
    open_message(open_part(open_page, "Outbox")).button(key="confirm_resend").click().run()
    assert mail_desk.states() == {"waiting": 1}
    mail_desk.rounds()
    assert mail_desk.world.handler.counts == {AMEL: 1}


def test_what_may_have_arrived_is_sent_again_after_a_question(open_page: OpenPage, mail_desk: MailDesk) -> None:
    mail_desk.subscribe(AMEL)
    mail_desk.world.handler.drop_after_end.add(AMEL)
    mail_desk.alert()
    mail_desk.rounds()
    page = open_message(open_part(open_page, "Outbox"))
    page.button(key="resend").click().run()
    assert "It may be there already" in texts(page.warning)
    assert mail_desk.states() == {"unknown": 1}
    page.button(key="confirm_resend").click().run()
    assert mail_desk.states() == {"waiting": 1}


def test_a_waiting_delivery_is_cancelled(open_page: OpenPage, mail_desk: MailDesk) -> None:
    mail_desk.subscribe(AMEL)
    mail_desk.alert()
    mail_desk.rounds(smtp_host=None)
    open_message(open_part(open_page, "Outbox")).button(key="cancel_delivery").click().run()
    assert mail_desk.delivery().reason == "Cancelled by operator."


def test_a_message_is_sent_to_an_address_that_is_written_down(open_page: OpenPage, mail_desk: MailDesk) -> None:
    mail_desk.subscribe(AMEL)
    mail_desk.alert()
    mail_desk.rounds()
    page = open_message(open_part(open_page, "Outbox"))
    page.text_input(key="send_to").set_value("nobody").run()
    page.button(key="send_to_button").click().run()
    assert len(mail_desk.deliveries()) == 1
    page.text_input(key="send_to").set_value("me@example.tn").run()
    page.button(key="send_to_button").click().run()
    assert mail_desk.states() == {"sent": 1, "waiting": 1}


def test_a_message_can_be_read_as_text_and_as_html_in_both_languages(open_page: OpenPage, mail_desk: MailDesk) -> None:
    mail_desk.subscribe(AMEL)
    mail_desk.alert()
    mail_desk.rounds(smtp_host=None)
    page = open_message(open_part(open_page, "Outbox"))
    page.toggle(key="mail_preview").set_value(True).run()
    assert "disk full" in texts(page.code)
    assert "Probe failed" in texts(page.markdown)
    page.segmented_control(key="mail_language").set_value("fr").run()
    assert "Probe : échec" in texts(page.code)
    assert not page.exception


def test_a_message_whose_report_is_gone_says_so(open_page: OpenPage, mail_desk: MailDesk) -> None:
    mail_desk.execute(
        "insert into outbox (key, kind, subject, body, payload) values"
        " ('r', 'daily', 'Daily Report', '', '{\"report\": \"11111111-1111-4111-8111-111111111111\"}')"
    )
    page = open_message(open_part(open_page, "Outbox"))
    page.toggle(key="mail_preview").set_value(True).run()
    assert "The report is no longer there." in plain(page.error)


def test_the_preview_runs_nothing_and_holds_its_pictures() -> None:
    written = Letter("s", "t", '<p onclick="x()">"\'&</p><img src="cid:index">', (Picture("index", PNG),))
    shown = preview(written)
    assert 'sandbox=""' in shown
    assert "cid:index" not in shown
    assert "data:image/png;base64," in shown
    assert "<p onclick" not in shown  # it stands in an attribute, escaped


def test_counts_are_in_the_order_of_a_deliverys_life() -> None:
    assert counts_words({"dead": 1, "sent": 1200, "waiting": 3}) == "3 waiting, 1,200 sent, 1 dead"
    assert counts_words({}) == "none"


def test_a_subscriber_is_added_and_gets_mail_in_the_language_that_was_chosen(
    open_page: OpenPage, mail_desk: MailDesk
) -> None:
    page = add(open_part(open_page, "Subscribers"), alerts=True)
    assert (cells(page, "Name"), cells(page, "Gets"), cells(page, "State")) == (["Héla"], ["Alerts"], ["✓ active"])
    mail_desk.alert()
    mail_desk.rounds()
    assert mail_desk.world.handler.counts == {"hela@example.tn": 1}
    assert page.text_input(key="new_1_name").value == ""


@pytest.mark.parametrize(
    ("name", "address"), [("Héla", "nobody"), ("", "hela@example.tn"), ("a\r\nBcc: b@c.tn", "hela@example.tn")]
)
def test_a_subscriber_that_cannot_be_is_refused_and_what_was_written_stays(
    open_page: OpenPage, engine: sa.Engine, name: str, address: str
) -> None:
    page = add(open_part(open_page, "Subscribers"), name, address)
    assert answer(engine, "select count(*) from subscribers") == 0
    assert page.text_input(key="new_0_address").value == address
    assert not page.exception


def test_a_subscriber_is_changed(open_page: OpenPage, mail_desk: MailDesk) -> None:
    mail_desk.subscribe(AMEL)
    page = open_part(open_page, "Subscribers")
    prefix = next(box.key for box in page.text_input if str(box.key).startswith("change_")).rpartition("_")[0]
    page.text_input(key=f"{prefix}_name").set_value("Amel Ben Salah")
    page.checkbox(key=f"{prefix}_daily").set_value(True)
    page.selectbox(key=f"{prefix}_language").set_value("fr")
    page = page.button(key="save_subscriber").click().run()
    assert (cells(page, "Name"), cells(page, "Language")) == (["Amel Ben Salah"], ["Français"])
    assert cells(page, "Gets") == ["Daily Report, Alerts"]


def test_a_subscriber_is_deactivated_after_a_question_and_made_active_again(
    open_page: OpenPage, mail_desk: MailDesk
) -> None:
    mail_desk.subscribe(AMEL)
    page = open_part(open_page, "Subscribers")
    page.button(key="deactivate").click().run()
    assert cells(page, "State") == ["✓ active"]
    page.button(key="confirm_deactivate").click().run()
    assert cells(page, "State") == ["– not active"]
    page.button(key="activate").click().run()
    assert cells(page, "State") == ["✓ active"]


def test_the_file_of_a_mail_is_what_goes_out(open_page: OpenPage, mail_desk: MailDesk) -> None:
    mail_desk.subscribe(AMEL)
    mail_desk.alert()
    mail_desk.rounds()
    page = open_message(open_part(open_page, "Outbox"))
    assert any(button.label == "Download .eml" for button in page.get("download_button"))
    delivery: UUID = mail_desk.delivery().id
    read = read_mail(eml(mail_desk.engine, mail_desk.settings(), now, delivery))
    ((_, sent),) = mail_desk.world.handler.taken
    assert (read["Subject"], read["Message-ID"]) == (sent["Subject"], sent["Message-ID"])
