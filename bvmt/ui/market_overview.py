"""The body of the Market page: movers, charts, sectors, indices, and the whole board."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import pandas as pd
import streamlit as st

from bvmt.market.indices import HEADLINE, SECTOR_INDICES
from bvmt.market.movers import LEAST_TRADES, LEAST_TURNOVER
from bvmt.ui.chart_drawing import draw
from bvmt.ui.downloads import render_downloads
from bvmt.ui.link_table import Cell, Column, render_link_table
from bvmt.ui.market_board import (
    BoardRow,
    board_cells,
    board_export,
    change_words,
    movers_of,
    narrowed,
    short_number,
    times_words,
    usual_of,
)
from bvmt.ui.market_board_reads import SessionView, days_until, index_paths, session_view
from bvmt.ui.market_charts import moments_chart, sectors_chart, sectors_height, turnover_chart
from bvmt.ui.market_grid import grid
from bvmt.ui.market_head import index_change
from bvmt.ui.reads import settings
from bvmt.ui.words import plural

SPANS = {"3 months": 92, "1 year": 366}
_CHART = 230
_BOARD_HEIGHT = 560
_SHOWN = "board_shown"
_OPENED = "board_opened"


def render_movers(session: date) -> None:
    """The shares that rose, fell and traded most, as links to their pages."""
    movers = movers_of(session_view(session).rows)
    parts = (("Gainers", movers.gainers), ("Losers", movers.losers), ("Most active", movers.active))
    boxes = grid("market_movers", least=380)
    for title, rows in parts:
        with boxes, st.container(border=True, height="stretch", gap="xsmall"):
            st.markdown(f"**{title}**")
            if not rows:
                st.caption("None in this session.")
                continue
            _render_mover_table(title, rows)
    thin = f" {plural(movers.thin, 'share')} moved on less." if movers.thin else ""
    st.caption(
        f"Gainers and losers traded at least {LEAST_TURNOVER:,} TND in {LEAST_TRADES} trades.{thin} "
        "× usual: turnover against its mean of 20 sessions."
    )


def _render_mover_table(title: str, rows: Sequence[BoardRow]) -> None:
    columns = [
        Column("Listing"),
        Column("Last, TND", number=True),
        Column("Change", number=True),
        Column("Turnover, TND", number=True),
        Column("× usual", number=True),
    ]
    cells = [
        (
            row.isin,
            [
                Cell(row.ticker, title=f"{row.name} · {row.sector}"),
                Cell("—" if row.last is None else f"{row.last:,.2f}"),
                Cell(change_words(row.change), tone="up" if (row.change or 0) > 0 else "down" if row.change else ""),
                Cell(short_number(row.turnover), title=f"{row.turnover:,.0f} TND, {plural(row.trades, 'trade')}"),
                Cell(times_words(row.times_usual)),
            ],
        )
        for row in rows
    ]
    render_link_table(
        columns,
        cells,
        page="pages/listing.py",
        path="listing",
        parameter="isin",
        key=f"movers_{title.split()[-1].lower()}",
        label=title,
    )


def render_turnover(session: date) -> None:
    """The turnover of the last sessions, and how that of the session added up where boards of it were read."""
    view, dark = session_view(session), st.context.theme.type == "dark"
    _, before = usual_of(days_until(session, 0), session)
    boxes = grid("market_turnover", least=480)
    with boxes, st.container(border=True, height="stretch"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown("**Turnover by session**", width="content")
            st.space("stretch")
            span = st.segmented_control(
                "Span of the turnover",
                list(SPANS),
                default="3 months",
                required=True,
                key="span",
                bind="query-params",
                label_visibility="collapsed",
                width="content",
            )
        days = SPANS.get(span or "", SPANS["3 months"])
        draw(
            turnover_chart(days_until(session, days), session - timedelta(days=days), session, dark=dark),
            key="turnover_chart",
            height=_CHART,
            words=f"Turnover by session, {span}",
        )
        st.caption("Line: the mean of the 20 sessions before. Turnover is counted once a trade.")
    if len(view.moments) > 1:
        with boxes, st.container(border=True, height="stretch"):
            st.markdown("**How the session's turnover added up**")
            usual = sum(float(row.turnover) for row in before) / len(before) if before else None
            draw(
                moments_chart(view.moments, usual, settings().zone, dark=dark),
                key="moments_chart",
                height=_CHART + 12,
                words="Turnover of the session by time of day",
            )
            st.caption(f"{plural(len(view.moments), 'board')} read. Line across: a usual whole session.")


def render_sectors(session: date) -> None:
    """Sectors computed from their shares, beside the exchange's own indices."""
    view, dark = session_view(session), st.context.theme.type == "dark"
    boxes = grid("market_sectors", least=480)
    with boxes, st.container(border=True, height="stretch"):
        st.markdown("**Sectors**, largest turnover first")
        if view.sectors:
            draw(
                sectors_chart(view.sectors, dark=dark),
                key="sectors_chart",
                height=sectors_height(view.sectors),
                words="Turnover-weighted move by sector",
            )
            st.caption("Our own means of each sector's shares that traded; they are not the exchange's indices.")
    with boxes, st.container(border=True, height="stretch"):
        st.markdown("**Indices of the exchange**")
        _render_indices(session)


