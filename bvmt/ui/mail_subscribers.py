"""The part of the Mail page that keeps subscribers."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import pandas as pd
import streamlit as st

from bvmt.access.deeds import Deed, may
from bvmt.clock import now
from bvmt.mail.addresses import NAME_CHARACTERS
from bvmt.mail.words import LANGUAGES
from bvmt.store.subscribers import SUBSCRIPTIONS, Subscriber, SubscriberFields
from bvmt.ui import mail_clicks
from bvmt.ui.feedback import failures_are_said, tell_outcome
from bvmt.ui.mail_reads import all_subscribers
from bvmt.ui.mail_words import SUBSCRIPTION_WORDS, subscription_words
from bvmt.ui.reads import settings
from bvmt.ui.table_sizes import table_height
from bvmt.ui.visitor import visitor
from bvmt.ui.words import plural, short_instant

_ASKED = "subscriber_asked"
_ROUND = "subscriber_round"


@st.fragment(key="mail_subscribers")
def render_subscribers() -> None:
    """The subscribers, a form to add one, and one to change one. Addresses are for those who may change them."""
    tell_outcome()
    with failures_are_said():
        known = all_subscribers()
        active = sum(each.active for each in known)
        st.caption(f"{plural(len(known), 'subscriber')}, {active} active.")
        if not may(visitor(), Deed.CHANGE_SUBSCRIBERS):
            st.info("Subscribers are seen and changed by admins.", icon=":material/lock:")
            return
        _render_links()
        _render_table(known)
        left, right = st.columns(2, gap="large")
        with left:
            _render_new()
        with right:
            if known:
                _render_known(known)


def _render_links() -> None:
    if settings().public_url is None:
        st.caption("PUBLIC_URL is not set: mail holds no unsubscribe links, and asks for an answer instead.")


def _render_table(known: Sequence[Subscriber]) -> None:
    if not known:
        st.info("Nobody gets mail yet. Add somebody below.", icon=":material/group_add:")
        return
    zone, at = settings().zone, now()
    rows = [
        {
            "Name": each.name,
            "Address": each.address,
            "Gets": subscription_words(each),
            "Language": LANGUAGES[each.language],
            "State": _state(each),
            "Changed": f"{short_instant(each.updated_at, zone, now=at)} by {each.updated_by}",
        }
        for each in known
    ]
    st.dataframe(
        pd.DataFrame(rows), key="subscribers", hide_index=True, height=table_height(len(rows)), alt="Subscribers"
    )


def _state(subscriber: Subscriber) -> str:
    if subscriber.active:
        return "✓ active"
    return "– unsubscribed" if subscriber.updated_by == "unsubscribe link" else "– not active"


def _render_new() -> None:
    st.markdown("**Add a subscriber**")
    prefix = f"new_{st.session_state.get(_ROUND, 0)}"
    with st.form("subscriber_form", border=True):
        _render_fields(prefix, None)
        st.form_submit_button("Add subscriber", type="primary", key="add_subscriber", on_click=_add, args=(prefix,))


def _render_known(known: Sequence[Subscriber]) -> None:
    st.markdown("**Change a subscriber**")
    by_id = {str(each.id): each for each in known}
    chosen = st.selectbox("Subscriber", list(by_id), format_func=lambda key: _label(by_id[key]), key="subscriber")
    each = by_id.get(chosen or "")
    if each is None:
        return
    prefix = f"change_{each.id}_{each.updated_at.timestamp()}"
    with st.form("subscriber_change", border=True):
        _render_fields(prefix, each)
        st.form_submit_button("Save", key="save_subscriber", on_click=_save, args=(prefix, each))
    _render_activity(each)


def _label(subscriber: Subscriber) -> str:
    return f"{subscriber.name} · {subscriber.address}"


def _render_fields(prefix: str, each: Subscriber | None) -> None:
    st.text_input("Name", each.name if each else "", key=f"{prefix}_name", max_chars=NAME_CHARACTERS)
    st.text_input("E-mail address", each.address if each else "", key=f"{prefix}_address", max_chars=254)
    with st.container(horizontal=True):
        for name in SUBSCRIPTIONS:
            st.checkbox(SUBSCRIPTION_WORDS[name], bool(each and getattr(each, name)), key=f"{prefix}_{name}")
    languages = list(LANGUAGES)
    st.selectbox(
        "Language",
        languages,
        index=languages.index(each.language if each else settings().report_language),
        format_func=LANGUAGES.__getitem__,
        key=f"{prefix}_language",
    )


def _render_activity(each: Subscriber) -> None:
    if not each.active:
        st.button("Make active again", key="activate", on_click=_activate, args=(each.id,))
        return
    if st.session_state.get(_ASKED) != each.id:
        st.button("Deactivate", key="deactivate", on_click=_ask, args=(each.id,))
        return
    st.warning(
        f"Nothing more is sent to {each.address}, and what waits for it is cancelled. It stays on record.",
        icon=":material/unsubscribe:",
    )
    with st.container(horizontal=True):
        st.button("Yes, deactivate", type="primary", key="confirm_deactivate", on_click=_deactivate, args=(each.id,))
        st.button("Keep it active", key="keep_active", on_click=_ask, args=(None,))


def _fields(prefix: str, *, active: bool = True) -> SubscriberFields:
    state = st.session_state
    chosen = {name: bool(state[f"{prefix}_{name}"]) for name in SUBSCRIPTIONS}
    return SubscriberFields(
        name=state[f"{prefix}_name"],
        address=state[f"{prefix}_address"],
        language=state[f"{prefix}_language"],
        active=active,
        **chosen,
    )


def _add(prefix: str) -> None:
    if mail_clicks.add_subscriber(_fields(prefix)):
        st.session_state[_ROUND] = st.session_state.get(_ROUND, 0) + 1


def _save(prefix: str, each: Subscriber) -> None:
    mail_clicks.change_subscriber(each.id, _fields(prefix, active=each.active))


def _ask(subscriber_id: UUID | None) -> None:
    st.session_state[_ASKED] = subscriber_id


def _activate(subscriber_id: UUID) -> None:
    mail_clicks.activate(subscriber_id)


def _deactivate(subscriber_id: UUID) -> None:
    _ask(None)
    mail_clicks.deactivate(subscriber_id)
