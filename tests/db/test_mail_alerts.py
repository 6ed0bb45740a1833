"""Alerts: left in the transaction of what they tell, grouped, and told to whom they concern."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from bvmt.mail.delivery import Pauses
from bvmt.runs.status import RunOrigin, RunStatus
from bvmt.store import cancels, run_life
from bvmt.store.engine import transaction
from bvmt.store.outbox import Message, put
from tests.db.desk import Desk
from tests.db.mail_desk import MailDesk
from tests.unit.sources.feed_server import whole
from tests.unit.sources.platform_server import PlatformServer

SLOW = Pauses(retry=600, way=600)
AMEL = "amel@example.tn"
ANOMALY = Message(
    key="anomaly TN0001100254 2026-11-20",
    kind="anomaly",
    subject="Atypical move to check: SFBT (SFBT), 20 Nov 2026",
    body="The volume was 12 times its mean of 60 sessions.\nNote: results are due.",
    payload={
        "isin": "TN0001100254",
        "symbol": "SFBT",
        "name": "SFBT",
        "session": "2026-11-20",
        "severity": 0.82,
        "types": ["price", "volume"],
    },
)


@pytest.fixture
def service() -> Iterator[PlatformServer]:
    """The platform's notification service, or whoever listens to alerts."""
    made = PlatformServer()
    yield made
    made.close()


def alerts(desk: Desk) -> list[tuple[Any, ...]]:
    """Kind and subject of the alerts left so far."""
    return desk.rows("select kind, subject from outbox where kind <> 'alerts' order by id")


def leave(desk: MailDesk, *messages: Message) -> None:
    """Leave alerts."""
    with transaction(desk.engine) as conn:
        for message in messages:
            assert put(conn, message)


def fail(desk: Desk, **how: Any) -> None:
    """A run that fails for good."""
    assert desk.finish(desk.start(), RunStatus.FAILED, **how)


def test_a_run_that_fails_for_good_leaves_an_alert(desk: Desk) -> None:
    run = desk.start()
    assert desk.finish(run, RunStatus.FAILED)
    assert alerts(desk) == [("run_failed", "Probe failed")]
    payload = desk.value("select payload from outbox")
    assert (payload["job"], payload["run"], payload["error"]) == ("probe", str(run.id), "disk full")


def test_a_run_that_will_be_tried_again_leaves_none(desk: Desk) -> None:
    assert desk.finish(desk.start(), RunStatus.FAILED, retry_in_seconds=1)
    assert alerts(desk) == []


@pytest.mark.parametrize("outcome", [RunStatus.SUCCEEDED, RunStatus.SKIPPED, RunStatus.CANCELLED])
def test_a_run_that_did_not_fail_leaves_none(desk: Desk, outcome: RunStatus) -> None:
    desk.ended(outcome=outcome)
    assert alerts(desk) == []


def test_the_alert_is_in_the_transaction_of_the_end(desk: Desk) -> None:
    run = desk.start()
    with pytest.raises(ZeroDivisionError), transaction(desk.engine) as conn:
        assert desk.finish(run, RunStatus.FAILED, conn=conn)
        raise ZeroDivisionError
    assert alerts(desk) == []
    assert desk.status(run.id) is RunStatus.RUNNING


def test_a_job_that_goes_on_failing_is_told_of_once_a_day(desk: Desk) -> None:
    for _ in range(4):
        fail(desk)
    assert len(alerts(desk)) == 1
    desk.execute("update job_alarms set since = since - interval '25 hours'")
    fail(desk)
    fail(desk)
    assert len(alerts(desk)) == 2
    assert desk.value("select payload->'failures' from outbox order by id desc limit 1") == 5


def test_the_first_success_after_failures_tells_that_the_job_recovered_once(desk: Desk) -> None:
    fail(desk)
    fail(desk)
    for _ in range(3):
        desk.ended()
    fail(desk)
    assert alerts(desk) == [
        ("run_failed", "Probe failed"),
        ("run_recovered", "Probe works again"),
        ("run_failed", "Probe failed"),
    ]
    assert desk.value("select payload->'failures' from outbox where kind = 'run_recovered'") == 2


def test_jobs_are_told_apart(desk: Desk) -> None:
    desk.job("other")
    fail(desk)
    desk.ended("other")
    assert alerts(desk) == [("run_failed", "Probe failed")]


