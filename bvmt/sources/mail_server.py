"""A mail server, spoken to by SMTP so that one always knows whether a mail was taken.

Simple Mail Transfer Protocol: RFC 5321. A server is responsible for a mail from its 250 after the end mark on. What
breaks off before the end mark was sent is not taken. What breaks off between the end mark and the answer may be
taken or not, and no client can find out: that is `Verdict.UNKNOWN`, and the one thing that the protocol leaves open.
"""

from __future__ import annotations

import re
import select
import smtplib
import socket
import ssl

from bvmt.clock import monotonic
from bvmt.errors import SourceRefused, SourceUnreachable
from bvmt.mail.composing import Parcel
from bvmt.mail.outcome import Outcome, Verdict
from bvmt.settings import Settings, SmtpSecurity

MAIL_SERVER = "Mail server"

TIMEOUT_SECONDS = 30.0  # of each command
END_SECONDS = 120.0  # for the answer to the end mark: a server may look into the mail first (RFC 5321, 4.5.3.2)
PIECE_BYTES = 16 * 1024
FRESH_SECONDS = 5.0  # a connection that was used within them is taken to live
SEND_BUFFER_BYTES = 64 * 1024  # what the kernel keeps: the less, the surer that what was sent has also arrived

_PORTS: dict[SmtpSecurity, int] = {"none": 25, "starttls": 587, "ssl": 465}
_NOT_US = frozenset({421, 530, 534, 535, 538})  # closing, or about signing in: not about this mail
_LOST = OSError  # smtplib's own errors are of this kind too
_LEADING_DOT = re.compile(rb"^\.", re.MULTILINE)


