"""The names by which texts call a listing: which there are, a form to add or change one, and a way to remove one."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from bvmt.news.companies import Alias
from bvmt.store.company_aliases import AliasRow
from bvmt.ui import sentiment_clicks
from bvmt.ui.data_news_words import alias_cells
from bvmt.ui.market_reads import all_listings
from bvmt.ui.sentiment_reads import alias_rows
from bvmt.ui.table_sizes import table_height
from bvmt.ui.words import plural

KINDS = ("name", "nickname", "word", "arabic")
SPECIAL = {"*": "* (the market)", "-": "- (nobody: not a listing)"}
ALIAS_LENGTH, NOTE_LENGTH = 80, 200


def render_aliases(allowed: bool) -> None:
    """The names, of one listing or of all, and for those who may the ways to change them."""
    rows = alias_rows()
    tickers = [*SPECIAL, *sorted({each.ticker for each in all_listings()})]
    chosen = st.selectbox(
        "Names of",
        tickers,
        index=None,
        placeholder="All listings",
        format_func=_ticker_words,
        key="alias_of",
        width=300,
    )
    shown = [row for row in rows if chosen in (None, row.alias.ticker)]
    st.caption(
        f"{plural(len(shown), 'name')}. One that needs context is also a word or initials of something else: it counts "
        "only as it is written here, near a word of shares or where the text names the company in another way too."
    )
    if shown:
        cells = [alias_cells(row) for row in shown]
        st.dataframe(
            pd.DataFrame(cells),
            key="aliases",
            hide_index=True,
            height=table_height(len(cells)),
            alt="Names of listings",
        )
    if allowed:
        left, right = st.columns(2, gap="large")
        with left:
            _render_form(tickers, chosen)
        with right:
            _render_removal(shown)


def _ticker_words(ticker: str) -> str:
    return SPECIAL.get(ticker, ticker)


def _render_form(tickers: Sequence[str], chosen: str | None) -> None:
    with st.form("alias_form", border=True):
        st.markdown("Add a name, or change what is said of one")
        who, name = st.columns([1, 2])
        index = list(tickers).index(chosen) if chosen else len(SPECIAL)
        who.selectbox(
            "Ticker",
            list(tickers),
            index=min(index, len(tickers) - 1),
            format_func=_ticker_words,
            key=f"alias_ticker_{chosen}",
        )
        name.text_input("Name", key="alias_text", max_chars=ALIAS_LENGTH)
        kind, note = st.columns([1, 2])
        kind.selectbox("Kind", list(KINDS), key="alias_kind")
        note.text_input("Note", key="alias_note", max_chars=NOTE_LENGTH)
        st.checkbox("Needs context", key="alias_context")
        st.form_submit_button("Save name", type="primary", key="save_alias", on_click=_save, args=(chosen,))


def _save(chosen: str | None) -> None:
    state = st.session_state
    alias = Alias(
        ticker=state[f"alias_ticker_{chosen}"],
        text=state.alias_text or "",
        needs_context=bool(state.alias_context),
        kind=state.alias_kind,
        note=(state.alias_note or "").strip(),
    )
    if sentiment_clicks.save_alias(alias):
        state.alias_text, state.alias_note = "", ""


def _render_removal(shown: Sequence[AliasRow]) -> None:
    by_id = {row.id: row for row in shown}
    with st.container(border=True):
        st.markdown("Remove a name")
        chosen = st.selectbox(
            "Name to remove",
            list(by_id),
            index=None,
            format_func=lambda key: (
                f"{by_id[key].alias.ticker} · {by_id[key].alias.text}" if key in by_id else str(key)
            ),
            key="alias_to_remove",
        )
        row = by_id.get(chosen) if chosen is not None else None
        st.button("Remove name", key="remove_alias", disabled=row is None, on_click=_remove, args=(row,))


def _remove(row: AliasRow | None) -> None:
    if row is not None:
        st.session_state.alias_to_remove = None
        sentiment_clicks.remove_alias(row.id, row.alias)
