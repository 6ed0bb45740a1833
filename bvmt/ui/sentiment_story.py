"""One story: its text with the words that decided its tone, its other printings, and a reader's own label."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from bvmt.access.deeds import Deed
from bvmt.clock import now
from bvmt.errors import NotFound
from bvmt.news.tone import DecidedBy, Label
from bvmt.store.news_reads import ArticleRow
from bvmt.ui import sentiment_clicks
from bvmt.ui.escaping import escaped
from bvmt.ui.highlighting import article_html
from bvmt.ui.permissions import allowed
from bvmt.ui.reads import settings
from bvmt.ui.sentiment_reads import Story, story
from bvmt.ui.sentiment_words import (
    KIND_WORDS,
    LABEL_WORDS,
    LANGUAGE_WORDS,
    link_of,
    score_words,
    source_list,
    verdict_words,
)
from bvmt.ui.table_sizes import table_height
from bvmt.ui.words import instant, plural, short_instant

_PARAMETER = "article"
_CLICKED = "story_clicked"
_BUTTONS = {
    Label.POSITIVE: ("Positive", ":material/trending_up:"),
    Label.NEUTRAL: ("Neutral", ":material/trending_flat:"),
    Label.NEGATIVE: ("Negative", ":material/trending_down:"),
}


def choose_story(article_id: int | None) -> None:
    """In a callback: show this article, and have the address say so; None closes it."""
    st.session_state[_CLICKED] = None if article_id is None else str(article_id)
    if article_id is None:
        st.query_params.pop(_PARAMETER, None)
    else:
        st.query_params[_PARAMETER] = str(article_id)


def render_story(*, clicked: bool) -> None:
    """The article that the address names, if any: with `clicked` one that was chosen here, without one of a link.

    What a link leads to stands at the top of the page; what was clicked stands below the table, so that nothing moves
    under the mouse.
    """
    asked = st.query_params.get(_PARAMETER, "")
    if not asked or (st.session_state.get(_CLICKED) == asked) is not clicked:
        return
    with st.container(border=True, key="story"):
        try:
            if not (asked.isascii() and asked.isdecimal() and len(asked) < 19):
                raise NotFound("This address names no article.")
            found = story(int(asked))
        except NotFound as error:
            st.warning(f"{error} Old articles are cleaned up.", icon=":material/search_off:")
            st.button("Close", key="close_story", on_click=choose_story, args=(None,))
            return
        _render(found)


def _render(found: Story) -> None:
    article = found.article
    _render_top(article)
    text, why = st.columns([3, 2], gap="large")
    with text:
        st.html(article_html(article.title, article.summary, article.words))
        _render_label(article)
    with why:
        _render_words(article)
        _render_about(article)
    if len(found.printings) > 1:
        _render_printings(found.printings, article.id)


def _render_top(article: ArticleRow) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        author = f" · {article.author}" if article.author not in (None, article.source_name) else ""
        told = (
            f"{article.source_name}{author} · {KIND_WORDS[article.kind]} · {instant(article.dated_at, settings().zone)}"
        )
        st.caption(escaped(told), width="content")
        if article.published_at is None:
            st.caption("The source gave no date: this is when it was first seen.", width="content")
        st.space("stretch")
        if link := link_of(article.url):
            st.link_button("Open at its source", link, icon=":material/open_in_new:")
        st.button("Close", key="close_story", icon=":material/close:", on_click=choose_story, args=(None,))


def _render_words(article: ArticleRow) -> None:
    st.markdown("**The words that decided**")
    if not article.words:
        st.caption("No word of it is in a lexicon." if article.decided_by is not DecidedBy.PLATFORM else "Not told.")
        return
    rows = [
        {"Word": word.text, "Weight": word.weight, "What turned it": word.note}
        for word in sorted(article.words, key=lambda word: -abs(word.weight))
    ]
    st.dataframe(
        pd.DataFrame(rows),
        key="deciding_words",
        hide_index=True,
        height=table_height(min(len(rows), 6)),
        column_config={"Weight": st.column_config.NumberColumn(format="%+.2f", width=75)},
        alt="The words that decided",
    )
    if article.decided_by is DecidedBy.BLEND:
        st.caption("The classifier that readers' labels trained had its say too; it weighs letters, not words.")


def _render_about(article: ArticleRow) -> None:
    named = [f"{each.ticker} ({each.name}) by “{each.words}”" for each in article.about]
    told = "; ".join([*named, *(["the whole market"] if article.market else [])]) or "no listing"
    st.caption(escaped(f"About {told}. Written in {LANGUAGE_WORDS[article.language]}."))
    with st.container(horizontal=True):
        for each in article.about:
            st.page_link("pages/listing.py", label=each.ticker, help=each.name, query_params={"isin": each.isin})


def _render_label(article: ArticleRow) -> None:
    st.markdown(escaped(verdict_words(article, settings().zone, now())))
    given = article.label if article.reader_at is not None else None
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption("To a holder of the shares it is", width="content")
        for label, (word, icon) in _BUTTONS.items():
            st.button(
                word,
                key=f"label_{label}",
                icon=icon,
                type="primary" if given is label else "secondary",
                on_click=sentiment_clicks.label,
                args=(article.id, label),
                **allowed(Deed.LABEL_ARTICLE, disabled=given is label),
            )
        if given is not None:
            st.button(
                "Take back",
                key="label_none",
                icon=":material/undo:",
                on_click=sentiment_clicks.label,
                args=(article.id, None),
                **allowed(Deed.LABEL_ARTICLE),
            )


def _render_printings(printings: Sequence[ArticleRow], shown: int) -> None:
    zone, at = settings().zone, now()
    st.markdown(f"**Its {plural(len(printings), 'printing')}**: {escaped(source_list(printings))}")
    rows = [
        {
            "Written": short_instant(each.dated_at, zone, now=at),
            "Source": each.source_name,
            "Title": f"{each.title} (this one)" if each.id == shown else each.title,
            "Tone": LABEL_WORDS[each.label],
            "Score": score_words(each.score),
            "Link": link_of(each.url),
        }
        for each in printings
    ]
    st.dataframe(
        pd.DataFrame(rows),
        key="printings",
        hide_index=True,
        height=table_height(min(len(rows), 5)),
        placeholder="—",
        column_config={
            "Title": st.column_config.TextColumn(width="large"),
            "Link": st.column_config.LinkColumn(width=60, display_text="open"),
        },
        alt="Printings of this story",
    )
