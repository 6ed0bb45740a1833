"""From the outbox to a real mail server: each mail once, none lost, whatever the server does."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from bvmt.clock import monotonic
from bvmt.errors import ActionRefused
from bvmt.mail.composing import Parcel
from bvmt.mail.delivery import Deliverer, Pauses
from bvmt.mail.dispatcher import Dispatcher
from bvmt.mail.outcome import Outcome, Verdict
from bvmt.mail.ways import NOT_SET_UP
from bvmt.sources.mail_server import MailServer
from bvmt.store import deliveries, dispatching
from bvmt.store.engine import transaction
from tests.db.mail_desk import MailDesk

AMEL = "amel@example.tn"
ROOT = Path(__file__).resolve().parents[2]


class Wrapped:
    """A way out that does something around each mail."""

    name = "Mail server"

    def __init__(self, way: MailServer, send: Callable[[MailServer, Parcel], Outcome]) -> None:
        self._way, self._send = way, send

    def open(self) -> None:
        self._way.open()

    def send(self, parcel: Parcel) -> Outcome:
        return self._send(self._way, parcel)

    def close(self) -> None:
        self._way.close()


def wrapped(desk: MailDesk, send: Callable[[MailServer, Parcel], Outcome]) -> Wrapped:
    """The desk's mail server with something around each mail."""
    return Wrapped(MailServer.from_settings(desk.settings()), send)


def resend(desk: MailDesk, delivery_id: UUID) -> None:
    """Have an operator send it again."""
    with transaction(desk.engine) as conn:
        deliveries.resend(conn, delivery_id, by="Amel")


def test_five_hundred_subscribers_get_each_their_own_mail_once(mail_desk: MailDesk) -> None:
    addresses = mail_desk.subscribe_many(500)
    mail_desk.alert()
    mail_desk.rounds()
    assert mail_desk.world.handler.counts == dict.fromkeys(addresses, 1)
    assert mail_desk.states() == {"sent": 500}
    assert mail_desk.message_states() == ["sent"]
    assert len({mail["Message-ID"] for _, mail in mail_desk.world.handler.taken}) == 500
    links = {mail["List-Unsubscribe"] for _, mail in mail_desk.world.handler.taken}
    assert len(links) == 500


def test_two_deliverers_at_once_double_nothing(mail_desk: MailDesk) -> None:
    addresses = mail_desk.subscribe_many(90)
    mail_desk.alert()
    mail_desk.rounds(smtp_host=None)  # groups and addresses; everything is held
    made = [mail_desk.deliverer(me=mail_desk.instance()) for _ in range(3)]
    threads = [threading.Thread(target=each.round) for each in made]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    made[0].round()
    for each in made:
        each.close()
    assert mail_desk.world.handler.counts == dict.fromkeys(addresses, 1)
    assert mail_desk.message_states() == ["sent"]


def test_a_refused_recipient_keeps_nobody_else_from_the_mail(mail_desk: MailDesk) -> None:
    addresses = mail_desk.subscribe_many(5)
    mail_desk.world.handler.of_recipient[addresses[0]] = ["550 no such user"] * 9
    mail_desk.alert()
    mail_desk.rounds(3)
    refused = mail_desk.deliveries()[0]
    assert (refused.state, refused.reason) == ("dead", "Refused for good: 550 no such user")
    assert mail_desk.world.handler.counts == dict.fromkeys(addresses[1:], 1)
    assert mail_desk.world.handler.recipients.count(addresses[0]) == 1


def test_a_greylisting_server_gets_each_mail_at_the_next_try(mail_desk: MailDesk) -> None:
    addresses = mail_desk.subscribe_many(20)
    mail_desk.world.handler.of_recipient = {address: ["451 greylisted"] for address in addresses}
    mail_desk.alert()
    mail_desk.rounds(3)
    assert mail_desk.world.handler.counts == dict.fromkeys(addresses, 1)
    assert {delivery.tries for delivery in mail_desk.deliveries()} == {2}


def test_the_wait_before_the_next_try_grows(mail_desk: MailDesk) -> None:
    mail_desk.subscribe(AMEL)
    mail_desk.world.handler.every_recipient = "451 not now"
    mail_desk.alert()
    waits = []
    for _ in range(3):
        mail_desk.rounds(pauses=Pauses(retry=60, longest_retry=150))
        waits.append(
            float(mail_desk.value("select extract(epoch from next_try_at - clock_timestamp()) from deliveries"))
        )
        mail_desk.execute("update deliveries set next_try_at = clock_timestamp()")
    assert [55 < wait < 76 for wait in waits[:1]] == [True]
    assert 115 < waits[1] < 151
    assert 145 < waits[2] < 188


