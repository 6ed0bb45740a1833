"""The mood of the market: journalists and everybody else side by side, never averaged together."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import altair as alt
import pandas as pd
import streamlit as st

from bvmt.clock import now
from bvmt.news.daily import DailyScore
from bvmt.news.items import NewsKind
from bvmt.news.trends import MONTH, WEEK, Trend, trend
from bvmt.reports.charts.looks import DOWN, UP
from bvmt.store.sentiment import NewsFreshness
from bvmt.ui.chart_drawing import draw
from bvmt.ui.market_reads import today
from bvmt.ui.market_words import day_words
from bvmt.ui.reads import settings
from bvmt.ui.sentiment_reads import daily_scores
from bvmt.ui.sentiment_words import (
    KIND_WORDS,
    cell_words,
    change_words,
    day_short,
    insufficient_words,
    mood_words,
    score_words,
)
from bvmt.ui.words import plural, short_instant

CHART_HEIGHT = 150
LATE_SCANS = 3
"""So many intervals without a reading, and the page calls what it shows old."""


def render_freshness(fresh: NewsFreshness) -> None:
    """How new the news are, and a warning where they are not or some source is away."""
    zone, at = settings().zone, now()
    read, newest = (short_instant(when, zone, now=at) for when in (fresh.last_read_at, fresh.newest_article_at))
    st.caption(
        f"{plural(fresh.articles, 'article')} telling {plural(fresh.stories, 'story', 'stories')}, the newest of "
        f"{newest}. {plural(fresh.sources, 'active source')}, read last {read}."
    )
    late = timedelta(minutes=LATE_SCANS * settings().sentiment_scan_interval)
    if fresh.last_read_at is not None and at - fresh.last_read_at > late:
        st.warning(
            f"No source was read since {read}: what stands here may be old. The Sentiment Scan reads them every "
            f"{settings().sentiment_scan_interval} minutes.",
            icon=":material/history:",
        )
    if fresh.sources_failing:
        with st.container(horizontal=True, vertical_alignment="center"):
            words = plural(fresh.sources_failing, "source of news", "sources of news")
            st.badge(f"{words} could not be read", icon=":material/rss_feed:", color="orange")
            st.page_link(
                "pages/data.py", label="See which", icon=":material/database:", query_params={"part": "News sources"}
            )


def render_mood(last: date) -> None:
    """The mood of the day `last`, of the week and the month up to it, by news and by social media."""
    for column, kind in zip(st.columns(2, gap="medium"), NewsKind, strict=True):
        with column, st.container(border=True, key=f"mood_{kind}"):
            _render_kind(kind, last)


def _render_kind(kind: NewsKind, last: date) -> None:
    scores = [score for score in daily_scores(kind, last) if score.isin is None]
    of_day = next((score for score in scores if score.day == last), None)
    st.markdown(f"**{KIND_WORDS[kind]}**")
    day, week, month = st.columns(3)
    name = "Today" if last == today() else day_words(last)
    day.metric(name, _day_figure(of_day), help=mood_words(of_day))
    _render_trend(week, trend(scores, until=last, days=WEEK))
    _render_trend(month, trend(scores, until=last, days=MONTH))
    st.caption(mood_words(of_day))
    shown = [score for score in scores if score.day > last - timedelta(days=MONTH)]
    if shown:
        draw(
            mood_chart(shown, last),
            key=f"mood_chart_{kind}",
            height=CHART_HEIGHT,
            words=f"Mood by day, {KIND_WORDS[kind]}, the last {MONTH} days",
        )


def _day_figure(score: DailyScore | None) -> str:
    if score is None:
        return "—"
    return "insufficient" if score.insufficient else score_words(score.score)


def _render_trend(place: st.delta_generator.DeltaGenerator, found: Trend) -> None:
    thin = found.insufficient and found.score is not None
    value = "insufficient" if thin else score_words(found.score)
    told = plural(found.items, "story", "stories")
    against = f" Below it the change on the {found.days} days before." if found.change is not None else ""
    place.metric(
        f"{found.days} days",
        value,
        change_words(found),
        help=f"{told}. {insufficient_words(found.items)}" if thin else f"The mean of {told}, from −1 to 1.{against}",
    )


def mood_chart(scores: Sequence[DailyScore], last: date) -> alt.LayerChart:
    """Bars of the mood on the 30 days up to `last`; pale ones rest on too few stories."""
    days = [day_short(last - timedelta(days=back)) for back in range(MONTH - 1, -1, -1)]
    rows = [
        {
            "day": day_short(score.day),
            "score": score.score,
            "tone": "good" if score.score >= 0 else "bad",
            "strength": 0.35 if score.insufficient else 1.0,
            "told": f"{day_words(score.day)}: {cell_words(score)}",
        }
        for score in scores
    ]
    base = alt.Chart(pd.DataFrame(rows))
    bars = base.mark_bar(cornerRadius=1).encode(
        x=alt.X(
            "day:O",
            title=None,
            sort=days,
            scale=alt.Scale(domain=days, paddingInner=0.25),
            axis=alt.Axis(labelAngle=0, values=days[::-1][::7], ticks=False, domain=False),
        ),
        y=alt.Y("score:Q", title=None, scale=alt.Scale(domain=[-1, 1]), axis=alt.Axis(values=[-1, -0.5, 0, 0.5, 1])),
        color=alt.Color("tone:N", scale=alt.Scale(domain=["good", "bad"], range=[UP, DOWN]), legend=None),
        opacity=alt.Opacity("strength:Q", scale=None, legend=None),
        tooltip=[alt.Tooltip("told:N", title=" ")],
    )
    zero = alt.Chart(pd.DataFrame({"zero": [0]})).mark_rule(opacity=0.5).encode(y=alt.Y("zero:Q", title=None))
    chart: alt.LayerChart = alt.LayerChart(layer=[bars, zero]).configure_view(stroke=None)
    return chart
