"""The stories of the Sentiment page: filters that stand in the address, and the table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import pandas as pd
import streamlit as st

from bvmt.clock import now
from bvmt.news.tone import Label
from bvmt.store.news_reads import ArticleFilter, ArticleRow
from bvmt.ui.clear_filters import render_clear
from bvmt.ui.downloads import render_csv_button
from bvmt.ui.market_reads import all_listings
from bvmt.ui.reads import settings
from bvmt.ui.sentiment_reads import EXPORTED, PAGE_ROWS, StoryPage, stories, stories_to_export
from bvmt.ui.sentiment_story import choose_story
from bvmt.ui.sentiment_words import (
    KIND_WORDS,
    LANGUAGE_WORDS,
    article_cells,
    article_export,
)
from bvmt.ui.table_sizes import table_height
from bvmt.ui.words import plural

MARKET, UNNAMED = "The market", "No listing"
SEARCH_LENGTH = 100
_SHOWN = "stories_shown"
_EMPTY: dict[str, object] = {
    "listing": None,
    "medium": None,
    "since": None,
    "until": None,
    "label": [],
    "written_in": [],
    "search": "",
}
"""The filters' keys, and what each holds where it filters nothing."""


@dataclass(frozen=True, slots=True)
class Asked:
    """The filter of the stories; `impossible` says why nothing can match it, and `narrow` whether it leaves any out."""

    wanted: ArticleFilter
    narrow: bool
    impossible: str | None = None


def render_filters() -> Asked:
    """The filters; they stand in the address of the page."""
    listed = all_listings()
    tickers = sorted({each.ticker for each in listed})
    who, kind, since, until, search = st.columns([2, 1.6, 1.5, 1.5, 3], vertical_alignment="bottom")
    about = who.selectbox(
        "Listing",
        [MARKET, UNNAMED, *tickers],
        index=None,
        placeholder="All",
        key="listing",
        bind="query-params",
        on_change=_first_page,
    )
    told = kind.selectbox(
        "Kind",
        list(KIND_WORDS.values()),
        index=None,
        placeholder="All",
        key="medium",
        bind="query-params",
        on_change=_first_page,
    )
    first = since.date_input(
        "From", value=None, key="since", format="DD/MM/YYYY", bind="query-params", on_change=_first_page
    )
    last = until.date_input(
        "to", value=None, key="until", format="DD/MM/YYYY", bind="query-params", on_change=_first_page
    )
    words = search.text_input(
        "Search",
        key="search",
        bind="query-params",
        max_chars=SEARCH_LENGTH,
        placeholder="Words of title or summary",
        on_change=_first_page,
    )
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        labels = _pills("Tone", [str(label) for label in Label], "label")
        languages = _pills("Language", list(LANGUAGE_WORDS.values()), "written_in")
        st.space("stretch")
        narrow = bool(about or told or first or last or words or labels or languages)
        render_clear(_EMPTY, narrow=narrow, then=_first_page, label="Clear filters", width="content")
    isin = next((each.isin for each in listed if each.ticker == about), None)
    wanted = ArticleFilter(
        isin=isin,
        labels=tuple(Label(label) for label in labels),
        languages=tuple(language for language, word in LANGUAGE_WORDS.items() if word in languages),
        kind=next((kind for kind, word in KIND_WORDS.items() if word == told), None),
        since=first,
        until=last,
        search=words or "",
        market=about == MARKET,
        unnamed=about == UNNAMED,
    )
    return Asked(wanted, narrow, _impossible(first, last))


def _pills(name: str, options: Sequence[str], key: str) -> list[str]:
    chosen = st.pills(
        name,
        options,
        selection_mode="multi",
        key=key,
        bind="query-params",
        on_change=_first_page,
        width="content",
    )
    return list(chosen or ())


def _impossible(first: date | None, last: date | None) -> str | None:
    return "The first day lies after the last one." if first and last and first > last else None


def _first_page() -> None:
    st.session_state.stories_page = 1


def render_stories(asked: Asked) -> None:
    """The stories that were asked for, page by page, or why there are none."""
    if asked.impossible:
        st.warning(asked.impossible, icon=":material/date_range:")
        return
    page = _page()
    found = stories(asked.wanted, page)
    if not found.counts.total:
        words = "Nothing matches these filters." if asked.narrow else "No article is stored yet."
        st.info(words, icon=":material/filter_alt:" if asked.narrow else ":material/inbox:")
        return
    if page > found.pages:  # an address of yesterday, or filters that were narrowed elsewhere
        page = st.session_state.stories_page = 1
        found = stories(asked.wanted, page)
    _render_heading(found, asked.wanted)
    _render_table(found.rows)
    if found.pages > 1:
        st.pagination(found.pages, key="stories_page", bind="query-params")


def _page() -> int:
    """The page of the table: before it was ever drawn, the one that the address names."""
    told = str(st.session_state.get("stories_page") or st.query_params.get("stories_page", ""))
    return max(1, int(told)) if told.isascii() and told.isdecimal() and len(told) < 7 else 1


def _render_heading(found: StoryPage, wanted: ArticleFilter) -> None:
    counts = found.counts
    with st.container(horizontal=True, vertical_alignment="center"):
        told = ", ".join(f"{counts.by_label.get(label, 0):,} {label}" for label in Label)
        st.markdown(f"**{plural(counts.total, 'article')}**: {told}. Newest first.", width="content")
        st.caption("A click on a row shows the words that decided.", width="content")
        st.space("stretch")
        render_csv_button(
            lambda: [article_export(row) for row in stories_to_export(wanted)],
            file_name="articles.csv",
            key="articles_csv",
            help=f"The newest {EXPORTED:,}" if counts.total > EXPORTED else None,
        )


def _render_table(rows: Sequence[ArticleRow]) -> None:
    zone, at = settings().zone, now()
    # A selection comes back as a position: it means the rows that the browser was shown, not those of now.
    st.session_state[_SHOWN] = [row.id for row in rows]
    column = st.column_config
    st.dataframe(
        pd.DataFrame([article_cells(row, zone, at) for row in rows]),
        key="stories",
        hide_index=True,
        height=table_height(min(len(rows), PAGE_ROWS)),
        on_select=_choose_selected,
        selection_mode="single-cell",
        placeholder="—",
        column_config={
            "Written": column.TextColumn(width=115),
            "Title": column.TextColumn(width=390),
            "Link": column.LinkColumn(width=55, display_text="open"),
            "Listings": column.TextColumn(width=110),
            "Tone": column.TextColumn(width=95),
            "Score": column.NumberColumn(width=65, format="%+.2f"),
            "Confidence": column.ProgressColumn(width=105, min_value=0, max_value=1, format="%.2f"),
            "Decided by": column.TextColumn(width=130),
            "Language": column.TextColumn(width=85),
            "Source": column.TextColumn(width=125),
            "Printings": column.NumberColumn(width=75, help="How many sources printed this story"),
        },
        alt="Stories",
    )


def _choose_selected() -> None:
    cells = st.session_state.stories.selection.cells
    shown = st.session_state.get(_SHOWN, [])
    if cells and cells[0][0] < len(shown) and cells[0][1] != "Link":
        choose_story(shown[cells[0][0]])