def _render_indices(session: date) -> None:
    paths = index_paths(session)
    rows = [
        {
            "Index": index.name,
            "Level": float(path[-1].level),
            "Change": index_change(path),
            "3 months": [float(each.level) for each in path],
        }
        for index in (*HEADLINE, *SECTOR_INDICES)
        if (path := paths.get(index.code)) and path[-1].session == session
    ]
    if not rows:
        st.info("No index level is stored of this session.", icon=":material/show_chart:")
        st.page_link("pages/data.py", label="Import history on the Data page", icon=":material/database:")
        return
    column = st.column_config
    st.dataframe(
        pd.DataFrame(rows),
        key="indices",
        hide_index=True,
        height="content",
        column_config={
            "Index": column.TextColumn(width=190),
            "Level": column.NumberColumn(format="%,.2f", width=90),
            "Change": column.NumberColumn(format="%+.2f %%", width=80),
            "3 months": column.LineChartColumn(width=110),
        },
        alt="Indices of the exchange",
    )


def render_board(session: date) -> None:
    """The whole board: filtered by sector and words, sorted by a click on a heading; a click on a row opens it."""
    view = session_view(session)
    st.subheader("Board", anchor=False)
    sector, search, files = st.columns([4, 3, 2], vertical_alignment="bottom")
    sectors = sector.multiselect(
        "Sectors",
        sorted({row.sector for row in view.rows}),
        placeholder="All",
        key="sector",
        bind="query-params",
    )
    words = search.text_input("Find", placeholder="Ticker, name or ISIN", key="find", bind="query-params", max_chars=60)
    rows = narrowed(view.rows, sectors=sectors, search=words or "")
    with files:
        render_downloads(
            [board_export(row, session) for row in rows], name=f"board_{session}", sheet="Board", key="board"
        )
    if not rows:
        st.info("No listing of this session matches.", icon=":material/filter_alt:")
        return
    _render_board_table(view, rows)
    if (opened := st.session_state.pop(_OPENED, None)) is not None:
        st.switch_page("pages/listing.py", query_params={"isin": opened})


def _render_board_table(view: SessionView, rows: Sequence[BoardRow]) -> None:
    ordered = sorted(rows, key=lambda row: (-row.turnover, row.ticker))
    st.session_state[_SHOWN] = [row.isin for row in ordered]
    column = st.column_config
    st.dataframe(
        pd.DataFrame([board_cells(row) for row in ordered]),
        key="board",
        hide_index=True,
        height=min(_BOARD_HEIGHT, 37 + 35 * len(ordered)),
        on_select=_open_selected,
        selection_mode="single-cell",
        column_config={
            "Ticker": column.TextColumn(width=80, pinned=True),
            "Name": column.TextColumn(width=200),
            "Sector": column.TextColumn(width=170),
            "Last": column.NumberColumn("Last, TND", format="%,.2f", width=85),
            "Change": column.NumberColumn("Change, %", format="%+.2f", width=90),
            "Reference": column.NumberColumn("Ref., TND", format="%,.2f", width=85, help="The previous close"),
            "Low": column.NumberColumn("Low, TND", format="%,.2f", width=80),
            "High": column.NumberColumn("High, TND", format="%,.2f", width=80),
            "Volume": column.NumberColumn("Volume", format="localized", width=90, help="Shares"),
            "Turnover": column.NumberColumn("Turnover, TND", format="%,.0f", width=110),
            "Trades": column.NumberColumn(format="localized", width=75),
            "× usual": column.NumberColumn(format="%.1f", width=75, help="Turnover against its mean of 20 sessions"),
            "Anomaly": column.TextColumn(width=90),
        },
        alt="The board of the session",
    )
    traded = sum(row.last is not None for row in rows)
    st.caption(
        f"{plural(len(rows), 'listing')} of {len(view.rows)}, {traded} traded. A click on a row opens the listing."
    )


def _open_selected() -> None:
    cells, shown = st.session_state.board.selection.cells, st.session_state.get(_SHOWN, [])
    if cells and cells[0][0] < len(shown):
        st.session_state[_OPENED] = shown[cells[0][0]]