def test_after_so_many_tries_a_mail_is_given_up_and_says_so(mail_desk: MailDesk) -> None:
    mail_desk.subscribe(AMEL)
    mail_desk.world.handler.every_recipient = "451 not now"
    mail_desk.alert()
    mail_desk.rounds(6, mail_max_tries=3)
    delivery = mail_desk.delivery()
    assert (delivery.state, delivery.tries) == ("dead", 3)
    assert delivery.reason == "Given up after 3 tries. 451 not now"
    assert mail_desk.message_states() == ["dead"]


def test_a_server_that_hangs_up_in_the_middle_of_mails_gets_them_again(mail_desk: MailDesk) -> None:
    addresses = mail_desk.subscribe_many(6)
    mail_desk.world.drops += [1] * 4
    long = "A line of a long error.\n" * 30_000  # more than the buffers between us hold
    mail_desk.alert(error=long)
    mail_desk.rounds(4)
    assert mail_desk.world.drops == []
    assert mail_desk.world.handler.counts == dict.fromkeys(addresses, 1)
    assert mail_desk.states() == {"sent": 6}


def test_a_server_that_is_down_costs_no_tries_and_loses_nothing(mail_desk: MailDesk) -> None:
    addresses = mail_desk.subscribe_many(30)
    mail_desk.alert()
    port = mail_desk.world.port
    mail_desk.world.close()
    made = mail_desk.deliverer(mail_max_tries=1)
    for _ in range(5):
        made.round()
    assert mail_desk.states() == {"waiting": 30}
    assert "cannot connect to 127.0.0.1" in (mail_desk.ways()["Mail server"] or "")
    mail_desk.world.reopen(port)
    made.round()
    made.close()
    assert mail_desk.world.handler.counts == dict.fromkeys(addresses, 1)
    assert mail_desk.ways() == {"Mail server": None}


def test_a_server_that_takes_nothing_is_left_alone_for_longer_and_longer(mail_desk: MailDesk) -> None:
    mail_desk.subscribe(AMEL)
    mail_desk.world.handler.sender_answer = "550 who are you"
    mail_desk.alert()
    made = mail_desk.deliverer(pauses=Pauses(way=600))
    for _ in range(3):
        made.round()
    made.close()
    assert mail_desk.states() == {"waiting": 1}
    assert mail_desk.delivery().tries == 0
    assert mail_desk.ways() == {"Mail server": "550 who are you"}


def test_a_mail_whose_end_got_no_answer_is_unknown_and_never_sent_again_by_itself(mail_desk: MailDesk) -> None:
    mail_desk.subscribe(AMEL)
    mail_desk.world.handler.drop_after_end.add(AMEL)
    mail_desk.alert()
    mail_desk.rounds(3)
    delivery = mail_desk.delivery()
    assert delivery.state == "unknown"
    assert (delivery.reason or "").startswith("It may have arrived or not; send it again if it did not.")
    assert mail_desk.world.handler.counts == {AMEL: 1}


def test_an_operator_may_send_it_again_and_the_reader_can_tell_that_it_is_the_same(mail_desk: MailDesk) -> None:
    mail_desk.subscribe(AMEL)
    mail_desk.world.handler.drop_after_end.add(AMEL)
    mail_desk.alert()
    mail_desk.rounds()
    resend(mail_desk, mail_desk.delivery().id)
    mail_desk.rounds()
    first, second = (mail for _, mail in mail_desk.world.handler.taken)
    assert first["Message-ID"] == second["Message-ID"]
    assert (mail_desk.delivery().state, mail_desk.delivery().asked_by) == ("sent", "Amel")


KILLED = """
import os, signal, sys, uuid
from bvmt.clock import now
from bvmt.mail.delivery import Deliverer
from bvmt.settings import Settings
from bvmt.sources.mail_server import MailServer
from bvmt.store.engine import make_engine

class Deadly:
    name = "Mail server"
    def __init__(self, way): self._way, self._sent = way, 0
    def open(self): self._way.open()
    def close(self): self._way.close()
    def send(self, parcel):
        if self._sent == 2 and sys.argv[3] == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        outcome = self._way.send(parcel)
        self._sent += 1
        if self._sent == 3:
            os.kill(os.getpid(), signal.SIGKILL)
        return outcome

settings = Settings(_env_file=None)
Deliverer(engine=make_engine(sys.argv[1], application_name="tests"), settings=settings,
          me=lambda: uuid.UUID(sys.argv[2]), clock=now, way=Deadly(MailServer.from_settings(settings))).round()
"""


