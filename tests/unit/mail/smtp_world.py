"""A real mail server on this machine that does what a test says, and keeps every mail that it took."""

from __future__ import annotations

import asyncio
import ssl
import threading
import warnings
from collections import Counter
from collections.abc import Callable, Coroutine
from email import message_from_bytes, policy
from email.message import EmailMessage
from functools import cache
from typing import Any

import trustme
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

Answer = Callable[[], str | None]


class Handler:
    """Answers RCPT and DATA as queued for an address; without anything queued, it takes the mail."""

    def __init__(self) -> None:
        self.taken: list[tuple[str, EmailMessage]] = []
        self.raw: list[bytes] = []
        self.recipients: list[str] = []
        self.of_recipient: dict[str, list[str]] = {}
        self.of_data: dict[str, list[str]] = {}
        self.every_recipient: str | None = None
        self.sender_answer: str | None = None
        self.drop_after_end: set[str] = set()
        self.lock = threading.Lock()

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.sender_answer is not None:
            return self.sender_answer
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self.recipients.append(address)
        if self.every_recipient is not None:
            return self.every_recipient
        if queue := self.of_recipient.get(address):
            return queue.pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        (address,) = envelope.rcpt_tos
        if queue := self.of_data.get(address):
            return queue.pop(0)
        content = envelope.content
        assert isinstance(content, bytes)
        with self.lock:
            self.taken.append((address, read_mail(content)))
            self.raw.append(content)
        if address in self.drop_after_end:
            self.drop_after_end.discard(address)
            server.transport.abort()
            return "250 never heard"
        return "250 taken as 4711"

    @property
    def counts(self) -> Counter[str]:
        """How many mails each address got."""
        with self.lock:
            return Counter(address for address, _ in self.taken)


class DroppingSMTP(SMTP):
    """Hangs up in the middle of the next mails, after having read a little of each."""

    drops: list[int]

    async def smtp_DATA(self, arg: str) -> None:
        if not self.drops:
            await super().smtp_DATA(arg)
            return
        self.drops.pop()
        await self.push("354 go on")
        await self._reader.read(1000)
        assert self.transport is not None
        self.transport.abort()


class MailServerWorld:
    """The server. `drops` holds an entry for each mail that it is yet to hang up on."""

    def __init__(
        self,
        *,
        port: int = 0,
        tls: str = "none",
        login: tuple[str, str] | None = None,
    ) -> None:
        self.handler = Handler()
        self.drops: list[int] = []
        self.logins = 0
        self._tls = tls
        self._login = login
        self._loop = asyncio.new_event_loop()
        self._connections: set[asyncio.BaseTransport] = set()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()
        self._server = self._do(self._serve(port))
        self.port: int = self._server.sockets[0].getsockname()[1]

    def reopen(self, port: int) -> None:
        """Be there again, on the port and with what was taken before."""
        handler, drops = self.handler, self.drops
        self.__init__(port=port, tls=self._tls, login=self._login)  # type: ignore[misc]
        self.handler, self.drops = handler, drops

    def close(self) -> None:
        """Stop, with every connection. Doing it again does nothing."""
        if self._loop.is_closed():
            return
        self._do(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _serve(self, port: int) -> asyncio.Server:
        context = server_context() if self._tls == "ssl" else None
        return await self._loop.create_server(self._protocol, "127.0.0.1", port, ssl=context)

    async def _end(self) -> None:
        self._server.close()
        for transport in self._connections:
            if isinstance(transport, asyncio.Transport):
                transport.abort()
        others = [task for task in asyncio.all_tasks(self._loop) if task is not asyncio.current_task()]
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    def _protocol(self) -> SMTP:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it does not see that the connection is encrypted from the start
            made = DroppingSMTP(
                self.handler,
                loop=self._loop,
                hostname="mail.test",
                tls_context=server_context() if self._tls == "starttls" else None,
                require_starttls=self._tls == "starttls",
                auth_require_tls=self._tls == "starttls",
                authenticator=self._authenticate if self._login else None,
                auth_required=self._login is not None,
                data_size_limit=None,
            )
        made.drops = self.drops
        connected = made.connection_made

        def connection_made(transport: asyncio.BaseTransport) -> None:
            self._connections.add(transport)
            connected(transport)

        made.connection_made = connection_made  # type: ignore[method-assign]
        return made

    def _authenticate(self, server: SMTP, session: Session, envelope: Envelope, kind: str, data: Any) -> AuthResult:
        assert isinstance(data, LoginPassword) and self._login is not None
        self.logins += 1
        known = (data.login.decode(), data.password.decode()) == self._login
        return AuthResult(success=known, handled=False)

    def _do(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(20)


def read_mail(content: bytes) -> EmailMessage:
    """A mail as a mail program reads it."""
    mail = message_from_bytes(content, policy=policy.default)
    assert isinstance(mail, EmailMessage)
    return mail


@cache
def authority() -> trustme.CA:
    """The authority of the test certificates."""
    return trustme.CA()


def server_context() -> ssl.SSLContext:
    """A certificate for this machine."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority().issue_cert("127.0.0.1", "localhost").configure_cert(context)
    return context


def client_context() -> ssl.SSLContext:
    """One that trusts the authority."""
    context = ssl.create_default_context()
    authority().configure_trust(context)
    return context
