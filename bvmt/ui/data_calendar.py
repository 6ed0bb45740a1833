"""The part of the Data page that keeps the trading calendar: own days, and the hours of a session."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, time

import pandas as pd
import streamlit as st

from bvmt.access.deeds import Deed
from bvmt.clock import now
from bvmt.market.calendar import Day, DayKind
from bvmt.market.hours import WINTER, Regime, hours_warning, regime_on
from bvmt.store.calendar import OwnDay
from bvmt.ui import market_clicks
from bvmt.ui.escaping import escaped
from bvmt.ui.feedback import failures_are_said, tell_outcome
from bvmt.ui.market_reads import hour_regimes, next_days, own_days, today
from bvmt.ui.market_words import day_words
from bvmt.ui.permissions import allowed
from bvmt.ui.reads import settings
from bvmt.ui.words import short_instant

_PHASES = {
    "order_entry": "Order entry",
    "continuous": "Continuous trading",
    "closing_call": "Closing call",
    "at_last": "Trading at last",
    "blocks": "Blocks",
    "closed": "End",
}
_KINDS = {
    DayKind.OPEN: "✓ Session",
    DayKind.CLOSED: "– Closed, confirmed",
    DayKind.EXPECTED_CLOSURE: "? Closure expected",
}


@st.fragment(key="data_calendar")
def render_calendar() -> None:
    """The days to come, the days that operators know better, and the hours."""
    tell_outcome()
    with failures_are_said():
        left, right = st.columns(2, gap="large")
        with left:
            st.markdown("**The next 10 days**")
            _render_days(next_days(today()))
        with right:
            st.markdown("**Own days**")
            _render_own_days(own_days())
            _render_day_form()
        st.markdown("**Hours of a session**")
        _render_hours(hour_regimes())


def _render_days(days: Sequence[Day]) -> None:
    rows = [{"Day": day_words(day.date), "Expected": _KINDS[day.kind], "Why": day.name or ""} for day in days]
    st.dataframe(pd.DataFrame(rows), key="next_days", hide_index=True, height="content", alt="The next days")
    st.caption("Islamic feasts are estimates until the eve: enter the day once it is confirmed.")


def _render_own_days(days: Sequence[OwnDay]) -> None:
    if not days:
        st.caption("Nobody entered a day: weekends, fixed holidays and estimated feasts decide.")
        return
    zone, at = settings().zone, now()
    rows = [
        {
            "Day": day_words(own.day),
            "Is": "open" if own.open else "closed",
            "Name": own.name,
            "By": own.updated_by,
            "When": short_instant(own.updated_at, zone, now=at),
        }
        for own in days
    ]
    st.dataframe(pd.DataFrame(rows), key="own_days", hide_index=True, height="content", alt="Own days")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.selectbox("Day to remove", [own.day for own in days], format_func=day_words, key="own_day_chosen", width=240)
        st.button("Remove day", key="drop_own_day", on_click=_drop_day, **allowed(Deed.CHANGE_CALENDAR))


def _drop_day() -> None:
    market_clicks.drop_own_day(st.session_state.own_day_chosen)


def _render_day_form() -> None:
    with st.form("own_day_form", border=True):
        left, right = st.columns(2)
        left.date_input("Day", value=today(), key="own_day", format="DD/MM/YYYY")
        right.radio("It is", ["closed", "open"], key="own_day_is", horizontal=True)
        st.text_input("Name", key="own_day_name", max_chars=120, placeholder="Aid el-Fitr, confirmed")
        st.form_submit_button("Save day", key="save_own_day", on_click=_save_day, **allowed(Deed.CHANGE_CALENDAR))


def _save_day() -> None:
    state = st.session_state
    market_clicks.put_own_day(state.own_day, state.own_day_is == "open", state.own_day_name)


def _render_hours(regimes: Sequence[Regime]) -> None:
    on = today()
    if warning := hours_warning(on, regimes):
        st.warning(escaped(warning), icon=":material/schedule:")
    current = regime_on(on, regimes)
    st.caption(f"In force today: {escaped(current.name)}. Without own hours those of winter count.")
    st.dataframe(
        pd.DataFrame([_regime_cells(regime) for regime in (*regimes, WINTER)]),
        key="regimes",
        hide_index=True,
        height="content",
        alt="Hours of a session",
    )
    if regimes:
        with st.container(horizontal=True, vertical_alignment="bottom"):
            since = [regime.since for regime in regimes]
            st.selectbox("Hours to remove", since, format_func=day_words, key="regime_chosen", width=240)
            st.button("Remove hours", key="drop_regime", on_click=_drop_regime, **allowed(Deed.CHANGE_CALENDAR))
    _render_regime_form(current)


def _regime_cells(regime: Regime) -> dict[str, object]:
    since = "else" if regime is WINTER else day_words(regime.since)
    times = {title: f"{getattr(regime, name):%H:%M}" for name, title in _PHASES.items()}
    return {"From": since, "Name": regime.name, **times}


def _render_regime_form(current: Regime) -> None:
    with (
        st.expander("Enter hours, such as those of Ramadan", key="regime_expander"),
        st.form("regime_form", border=False),
    ):
        left, right = st.columns([1, 3])
        left.date_input("From", value=today(), key="regime_since", format="DD/MM/YYYY")
        right.text_input("Name", key="regime_name", max_chars=80, placeholder="Ramadan 2027")
        for (name, title), column in zip(_PHASES.items(), st.columns(len(_PHASES)), strict=True):
            column.time_input(title, value=getattr(current, name), key=f"regime_{name}", step=300)
        st.form_submit_button("Save hours", key="save_regime", on_click=_save_regime, **allowed(Deed.CHANGE_CALENDAR))


def _save_regime() -> None:
    state = st.session_state
    times: dict[str, time] = {name: state[f"regime_{name}"] for name in _PHASES}
    market_clicks.put_regime(Regime(since=state.regime_since, name=state.regime_name, **times))


def _drop_regime() -> None:
    since: date = st.session_state.regime_chosen
    market_clicks.drop_regime(since)