@pytest.mark.parametrize(("when", "taken"), [("before", 9), ("after", 10)])
def test_a_process_killed_around_a_mail_doubles_nothing_and_leaves_that_one_mail_in_doubt(
    mail_desk: MailDesk, database_url: str, when: str, taken: int
) -> None:
    addresses = mail_desk.subscribe_many(10)
    mail_desk.alert()
    victim = mail_desk.instance()
    env = {
        **os.environ,
        "SMTP_HOST": "127.0.0.1",
        "SMTP_PORT": str(mail_desk.world.port),
        "SMTP_SECURITY": "none",
        "MAIL_FROM": "jobs@desk.example.tn",
        "ALERT_GROUP_MINUTES": "0",
        "PYTHONPATH": str(ROOT),
    }
    killed = subprocess.run([sys.executable, "-c", KILLED, database_url, str(victim), when], env=env, timeout=60)
    assert killed.returncode == -signal.SIGKILL
    assert mail_desk.states() == {"sent": 2, "sending": 1, "waiting": 7}
    mail_desk.rounds()
    assert mail_desk.states() == {"sent": 9, "sending": 1}  # its instance may live yet
    mail_desk.bury(victim)
    mail_desk.rounds(3)
    assert mail_desk.states() == {"sent": 9, "unknown": 1}
    counts = mail_desk.world.handler.counts
    assert sum(counts.values()) == taken
    assert set(counts.values()) == {1}
    (doubtful,) = (delivery for delivery in mail_desk.deliveries() if delivery.state == "unknown")
    assert doubtful.reason == dispatching.LOST
    resend(mail_desk, doubtful.id)
    mail_desk.rounds()
    assert set(mail_desk.world.handler.counts) == set(addresses)


def test_a_process_taken_for_dead_while_it_sends_records_the_truth_in_the_end(mail_desk: MailDesk) -> None:
    mail_desk.subscribe(AMEL)
    mail_desk.alert()
    slow = mail_desk.instance()

    def send(way: MailServer, parcel: Parcel) -> Outcome:
        mail_desk.bury(slow)
        mail_desk.rounds()
        assert mail_desk.states() == {"unknown": 1}
        return way.send(parcel)

    mail_desk.rounds(me=slow, way=wrapped(mail_desk, send))
    assert mail_desk.states() == {"sent": 1}
    assert mail_desk.world.handler.counts == {AMEL: 1}


def test_what_was_sent_again_meanwhile_is_not_settled_by_the_first_sending(mail_desk: MailDesk) -> None:
    mail_desk.subscribe(AMEL)
    mail_desk.alert()
    slow = mail_desk.instance()

    def send(way: MailServer, parcel: Parcel) -> Outcome:
        mail_desk.bury(slow)
        mail_desk.rounds()
        resend(mail_desk, mail_desk.delivery().id)
        return Outcome(Verdict.NEVER, "550 late")

    made = mail_desk.deliverer(me=slow, way=wrapped(mail_desk, send))
    delivery = due(mail_desk, made)
    assert made._deliver(delivery)
    made.close()
    assert mail_desk.states() == {"waiting": 1}


def due(desk: MailDesk, deliverer: Deliverer) -> deliveries.Delivery:
    """The one delivery, after the deliverer's tidying has made it."""
    deliverer._tidy()
    return desk.delivery()


def test_without_a_way_mail_is_held_and_goes_out_once_there_is_one(mail_desk: MailDesk) -> None:
    mail_desk.subscribe(AMEL)
    mail_desk.alert()
    mail_desk.rounds(2, smtp_host=None)
    assert (mail_desk.delivery().state, mail_desk.delivery().reason) == ("held", NOT_SET_UP)
    assert mail_desk.message_states() == ["held"]
    mail_desk.rounds(2)
    assert mail_desk.delivery().state == "sent"
    assert mail_desk.world.handler.counts == {AMEL: 1}


def test_without_a_sender_the_reason_names_what_is_missing(mail_desk: MailDesk) -> None:
    mail_desk.subscribe(AMEL)
    mail_desk.alert()
    mail_desk.rounds(2, mail_from=None)
    assert (mail_desk.delivery().reason or "").startswith("MAIL_FROM is not set")


