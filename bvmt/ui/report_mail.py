"""The mail of a report: to whom it went and how that stands, and sending it to one address more."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from uuid import UUID

import pandas as pd
import streamlit as st

from bvmt.access.deeds import Deed
from bvmt.clock import now
from bvmt.mail.report_sending import send_report
from bvmt.mail.ways import way_name, why_held
from bvmt.store.deliveries import Delivery
from bvmt.store.reports import ShelvedReport
from bvmt.ui.escaping import escaped
from bvmt.ui.feedback import act, failures_are_said, tell_outcome
from bvmt.ui.mail_reads import forget_mail
from bvmt.ui.mail_words import DELIVERY_WORDS, counts_words, recipient_words, why_words
from bvmt.ui.permissions import allowed
from bvmt.ui.reads import engine, settings
from bvmt.ui.report_reads import forget_reports, mail_of
from bvmt.ui.table_sizes import table_height
from bvmt.ui.visitor import visitor
from bvmt.ui.words import short_instant

_ADDRESS = "report_address"


def render_mail(report: ShelvedReport) -> None:
    """Deliveries by recipient, and the field to send the report to oneself."""
    tell_outcome()
    with failures_are_said():
        st.subheader("Mail", anchor=False)
        message, deliveries = mail_of(report.id)
        if not deliveries:
            st.caption("It went to nobody: it was asked for by hand, or nobody subscribes to it.")
        else:
            with st.container(horizontal=True, vertical_alignment="center"):
                counted = Counter(str(each.state) for each in deliveries)
                st.caption(f"Deliveries: {counts_words(counted)}.", width="content")
                if message is not None:
                    st.page_link(
                        "pages/mail.py",
                        label="The message",
                        icon=":material/mail:",
                        query_params={"message": str(message.id)},
                        width="content",
                    )
            _render_deliveries(deliveries)
        if way_name(settings()) is None:
            st.caption(escaped(why_held(settings())))
        with st.container(horizontal=True, vertical_alignment="bottom"):
            st.text_input("Send it to", key=_ADDRESS, max_chars=254, placeholder="you@example.tn", width=340)
            language = st.session_state.get("language") or report.language
            st.button(
                "Send",
                key="send_report",
                icon=":material/send:",
                on_click=_send,
                args=(report.id, str(language)),
                **allowed(Deed.RESEND_MESSAGE),
            )


def _render_deliveries(deliveries: Sequence[Delivery]) -> None:
    zone, at = settings().zone, now()
    rows = [
        {
            "To": recipient_words(each),
            "Name": each.name,
            "Language": each.language,
            "State": DELIVERY_WORDS[each.state],
            "Settled": short_instant(each.settled_at, zone, now=at) if each.settled_at else "",
            "Why": why_words(each),
            "Asked for by": each.asked_by or "",
        }
        for each in deliveries
    ]
    st.dataframe(
        pd.DataFrame(rows), key="report_deliveries", hide_index=True, height=table_height(len(rows)), alt="Deliveries"
    )


def _send(report_id: UUID, language: str) -> None:
    address = st.session_state.get(_ADDRESS) or ""

    def send() -> None:
        send_report(engine(), report_id, address, language=language, by=visitor())
        st.session_state[_ADDRESS] = ""

    act(send, "It goes out")
    forget_mail()
    forget_reports()
