"""The parts of the Jobs page: what needs attention, the figures, and how old all of it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import streamlit as st

from bvmt.clock import now
from bvmt.runs.durations import UsualDuration
from bvmt.store.jobs import JobOverview
from bvmt.ui import failure_reads, jobs_reads, mail_reads, reads
from bvmt.ui.escaping import escaped
from bvmt.ui.job_table.rows import Surroundings
from bvmt.ui.jobs_attention import Findings, Item, attention, calm_words
from bvmt.ui.jobs_figure_cards import STYLE, figures_html
from bvmt.ui.jobs_figures import TrendFigure, next_figure
from bvmt.ui.last_known import Known, age_words, last_known
from bvmt.ui.words import plural

MOST_ITEMS = 8


@dataclass(frozen=True, slots=True)
class Board:
    """How the jobs stand, with what is true of all of them."""

    jobs: Sequence[JobOverview]
    around: Surroundings
    unacknowledged: dict[str, int]
    usual: dict[str, UsualDuration]


@dataclass(frozen=True, slots=True)
class Overview:
    """What stands above the table of jobs."""

    board: Board
    findings: Findings
    figures: Sequence[TrendFigure]


def board() -> Board:
    """The jobs at this moment, or as they were last known, which `around.stale` then says.

    Raises DatabaseAway where they never were.
    """
    known = last_known("known_board", _read_board)
    return replace(known.value, around=_aged(known.value.around, known))


def overview() -> Overview:
    """What stands above the jobs, at this moment or as it was last known."""
    known = last_known("known_overview", _read_overview)
    around = _aged(known.value.board.around, known)
    return replace(known.value, board=replace(known.value.board, around=around))


def _aged(around: Surroundings, known: Known[Any]) -> Surroundings:
    if not known.stale:
        return around
    return replace(around, stale=age_words(known.read_at, now=now(), zone=around.zone))


def _read_board() -> Board:
    return Board(reads.job_overviews(), reads.surroundings(), failure_reads.unacknowledged(), reads.usual_durations())


def _read_overview() -> Overview:
    found = Findings(
        unacknowledged=failure_reads.unacknowledged(),
        missed=jobs_reads.missed_slots(),
        instances=reads.instance_rows(),
        mail=jobs_reads.mail_that_is_stuck(),
        ways=mail_reads.ways(),
        failing_sources=jobs_reads.failing_sources(),
        usual=reads.usual_durations(),
    )
    return Overview(_read_board(), found, jobs_reads.trend_figures())


def render_attention(seen: Overview) -> None:
    """What there is to attend to, as one list; one calm line where there is nothing."""
    around = seen.board.around
    items = attention(seen.board.jobs, around, seen.findings)
    with st.container(key="attention", gap="xxsmall"):
        if around.stale:
            st.markdown(f":gray[?] What needs attention is not known. What follows is {around.stale}.")
        for number, item in enumerate(items[:MOST_ITEMS]):
            _render_item(item, number)
        if len(items) > MOST_ITEMS:
            st.caption(f"… and {plural(len(items) - MOST_ITEMS, 'more line')}: the table tells of each job.")
        if not items and (calm := calm_words(seen.board.jobs, around)):
            st.markdown(f":green[✓] {escaped(calm)}")


def _render_item(item: Item, number: int) -> None:
    with st.container(horizontal=True, vertical_alignment="top", gap="small", key=f"attention_{number}"):
        st.markdown(f":{item.tone}[{item.sign}] **{escaped(item.subject)}** {escaped(item.words)}", width="content")
        st.page_link(item.page, label=item.link, query_params=dict(item.query), width="content")


def render_figures(seen: Overview) -> None:
    """Five figures in a row, with their trends."""
    around = seen.board.around
    figures = [
        *seen.figures,
        next_figure(seen.board.jobs, zone=around.zone, now=around.now, stopped=_stopped(around)),
    ]
    st.html(STYLE + figures_html(figures, dark=st.context.theme.type == "dark"))


def _stopped(around: Surroundings) -> str | None:
    if around.stale:
        return "not known"
    if around.frozen:
        return "all jobs are frozen"
    return None if around.firing else "nothing fires"