def test_no_more_mails_a_minute_than_the_rate_allows(mail_desk: MailDesk) -> None:
    mail_desk.subscribe_many(12)
    mail_desk.alert()
    mail_desk.rounds(3, mail_rate=5)
    assert mail_desk.states() == {"sent": 5, "waiting": 7}
    mail_desk.execute("update deliveries set claimed_at = claimed_at - interval '61 seconds'")
    mail_desk.rounds(3, mail_rate=5)
    assert mail_desk.states() == {"sent": 10, "waiting": 2}


def test_somebody_who_left_meanwhile_gets_nothing(mail_desk: MailDesk) -> None:
    mail_desk.subscribe(AMEL)
    mail_desk.subscribe("ben@example.tn")
    mail_desk.alert()
    mail_desk.rounds(smtp_host=None)
    mail_desk.execute("update subscribers set active = false where address = :address", address=AMEL)
    mail_desk.rounds()
    assert mail_desk.world.handler.counts == {"ben@example.tn": 1}
    assert (mail_desk.deliveries()[0].state, mail_desk.deliveries()[0].reason) == ("cancelled", "The subscriber left.")


def test_what_is_cancelled_is_not_sent(mail_desk: MailDesk) -> None:
    mail_desk.subscribe(AMEL)
    mail_desk.alert()
    mail_desk.rounds(smtp_host=None)
    with transaction(mail_desk.engine) as conn:
        deliveries.cancel_delivery(conn, mail_desk.delivery().id, by="Amel")
    mail_desk.rounds(2)
    assert mail_desk.world.handler.counts == {}
    assert mail_desk.delivery().reason == "Cancelled by Amel."
    with transaction(mail_desk.engine) as conn, pytest.raises(ActionRefused, match="It is cancelled"):
        deliveries.cancel_delivery(conn, mail_desk.delivery().id, by="Amel")


def test_a_message_that_cannot_be_written_is_given_up_with_the_reason(mail_desk: MailDesk) -> None:
    mail_desk.subscribe(AMEL, daily=True)
    with transaction(mail_desk.engine) as conn:
        assert deliveries.put_report(conn, uuid4(), deliveries.ReportKind.DAILY) == 1
    mail_desk.rounds(2)
    delivery = mail_desk.delivery()
    assert (delivery.state, delivery.reason) == ("dead", "Refused for good: The report is no longer there.")


def test_a_message_to_one_address_more_goes_there_alone(mail_desk: MailDesk) -> None:
    mail_desk.subscribe(AMEL)
    mail_desk.alert()
    mail_desk.rounds()
    with transaction(mail_desk.engine) as conn:
        message = mail_desk.delivery().message_id
        deliveries.send_to(conn, message, address="me@example.tn", name="", language="fr", by="Amel")
    mail_desk.rounds()
    assert mail_desk.world.handler.counts == {AMEL: 1, "me@example.tn": 1}
    _, mail = mail_desk.world.handler.taken[-1]
    assert mail["Subject"] == "Probe : échec (données simulées)"
    assert mail_desk.message_states() == ["sent"]


def test_hostile_names_and_titles_reach_the_reader_as_text(mail_desk: MailDesk) -> None:
    mail_desk.execute(
        "insert into subscribers (id, name, address, daily, weekly, alerts, language, unsubscribe_token, created_by,"
        " updated_by) values (gen_random_uuid(), :name, :address, false, false, true, 'en', repeat('t', 43), 'x', 'x')",
        name="Amel\r\nBcc: all@example.tn",
        address=AMEL,
    )
    mail_desk.alert(name="<script>alert(1)</script>\r\nBcc: all@example.tn", error="<img src=x onerror=alert(1)>")
    mail_desk.rounds()
    ((_, mail),) = mail_desk.world.handler.taken
    html = mail.get_body(("html",))
    assert html is not None
    assert mail["Bcc"] is None
    assert "<script>" not in html.get_content()
    assert "&lt;img src=x onerror=alert(1)&gt;" in html.get_content()


def test_the_dispatcher_sends_when_it_is_nudged_and_ends_when_it_is_told(mail_desk: MailDesk) -> None:
    dispatcher = Dispatcher(
        engine=mail_desk.engine,
        settings=mail_desk.settings(),
        me=lambda: mail_desk.me,
        pauses=Pauses(idle=600),
    )
    dispatcher.start()
    mail_desk.subscribe(AMEL)
    mail_desk.alert()
    began = monotonic()
    while not mail_desk.world.handler.counts and monotonic() - began < 30:
        dispatcher.nudge()
        threading.Event().wait(0.02)
    assert dispatcher.end()
    assert mail_desk.world.handler.counts == {AMEL: 1}
    assert mail_desk.states() == {"sent": 1}
