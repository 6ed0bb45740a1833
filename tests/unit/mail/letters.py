"""Letters and envelopes for tests."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from bvmt.mail.composing import Attachment, Envelope, Letter, Parcel, Picture, pack

ID = UUID("33333333-3333-4333-8333-333333333333")
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360000000"
    "000500010d0a2db40000000049454e44ae426082"
)
LETTER = Letter(
    subject="Daily Report, 20 Nov 2026",
    text="Le TUNINDEX a gagné 0,45 %.\n",
    html='<!DOCTYPE html><html><body><p>Le TUNINDEX a gagné.</p><img src="cid:index"></body></html>',
    pictures=(Picture("index", PNG),),
    attachments=(Attachment("daily-report-2026-11-20.pdf", "application/pdf", b"%PDF-1.7 ..."),),
)
ENVELOPE = Envelope(
    delivery_id=ID,
    name="Amel Ben Salah",
    address="amel@example.tn",
    sender="BVMT Jobs <jobs@desk.example.tn>",
    date=datetime(2026, 11, 20, 17, 0, tzinfo=UTC),
    footer="You get this because amel@example.tn is subscribed to: Daily Report.",
    unsubscribe="https://desk.example.tn/api/mail/unsubscribe/t0ken?kind=daily",
    unsubscribe_words="Unsubscribe",
)


def parcel(**changes: Any) -> Parcel:
    """A mail, with changes to its letter or envelope."""
    of_letter = {name: value for name, value in changes.items() if name in Letter.__dataclass_fields__}
    of_envelope = {name: value for name, value in changes.items() if name in Envelope.__dataclass_fields__}
    return pack(replace(LETTER, **of_letter), replace(ENVELOPE, **of_envelope))