def test_an_interrupted_run_that_nobody_will_try_again_leaves_an_alert(desk: Desk) -> None:
    desk.job("once", max_attempts=1)
    dying = desk.instance()
    desk.start("once", me=dying)
    desk.end_lease(dying)
    desk.rescue()
    assert alerts(desk) == [("run_failed", "Once was interrupted")]


def test_an_interrupted_run_that_will_be_tried_again_leaves_none(desk: Desk) -> None:
    dying = desk.instance()
    desk.start(me=dying)
    desk.end_lease(dying)
    desk.rescue()
    assert alerts(desk) == []


def test_a_run_that_an_operator_was_stopping_when_its_process_died_leaves_none(desk: Desk) -> None:
    desk.job("once", max_attempts=1)
    run = desk.start("once")
    with transaction(desk.engine) as conn:
        cancels.cancel(conn, run_id=run.id, key=run.id, by="Amel")
        run_life.interrupt_own(conn, me=desk.me, known=[], reason="the process was told to stop")
    assert desk.status(run.id) is RunStatus.INTERRUPTED
    assert alerts(desk) == []


def test_a_run_that_was_asked_for_by_hand_alarms_like_any_other(desk: Desk) -> None:
    desk.request(origin=RunOrigin.MANUAL)
    started = desk.dispatch(desk.me)
    assert started is not None
    assert desk.finish(started, RunStatus.FAILED)
    assert len(alerts(desk)) == 1


def test_alerts_wait_for_others_and_go_out_as_one_message(mail_desk: MailDesk) -> None:
    mail_desk.subscribe(AMEL)
    mail_desk.job()
    fail(mail_desk)
    leave(mail_desk, ANOMALY)
    mail_desk.rounds(alert_group_minutes=5)
    assert mail_desk.states() == {}
    mail_desk.execute("update outbox set created_at = created_at - interval '5 minutes' where kind = 'run_failed'")
    mail_desk.rounds(2, alert_group_minutes=5)
    ((address, mail),) = mail_desk.world.handler.taken
    text = mail.get_body(("plain",))
    assert text is not None
    assert address == AMEL
    assert mail["Subject"] == "2 alerts: Probe failed (simulated data)"
    assert "disk full" in text.get_content()
    assert "Atypical move to check: SFBT (SFBT), 20 Nov 2026" in text.get_content()
    assert "https://desk.example.tn/run?id=" in text.get_content()
    assert mail_desk.rows("select distinct state from outbox where kind <> 'alerts'") == [("grouped",)]


def test_a_bad_hour_is_one_message_that_stays_readable(mail_desk: MailDesk) -> None:
    mail_desk.subscribe(AMEL)
    for n in range(120):
        mail_desk.alert(f"alert {n}", name=f"Job {n}")
    mail_desk.rounds()
    ((_, mail),) = mail_desk.world.handler.taken
    text = mail.get_body(("plain",))
    assert text is not None
    assert mail["Subject"].startswith("120 alerts: Job 0 failed")
    assert text.get_content().count("disk full") == 50
    assert "and 70 more, on the dashboard" in text.get_content()


def test_each_reads_alerts_in_his_own_language(mail_desk: MailDesk) -> None:
    mail_desk.subscribe(AMEL, language="fr")
    leave(mail_desk, ANOMALY)
    mail_desk.rounds(data_source="bvmt")
    ((_, mail),) = mail_desk.world.handler.taken
    assert mail["Subject"] == "Mouvement atypique à vérifier : SFBT (SFBT), 20 nov. 2026"


def test_only_active_subscribers_to_alerts_get_them(mail_desk: MailDesk) -> None:
    mail_desk.subscribe(AMEL)
    mail_desk.subscribe("daily@example.tn", alerts=False, daily=True)
    mail_desk.subscribe("gone@example.tn", active=False)
    mail_desk.alert()
    mail_desk.rounds()
    assert mail_desk.world.handler.counts == {AMEL: 1}


def test_where_there_is_nobody_to_tell_alerts_are_settled_so(mail_desk: MailDesk) -> None:
    mail_desk.alert()
    mail_desk.rounds(2)
    assert mail_desk.message_states() == ["nobody"]
    mail_desk.subscribe(AMEL)
    mail_desk.rounds(2)
    assert mail_desk.world.handler.counts == {}


