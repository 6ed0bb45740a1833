"""The mail server's adapter, against a real server: what is known of a mail after each way for it to go wrong."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from bvmt.errors import SourceRefused, SourceUnreachable
from bvmt.mail.composing import Attachment
from bvmt.mail.outcome import Verdict
from bvmt.sources.mail_server import MailServer
from tests.unit.mail.letters import parcel
from tests.unit.mail.smtp_world import MailServerWorld, client_context

AMEL = "amel@example.tn"
LARGE = (Attachment("large.pdf", "application/pdf", b"%PDF " * 1_000_000),)


@pytest.fixture
def world() -> Iterator[MailServerWorld]:
    """A server without encryption."""
    made = MailServerWorld()
    yield made
    made.close()


@pytest.fixture
def server(world: MailServerWorld) -> Iterator[MailServer]:
    """An open connection to it."""
    made = connect(world)
    yield made
    made.close()


def connect(world: MailServerWorld, **how: Any) -> MailServer:
    """The adapter, connected."""
    made = MailServer("127.0.0.1", world.port, **({"security": "none", "timeout": 5.0} | how))
    made.open()
    return made


def test_a_mail_arrives_whole(world: MailServerWorld, server: MailServer) -> None:
    sent = parcel(text="first\n.\n..second\n.third\n", attachments=LARGE)
    outcome = server.send(sent)
    assert (outcome.verdict, outcome.words) == (Verdict.SENT, "250 taken as 4711")
    assert world.handler.counts == {AMEL: 1}
    assert world.handler.raw == [sent.mail.as_bytes()]


def test_one_connection_carries_many_mails(world: MailServerWorld, server: MailServer) -> None:
    for n in range(5):
        server.open()
        server.send(parcel(address=f"n{n}@example.tn"))
    assert [address for address, _ in world.handler.taken] == [f"n{n}@example.tn" for n in range(5)]


@pytest.mark.parametrize(
    ("answer", "verdict"),
    [
        ("451 greylisted, come back later", Verdict.LATER),
        ("452 mailbox full", Verdict.LATER),
        ("550 no such user", Verdict.NEVER),
        ("552 too large", Verdict.NEVER),
        ("421 closing down", Verdict.UNTOUCHED),
        ("530 sign in first", Verdict.UNTOUCHED),
    ],
)
def test_a_refused_recipient_is_told_by_its_code(
    world: MailServerWorld, server: MailServer, answer: str, verdict: Verdict
) -> None:
    world.handler.of_recipient[AMEL] = [answer]
    outcome = server.send(parcel())
    assert (outcome.verdict, outcome.words) == (verdict, answer)
    server.open()
    assert server.send(parcel()).verdict is Verdict.SENT
    assert world.handler.counts == {AMEL: 1}


@pytest.mark.parametrize(("answer", "verdict"), [("451 try later", Verdict.LATER), ("554 spam", Verdict.NEVER)])
def test_content_that_is_refused_is_not_taken(
    world: MailServerWorld, server: MailServer, answer: str, verdict: Verdict
) -> None:
    world.handler.of_data[AMEL] = [answer]
    assert server.send(parcel()).verdict is verdict
    assert not world.handler.taken


def test_a_refused_sender_is_not_held_against_the_mail(world: MailServerWorld, server: MailServer) -> None:
    world.handler.sender_answer = "550 who are you"
    outcome = server.send(parcel())
    assert (outcome.verdict, outcome.words) == (Verdict.UNTOUCHED, "550 who are you")


def test_a_server_that_hangs_up_in_the_middle_of_a_mail_has_not_taken_it(
    world: MailServerWorld, server: MailServer
) -> None:
    world.drops.append(1)
    outcome = server.send(parcel(attachments=LARGE))
    assert outcome.verdict is Verdict.LATER
    server.open()
    assert server.send(parcel(attachments=LARGE)).verdict is Verdict.SENT
    assert world.handler.counts == {AMEL: 1}


def test_a_server_that_hangs_up_after_the_end_of_a_mail_may_have_taken_it(
    world: MailServerWorld, server: MailServer
) -> None:
    world.handler.drop_after_end.add(AMEL)
    outcome = server.send(parcel())
    assert outcome.verdict is Verdict.UNKNOWN
    assert "after the end of the mail and before the server's answer" in outcome.words
    assert world.handler.counts == {AMEL: 1}


def test_a_server_that_speaks_in_the_middle_of_a_mail_has_refused_it() -> None:
    with Scripted(in_the_middle=b"552 too large\r\n") as port:
        server = MailServer("127.0.0.1", port, security="none", timeout=5.0)
        server.open()
        outcome = server.send(parcel(attachments=LARGE))
    assert (outcome.verdict, outcome.words) == (Verdict.NEVER, "552 too large")


def test_a_connection_that_has_died_meanwhile_is_made_anew(world: MailServerWorld, server: MailServer) -> None:
    port = world.port
    world.close()
    world.reopen(port)
    assert server.send(parcel()).verdict is Verdict.UNTOUCHED
    server.open()
    assert server.send(parcel()).verdict is Verdict.SENT
    assert world.handler.counts == {AMEL: 1}


@pytest.mark.parametrize("security", ["starttls", "ssl"])
def test_over_an_encrypted_connection_one_signs_in(security: Any) -> None:
    world = MailServerWorld(tls=security, login=("desk", "password"))
    try:
        server = connect(world, security=security, user="desk", password="password", context=client_context())
        assert server.send(parcel(attachments=LARGE)).verdict is Verdict.SENT
        assert world.logins == 1
        server.close()
    finally:
        world.close()


def test_a_wrong_password_is_said() -> None:
    world = MailServerWorld(tls="starttls", login=("desk", "right"))
    try:
        with pytest.raises(SourceRefused, match=r"^Mail server: 127\.0\.0\.1:\d+ answered 535 ") as refusal:
            connect(world, security="starttls", user="desk", password="wrong", context=client_context())
        assert "wrong" not in str(refusal.value)
    finally:
        world.close()


def test_a_password_that_python_cannot_send_is_said() -> None:
    world = MailServerWorld(tls="starttls", login=("desk", "right"))
    try:
        with pytest.raises(
            SourceUnreachable, match="SMTP_USER and SMTP_PASSWORD hold ASCII characters only"
        ) as refusal:
            connect(world, security="starttls", user="desk", password="pässword", context=client_context())
        assert "ssword" not in str(refusal.value)
    finally:
        world.close()


@pytest.mark.parametrize("security", ["starttls", "ssl"])
def test_a_certificate_of_an_unknown_authority_is_refused(security: Any) -> None:
    world = MailServerWorld(tls=security)
    try:
        with pytest.raises(SourceUnreachable, match=f"SMTP_SECURITY={security}: .*certificate verify failed"):
            connect(world, security=security)
    finally:
        world.close()


def test_a_server_without_starttls_gets_no_mail_in_the_clear(world: MailServerWorld) -> None:
    with pytest.raises(SourceUnreachable, match="STARTTLS extension not supported"):
        connect(world, security="starttls")


def test_a_server_that_is_down_is_unreachable(world: MailServerWorld) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        with pytest.raises(SourceUnreachable, match=rf"^Mail server: cannot connect to 127\.0\.0\.1:{port}: "):
            MailServer("127.0.0.1", port, security="none").open()


def test_a_server_that_greets_with_a_refusal_is_told() -> None:
    with (
        Scripted(greeting=b"421 too busy\r\n") as port,
        pytest.raises(SourceRefused, match="answered 421 too busy"),
    ):
        MailServer("127.0.0.1", port, security="none", timeout=5.0).open()


class Scripted:
    """A server of a few lines. In the middle of a mail it says `in_the_middle` and reads no more."""

    def __init__(self, *, greeting: bytes = b"220 here\r\n", in_the_middle: bytes = b"") -> None:
        self._greeting, self._in_the_middle = greeting, in_the_middle
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._serve)
        self._over = threading.Event()

    def __enter__(self) -> int:
        self._thread.start()
        port: int = self._listening.getsockname()[1]
        return port

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()
        self._listening.close()

    def _serve(self) -> None:
        connection, _ = self._listening.accept()
        with connection, connection.makefile("rb") as lines:
            connection.sendall(self._greeting)
            while line := lines.readline():
                if line != b"data\r\n":
                    connection.sendall(b"250 ok\r\n")
                    continue
                connection.sendall(b"354 go on\r\n")
                lines.readline()
                connection.sendall(self._in_the_middle)
                self._over.wait(20)
                return
