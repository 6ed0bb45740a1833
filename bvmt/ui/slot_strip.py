"""The strip of a job's last slots: a box each, hollow where nothing ran. Hovering says why; a click opens the run."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from urllib.parse import urlencode

import streamlit as st

from bvmt.clock import now
from bvmt.runs.status import RunStatus
from bvmt.store.slots import SlotRow
from bvmt.ui.badges import run_badge
from bvmt.ui.chart_colours import CSS_TONES
from bvmt.ui.reads import settings
from bvmt.ui.slot_view import StripBox, strip_boxes
from bvmt.ui.timeline_reads import slot_sentence, slots_since
from bvmt.ui.words import plural

MOST_BOXES = 300
_HOURS = {"Last day": 24, "Last 3 days": 72}

STYLE = (
    f"<style>.bvss {{{CSS_TONES}}}"
    """
.bvss {font-size: .8rem; font-variant-numeric: tabular-nums}
.bvss .day {display: flex; align-items: center; gap: .6rem; margin: .2rem 0}
.bvss .day > b {flex: none; width: 5.6em; font-weight: 500; color: color-mix(in srgb, currentColor 72%, transparent)}
.bvss .boxes {display: flex; flex-wrap: wrap; gap: 3px}
.bvss a, .bvss .box {display: inline-flex; align-items: center; justify-content: center; width: 17px; height: 17px;
  border-radius: 3px; font-size: 10px; font-weight: 700; line-height: 1; text-decoration: none; box-sizing: border-box;
  border: 1.5px solid var(--tone); background: var(--tone); color: light-dark(#FFFFFF, #0F141B)}
.bvss .hollow {background: transparent; color: var(--tone)}
.bvss .missed {border-style: dashed}
.bvss a:hover, .bvss a:focus-visible {outline: 2px solid currentColor; outline-offset: 1px}
.bvss .hollow:hover, .bvss .hollow:focus-visible {outline-color: var(--tone)}
</style>
"""
)


def render_strip(job_id: str, name: str) -> None:
    """The slots of the last day or three, the oldest first in each line, and the way to the timeline."""
    with st.container(horizontal=True, vertical_alignment="center"):
        told = st.segmented_control(
            "Slots of the",
            list(_HOURS),
            default="Last day",
            required=True,
            key="strip",
            bind="query-params",
            label_visibility="collapsed",
        )
        st.page_link(
            "pages/timeline.py",
            label="On the timeline",
            icon=":material/view_timeline:",
            query_params={"job": name},
            width="content",
        )
    hours = _HOURS.get(str(told), 24)
    rows = slots_since(job_id, hours, MOST_BOXES)
    if not rows:
        st.caption(f"No firing was due in the last {hours} hours.")
        return
    zone = settings().zone
    boxes = strip_boxes(rows, [slot_sentence(job_id, slot) for slot in rows], zone, now())
    st.html(STYLE + strip_html(boxes))
    st.caption(_sums(rows) + (f" Only the newest {MOST_BOXES} are shown." if len(rows) == MOST_BOXES else ""))


def _sums(rows: Sequence[SlotRow]) -> str:
    without = {RunStatus.MISSED: "missed", RunStatus.SKIPPED: "skipped"}
    counts = {word: sum(slot.status is status for slot in rows) for status, word in without.items()}
    told = ", ".join(
        f"{run_badge(status).sign} {counts[word]} {word}" for status, word in without.items() if counts[word]
    )
    return plural(len(rows), "slot") + (f": {told} (hollow)." if told else ", each with its run.")


def strip_html(days: Sequence[tuple[str, Sequence[StripBox]]]) -> str:
    """Return the strip as HTML, a line a day."""
    lines = "".join(
        f'<div class="day"><b>{escape(day)}</b><div class="boxes">{"".join(_box(box) for box in boxes)}</div></div>'
        for day, boxes in days
    )
    return f'<div class="bvss" role="group" aria-label="Slots">{lines}</div>'


def _box(box: StripBox) -> str:
    marks = ("hollow " if box.hollow else "") + box.kind
    style, said = f"--tone: var(--{box.tone})", escape(box.said)
    if box.run_id is None:
        return (
            f'<span class="box {marks}" style="{style}" title="{said}" role="img" aria-label="{said}">{box.sign}</span>'
        )
    query = escape(urlencode({"id": box.run_id}))
    return (
        f'<a class="{marks}" style="{style}" href="run?{query}" title="{said}" aria-label="{said}">'
        f"{escape(box.sign)}</a>"
    )