def test_what_is_told_of_an_anomaly_accuses_nobody(mail_desk: MailDesk) -> None:
    for language in ("en", "fr"):
        mail_desk.subscribe(f"{language}@example.tn", language=language)
    leave(mail_desk, ANOMALY)
    mail_desk.rounds()
    assert len(mail_desk.world.handler.taken) == 2
    for _, mail in mail_desk.world.handler.taken:
        assert "manipul" not in mail.as_string().lower()


def test_addresses_of_alert_urls_get_each_message_once(mail_desk: MailDesk, service: PlatformServer) -> None:
    url = service.answer("/hook", whole(b"{}")).replace("http://", "json://")
    mail_desk.alert()
    mail_desk.rounds(3, alert_urls=url)
    (call,) = service.calls
    assert call.body["title"] == "Probe failed (simulated data)"
    assert "Probe failed" in call.body["message"]
    delivery = mail_desk.delivery()
    assert (delivery.state, delivery.channel, delivery.name) == ("sent", "alert", "json://…")
    assert url not in json.dumps(mail_desk.rows("select address, name, answer, reason from deliveries"))


def test_an_alert_address_that_answers_with_an_error_is_tried_again(
    mail_desk: MailDesk, service: PlatformServer
) -> None:
    url = service.answer("/hook", whole(b"", status=503), whole(b"{}")).replace("http://", "json://")
    mail_desk.alert()
    mail_desk.rounds(3, alert_urls=url)
    assert len(service.calls) == 2
    assert (mail_desk.delivery().state, mail_desk.delivery().tries) == ("sent", 2)


def test_an_alert_address_that_was_taken_out_of_the_settings_is_given_up(
    mail_desk: MailDesk, service: PlatformServer
) -> None:
    url = service.answer("/hook", whole(b"", status=503)).replace("http://", "json://")
    mail_desk.alert()
    mail_desk.rounds(alert_urls=url, pauses=SLOW)
    mail_desk.execute("update deliveries set next_try_at = clock_timestamp()")
    mail_desk.rounds()
    assert mail_desk.delivery().reason == "Refused for good: This address is no longer in ALERT_URLS."


def test_the_notification_service_sends_mail_in_our_place(mail_desk: MailDesk, service: PlatformServer) -> None:
    service.answer("/api/notifications/email/send", whole(b'{"success": true, "message_id": "m-1"}'))
    addresses = mail_desk.subscribe_many(3)
    mail_desk.alert()
    mail_desk.rounds(2, notification_service_url=service.url)
    assert sorted(call.body["to"][0] for call in service.calls) == addresses
    assert {call.path for call in service.calls} == {"/api/notifications/email/send"}
    assert set(service.calls[0].body) == {"to", "subject", "body", "html", "cc", "bcc", "attachments"}
    assert {delivery.answer for delivery in mail_desk.deliveries()} == {"m-1"}
    assert mail_desk.world.handler.counts == {}


def test_the_notification_service_writes_of_a_single_anomaly_by_itself(
    mail_desk: MailDesk, service: PlatformServer
) -> None:
    service.answer("/api/notifications/alert/anomaly", whole(b'{"success": true}'))
    mail_desk.subscribe(AMEL)
    leave(mail_desk, ANOMALY)
    mail_desk.rounds(2, notification_service_url=service.url)
    (call,) = service.calls
    assert call.body == {
        "stock": {"symbol": "SFBT", "name": "SFBT"},
        "anomaly": {
            "type": "price, volume",
            "severity": 0.82,
            "date": "2026-11-20",
            "details": {"sentences": ANOMALY.body.splitlines()},
        },
        "recipients": [AMEL],
    }


@pytest.mark.parametrize(
    ("status", "body", "state"),
    [
        (200, b'{"success": false, "error": "quota"}', "waiting"),
        (400, b"", "dead"),
        (404, b"", "waiting"),
        (503, b"", "waiting"),
        (500, b"", "unknown"),
        (200, b"<html>", "unknown"),
    ],
)
def test_what_the_notification_service_may_have_sent_is_not_sent_again(
    mail_desk: MailDesk, service: PlatformServer, status: int, body: bytes, state: str
) -> None:
    service.answer("/api/notifications/email/send", whole(body, status=status))
    mail_desk.subscribe(AMEL)
    mail_desk.alert()
    made = mail_desk.deliverer(notification_service_url=service.url, pauses=SLOW)
    made.round()
    made.round()
    made.close()
    assert mail_desk.delivery().state == state
    assert len(service.calls) == 1
