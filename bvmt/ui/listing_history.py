"""The body of a listing's page: its charts, the reason of what was atypical, its events, its news."""

from __future__ import annotations

from datetime import date, timedelta

import pandas as pd
import streamlit as st

from bvmt.clock import now
from bvmt.store.anomalies import AnomalyRow
from bvmt.ui.chart_drawing import draw
from bvmt.ui.downloads import render_downloads
from bvmt.ui.escaping import escaped
from bvmt.ui.listing_charts import EVENT_LETTERS, PICKED, price_chart, tone_chart, volume_chart
from bvmt.ui.listing_head import ANOMALY
from bvmt.ui.listing_reads import ListingView, Stretch, newest_stories, stretch_of
from bvmt.ui.listing_series import MOST_DAILY, RANGES, bar_export, by_week, drawn_bars
from bvmt.ui.market_words import LEVEL_WORDS, VERDICT_WORDS, day_words
from bvmt.ui.reads import settings
from bvmt.ui.sentiment_words import LABEL_WORDS, link_of, score_words
from bvmt.ui.table_sizes import table_height
from bvmt.ui.words import instant, plural, short_instant

_LINE, _CANDLES = "Line", "Candles"
_PRICE, _VOLUME, _TONE = 330, 130, 120
_AXIS = 24  # pixels of the sessions' names under the lowest chart
_SHOWN = "listing_anomalies_shown"


def render_history(view: ListingView) -> None:
    """Everything that is stored of a listing over the stretch that the address asks for."""
    last, first = view.span.last, view.span.first
    if last is None or first is None:
        st.info("No session of this listing is stored yet.", icon=":material/inbox:")
        st.page_link("pages/data.py", label="Import history on the Data page", icon=":material/database:")
    else:
        stretch = _render_charts(view, first, last)
        _render_anomalies(view, stretch)
    events, news = st.columns([2, 3], gap="medium")
    with events:
        _render_events(stretch if last is not None else None)
    with news:
        _render_news(view)


def _render_charts(view: ListingView, first: date, last: date) -> Stretch:
    with st.container(border=True):
        with st.container(horizontal=True, vertical_alignment="center", key="listing_range"):
            asked = _choice("Range", list(RANGES), "6M", "range")
            form = _choice("Drawn as", [_LINE, _CANDLES], _LINE, "form")
            raw = st.toggle(
                "Raw prices", key="raw", bind="query-params", help="As they were quoted, before dividends and splits"
            )
            st.space("stretch")
            days = RANGES.get(asked, RANGES["6M"])
            since = first if days is None else max(first, last - timedelta(days=days))
            stretch = stretch_of(view.listing.isin, since, last)
            adjusted = drawn_bars(stretch.bars, view.factors, adjusted=True)
            render_downloads(
                [bar_export(bar, shown) for bar, shown in zip(stretch.bars, adjusted, strict=True)],
                name=f"{view.listing.ticker}_{since}_{last}",
                sheet="Bars",
                key="bars",
            )
        drawn = drawn_bars(stretch.bars, view.factors, adjusted=False) if raw else adjusted
        weekly = len(drawn) > MOST_DAILY
        drawn = by_week(drawn) if weekly else drawn
        if not any(bar.close is not None for bar in drawn):
            st.info("No price is stored of this stretch.", icon=":material/show_chart:")
            return stretch
        dark, ticker = st.context.theme.type == "dark", view.listing.ticker
        draw(
            price_chart(
                drawn,
                stretch.anomalies,
                stretch.events,
                candles=form == _CANDLES,
                chosen=_chosen_day(),
                dark=dark,
            ),
            key="price",
            height=_PRICE,
            on_select=_choose_mark,
            selection=PICKED,
            words=f"Price of {ticker} with atypical moves and events",
        )
        toned = bool(stretch.tones)
        draw(
            volume_chart(drawn, labels=not toned, dark=dark),
            key="volume",
            height=_VOLUME if toned else _VOLUME + _AXIS,
            words=f"Volume of {ticker}",
        )
        if toned:
            draw(
                tone_chart(drawn, stretch.tones, dark=dark),
                key="tone",
                height=_TONE,
                words=f"Tone of the news about {ticker} by day",
            )
        words = "Weeks, for a long stretch. " if weekly else ""
        actions = plural(len(view.factors), "corporate action")
        kind = (
            "Raw prices."
            if raw
            else f"Prices adjusted for {actions}."
            if view.factors
            else "No corporate action on record."
        )
        tone = " Tone: − bad to + good news of a day, pale where it rests on few stories." if toned else ""
        st.caption(
            f"{words}{kind} Marks above: atypical moves (▲ critical, △ high, ▽ low); click one for its reason. "
            f"Letters below: events.{tone}"
        )
    return stretch


def _choice(label: str, options: list[str], default: str, key: str) -> str:
    chosen = st.segmented_control(
        label,
        options,
        default=default,
        required=True,
        key=key,
        bind="query-params",
        label_visibility="collapsed",
        width="content",
    )
    return chosen or default


