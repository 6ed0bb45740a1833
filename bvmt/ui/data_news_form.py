"""The form of a source of news: add one, change it, try whether it can be read, take it away."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import streamlit as st

from bvmt.errors import ActionRefused
from bvmt.news.items import NewsKind, NewsSource, Selectors, SourceForm
from bvmt.newsroom.trial import as_reached
from bvmt.process import current_process
from bvmt.store.news_sources import SourceRow
from bvmt.ui import sentiment_clicks
from bvmt.ui.feedback import refusals_are_told
from bvmt.ui.reads import settings
from bvmt.ui.sentiment_words import KIND_WORDS

NEW = "new"
TRIAL, TRIED = "news_trial_thread", "news_trial_of"
NAME_LENGTH, ADDRESS_LENGTH, SELECTOR_LENGTH = 120, 1000, 200
_ASKED = "news_source_to_remove"
_FORM_WORDS = {SourceForm.FEED: "RSS or Atom feed", SourceForm.PAGE: "HTML page that lists stories"}
_SELECTORS = {
    "item": "Each story",
    "title": "Title in it",
    "link": "Link in it",
    "summary": "Summary in it",
    "published": "Date in it",
}


def render_form(row: SourceRow | None, *, trying: bool) -> None:
    """The form of this source, or with None of a new one. The thread of a trial is kept in the session as TRIAL."""
    source = None if row is None else _reached(row)
    of = source.id if source else NEW
    with st.form(f"news_form_{of}", border=True):
        _render_fields(source, of)
        _render_selectors(source, of)
        with st.container(horizontal=True):
            st.form_submit_button(
                "Save source", type="primary", key=f"save_source_{of}", on_click=_save, args=(of, row)
            )
            st.form_submit_button(
                "Test reading now",
                key=f"try_source_{of}",
                icon=":material/rss_feed:",
                disabled=trying,
                help="Reads it with what the form says and stores nothing",
                on_click=_try,
                args=(of,),
            )
    if source is not None:
        _render_removal(source)


def _render_fields(source: NewsSource | None, of: str) -> None:
    name, kind, form = st.columns([3, 2, 2])
    name.text_input("Name", value=source.name if source else "", key=_key(of, "name"), max_chars=NAME_LENGTH)
    kind.selectbox(
        "Kind",
        list(NewsKind),
        index=list(NewsKind).index(source.kind) if source else 0,
        format_func=KIND_WORDS.__getitem__,
        key=_key(of, "kind"),
    )
    form.selectbox(
        "Read as",
        list(SourceForm),
        index=list(SourceForm).index(source.form) if source else 0,
        format_func=_FORM_WORDS.__getitem__,
        key=_key(of, "form"),
    )
    address, weight, active = st.columns([4, 2, 1], vertical_alignment="bottom")
    address.text_input("Address", value=source.url if source else "", key=_key(of, "url"), max_chars=ADDRESS_LENGTH)
    weight.number_input(
        "Weight in a daily score",
        min_value=0.0,
        max_value=1.0,
        step=0.05,
        value=source.weight if source else 1.0,
        key=_key(of, "weight"),
    )
    active.checkbox("Active", value=source.active if source else True, key=_key(of, "active"))
    if source is None:
        st.text_input(
            "Id", key=_key(of, "id"), max_chars=60, placeholder="small letters, digits and -, for good: la-presse"
        )


def _render_selectors(source: NewsSource | None, of: str) -> None:
    stored = source.selectors if source else None
    st.caption("CSS selectors, for a page only; the last two may stay empty.")
    for column, (field, word) in zip(st.columns(len(_SELECTORS)), _SELECTORS.items(), strict=True):
        value = getattr(stored, field) if stored else None
        column.text_input(word, value=value or "", key=_key(of, field), max_chars=SELECTOR_LENGTH)


def _render_removal(source: NewsSource) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.session_state.get(_ASKED) != source.id:
            st.button("Remove this source", key="remove_source", on_click=_ask_removal, args=(source.id,))
            return
        st.button("Yes, remove it", type="primary", key="confirm_remove", on_click=_remove, args=(source,))
        st.button("Keep it", key="keep_source", on_click=_ask_removal, args=(None,))
        st.caption("Its articles stay. To pause it, make it not active instead.", width="content")


def _ask_removal(source_id: str | None) -> None:
    st.session_state[_ASKED] = source_id


def _remove(source: NewsSource) -> None:
    _ask_removal(None)
    sentiment_clicks.remove_source(source.id, source.name)


def _save(of: str, row: SourceRow | None) -> None:
    with refusals_are_told():
        written = _written(of)
        if row is not None and written.url == _reached(row).url:
            # Left as it was: it goes on following the package, wherever that is reached next time.
            written = replace(written, url=row.source.url)
        if sentiment_clicks.save_source(written) and of == NEW:
            for field in ("id", "name", "url", *_SELECTORS):
                st.session_state[_key(of, field)] = ""


def _try(of: str) -> None:
    with refusals_are_told():
        st.session_state[TRIAL], st.session_state[TRIED] = sentiment_clicks.begin_trial(_written(of)), of


def _reached(row: SourceRow) -> NewsSource:
    return as_reached(row, settings().data_world, current_process().addresses)


def _written(of: str) -> NewsSource:
    """What the form says. Raises ActionRefused where selectors are missing that the others need."""
    state: Any = st.session_state
    given = {field: (state[_key(of, field)] or "").strip() for field in _SELECTORS}
    form = SourceForm(state[_key(of, "form")])
    return NewsSource(
        id=(state[_key(of, "id")] or "").strip() if of == NEW else of,
        name=(state[_key(of, "name")] or "").strip(),
        url=(state[_key(of, "url")] or "").strip(),
        kind=NewsKind(state[_key(of, "kind")]),
        form=form,
        selectors=_selectors(given) if form is SourceForm.PAGE or any(given.values()) else None,
        weight=float(state[_key(of, "weight")]),
        active=bool(state[_key(of, "active")]),
    )


def _selectors(given: dict[str, str]) -> Selectors:
    if not given["item"] or not given["title"]:
        raise ActionRefused("A page needs the selectors of each story and of its title.")
    return Selectors(
        item=given["item"],
        title=given["title"],
        link=given["link"] or "a",
        summary=given["summary"] or None,
        published=given["published"] or None,
    )


def _key(of: str, field: str) -> str:
    return f"source_{of}_{field}"
