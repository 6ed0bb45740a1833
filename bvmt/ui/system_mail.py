"""The part of the System page about what leaves the house: mail, alerts and pings."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from bvmt.clock import now
from bvmt.mail.ways import way_name, why_held
from bvmt.settings import Settings, alert_addresses, shown_alert_address
from bvmt.sources.alert_addresses import ALERT_ADDRESSES
from bvmt.store.deliveries import DeliveryState
from bvmt.store.dispatching import MailWay
from bvmt.store.subscribers import SUBSCRIPTIONS
from bvmt.ui.escaping import escaped
from bvmt.ui.feedback import failures_are_said
from bvmt.ui.mail_reads import all_subscribers, delivery_counts, ways
from bvmt.ui.mail_words import SUBSCRIPTION_WORDS, counts_words
from bvmt.ui.reads import settings
from bvmt.ui.system_words import ping_names
from bvmt.ui.words import plural, short_instant


@st.fragment(run_every=10, key="system_mail")
def render_mail() -> None:
    """How mail and alerts leave, to how many, and how they fare."""
    of = settings()
    with failures_are_said():
        subscribers, counts, known = all_subscribers(), delivery_counts(), ways()
        active = [subscriber for subscriber in subscribers if subscriber.active]
        grid = st.grid(4, min_column_width=180, border=True)
        told = ", ".join(
            f"{sum(bool(getattr(each, name)) for each in active)} {SUBSCRIPTION_WORDS[name]}" for name in SUBSCRIPTIONS
        )
        facts = {
            "Active subscribers": (f"{len(active):,}", told if active else "Nobody is written to"),
            "Waiting to go out": (f"{_count(counts, DeliveryState.WAITING, DeliveryState.SENDING):,}", "Deliveries"),
            "Held": (f"{_count(counts, DeliveryState.HELD):,}", "Until a way out is set up"),
            "Given up": (f"{_count(counts, DeliveryState.DEAD, DeliveryState.UNKNOWN):,}", "Dead or unknown"),
        }
        for label, (value, detail) in facts.items():
            with grid.container():
                st.metric(label, value)
                st.caption(detail)
        st.markdown(
            f"- **Mail**: {_mail_words(of, known)}\n- **Alerts**: {_alert_words(of, known)}\n- **Pings**: {_pings(of)}"
        )
        st.caption(f"All deliveries: {counts_words({str(state): count for state, count in counts.items()})}.")
        st.page_link("pages/mail.py", label="Mail: subscribers and outbox", icon=":material/mail:")


def _count(counts: dict[DeliveryState, int], *states: DeliveryState) -> int:
    return sum(counts.get(state, 0) for state in states)


def _mail_words(of: Settings, known: Sequence[MailWay]) -> str:
    name = way_name(of)
    if name is None:
        return f"○ {escaped(why_held(of))}"
    way = next((way for way in known if way.way == name), None)
    if way is None:
        return f"○ by the {name.lower()}; nothing has gone out yet."
    if way.failing_since is not None:
        since = short_instant(way.failing_since, of.zone, now=now())
        return f"✕ by the {name.lower()}: nothing goes out since {since}. {escaped(way.error or '')}"
    return f"✓ by the {name.lower()}, last sent {short_instant(way.last_sent_at, of.zone, now=now())}."


def _alert_words(of: Settings, known: Sequence[MailWay]) -> str:
    grouped = (
        f"those of {of.alert_group_minutes} min are told together" if of.alert_group_minutes else "told one by one"
    )
    if of.alert_urls is None:
        return f"to subscribers only, {grouped}. `ALERT_URLS` would send them to chats and phones too."
    shown = ", ".join(escaped(shown_alert_address(address)) for address in alert_addresses(of.alert_urls))
    way = next((way for way in known if way.way == ALERT_ADDRESSES), None)
    if way is not None and way.failing_since is not None:
        since = short_instant(way.failing_since, of.zone, now=now())
        return f"✕ to subscribers and {shown}: the latter fail since {since}. {escaped(way.error or '')}"
    return f"✓ to subscribers and {shown}; {grouped}."


def _pings(of: Settings) -> str:
    names = ping_names(of)
    if not names:
        return "○ none: with `SCHEDULER_PING_URL` somebody outside would notice if this scheduler fell silent."
    return f"{plural(len(names), 'address', 'addresses')} set: {', '.join(f'`{name}`' for name in names)}."