class MailServer:
    """One mail server, over one connection that is kept between mails. Not to be shared between threads."""

    name = MAIL_SERVER

    def __init__(
        self,
        host: str,
        port: int | None = None,
        *,
        security: SmtpSecurity = "starttls",
        user: str | None = None,
        password: str | None = None,
        timeout: float = TIMEOUT_SECONDS,
        end_timeout: float = END_SECONDS,
        context: ssl.SSLContext | None = None,
    ) -> None:
        self._host = host
        self._port = port or _PORTS[security]
        self._security = security
        self._user = user
        self._password = password
        self._timeout = timeout
        self._end_timeout = end_timeout
        self._context = context
        self._smtp: smtplib.SMTP | None = None
        self._used_at = 0.0

    @classmethod
    def from_settings(cls, settings: Settings) -> MailServer:
        """The mail server of the settings, which name one."""
        if settings.smtp_host is None:
            raise ValueError("SMTP_HOST is not set")
        return cls(
            settings.smtp_host,
            settings.smtp_port,
            security=settings.smtp_security,
            user=settings.smtp_user,
            password=settings.smtp_password,
        )

    def open(self) -> None:
        """Connect and sign in, unless that is done. Raises SourceUnreachable or SourceRefused, with a sentence."""
        if self._smtp is not None and not self._has_died():
            return
        self.close()
        try:
            self._smtp = self._connect()
            self._used_at = monotonic()
        except smtplib.SMTPResponseException as error:
            answer = _words(error.smtp_code, error.smtp_error)
            raise SourceRefused(MAIL_SERVER, f"{self._place} answered {answer}", status=error.smtp_code) from error
        except UnicodeEncodeError:  # whose text holds the password
            text = "SMTP_USER and SMTP_PASSWORD hold ASCII characters only: Python's SMTP sends no others"
            raise SourceUnreachable(MAIL_SERVER, text, permanent=True) from None
        except smtplib.SMTPNotSupportedError as error:
            raise SourceUnreachable(MAIL_SERVER, f"{self._place}: {error}", permanent=True) from error
        except ssl.SSLError as error:
            text = f"no encrypted connection to {self._place} with SMTP_SECURITY={self._security}: {error}"
            raise SourceUnreachable(MAIL_SERVER, text, permanent=True) from error
        except _LOST as error:
            raise SourceUnreachable(MAIL_SERVER, f"cannot connect to {self._place}: {error}") from error

    def send(self, parcel: Parcel) -> Outcome:
        """Hand a mail over. `open` goes before. Raises nothing that a server or a network can cause."""
        if self._smtp is None:
            return Outcome(Verdict.UNTOUCHED, "not connected")
        self._used_at = monotonic()
        content = _LEADING_DOT.sub(b"..", parcel.mail.as_bytes())
        stage = Verdict.UNTOUCHED  # a connection that has died meanwhile is nobody's fault
        try:
            code, answer = self._smtp.mail(parcel.sender_address)
            if code != 250:
                return self._refused(code, answer, of_sender=True)
            stage = Verdict.LATER
            code, answer = self._smtp.rcpt(parcel.envelope.address)
            if code not in (250, 251):
                return self._refused(code, answer)
            code, answer = self._smtp.docmd("data")
            if code != 354:
                return self._refused(code, answer)
            if early := self._send_content(self._smtp, content):
                return early
            stage = Verdict.UNKNOWN
            return self._hear_end(self._smtp)
        except _LOST as error:
            self.close()
            return Outcome(stage, f"The connection broke{_STAGES[stage]}: {_reason(error)}.")

    def close(self) -> None:
        """End the connection. Nobody waits for the server's good-bye."""
        smtp, self._smtp = self._smtp, None
        if smtp is not None:
            smtp.close()

    @property
    def _place(self) -> str:
        return f"{self._host}:{self._port}"

    def _connect(self) -> smtplib.SMTP:
        # The name of this machine as it stands: asking a name server for the full one may take seconds.
        name = socket.gethostname()
        smtp: smtplib.SMTP
        if self._security == "ssl":
            smtp = smtplib.SMTP_SSL(local_hostname=name, timeout=self._timeout, context=self._encryption())
        else:
            smtp = smtplib.SMTP(local_hostname=name, timeout=self._timeout)
        try:
            # Not in the constructor, whose failure would leave the connection to the garbage collector.
            code, greeting = _connected(smtp, self._host, self._port)
            if code != 220:
                raise smtplib.SMTPConnectError(code, greeting)
            smtp.ehlo_or_helo_if_needed()
            if self._security == "starttls":
                smtp.starttls(context=self._encryption())
                smtp.ehlo_or_helo_if_needed()
            if self._user is not None:
                smtp.login(self._user, self._password or "")
            connection = _socket(smtp)
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_BYTES)
            # The end mark goes out alone: it must not wait for the server to acknowledge what went before.
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except BaseException:
            smtp.close()
            raise
        return smtp

    def _encryption(self) -> ssl.SSLContext:
        if self._context is None:
            self._context = ssl.create_default_context()  # 20 ms: it reads all authorities
        return self._context

    def _has_died(self) -> bool:
        assert self._smtp is not None
        if monotonic() - self._used_at < FRESH_SECONDS:
            return self._smtp.sock is None
        try:
            return self._smtp.noop()[0] != 250
        except _LOST:
            return True

    def _refused(self, code: int, answer: bytes, *, of_sender: bool = False) -> Outcome:
        """What a refusal before the content means; the mail is withdrawn, and the connection kept if it may be."""
        assert self._smtp is not None
        words = _words(code, answer)
        try:
            if code == 421 or self._smtp.rset()[0] != 250:
                self.close()
        except _LOST:
            self.close()
        if code in _NOT_US or of_sender:
            return Outcome(Verdict.UNTOUCHED, words)
        return Outcome(_verdict(code), words)

    def _send_content(self, smtp: smtplib.SMTP, content: bytes) -> Outcome | None:
        """Send everything but the end mark. An answer before its time is a refusal; OSError when it breaks."""
        for start in range(0, len(content), PIECE_BYTES):
            if early := self._early(smtp, wait=self._timeout):
                return early
            _socket(smtp).sendall(content[start : start + PIECE_BYTES])
        if not content.endswith(b"\r\n"):
            _socket(smtp).sendall(b"\r\n")
        if early := self._early(smtp):
            return early
        _socket(smtp).sendall(b".\r\n")
        return None

    def _early(self, smtp: smtplib.SMTP, *, wait: float = 0) -> Outcome | None:
        """Whether the server has spoken, or gone, in the middle of the mail; with `wait`, once it reads on."""
        connection = _socket(smtp)
        readable, _, _ = select.select([connection], [connection] if wait else [], [], wait)
        if not readable:
            return None
        said = _read_now(connection, self._timeout)
        if said is None:
            return None
        self.close()
        if not said[:3].isdigit():
            return Outcome(Verdict.LATER, "The server closed the connection in the middle of the mail.")
        code = int(said[:3])
        return Outcome(Verdict.LATER if code in _NOT_US else _verdict(code), _words(code, said[4:]))

    def _hear_end(self, smtp: smtplib.SMTP) -> Outcome:
        _socket(smtp).settimeout(self._end_timeout)
        code, answer = smtp.getreply()
        words = _words(code, answer)
        if code == 421:
            self.close()
        elif self._smtp is not None:
            _socket(smtp).settimeout(self._timeout)
        if code < 200:
            return Outcome(Verdict.UNKNOWN, f"The server's answer cannot be read: {words}")
        return Outcome(Verdict.SENT if code < 300 else _verdict(code), words)


_STAGES = {
    Verdict.UNTOUCHED: "",
    Verdict.LATER: " before the end of the mail",
    Verdict.UNKNOWN: " after the end of the mail and before the server's answer",
}


def _connected(smtp: smtplib.SMTP, host: str, port: int) -> tuple[int, bytes]:
    smtp._host = host  # type: ignore[attr-defined]  # what the certificate is checked against; the constructor's only
    return smtp.connect(host, port)


def _socket(smtp: smtplib.SMTP) -> socket.socket:
    if smtp.sock is None:
        raise smtplib.SMTPServerDisconnected("Connection unexpectedly closed")
    return smtp.sock


def _read_now(connection: socket.socket, timeout: float) -> bytes | None:
    """What lies there to read: nothing at all (None) where it was TLS's own business, b"" where the end."""
    connection.settimeout(0)
    try:
        return connection.recv(4096)
    except (BlockingIOError, ssl.SSLWantReadError):
        return None
    except ConnectionError:
        return b""
    finally:
        connection.settimeout(timeout)


def _verdict(code: int) -> Verdict:
    return Verdict.NEVER if code >= 500 else Verdict.LATER


def _words(code: int, answer: bytes | str) -> str:
    text = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
    return " ".join(f"{code} {text}".split())


def _reason(error: Exception) -> str:
    return str(error).rstrip(".") or type(error).__name__
