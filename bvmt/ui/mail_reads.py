"""What the Mail page reads, cached for a moment and shared by all open tabs."""

from __future__ import annotations

import streamlit as st

from bvmt.clock import now
from bvmt.mail.composing import Letter
from bvmt.mail.writing import Writer
from bvmt.store import deliveries, dispatching, outbox, subscribers
from bvmt.store.deliveries import Delivery, DeliveryState
from bvmt.store.dispatching import MailWay
from bvmt.store.engine import store_errors
from bvmt.store.outbox import StoredMessage
from bvmt.store.subscribers import Subscriber
from bvmt.ui.reads import engine, settings

SECONDS = 2
MOST_MESSAGES = 100
MOST_DELIVERIES = 1000


@st.cache_data(ttl=SECONDS, max_entries=4, show_spinner=False)
def messages(states: tuple[str, ...] = ()) -> list[StoredMessage]:
    """The newest messages in these states, or in any."""
    with store_errors(), engine().connect() as conn:
        return outbox.list_messages(conn, states=states, limit=MOST_MESSAGES)


@st.cache_data(ttl=SECONDS, max_entries=20, show_spinner=False)
def message(message_id: int) -> StoredMessage | None:
    """One message, or None."""
    with store_errors(), engine().connect() as conn:
        return outbox.find_message(conn, message_id)


@st.cache_data(ttl=SECONDS, max_entries=20, show_spinner=False)
def deliveries_of(message_id: int) -> list[Delivery]:
    """The deliveries of a message."""
    with store_errors(), engine().connect() as conn:
        return deliveries.list_deliveries(conn, message_id, limit=MOST_DELIVERIES)


@st.cache_data(ttl=SECONDS, max_entries=2, show_spinner=False)
def delivery_counts() -> dict[DeliveryState, int]:
    """How many deliveries there are in each state."""
    with store_errors(), engine().connect() as conn:
        return deliveries.count_by_state(conn)


@st.cache_data(ttl=SECONDS, max_entries=2, show_spinner=False)
def ways() -> list[MailWay]:
    """How each way out is doing."""
    with store_errors(), engine().connect() as conn:
        return dispatching.list_ways(conn)


@st.cache_data(ttl=SECONDS, max_entries=2, show_spinner=False)
def all_subscribers() -> list[Subscriber]:
    """All subscribers, active ones first."""
    with store_errors(), engine().connect() as conn:
        return subscribers.list_subscribers(conn)


@st.cache_data(ttl=60, max_entries=6, show_spinner="Writing the message…")
def letter(message_id: int, language: str) -> Letter:
    """What a message says in a language. Raises NotWritable."""
    return Writer(engine(), settings(), now).letter(message_id, language)


def forget_mail() -> None:
    """Read everything anew: an action has just changed it."""
    for read in (messages, message, deliveries_of, delivery_counts, all_subscribers):
        read.clear()
