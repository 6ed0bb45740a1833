"""From contents to a mail: text and HTML beside each other, charts inline, files attached. Pure.

Internet Message Format: RFC 5322. Lists and one-click unsubscribing: RFC 2369 and RFC 8058.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from email.errors import HeaderParseError
from email.headerregistry import Address, HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage
from email.policy import SMTP, Policy
from html import escape
from uuid import UUID

from bvmt.mail.addresses import parted_sender

SUBJECT_CHARACTERS = 200


class _Verbatim(UnstructuredHeader):
    """A header whose value is written as it stands: folded, a long address would be encoded, and be none any more."""

    def fold(self, *, policy: Policy[EmailMessage]) -> str:
        return f"{self.name}: {self}{policy.linesep}"  # type: ignore[attr-defined]


def _headers() -> HeaderRegistry:
    registry = HeaderRegistry()
    for name in ("list-unsubscribe", "message-id"):
        registry.map_to_type(name, _Verbatim)  # type: ignore[arg-type]  # typeshed asks for the finished class
    return registry


_POLICY = SMTP.clone(header_factory=_headers())


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture in PNG that the HTML shows as `cid:<cid>`."""

    cid: str
    png: bytes


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that comes along."""

    file_name: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Letter:
    """What a message says in one language, before it is anybody's: the same for all who get it in that language."""

    subject: str
    text: str
    html: str
    pictures: Sequence[Picture] = ()
    attachments: Sequence[Attachment] = ()
    anomaly: Mapping[str, object] | None = None
    """Where it is about one anomaly and nothing else: that, for a service that writes such mail by itself."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """Whom a letter is for. `footer` says why it comes; `unsubscribe` is the address of the one-click link."""

    delivery_id: UUID
    name: str
    address: str
    sender: str
    date: datetime
    footer: str = ""
    unsubscribe: str | None = None
    unsubscribe_words: str = ""


@dataclass(frozen=True, slots=True)
class Parcel:
    """A letter with its envelope, and the mail that they make."""

    letter: Letter
    envelope: Envelope
    mail: EmailMessage = field(repr=False)

    @property
    def sender_address(self) -> str:
        """Whom SMTP is told that it is from."""
        return parted_sender(self.envelope.sender)[1]


def pack(letter: Letter, envelope: Envelope) -> Parcel:
    """Return the letter, with its footer, and the mail that carries it to the envelope's address.

    Its Message-ID is the delivery's: sent again, it is the same mail. Control characters in the subject and in
    names become blanks, so that no title adds a header. Raises ValueError for an address that is none.
    """
    signed = _with_footer(letter, envelope)
    mail = EmailMessage(policy=_POLICY)
    name, address = parted_sender(envelope.sender)
    mail["From"] = Address(one_line(name), addr_spec=address)
    mail["To"] = _recipient(envelope)
    mail["Subject"] = one_line(signed.subject)[:SUBJECT_CHARACTERS]
    mail["Date"] = envelope.date
    mail["Message-ID"] = f"<{envelope.delivery_id}@{address.rpartition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"
    _add_unsubscribing(mail, envelope, address)
    # Quoted-printable keeps every line short and in ASCII, whatever the server can do.
    mail.set_content(_clean(signed.text), cte="quoted-printable")
    mail.add_alternative(_clean(signed.html), subtype="html", cte="quoted-printable")
    _add_files(mail, signed)
    return Parcel(signed, envelope, mail)


def _recipient(envelope: Envelope) -> Address:
    try:
        return Address(one_line(envelope.name), addr_spec=envelope.address)
    except HeaderParseError as error:
        raise ValueError(f"{envelope.address!r} is no address") from error


def one_line(text: str) -> str:
    """The text fit for a header: without control characters and line breaks of any kind."""
    printable = "".join(character if character.isprintable() else " " for character in _clean(text))
    return " ".join(printable.split())


def _add_unsubscribing(mail: EmailMessage, envelope: Envelope, sender: str) -> None:
    if envelope.unsubscribe is None:
        mail["List-Unsubscribe"] = f"<mailto:{sender}?subject=unsubscribe>"
        return
    mail["List-Unsubscribe"] = f"<{envelope.unsubscribe}>"
    if envelope.unsubscribe.startswith("https://"):  # RFC 8058 knows no one-click over plain HTTP
        mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"


def _add_files(mail: EmailMessage, letter: Letter) -> None:
    # The structure is multipart/alternative here: its second part is the HTML.
    html = mail.get_payload(1)
    assert isinstance(html, EmailMessage)
    for picture in letter.pictures:
        html.add_related(picture.png, "image", "png", cid=f"<{picture.cid}>", disposition="inline")
    for file in letter.attachments:
        main, _, sub = file.media_type.partition("/")
        mail.add_attachment(file.content, maintype=main, subtype=sub, filename=one_line(file.file_name))


def _with_footer(letter: Letter, envelope: Envelope) -> Letter:
    if not envelope.footer:
        return letter
    text = f"{letter.text.rstrip()}\n\n-- \n{envelope.footer}\n"
    html = f'<p style="color:#666;font-size:12px">{escape(envelope.footer)}'
    if envelope.unsubscribe is not None:
        text += f"{envelope.unsubscribe_words}: {envelope.unsubscribe}\n"
        html += f' <a href="{escape(envelope.unsubscribe)}">{escape(envelope.unsubscribe_words)}</a>'
    return replace(letter, text=text, html=_before_end(letter.html, f"{html}</p>"))


def _before_end(html: str, addition: str) -> str:
    at = html.lower().rfind("</body>")
    return html + addition if at < 0 else html[:at] + addition + html[at:]


def _clean(text: str) -> str:
    """Without what no mail can hold: NUL, and halves of characters."""
    return text.replace("\0", "\ufffd").encode("utf-8", "replace").decode("utf-8")
