"""Writes the mail of a delivery from what is stored: the message, its alerts or its report, the subscriber."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from bvmt.errors import BvmtError, NotFound
from bvmt.mail.alert_letter import Alert, Setting, alert_letter
from bvmt.mail.composing import Envelope, Letter, Parcel, pack
from bvmt.mail.report_letter import report_letter
from bvmt.mail.ways import PLACEHOLDER_SENDER
from bvmt.mail.words import words
from bvmt.settings import Settings
from bvmt.store import Connection, Engine, deliveries, outbox, reports
from bvmt.store.deliveries import Delivery
from bvmt.store.engine import store_errors
from bvmt.store.outbox import MessageKind, StoredMessage

KEPT_LETTERS = 4  # messages and languages whose letters are kept: those of a report take a megabyte


class NotWritable(BvmtError):
    """A message cannot be written, for what it tells of is no longer there."""

    permanent = True


class Writer:
    """Writes mail. The letter of a message is made once a language, and kept for those who get it next."""

    def __init__(self, engine: Engine, settings: Settings, clock: Callable[[], datetime]) -> None:
        self._engine = engine
        self._settings = settings
        self._clock = clock
        self._letters: OrderedDict[tuple[int, str], Letter] = OrderedDict()

    def parcel(self, delivery: Delivery) -> Parcel:
        """The mail of a delivery. Raises NotWritable, and StoreError."""
        return pack(self.letter(delivery.message_id, delivery.language), self._envelope(delivery))

    def letter(self, message_id: int, language: str) -> Letter:
        """What a message says in a language, without anybody's footer. Raises NotWritable, and StoreError."""
        kept = self._letters.get((message_id, language))
        if kept is not None:
            self._letters.move_to_end((message_id, language))
            return kept
        with store_errors(), self._engine.connect() as conn:
            made = self._write(conn, message_id, language)
        self._letters[message_id, language] = made
        if len(self._letters) > KEPT_LETTERS:
            self._letters.popitem(last=False)
        return made

    def _write(self, conn: Connection, message_id: int, language: str) -> Letter:
        message = outbox.find_message(conn, message_id)
        if message is None:
            raise NotWritable("The message is no longer there.")
        if message.kind in {MessageKind.DAILY, MessageKind.WEEKLY}:
            return _of_report(conn, message, language)
        told = outbox.list_members(conn, message_id) if message.kind == MessageKind.ALERTS else [message]
        return alert_letter([_alert(each) for each in told or [message]], language, self._setting)

    @property
    def _setting(self) -> Setting:
        simulated = self._settings.data_world == "sandbox"
        return Setting(self._settings.zone, simulated, self._settings.public_url)

    def _envelope(self, delivery: Delivery) -> Envelope:
        settings, language = self._settings, delivery.language
        link = None
        footer = words(language, "footer.asked", address=delivery.address)
        if delivery.unsubscribe_token is not None:
            what = words(language, f"what.{delivery.kind}")
            footer = words(language, "footer.subscriber", address=delivery.address, what=what)
            if settings.public_url is not None:
                link = unsubscribe_link(settings.public_url, delivery.unsubscribe_token, delivery.kind)
            else:
                footer = f"{footer} {words(language, 'footer.reply')}"
        return Envelope(
            delivery_id=delivery.id,
            name=delivery.name,
            address=delivery.address,
            sender=settings.mail_from or PLACEHOLDER_SENDER,
            date=self._clock(),
            footer=footer,
            unsubscribe=link,
            unsubscribe_words=words(language, "footer.unsubscribe"),
        )


def unsubscribe_link(public_url: str, token: str, kind: str) -> str:
    """The address of a subscriber's one-click link out of one kind of mail."""
    return f"{public_url}/api/mail/unsubscribe/{token}?kind={kind}"


def eml(engine: Engine, settings: Settings, clock: Callable[[], datetime], delivery_id: UUID) -> bytes:
    """The mail of a delivery as a file, as it goes out now. Raises NotFound, NotWritable and StoreError."""
    with store_errors(), engine.connect() as conn:
        delivery = deliveries.find_delivery(conn, delivery_id)
    if delivery is None:
        raise NotFound("This delivery is no longer there.")
    if delivery.channel is deliveries.DeliveryChannel.ALERT:
        raise NotFound("An alert to an address of ALERT_URLS is no mail.")
    return Writer(engine, settings, clock).parcel(delivery).mail.as_bytes()


def _of_report(conn: Connection, message: StoredMessage, language: str) -> Letter:
    report_id = UUID(message.payload["report"])
    shelved = reports.find_report(conn, report_id)
    content, pdf = reports.read_content(conn, report_id), reports.read_pdf(conn, report_id)
    if shelved is None or content is None or pdf is None:
        raise NotWritable("The report is no longer there.")
    return report_letter(content, language, pdf=pdf, pdf_language=shelved.language)


def _alert(message: StoredMessage) -> Alert:
    return Alert(message.kind, message.subject, message.body, message.payload)
