"""What stands above every page: the line of truth, and what an operator must know before reading on."""

from __future__ import annotations

from datetime import datetime
from html import escape
from zoneinfo import ZoneInfo

import streamlit as st

from bvmt.access.actor import Via
from bvmt.clock import now
from bvmt.errors import StoreError
from bvmt.runs.workers import CAPACITY
from bvmt.store.standing import Standing
from bvmt.ui.chart_colours import tone_colour
from bvmt.ui.escaping import escaped
from bvmt.ui.gate import render_sign_in
from bvmt.ui.jobs_reads import the_last_start
from bvmt.ui.last_known import Known, age_words, last_known
from bvmt.ui.reads import how_it_stands, instance_rows, settings
from bvmt.ui.signed_in import oidc_is_set_up
from bvmt.ui.truth import Part, Truth, away, freeze_sentence, truth
from bvmt.ui.visitor import visitor
from bvmt.ui.visitor_line import render_visitor

REFRESH_SECONDS = 5


@st.fragment(run_every=REFRESH_SECONDS, key="truth")
def render_truth() -> None:
    """Say how the product stands, and keep it true. Loud where nothing fires."""
    zone, at = settings().zone, now()
    known, line = _standing_line(zone, at)
    _render_line(line)
    if known is not None and not known.stale and known.value.firing and known.value.freeze is None:
        st.empty()  # said outright: a browser that is told of nothing may keep the alarm of before
        return
    with st.container(key="alarms"):
        if known is None or known.stale:
            _render_away()
        else:
            _render_nothing_fires(known.value)
            _render_freeze(known.value, zone, at)


def _standing_line(zone: ZoneInfo, at: datetime) -> tuple[Known[Standing] | None, Truth]:
    """How the product stands, or stood when it was last known; None: that was never."""
    try:
        known = last_known("known_standing", how_it_stands)
        if known.stale:
            return known, away(age_words(known.read_at, now=at, zone=zone))
        return known, truth(
            known.value,
            capacity=CAPACITY,
            lease_seconds=settings().lease_seconds,
            zone=zone,
            now=at,
            instances=instance_rows(),
            last_start=the_last_start(),
        )
    except StoreError:
        return None, away(None)


def _render_away() -> None:
    st.error(
        "**The database cannot be reached.** What is shown may be out of date; jobs wait and go on by "
        "themselves when it is back.",
        icon=":material/cloud_off:",
    )


def _render_freeze(standing: Standing, zone: ZoneInfo, at: datetime) -> None:
    if sentence := freeze_sentence(standing, zone, at):
        st.warning(
            f"**All jobs are frozen** {escaped(sentence)}. Nothing fires until they are unfrozen on the System page.",
            icon=":material/ac_unit:",
        )


def _render_line(line: Truth) -> None:
    with st.container(horizontal=True, vertical_alignment="center", key="truth_line"):
        st.html(_line_html(line), width="stretch")
        st.markdown(f"Times in {settings().timezone}", width="content")
        render_visitor()


def _line_html(line: Truth) -> str:
    parts = " · ".join(_part_html(part) for part in line.parts)
    colour = tone_colour(line.tone, dark=st.context.theme.type == "dark")
    text = f' style="color:{colour}; opacity:1"' if line.tone == "red" else ""
    return f'<p class="truth"{text}><i style="color:{colour}" aria-hidden="true">●</i> {parts}</p>'


def _part_html(part: Part) -> str:
    if not part.hint:
        return f"<span>{escape(part.words)}</span>"
    hint = escape(part.hint)
    return f'<span class="more" tabindex="0" title="{hint}" aria-description="{hint}">{escape(part.words)}</span>'


def _render_nothing_fires(standing: Standing) -> None:
    if standing.firing:
        return
    if settings().enable_scheduler:
        st.error("**No scheduler is alive.** Nothing fires until one is.", icon=":material/heart_broken:")
    else:
        st.warning(
            "**Nothing fires.** ENABLE_SCHEDULER is false here and no other process runs jobs: what you ask for waits.",
            icon=":material/pause_circle:",
        )


def render_openness() -> None:
    """Say that nobody had to sign in, while ALLOW_ANONYMOUS has it so."""
    if role := settings().allow_anonymous:
        st.warning(
            f"**Open to everybody** who can reach this address: ALLOW_ANONYMOUS lets them in as {role}.",
            icon=":material/lock_open:",
        )
        if visitor().via is Via.ANONYMOUS and oidc_is_set_up():
            render_sign_in()


def render_source() -> None:
    """Say where prices come from, while they are simulated."""
    if settings().data_world == "sandbox":
        st.info(
            "**Simulated data.** Prices come from the sandbox exchange, not from the Bourse de Tunis.",
            icon=":material/science:",
        )
