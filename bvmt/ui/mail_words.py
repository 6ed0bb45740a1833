"""How the Mail page writes things down. Pure."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from html import escape

from bvmt.mail.composing import Letter
from bvmt.store.deliveries import Delivery, DeliveryState
from bvmt.store.outbox import MessageState, StoredMessage
from bvmt.store.subscribers import SUBSCRIPTIONS, Subscriber
from bvmt.ui.words import plural

DELIVERY_WORDS = {
    DeliveryState.WAITING: "… waiting",
    DeliveryState.HELD: "‖ held",
    DeliveryState.SENDING: "▶ sending",
    DeliveryState.SENT: "✓ sent",
    DeliveryState.UNKNOWN: "? unknown",
    DeliveryState.DEAD: "✕ dead",
    DeliveryState.CANCELLED: "– cancelled",
}

MESSAGE_WORDS = {
    MessageState.WAITING: "… waiting",
    MessageState.HELD: "‖ held",
    MessageState.GROUPED: "· in a group",
    MessageState.SENT: "✓ sent",
    MessageState.DEAD: "✕ dead",
    MessageState.NOBODY: "– nobody to tell",
}

KIND_WORDS = {
    "anomaly": "Anomaly",
    "run_failed": "Failed run",
    "run_recovered": "Recovery",
    "alerts": "Alerts",
    "daily": "Daily Report",
    "weekly": "Weekly Report",
}

SUBSCRIPTION_WORDS = {"daily": "Daily Report", "weekly": "Weekly Report", "alerts": "Alerts"}

HOW_TO_SET_UP = """\
SMTP_HOST=mail.example.tn
SMTP_SECURITY=starttls
SMTP_USER=bvmt-jobs
SMTP_PASSWORD=…
MAIL_FROM=BVMT Jobs <bvmt-jobs@example.tn>
PUBLIC_URL=https://jobs.example.tn
"""


def subscription_words(subscriber: Subscriber) -> str:
    """What goes to a subscriber: `Daily Report, Alerts`."""
    return ", ".join(SUBSCRIPTION_WORDS[name] for name in SUBSCRIPTIONS if getattr(subscriber, name)) or "nothing"


def counts_words(states: Mapping[str, int]) -> str:
    """Deliveries by state: `498 sent, 1 dead, 1 unknown`."""
    order = [str(state) for state in DeliveryState]
    counted = [f"{states[state]:,} {state}" for state in order if states.get(state)]
    return ", ".join(counted) or "none"


def message_label(message: StoredMessage) -> str:
    """A message in a list to choose from."""
    return f"{message.id} · {KIND_WORDS.get(message.kind, message.kind)} · {message.subject}"


def delivery_label(delivery: Delivery) -> str:
    """A delivery in a list to choose from."""
    return f"{recipient_words(delivery)} · {delivery.state}"


def recipient_words(delivery: Delivery) -> str:
    """Whom a delivery goes to; of an address of ALERT_URLS, no more than its scheme."""
    if delivery.channel == "alert":
        return f"{delivery.name} ({delivery.address[:4]})"
    return delivery.address


def why_words(delivery: Delivery) -> str:
    """Why a delivery is where it is: the sentence, or the server's last answer."""
    return delivery.reason or delivery.answer or ""


def held_words(held: int) -> str:
    """How many deliveries are held, in a sentence."""
    return f"{plural(held, 'delivery', 'deliveries')} held." if held else "Nothing is held."


def preview(letter: Letter) -> str:
    """The letter's HTML, for an iframe: its pictures inside, and in a frame of its own in which nothing can run."""
    html = letter.html
    for picture in letter.pictures:
        data = base64.b64encode(picture.png).decode()
        html = html.replace(f"cid:{picture.cid}", f"data:image/png;base64,{data}")
    frame = '<iframe sandbox="" referrerpolicy="no-referrer" style="border:0;width:100%;height:100%;background:#fff"'
    return f'<div style="position:absolute;inset:0">{frame} srcdoc="{escape(html)}"></iframe></div>'
