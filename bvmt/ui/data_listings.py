"""The part of the Data page that edits listings, and offers instruments that are none yet."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from typing import Any, cast

import pandas as pd
import streamlit as st

from bvmt.access.deeds import Deed
from bvmt.clock import now
from bvmt.errors import ActionRefused
from bvmt.market.board import STOCK_GROUPS
from bvmt.market.listings import Listing
from bvmt.store.listings import ListingFields
from bvmt.store.unknown_instruments import UnknownRow
from bvmt.ui import market_clicks
from bvmt.ui.escaping import escaped
from bvmt.ui.feedback import failures_are_said, refusals_are_told, tell_outcome
from bvmt.ui.market_reads import all_listings, unknown_rows
from bvmt.ui.permissions import allowed
from bvmt.ui.reads import settings
from bvmt.ui.words import plural, short_instant

_ROUND = "listings_round"
_COLUMNS = {
    "ISIN": "isin",
    "Ticker": "ticker",
    "Name": "name",
    "Sector": "sector",
    "Group": "group",
    "Shares outstanding": "shares_outstanding",
    "Free float %": "free_float_pct",
    "Active": "active",
}


@st.fragment(key="data_listings")
def render_listings() -> None:
    """The editor of listings, and what is offered."""
    tell_outcome()
    with failures_are_said():
        listed = all_listings()
        active = sum(listing.active for listing in listed)
        st.caption(f"{plural(len(listed), 'listing')}, {active} active. Edit cells, then save.")
        _render_editor(listed)
        st.markdown("**Instruments that are no listings**")
        _render_unknown(unknown_rows(), sorted({listing.sector for listing in listed}))


def _render_editor(listed: Sequence[Listing]) -> None:
    key = f"listings_{st.session_state.get(_ROUND, 0)}"
    # What is edited comes back by position: the rows must be those of the first look until it is saved.
    isins, frame = st.session_state.setdefault(f"{key}_shown", ([listing.isin for listing in listed], _frame(listed)))
    column = st.column_config
    st.data_editor(
        frame,
        key=key,
        hide_index=True,
        height=430,
        disabled=["ISIN"],
        placeholder="—",
        column_config={
            "ISIN": column.TextColumn(width=130),
            "Ticker": column.TextColumn(width=80, required=True),
            "Name": column.TextColumn(width=220, required=True),
            "Sector": column.TextColumn(width=220, required=True),
            "Group": column.SelectboxColumn(width=80, options=sorted(STOCK_GROUPS)),
            "Shares outstanding": column.NumberColumn(width=150, min_value=1, step=1, format="localized"),
            "Free float %": column.NumberColumn(width=110, min_value=0, max_value=100, format="%.3f"),
            "Active": column.CheckboxColumn(width=70),
        },
        alt="Listings",
    )
    _render_editor_buttons(key, len(market_clicks.take_listing_changes(key, isins)))


def _render_editor_buttons(key: str, edited: int) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            "Save listings",
            type="primary",
            key="save_listings",
            on_click=_save,
            args=(key,),
            **allowed(Deed.CHANGE_LISTINGS, disabled=not edited),
        )
        st.button("Read anew", key="reload_listings", on_click=_begin_anew)
        if edited:
            st.caption(f"{plural(edited, 'listing')} edited and not saved yet.", width="content")


def _frame(listed: Sequence[Listing]) -> pd.DataFrame:
    rows = [{title: getattr(listing, name) for title, name in _COLUMNS.items()} for listing in listed]
    frame = pd.DataFrame(rows, columns=list(_COLUMNS))
    frame["Free float %"] = pd.to_numeric(
        frame["Free float %"].map(lambda value: None if value is None else float(value))
    )
    return frame.astype({"Shares outstanding": "Int64", "Free float %": "float64"})


def _save(key: str) -> None:
    isins = st.session_state[f"{key}_shown"][0]
    edited = market_clicks.take_listing_changes(key, isins)
    with refusals_are_told():
        changes = {isin: _fields(cells) for isin, cells in edited.items()}
        if market_clicks.save_listings(changes):
            _begin_anew()


def _begin_anew() -> None:
    current = st.session_state.get(_ROUND, 0)
    st.session_state.pop(f"listings_{current}_shown", None)
    st.session_state[_ROUND] = current + 1
    all_listings.clear()


def _fields(cells: dict[str, object]) -> ListingFields:
    return cast(ListingFields, {_COLUMNS[title]: _value(_COLUMNS[title], cell) for title, cell in cells.items()})


def _value(field: str, cell: Any) -> object:
    if field in {"ticker", "name", "sector"}:
        return cell or ""
    if cell is None or field in {"active", "group"}:
        return cell
    try:
        number = Decimal(str(cell))
        return number if field == "free_float_pct" else int(number)
    except (InvalidOperation, ValueError):
        raise ActionRefused(f"{cell!r} is no number.") from None


def _render_unknown(rows: Sequence[UnknownRow], sectors: Sequence[str]) -> None:
    if not rows:
        st.caption("None is offered: everything that looked like a share in boards and files is a listing.")
        return
    st.caption("Boards or files named them, and they look like shares. Their rows were left out.")
    zone, at = settings().zone, now()
    names = {f"{row.isin} · {row.name}": row for row in rows}
    cells = [
        {
            "ISIN": row.isin,
            "Name": row.name,
            "Group": row.group,
            "Named by": row.source,
            "Last seen": short_instant(row.last_seen_at, zone, now=at),
        }
        for row in rows
    ]
    st.dataframe(pd.DataFrame(cells), key="unknown", hide_index=True, height="content", alt="Unknown instruments")
    chosen = st.selectbox("Instrument", list(names), key="unknown_chosen", width=420)
    if chosen in names:
        _render_offer(names[chosen], sectors)


def _render_offer(row: UnknownRow, sectors: Sequence[str]) -> None:
    may = allowed(Deed.CHANGE_LISTINGS)
    with st.form(f"adopt_{row.isin}", border=True):
        st.markdown(f"Adopt **{escaped(row.name)}** as a listing")
        left, middle, right = st.columns(3)
        left.text_input("Ticker", key="adopt_ticker", max_chars=12)
        middle.text_input("Name", value=row.name, key=f"adopt_name_{row.isin}", max_chars=120)
        right.selectbox("Sector", list(sectors), key="adopt_sector", accept_new_options=True)
        st.form_submit_button("Adopt", type="primary", key="adopt", on_click=_adopt, args=(row.isin,), **may)
    st.button("Dismiss it", key="dismiss", on_click=market_clicks.dismiss, args=(row.isin,), **may)


def _adopt(isin: str) -> None:
    state = st.session_state
    if market_clicks.adopt(isin, state.adopt_ticker, state[f"adopt_name_{isin}"], state.adopt_sector or ""):
        _begin_anew()