def _chosen_day() -> date | None:
    try:
        return date.fromisoformat(st.query_params.get(ANOMALY, ""))
    except ValueError:
        return None


def _choose_mark() -> None:
    picked = st.session_state.price.selection.get(PICKED)
    if picked and "picked" in picked[0]:
        st.query_params[ANOMALY] = str(picked[0]["picked"])


def _choose_row() -> None:
    cells, shown = st.session_state.listing_anomalies.selection.cells, st.session_state.get(_SHOWN, [])
    if cells and cells[0][0] < len(shown):
        st.query_params[ANOMALY] = shown[cells[0][0]]


def _render_anomalies(view: ListingView, stretch: Stretch) -> None:
    rows = stretch.anomalies
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader("Atypical moves", anchor=False, width="content")
        since = stretch.bars[0].session if stretch.bars else None
        asked = {"listing": view.listing.ticker} | ({"since": since.isoformat()} if since else {})
        st.page_link("pages/anomalies.py", label="On the Anomalies page", icon=":material/search:", query_params=asked)
    if not rows:
        st.caption("None was found in this stretch.")
        return
    chosen = next((row for row in rows if row.session == _chosen_day()), None)
    if chosen is not None:
        _render_reason(chosen)
    st.session_state[_SHOWN] = [row.session.isoformat() for row in rows]
    column = st.column_config
    st.dataframe(
        pd.DataFrame([_anomaly_cells(row) for row in rows]),
        key="listing_anomalies",
        hide_index=True,
        height=table_height(min(len(rows), 5)),
        on_select=_choose_row,
        selection_mode="single-cell",
        column_config={
            "Session": column.TextColumn(width=100),
            "Severity": column.ProgressColumn(width=110, min_value=0, max_value=1, format="%.2f"),
            "Level": column.TextColumn(width=80),
            "What was seen": column.TextColumn(width="large"),
            "Explanations": column.TextColumn(width=220),
            "Verdict": column.TextColumn(width=90),
        },
        alt="Atypical moves of this listing",
    )


def _anomaly_cells(row: AnomalyRow) -> dict[str, object]:
    return {
        "Session": f"{row.session:%d %b %Y}",
        "Severity": row.severity,
        "Level": LEVEL_WORDS[row.level],
        "What was seen": " ".join(finding["sentence"] for finding in row.findings),
        "Explanations": " ".join(row.explanations),
        "Verdict": VERDICT_WORDS[row.verdict] if row.verdict else "",
    }


def _render_reason(row: AnomalyRow) -> None:
    with st.container(border=True, key="reason"):
        st.markdown(f"**{day_words(row.session)}**: {LEVEL_WORDS[row.level]}, severity {row.severity:.2f}")
        said = [finding["sentence"] for finding in row.findings]
        said += [f"Explained by: {each}" for each in row.explanations]
        if row.unconfirmed:
            said.append("The reference moved and no corporate action is known: one is to be confirmed.")
        st.markdown("\n".join(f"- {escaped(sentence)}" for sentence in said))
        asked = {"listing": row.ticker, "since": row.session.isoformat(), "until": row.session.isoformat()}
        st.page_link("pages/anomalies.py", label="Give a verdict", icon=":material/gavel:", query_params=asked)


def _render_events(stretch: Stretch | None) -> None:
    st.subheader("Events", anchor=False)
    if stretch is None or not stretch.events:
        st.caption("No event is stored of this stretch or of the months ahead.")
        return
    rows = [
        {
            "Day": f"{event.day:%d %b %Y}",
            "Kind": f"{EVENT_LETTERS[event.kind]} · {event.kind.replace('_', ' ')}",
            "Event": event.title,
            "TND a share": None if event.amount is None else float(event.amount),
        }
        for event in reversed(stretch.events)
    ]
    column = st.column_config
    st.dataframe(
        pd.DataFrame(rows),
        key="listing_events",
        hide_index=True,
        height=table_height(min(len(rows), 8)),
        column_config={
            "Day": column.TextColumn(width=95),
            "Kind": column.TextColumn(width=100),
            "Event": column.TextColumn(width="medium"),
            "TND a share": column.NumberColumn(format="%.3f", width=85),
        },
        alt="Events of this listing, the latest first",
    )


def _render_news(view: ListingView) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader("News", anchor=False, width="content")
        asked = {"listing": view.listing.ticker}
        st.page_link("pages/sentiment.py", label="All stories", icon=":material/newspaper:", query_params=asked)
    stories = newest_stories(view.listing.isin)
    if not stories:
        st.caption("Nothing that was read names this listing.")
        return
    zone, at = settings().zone, now()
    for story in stories:
        title, url = escaped(story.title), link_of(story.url)
        with st.container(gap=None):
            st.page_link(
                "pages/sentiment.py",
                label=title,
                query_params={"article": str(story.id)},
                help=f"{instant(story.dated_at, zone)}" + (f" · {escaped(url)}" if url else ""),
            )
            st.caption(
                f"{LABEL_WORDS[story.label]} {score_words(story.score)} · {escaped(story.source_name)} · "
                f"{short_instant(story.dated_at, zone, now=at)}"
            )
