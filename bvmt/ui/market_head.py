"""The head of the Market page: how the exchange stands, which session is shown, its leading figures."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import streamlit as st

from bvmt.market.indices import HEADLINE
from bvmt.store.board_reads import IndexRow, Neighbours
from bvmt.ui.market_board import short_number, usual_of
from bvmt.ui.market_board_reads import (
    days_until,
    freshness,
    hours_of,
    index_paths,
    local_now,
    session_at,
    session_view,
)
from bvmt.ui.market_grid import grid, render_amount, render_level
from bvmt.ui.market_reads import today
from bvmt.ui.market_session import exchange_state, expected_session, stale_words
from bvmt.ui.market_words import day_words
from bvmt.ui.reads import settings
from bvmt.ui.words import instant, plural, short_instant

SESSION = "session"


def render_state() -> None:
    """How the exchange stands now, how old the board is, and a warning where it is too old."""
    at = local_now()
    hours = hours_of(at.date())
    interval = timedelta(minutes=settings().market_pulse_interval)
    state = exchange_state(at, hours.regime, hours.own)
    fresh, newest = freshness(), session_at(at.date())
    with st.container(horizontal=True, vertical_alignment="center", key="exchange_state"):
        st.badge(state.word, icon=state.icon, color=state.tone)  # type: ignore[arg-type]
        st.markdown(state.sentence, width="content")
        if fresh.as_of is not None:
            zone = settings().zone
            read = f"Read {instant(fresh.fetched_at, zone)}"
            st.caption(f"Board of {short_instant(fresh.as_of, zone, now=at)}", width="content", help=read)
    if newest is None:
        return
    expected = expected_session(at, hours.regime, hours.own, interval)
    old = stale_words(at, state, stored=newest.session, expected=expected, as_of=fresh.as_of, interval=interval)
    if old:
        st.warning(old, icon=":material/history:")
        st.page_link("pages/job.py", label="Market Pulse", icon=":material/monitoring:", query_params=_PULSE)


_PULSE = {"id": "market_pulse"}


def chosen_session() -> Neighbours | None:
    """The session that the address asks for, or the newest; None where nothing is stored."""
    asked = st.session_state.get(SESSION)
    return session_at(asked if isinstance(asked, date) else today())


def render_picker() -> Neighbours | None:
    """The way to other sessions; it stands in the address. Returns the session shown, None where none is stored."""
    with st.container(horizontal=True, vertical_alignment="center", key="session_picker"):
        asked = st.date_input(
            "Session",
            value=None,
            key=SESSION,
            format="DD/MM/YYYY",
            bind="query-params",
            max_value=today(),
            label_visibility="collapsed",
            width=150,
        )
        here = session_at(asked if isinstance(asked, date) else today())
        if here is None:
            return None
        _step("Previous session", "previous", ":material/chevron_left:", here.before)
        _step("Next session", "next", ":material/chevron_right:", here.after)
        if asked is not None:
            st.button("Newest", key="session_newest", on_click=_show, args=(None,), type="tertiary")
        st.markdown(f"Session of **{day_words(here.session)}**", width="content")
        if isinstance(asked, date) and asked != here.session:
            st.caption(f"No session is stored of {day_words(asked)}.", width="content")
    return here


def _step(words: str, name: str, icon: str, to: date | None) -> None:
    st.button(
        words,
        key=f"session_{name}",
        icon=icon,
        on_click=_show,
        args=(to,),
        disabled=to is None,
        help=day_words(to) if to else "None is stored",
    )


def _show(session: date | None) -> None:
    st.session_state[SESSION] = session


def render_figures(session: date) -> None:
    """The indices and the activity of a session, each against what was usual."""
    paths = index_paths(session)
    view = session_view(session)
    own, (_, before) = view.summary, usual_of(days_until(session, 0), session)
    cells = grid("market_figures", least=165)
    for index in HEADLINE:
        _render_index(cells, index.name, paths.get(index.code, []), session)
    activity: Sequence[tuple[str, float, list[float], str]] = (
        ("Turnover", float(own.turnover), [float(row.turnover) for row in before], "TND"),
        ("Volume", float(own.volume), [float(row.volume) for row in before], "shares"),
        ("Trades", float(own.trades), [float(row.trades) for row in before], ""),
    )
    for name, value, usual, unit in activity:
        told = f"; below it against the mean of the {plural(len(before), 'session')} before"
        render_amount(cells, name, value, usual, unit=unit, told=told)
    cells.metric(
        "Up / down",
        f"{own.advancing} / {own.declining}",
        f"{own.unchanged} unchanged",
        delta_color="off",
        delta_arrow="off",
        border=True,
        height="stretch",
        help=f"Listings above and below the exchange's reference; {own.not_traded} of {own.listings} did not trade",
    )
    cells.metric(
        "Market cap, TND",
        short_number(float(own.market_cap)) if own.market_cap else "—",
        f"{own.market_cap_coverage} of {own.listings} listings" if own.market_cap else "not known",
        delta_color="off",
        delta_arrow="off",
        border=True,
        height="stretch",
        help="Shares outstanding, as known today, times last price",
    )


def _render_index(cells: st.delta_generator.DeltaGenerator, name: str, path: Sequence[IndexRow], session: date) -> None:
    row = path[-1] if path and path[-1].session == session else None
    change = index_change(path) if row else None
    level, without = (f"{float(row.level):,.2f}", "") if row else ("—", "not stored")
    render_level(cells, name, level, change, without=without, told="Points, against the session before")


def index_change(path: Sequence[IndexRow]) -> float | None:
    """Return the last move of an index in percent, against its stored previous level, else the row before."""
    if not path:
        return None
    previous = path[-1].previous or (path[-2].level if len(path) > 1 else None)
    return float((path[-1].level / previous - 1) * 100) if previous else None
