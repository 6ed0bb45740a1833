"""The part of the Mail page that shows the outbox: messages, their deliveries, and what can be done to them."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import pandas as pd
import streamlit as st

from bvmt.access.deeds import Deed
from bvmt.clock import now
from bvmt.errors import BvmtError
from bvmt.mail.composing import Letter
from bvmt.mail.ways import way_name, why_held
from bvmt.mail.words import LANGUAGES
from bvmt.mail.writing import eml
from bvmt.store.deliveries import CANCELLABLE, RESENDABLE, Delivery, DeliveryState
from bvmt.store.outbox import MessageState, StoredMessage
from bvmt.ui import mail_clicks
from bvmt.ui.escaping import escaped
from bvmt.ui.feedback import failures_are_said, tell_outcome
from bvmt.ui.mail_reads import deliveries_of, delivery_counts, letter, message, messages, ways
from bvmt.ui.mail_words import (
    DELIVERY_WORDS,
    HOW_TO_SET_UP,
    KIND_WORDS,
    MESSAGE_WORDS,
    counts_words,
    delivery_label,
    held_words,
    message_label,
    preview,
    recipient_words,
    why_words,
)
from bvmt.ui.permissions import allowed
from bvmt.ui.reads import engine, settings
from bvmt.ui.table_sizes import table_height
from bvmt.ui.words import plural, short_instant

_ASKED = "mail_asked"
_LANGUAGE = "mail_language"
PREVIEW_HEIGHT = 640


@st.fragment(run_every=5, key="mail_outbox")
def render_outbox() -> None:
    """How mail goes out, the messages, and the one that is chosen."""
    tell_outcome()
    with failures_are_said():
        counts = delivery_counts()
        _render_way(counts.get(DeliveryState.HELD, 0))
        st.caption(f"Deliveries: {counts_words({str(state): n for state, n in counts.items()})}.")
        states = st.pills("State", _STATES, selection_mode="multi", key="message_state", bind="query-params")
        shown = messages(tuple(str(state) for state in states))
        _render_messages(shown)
        if (chosen := _choose(shown)) is not None:
            _render_message(chosen)


_STATES = [str(state) for state in MessageState if state is not MessageState.GROUPED]


def _render_way(held: int) -> None:
    name = way_name(settings())
    if name is None:
        st.info(f"{why_held(settings())} {held_words(held)}", icon=":material/outgoing_mail:")
        with st.expander("How mail is set up"):
            st.markdown("In the environment or in `.env`, then start again; `.env.example` explains each line:")
            st.code(HOW_TO_SET_UP, language=None)
        _render_cancel_held(held)
        return
    for way in ways():
        if way.failing_since is not None:
            since = short_instant(way.failing_since, settings().zone, now=now())
            error = escaped(way.error or "")
            st.warning(f"{way.way}: nothing goes out since {since}. {error}", icon=":material/error:")


def _render_cancel_held(held: int) -> None:
    if not held:
        return
    if st.session_state.get(_ASKED) != "held":
        st.button(
            f"Cancel all {held:,} held",
            key="cancel_held",
            on_click=_ask,
            args=("held",),
            **allowed(Deed.CANCEL_MESSAGE, help="For good: none goes out"),
        )
        return
    with st.container(horizontal=True):
        st.button("Yes, cancel them", type="primary", key="confirm_cancel_held", on_click=_cancel_held)
        st.button("Keep them", key="keep_held", on_click=_ask, args=(None,))


def _render_messages(shown: Sequence[StoredMessage]) -> None:
    if not shown:
        st.caption("No messages. Reports, critical anomalies and failed runs leave some.")
        return
    zone, at = settings().zone, now()
    rows = [
        {
            "No.": each.id,
            "Left": short_instant(each.created_at, zone, now=at),
            "Kind": KIND_WORDS.get(each.kind, each.kind),
            "Subject": each.subject,
            "State": MESSAGE_WORDS[each.state],
            "Deliveries": counts_words(each.states),
        }
        for each in shown
    ]
    widths = {"No.": 70, "Left": 130, "Kind": 130, "State": 150}
    st.dataframe(
        pd.DataFrame(rows),
        key="messages",
        hide_index=True,
        height=table_height(len(rows)),
        column_config={name: st.column_config.Column(width=width) for name, width in widths.items()},
        alt="Messages",
    )


def _choose(shown: Sequence[StoredMessage]) -> StoredMessage | None:
    labels = {each.id: message_label(each) for each in shown}
    # An address may name a message that is older than those listed.
    linked = st.query_params.get("message", "")
    if linked.isdecimal() and int(linked) not in labels and (found := message(int(linked))) is not None:
        labels[found.id] = message_label(found)
    if not labels:
        return None
    if "mail_message" not in st.session_state and linked.isdecimal() and int(linked) in labels:
        st.session_state.mail_message = int(linked)
    chosen = st.selectbox(
        "Message", list(labels), format_func=lambda number: labels.get(number, str(number)), index=None,
        key="mail_message", placeholder="Open a message", on_change=_link,
    )  # fmt: skip
    return message(chosen) if chosen is not None else None


def _link() -> None:
    chosen = st.session_state.mail_message
    if chosen is None:
        st.query_params.pop("message", None)
    else:
        st.query_params["message"] = str(chosen)


def _render_message(chosen: StoredMessage) -> None:
    st.markdown(f"**{escaped(chosen.subject)}** · {MESSAGE_WORDS[chosen.state]}")
    rows = deliveries_of(chosen.id)
    _render_deliveries(rows)
    if rows:
        _render_delivery(rows)
    _render_sending(chosen)
    with st.container(horizontal=True, vertical_alignment="center"):
        shown = st.toggle("Show what it says", key="mail_preview")
        language = st.segmented_control(
            "Language",
            list(LANGUAGES),
            format_func=LANGUAGES.__getitem__,
            default="en",
            required=True,
            key=_LANGUAGE,
            label_visibility="collapsed",
        )
    if shown:
        _render_letter(chosen, language or "en")


def _render_deliveries(rows: Sequence[Delivery]) -> None:
    if not rows:
        st.caption("It has no deliveries.")
        return
    zone, at = settings().zone, now()
    table = [
        {
            "To": recipient_words(row),
            "Name": row.name if row.channel == "mail" else "",
            "State": DELIVERY_WORDS[row.state],
            "Tries": row.tries,
            "Next try": short_instant(row.next_try_at, zone, now=at) if row.state is DeliveryState.WAITING else "",
            "Settled": short_instant(row.settled_at, zone, now=at) if row.settled_at else "",
            "Why": why_words(row),
            "Asked for by": row.asked_by or "",
        }
        for row in rows
    ]
    st.caption(plural(len(rows), "delivery", "deliveries"))
    st.dataframe(
        pd.DataFrame(table), key="deliveries", hide_index=True, height=table_height(len(table)), alt="Deliveries"
    )


def _render_delivery(rows: Sequence[Delivery]) -> None:
    by_id = {str(row.id): row for row in rows}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = st.selectbox(
            "Delivery", list(by_id), format_func=lambda key: delivery_label(by_id[key]), key="mail_delivery", width=420
        )
        row = by_id.get(chosen or "")
        if row is None:
            return
        _render_deeds(row)
        if row.channel == "mail":
            st.download_button(
                "Download .eml",
                lambda: eml(engine(), settings(), now, row.id),
                file_name=f"message-{row.message_id}-{str(row.id)[:8]}.eml",
                mime="message/rfc822",
                key="mail_eml",
                on_click="ignore",
            )
    if st.session_state.get(_ASKED) == f"resend {row.id}":
        st.warning(
            "It may be there already; the reader's program can tell that it is the same.", icon=":material/mail:"
        )


def _render_deeds(row: Delivery) -> None:
    if row.state in CANCELLABLE:
        st.button("Cancel", key="cancel_delivery", on_click=_cancel, args=(row.id,), **allowed(Deed.CANCEL_MESSAGE))
    if row.state not in RESENDABLE:
        return
    # What is known not to have arrived is sent again without a question.
    asks = row.state in {DeliveryState.SENT, DeliveryState.UNKNOWN}
    if asks and st.session_state.get(_ASKED) != f"resend {row.id}":
        st.button("Send again", key="resend", on_click=_ask, args=(f"resend {row.id}",), **allowed(Deed.RESEND_MESSAGE))
        return
    label = "Yes, send it again" if asks else "Send again"
    st.button(
        label,
        type="primary" if asks else "secondary",
        key="confirm_resend",
        on_click=_resend,
        args=(row.id,),
        **allowed(Deed.RESEND_MESSAGE),
    )


def _render_sending(chosen: StoredMessage) -> None:
    if chosen.state is MessageState.GROUPED:
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.text_input("Send it to", key="send_to", max_chars=254, placeholder="you@example.tn", width=420)
        st.button("Send", key="send_to_button", on_click=_send, args=(chosen.id,), **allowed(Deed.RESEND_MESSAGE))


def _render_letter(chosen: StoredMessage, language: str) -> None:
    try:
        written: Letter = letter(chosen.id, language)
    except BvmtError as error:
        st.error(escaped(str(error)))
        return
    files = ", ".join(f"{file.file_name} ({len(file.content) / 1000:,.0f} kB)" for file in written.attachments)
    st.markdown(f"Subject: **{escaped(written.subject)}**" + (f" · attached: {escaped(files)}" if files else ""))
    as_html, as_text = st.tabs(["HTML", "Text"])
    with as_html:
        st.iframe(preview(written), height=PREVIEW_HEIGHT, alt="The message as HTML")
    with as_text:
        st.code(written.text, language=None, height=PREVIEW_HEIGHT, wrap_lines=True)


def _ask(question: str | None) -> None:
    st.session_state[_ASKED] = question


def _cancel_held() -> None:
    _ask(None)
    mail_clicks.cancel_held()


def _cancel(delivery_id: UUID) -> None:
    mail_clicks.cancel(delivery_id)


def _resend(delivery_id: UUID) -> None:
    _ask(None)
    mail_clicks.resend(delivery_id)


def _send(message_id: int) -> None:
    address = st.session_state.send_to or ""
    if mail_clicks.send_to(message_id, address, st.session_state.get(_LANGUAGE) or "en"):
        st.session_state.send_to = ""
