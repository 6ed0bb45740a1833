"""Subscribers and the outbox as operators handle them, and reports left to the mail."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID, uuid4

import pytest

from bvmt.access.actor import Actor, Role, Via
from bvmt.errors import ActionRefused, Forbidden, NotFound
from bvmt.mail import actions
from bvmt.mail.writing import eml
from bvmt.reports.content import ReportKind
from bvmt.store import cleanup, deliveries, outbox, subscribers
from bvmt.store.deliveries import DeliveryState, put_report
from bvmt.store.engine import transaction
from bvmt.store.outbox import Message, StoredMessage
from bvmt.store.subscribers import Subscriber, SubscriberFields
from tests.db.mail_desk import MailDesk

ADMIN = Actor("Amel", Role.ADMIN, Via.LOCAL)
OPERATOR = Actor("Ben", Role.OPERATOR, Via.LOCAL)
FIELDS = SubscriberFields(name="Héla", address="hela@example.tn", daily=True)


def add(desk: MailDesk, **changes: object) -> UUID:
    """Add a subscriber as an admin does."""
    return actions.add_subscriber(desk.engine, replace(FIELDS, **changes), by=ADMIN)  # type: ignore[arg-type]


def find(desk: MailDesk, subscriber_id: UUID) -> Subscriber:
    """The subscriber as he stands."""
    with desk.engine.connect() as conn:
        found = subscribers.find_subscriber(conn, subscriber_id)
    assert found is not None
    return found


def put(desk: MailDesk, kind: ReportKind = ReportKind.DAILY, *, report: UUID | None = None) -> int:
    """Leave a report to the mail."""
    with transaction(desk.engine) as conn:
        return put_report(conn, report or uuid4(), kind)


def messages(desk: MailDesk) -> list[StoredMessage]:
    """The outbox."""
    with desk.engine.connect() as conn:
        return outbox.list_messages(conn)


def test_an_address_is_a_subscriber_once_however_it_is_written(mail_desk: MailDesk) -> None:
    add(mail_desk)
    with pytest.raises(ActionRefused, match=r"^HELA@example\.tn is a subscriber's address already\.$"):
        add(mail_desk, address=" HELA@Example.TN ")


@pytest.mark.parametrize("address", ["hela", "hela@", "a b@example.tn", "héla@example.tn", "a@b.tn\nBcc: c@d.tn", ""])
def test_what_is_no_address_is_refused(mail_desk: MailDesk, address: str) -> None:
    with pytest.raises(ActionRefused, match="is no e-mail address"):
        add(mail_desk, address=address)


@pytest.mark.parametrize("name", ["", "  ", "x" * 101, "Héla\r\nBcc: all@example.tn", "Héla\0"])
def test_a_name_that_could_add_a_header_is_refused(mail_desk: MailDesk, name: str) -> None:
    with pytest.raises(ActionRefused, match="A name"):
        add(mail_desk, name=name)


def test_a_subscriber_to_nothing_is_refused(mail_desk: MailDesk) -> None:
    with pytest.raises(ActionRefused, match="Choose at least one"):
        add(mail_desk, daily=False)


def test_a_domain_with_accents_is_kept_as_servers_know_it(mail_desk: MailDesk) -> None:
    assert find(mail_desk, add(mail_desk, address="hela@bücher.tn")).address == "hela@xn--bcher-kva.tn"


def test_subscribers_are_for_admins_and_each_change_is_recorded(mail_desk: MailDesk) -> None:
    with pytest.raises(Forbidden):
        actions.add_subscriber(mail_desk.engine, FIELDS, by=OPERATOR)
    added = add(mail_desk)
    actions.change_subscriber(mail_desk.engine, added, replace(FIELDS, weekly=True), by=ADMIN)
    lines = mail_desk.rows("select actor, deed, subject, before, after from audit_log order by id")
    assert [line[:3] for line in lines] == [("Amel", "change subscribers", "subscriber hela@example.tn")] * 2
    assert (lines[1][3]["weekly"], lines[1][4]["weekly"]) == (False, True)
    assert "token" not in str(lines)


def test_tokens_cannot_be_guessed(mail_desk: MailDesk) -> None:
    tokens = {find(mail_desk, add(mail_desk, address=f"n{n}@example.tn")).unsubscribe_token for n in range(5)}
    assert len(tokens) == 5
    assert all(len(token) >= 43 for token in tokens)  # 256 random bits


def test_a_report_goes_to_the_active_subscribers_of_its_kind(mail_desk: MailDesk) -> None:
    add(mail_desk)
    add(mail_desk, address="weekly@example.tn", daily=False, weekly=True)
    actions.deactivate_subscriber(mail_desk.engine, add(mail_desk, address="gone@example.tn"), by=ADMIN)
    assert put(mail_desk) == 1
    assert [(each.address, each.language) for each in mail_desk.deliveries()] == [("hela@example.tn", "en")]


def test_a_report_is_left_once(mail_desk: MailDesk) -> None:
    add(mail_desk)
    report = uuid4()
    assert [put(mail_desk, report=report), put(mail_desk, report=report)] == [1, 0]
    assert len(mail_desk.deliveries()) == 1


def test_a_report_and_its_message_stand_or_fall_together(mail_desk: MailDesk) -> None:
    add(mail_desk)
    with pytest.raises(ZeroDivisionError), transaction(mail_desk.engine) as conn:
        assert put_report(conn, uuid4(), ReportKind.DAILY) == 1
        raise ZeroDivisionError
    assert messages(mail_desk) == []


def test_a_report_without_subscribers_is_settled_so(mail_desk: MailDesk) -> None:
    assert put(mail_desk) == 0
    (message,) = messages(mail_desk)
    assert (message.state, message.settled_at is not None) == ("nobody", True)


def test_leaving_one_kind_of_mail_keeps_the_others(mail_desk: MailDesk) -> None:
    token = find(mail_desk, add(mail_desk, weekly=True)).unsubscribe_token
    left = actions.unsubscribe(mail_desk.engine, token, "daily")
    assert (left.daily, left.weekly, left.active) == (False, True, True)
    left = actions.unsubscribe(mail_desk.engine, token, "weekly")
    assert (left.weekly, left.active) == (False, False)
    assert left.unsubscribed_at is not None


def test_what_waits_for_somebody_who_leaves_is_cancelled_and_nothing_else(mail_desk: MailDesk) -> None:
    token = find(mail_desk, add(mail_desk, weekly=True)).unsubscribe_token
    add(mail_desk, address="other@example.tn")
    put(mail_desk)
    put(mail_desk, ReportKind.WEEKLY)
    actions.unsubscribe(mail_desk.engine, token, "daily")
    states = {(each.address, each.kind): str(each.state) for each in mail_desk.deliveries()}
    assert states == {
        ("hela@example.tn", "daily"): "cancelled",
        ("hela@example.tn", "weekly"): "waiting",
        ("other@example.tn", "daily"): "waiting",
    }


def test_a_token_that_nobody_has_is_not_known(mail_desk: MailDesk) -> None:
    with pytest.raises(NotFound):
        actions.unsubscribe(mail_desk.engine, "x" * 43, None)


def test_to_somebody_who_left_nothing_is_sent_again(mail_desk: MailDesk) -> None:
    hela = add(mail_desk)
    put(mail_desk)
    actions.deactivate_subscriber(mail_desk.engine, hela, by=ADMIN)
    with pytest.raises(ActionRefused, match="This subscriber left"):
        actions.resend(mail_desk.engine, mail_desk.delivery().id, by=OPERATOR)
    actions.activate_subscriber(mail_desk.engine, hela, by=ADMIN)
    actions.resend(mail_desk.engine, mail_desk.delivery().id, by=OPERATOR)
    assert mail_desk.delivery().state == "waiting"


def test_what_is_under_way_is_not_sent_a_second_time(mail_desk: MailDesk) -> None:
    add(mail_desk)
    put(mail_desk)
    with pytest.raises(ActionRefused, match="It is waiting"):
        actions.resend(mail_desk.engine, mail_desk.delivery().id, by=OPERATOR)
    with pytest.raises(ActionRefused, match="It is waiting"):
        actions.send_to(
            mail_desk.engine, mail_desk.delivery().message_id, "Hela@example.tn", language="en", by=OPERATOR
        )


def test_an_alert_that_nobody_was_told_of_can_be_sent_to_somebody_alone(mail_desk: MailDesk) -> None:
    mail_desk.alert()
    mail_desk.rounds()
    (alert,) = messages(mail_desk)
    mail_desk.subscribe("late@example.tn")
    actions.send_to(mail_desk.engine, alert.id, "me@example.tn", language="en", by=OPERATOR)
    mail_desk.rounds(2)
    assert mail_desk.world.handler.counts == {"me@example.tn": 1}
    assert messages(mail_desk)[0].state == "sent"


def test_an_alert_that_waits_for_others_is_not_sent_apart_from_them(mail_desk: MailDesk) -> None:
    mail_desk.alert()
    with pytest.raises(ActionRefused, match="waits for other alerts"):
        actions.send_to(mail_desk.engine, messages(mail_desk)[0].id, "me@example.tn", language="en", by=OPERATOR)


def test_all_that_is_held_can_be_cancelled_at_once(mail_desk: MailDesk) -> None:
    mail_desk.subscribe_many(5)
    put(mail_desk)
    mail_desk.rounds(smtp_host=None)
    assert actions.cancel_all(mail_desk.engine, DeliveryState.HELD, by=OPERATOR) == 5
    mail_desk.rounds(2)
    assert mail_desk.states() == {"cancelled": 5}
    assert mail_desk.message_states() == ["dead"]


def test_a_mail_is_a_file_before_mail_is_set_up(mail_desk: MailDesk) -> None:
    mail_desk.subscribe("hela@example.tn")
    mail_desk.alert()
    settings = mail_desk.settings(smtp_host=None, mail_from=None)
    mail_desk.rounds(smtp_host=None)
    content = eml(mail_desk.engine, settings, lambda: mail_desk.delivery().created_at, mail_desk.delivery().id)
    assert content.startswith(b"From: BVMT Jobs <bvmt-jobs@localhost>\r\nTo: Amel <hela@example.tn>\r\n")
    with pytest.raises(NotFound):
        eml(mail_desk.engine, settings, lambda: mail_desk.delivery().created_at, uuid4())


def test_the_outbox_is_read_page_by_page_with_states_counted(mail_desk: MailDesk) -> None:
    mail_desk.subscribe_many(3)
    for _ in range(5):
        put(mail_desk)
    with mail_desk.engine.connect() as conn:
        first = outbox.list_messages(conn, limit=2)
        second = outbox.list_messages(conn, limit=9, before=first[-1].id)
        assert outbox.list_messages(conn, kinds=["weekly"]) == []
        assert outbox.list_messages(conn, states=["dead"]) == []
    assert [message.id for message in (*first, *second)] == sorted((m.id for m in messages(mail_desk)), reverse=True)
    assert first[0].states == {"waiting": 3}


def test_old_messages_move_to_the_archive_with_their_deliveries(mail_desk: MailDesk) -> None:
    mail_desk.subscribe_many(3)
    mail_desk.alert()
    mail_desk.rounds()
    before = mail_desk.rows("select * from deliveries order by id")
    mail_desk.execute("update outbox set settled_at = settled_at - interval '100 days'")
    with transaction(mail_desk.engine) as conn:
        at = cleanup.cutoff(conn, 90)
        assert cleanup.archive_messages(conn, at, limit=100) == 2
    assert mail_desk.rows("select * from deliveries_archive order by id") == before
    assert mail_desk.rows("select * from deliveries") == []
    assert mail_desk.value("select count(*) from outbox_archive where told_in is not null") == 1


def test_a_message_with_what_postgresql_cannot_hold_is_kept_without_it(mail_desk: MailDesk) -> None:
    with transaction(mail_desk.engine) as conn:
        assert outbox.put(conn, Message("k\0", "run_failed", "a\0b", "c\ud800d", {"x": "e\0f\ud800"}))
    (message,) = messages(mail_desk)
    assert (message.subject, message.body, message.payload) == ("a\ufffdb", "c\ufffdd", {"x": "e\ufffdf\ufffd"})


def test_words_of_states_and_channels_are_those_of_the_database(mail_desk: MailDesk) -> None:
    for name, words in (("delivery_state", DeliveryState), ("delivery_channel", deliveries.DeliveryChannel)):
        labels = mail_desk.rows(
            "select enumlabel from pg_enum where enumtypid = cast(:name as regtype) order by enumsortorder", name=name
        )
        assert [label for (label,) in labels] == [str(word) for word in words]
