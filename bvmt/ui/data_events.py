"""The part of the Data page that keeps market events, and shows what actions do to closes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from uuid import UUID

import pandas as pd
import streamlit as st

from bvmt.access.deeds import Deed
from bvmt.errors import ActionRefused
from bvmt.market.event_files import EventFile
from bvmt.market.events import TITLE_CHARACTERS, Event, EventKind
from bvmt.market.listings import Listing
from bvmt.store.market_reads import FactorRow
from bvmt.ui import market_clicks
from bvmt.ui.downloads import render_csv_button
from bvmt.ui.escaping import escaped
from bvmt.ui.feedback import failures_are_said, refusals_are_told, tell_outcome
from bvmt.ui.market_reads import all_factors, all_listings, events_between, today
from bvmt.ui.market_words import day_words
from bvmt.ui.permissions import allowed
from bvmt.ui.table_sizes import table_height
from bvmt.ui.words import plural

BACK, AHEAD = timedelta(days=365), timedelta(days=365)
_MARKET = "The market"
_RESULT = "events_result"
_ASKED = "event_to_delete"


@st.fragment(key="data_events")
def render_events() -> None:
    """Events of a year back and a year ahead, the ways to add some, and the factors."""
    tell_outcome()
    with failures_are_said():
        on = today()
        shown, listed = events_between(on - BACK, on + AHEAD), {each.isin: each for each in all_listings()}
        _render_table(shown, listed, on)
        left, right = st.columns(2, gap="large")
        with left:
            _render_form(listed)
        with right:
            _render_file()
        st.markdown("**What corporate actions do to closes**")
        _render_factors(all_factors())


def _render_table(shown: Sequence[Event], listed: Mapping[str, Listing], on: date) -> None:
    coming = sum(event.day >= on for event in shown)
    st.caption(f"{plural(len(shown), 'event')} from a year back to a year ahead, {coming} to come.")
    if not shown:
        return
    rows = [_cells(event, listed) for event in reversed(shown)]
    st.dataframe(pd.DataFrame(rows), key="events", hide_index=True, height=table_height(len(rows)), alt="Events")
    _render_deletion({_label(event, listed): event for event in reversed(shown)})


def _cells(event: Event, listed: Mapping[str, Listing]) -> dict[str, object]:
    return {
        "Day": day_words(event.day),
        "Kind": _kind_words(event.kind),
        "Listing": _listing_words(event.isin, listed),
        "Title": event.title,
        "TND a share": _number(event.amount),
        "New for old": _ratio(event),
        "Source": event.source,
    }


def _kind_words(kind: EventKind) -> str:
    return kind.value.replace("_", " ")


def _listing_words(isin: str | None, listed: Mapping[str, Listing]) -> str:
    if isin is None:
        return _MARKET
    return listed[isin].ticker if isin in listed else isin


def _number(value: Decimal | None) -> str:
    return "" if value is None else f"{value:f}".rstrip("0").rstrip(".") if "." in f"{value:f}" else f"{value:f}"


def _ratio(event: Event) -> str:
    if event.new_shares is None or event.old_shares is None:
        return ""
    return f"{_number(event.new_shares)} for {_number(event.old_shares)}"


def _label(event: Event, listed: Mapping[str, Listing]) -> str:
    return f"{event.day:%d %b %Y} · {_listing_words(event.isin, listed)} · {event.title}"


def _render_deletion(labels: Mapping[str, Event]) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = st.selectbox("Event to delete", list(labels), key="event_chosen", width=520)
        event = labels.get(chosen) if chosen else None
        asked = event is not None and st.session_state.get(_ASKED) == event.id
        if event is None or event.id is None:
            return
        if not asked:
            st.button(
                "Delete", key="delete_event", on_click=_ask_deletion, args=(event.id,), **allowed(Deed.CHANGE_EVENTS)
            )
            return
        st.button(
            "Yes, delete it",
            type="primary",
            key="confirm_delete",
            on_click=_delete,
            args=(event.id,),
            **allowed(Deed.CHANGE_EVENTS),
        )
        st.button("Keep it", key="keep_event", on_click=_ask_deletion, args=(None,))
    if asked:
        st.warning("The event goes, and with it what it did to adjusted closes.", icon=":material/delete:")


def _ask_deletion(event_id: UUID | None) -> None:
    st.session_state[_ASKED] = event_id


def _delete(event_id: UUID) -> None:
    st.session_state.pop(_ASKED, None)
    market_clicks.delete_event(event_id)


def _render_form(listed: Mapping[str, Listing]) -> None:
    st.markdown("**Add an event**")
    with st.form("event_form", border=True):
        left, right = st.columns(2)
        left.date_input("Day", value=today(), key="event_day", format="DD/MM/YYYY")
        right.selectbox("Kind", list(EventKind), format_func=_kind_words, key="event_kind")
        names = {isin: f"{each.ticker} · {each.name}" for isin, each in listed.items()}
        st.selectbox(
            "Listing", [None, *names], format_func=lambda isin: names.get(isin or "", _MARKET), key="event_isin"
        )
        st.text_input("Title", key="event_title", max_chars=TITLE_CHARACTERS)
        amount, new, old = st.columns(3)
        amount.text_input("TND a share", key="event_amount", help="Dividend, or price of a share in a rights issue")
        new.text_input("New shares", key="event_new")
        old.text_input("for old shares", key="event_old")
        st.text_input("Source", key="event_source", max_chars=200, placeholder="Notice of the exchange, 2026-118")
        st.form_submit_button("Add event", key="add_event", on_click=_add, **allowed(Deed.CHANGE_EVENTS))


def _add() -> None:
    state = st.session_state
    with refusals_are_told():
        event = Event(
            day=state.event_day,
            kind=EventKind(state.event_kind),
            title=state.event_title.strip(),
            source=state.event_source.strip() or "entered by hand",
            isin=state.event_isin,
            amount=_read_number(state.event_amount),
            new_shares=_read_number(state.event_new),
            old_shares=_read_number(state.event_old),
        )
        market_clicks.add_event(event)


def _read_number(written: str) -> Decimal | None:
    folded = written.replace(" ", "").replace(",", ".")
    if not folded:
        return None
    try:
        return Decimal(folded)
    except InvalidOperation:
        raise ActionRefused(f"{written!r} is no number.") from None


def _render_file() -> None:
    st.markdown("**Import events**")
    file = st.file_uploader(
        "A table (CSV, French or English headings) or a calendar (.ics), 5 MB at most",
        type=["csv", "txt", "ics"],
        max_upload_size=5,
        key="events_file",
    )
    st.button(
        "Import events",
        type="primary",
        key="import_events",
        on_click=_import,
        **allowed(Deed.CHANGE_EVENTS, disabled=file is None),
    )
    if result := st.session_state.get(_RESULT):
        _render_result(*result)


def _import() -> None:
    file = st.session_state.events_file
    if file is not None:
        st.session_state[_RESULT] = market_clicks.import_events(file.name, file.getvalue())


def _render_result(sentence: str, read: EventFile) -> None:
    st.success(escaped(sentence), icon=":material/check_circle:")
    if not read.set_aside:
        return
    rows: list[dict[str, object]] = [{"Line": row.line, "Reason": row.reason, "Row": row.raw} for row in read.set_aside]
    st.dataframe(
        pd.DataFrame(rows), key="events_aside", hide_index=True, height=table_height(len(rows)), alt="Set aside"
    )
    render_csv_button(
        lambda: rows, file_name="events_set_aside.csv", key="events_aside_csv", label="Download them as CSV"
    )


def _render_factors(factors: Sequence[FactorRow]) -> None:
    if not factors:
        st.caption("No action has a factor yet: it needs its numbers, and a stored close before its day.")
        return
    rows = [
        {
            "Day": day_words(row.day),
            "Listing": row.ticker,
            "Prices before ×": f"{row.price_factor:.6f}",
            "Volumes before ×": f"{row.share_factor:.6f}",
            "Close before": f"{row.close_before:.3f}",
            "Computed as": row.detail,
        }
        for row in factors
    ]
    st.dataframe(pd.DataFrame(rows), key="factors", hide_index=True, height=table_height(len(rows)), alt="Factors")
