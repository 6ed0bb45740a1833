"""The part of the System page about the database: its size, how it grew, its largest tables, and what is kept."""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import ZoneInfo

import altair as alt
import pandas as pd
import streamlit as st

from bvmt.clock import now
from bvmt.runs.schedules import parse_schedule
from bvmt.settings import Settings
from bvmt.store.table_sizes import Cleanup, TableSize
from bvmt.ui.chart_colours import tone_colour
from bvmt.ui.chart_drawing import draw
from bvmt.ui.feedback import failures_are_said
from bvmt.ui.reads import database_bytes, find_job, settings
from bvmt.ui.system_reads import cleanups, largest_tables
from bvmt.ui.system_words import cleanup_words, growth_words, size_words
from bvmt.ui.words import short_instant

CHART_HEIGHT = 220


@st.fragment(run_every=60, key="system_database")
def render_database() -> None:
    """Everything about the database."""
    with failures_are_said():
        nights, zone = cleanups(), settings().zone
        _render_facts(settings(), nights, zone)
        left, right = st.columns(2, gap="large")
        with left:
            st.subheader("Growth", anchor="growth")
            _render_growth(nights, zone)
            st.subheader("What is kept", anchor="retention")
            _render_retention(settings(), nights, zone)
        with right:
            st.subheader("Largest tables", anchor="tables")
            _render_tables(largest_tables())


def _render_facts(of: Settings, nights: Sequence[Cleanup], zone: ZoneInfo) -> None:
    grown, over = growth_words(nights)
    last = short_instant(nights[0].finished_at, zone, now=now()) if nights else "not yet"
    facts = {
        "Size": (size_words(database_bytes()), "On the server's disk, with indexes"),
        "Growth": (grown, over),
        "Last cleanup": (last, _when_cleaned()),
        "Runs and logs kept": (f"{of.log_retention_days} days", "LOG_RETENTION_DAYS"),
    }
    grid = st.grid(4, min_column_width=180, border=True)
    for label, (value, detail) in facts.items():
        with grid.container():
            st.metric(label, value)
            st.caption(detail)


def _when_cleaned() -> str:
    job = find_job("database_cleanup")
    return parse_schedule(job.schedule).words if job is not None else "Not scheduled yet"


def _render_growth(nights: Sequence[Cleanup], zone: ZoneInfo) -> None:
    measured = [night for night in nights if "bytes_after" in night.figures]
    if len(measured) < 2:
        st.caption(
            "Each Database Cleanup measures the tables at its end. The chart begins with the second one; "
            f"so far there is {'one' if measured else 'none'}."
        )
        return
    draw(
        growth_chart(measured, zone, dark=st.context.theme.type == "dark"),
        key="growth_chart",
        height=CHART_HEIGHT,
        words="Size of all tables after each Database Cleanup",
    )


def growth_chart(nights: Sequence[Cleanup], zone: ZoneInfo, *, dark: bool) -> alt.LayerChart:
    """The size of all tables in MB after each Database Cleanup, by wall time in `zone`."""
    rows = [
        {
            "at": night.finished_at.astimezone(zone).replace(tzinfo=None),
            "megabytes": night.figures["bytes_after"] / 1_000_000,
            "told": f"{night.finished_at.astimezone(zone):%a %d %b %H:%M}: {size_words(night.figures['bytes_after'])}",
        }
        for night in nights
    ]
    frame = pd.DataFrame(rows)
    frame["at"] = frame["at"].dt.tz_localize("UTC")  # wall time, drawn as if it were UTC
    base = alt.Chart(frame).encode(
        x=alt.X("at:T", title=None, scale=alt.Scale(type="utc"), axis=alt.Axis(format="%d %b", tickCount=6)),
        y=alt.Y("megabytes:Q", title="MB", scale=alt.Scale(domainMin=0)),
        tooltip=[alt.Tooltip("told:N", title=" ")],
    )
    colour = tone_colour("blue", dark=dark)
    area = base.mark_area(color=colour, opacity=0.15)
    line = base.mark_line(color=colour, strokeWidth=2, point=alt.OverlayMarkDef(size=40, filled=True, color=colour))
    chart: alt.LayerChart = alt.LayerChart(layer=[area, line]).configure_view(stroke=None)
    return chart


def _render_tables(tables: Sequence[TableSize]) -> None:
    column = st.column_config
    st.dataframe(
        pd.DataFrame(
            [
                {
                    "Table": table.name,
                    "Rows": table.rows,
                    "Size (MB)": table.bytes / 1_000_000,
                    "Indexes (MB)": table.index_bytes / 1_000_000,
                }
                for table in tables
            ]
        ),
        key="largest_tables",
        hide_index=True,
        height="content",
        placeholder="—",
        column_config={
            "Rows": column.NumberColumn(format="localized", help="As the planner estimates them"),
            "Size (MB)": column.NumberColumn(format="%.1f", help="With its indexes"),
            "Indexes (MB)": column.NumberColumn(format="%.1f"),
        },
        alt="Largest tables",
    )


def _render_retention(of: Settings, nights: Sequence[Cleanup], zone: ZoneInfo) -> None:
    st.markdown(
        f"- Runs that are over, their logs and steps, and traces of the scheduling: **{of.log_retention_days} days**\n"
        f"- Messages that are settled: {of.log_retention_days} days in the outbox, then in its archive\n"
        "- Quotes, index levels, news, anomalies, reports and the audit log: for good"
    )
    if not nights:
        st.caption("Database Cleanup has not run yet.")
    else:
        st.caption(cleanup_words(nights[0].figures, short_instant(nights[0].finished_at, zone, now=now())))
    st.page_link(
        "pages/job.py", label="Database Cleanup", query_params={"id": "database_cleanup"}, icon=":material/checklist:"
    )
