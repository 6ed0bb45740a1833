"""The list of failures by kind: filters that stand in the address, and one row a group."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from html import escape
from math import ceil
from urllib.parse import quote

import streamlit as st

from bvmt.clock import now
from bvmt.store.failures import FailureGroup, FailureState
from bvmt.ui.chart_colours import hairline, tone_colour
from bvmt.ui.clear_filters import render_clear
from bvmt.ui.failure_reads import PAGE_GROUPS, GroupPage, Wanted, failing_jobs, group_page
from bvmt.ui.failure_words import STATE_BADGES, ago, states_words, trend_words
from bvmt.ui.reads import settings
from bvmt.ui.words import instant, plural

SEARCH_LENGTH = 100
_PAGE = "groups"

_TREND = """
<style>
.trend {display: inline-flex; align-items: flex-end; gap: 2px; height: 1.6rem}
.trend span {display: block; width: 6px; min-height: 1px; background: %(line)s}
.trend span.some {background: %(red)s; min-height: 3px}
</style>
"""
_STYLE = """
<style>
.failures {width: 100%%; border-collapse: collapse; font-size: .9rem; font-variant-numeric: tabular-nums}
.failures th {text-align: left; font-weight: 500; font-size: .8rem; opacity: .8; padding: .3rem .7rem}
.failures td {padding: .5rem .7rem; vertical-align: top; border-top: 1px solid %(line)s}
.failures .n {text-align: right; white-space: nowrap}
@media (max-width: 1000px) {.failures .first {display: none}}
@media (min-width: 1200px) {.failures .jobs {white-space: nowrap}}
.failures .state {white-space: nowrap; font-weight: 600}
.failures a {color: inherit; font-weight: 600; text-decoration: underline; text-underline-offset: .15em;
  text-decoration-color: color-mix(in srgb, currentColor 35%%, transparent); overflow-wrap: anywhere}
.failures a:hover {text-decoration-color: currentColor}
.failures a:focus-visible {outline: 2px solid %(blue)s; outline-offset: 2px; border-radius: 2px}
.failures .said {overflow-wrap: anywhere; display: -webkit-box; -webkit-line-clamp: 2; -webkit-box-orient: vertical;
  overflow: hidden}
.failures .place {opacity: .75; font-size: .8rem; overflow-wrap: anywhere}
.failures .jobs {min-width: 7rem}
</style>
"""


def render_filters() -> Wanted:
    """The filters; they stand in the address of the page."""
    names = failing_jobs()
    state, job, search, clear = st.columns([5, 2, 2.6, 1.4], vertical_alignment="bottom")
    states = state.pills(
        "State",
        [str(each) for each in FailureState],
        selection_mode="multi",
        key="state",
        bind="query-params",
        on_change=_to_first_page,
    )
    job_id = job.selectbox(
        "Job",
        list(names),
        index=None,
        placeholder="All",
        key="job",
        bind="query-params",
        on_change=_to_first_page,
    )
    text = search.text_input(
        "Search",
        key="search",
        bind="query-params",
        max_chars=SEARCH_LENGTH,
        placeholder="Words of the error or its place",
        on_change=_to_first_page,
    )
    wanted = Wanted(tuple(FailureState(each) for each in states or ()), job_id, (text or "").strip())
    with clear:
        render_clear({"state": [], "job": None, "search": ""}, narrow=wanted.narrow, then=_to_first_page)
    return wanted


def render_groups(wanted: Wanted) -> None:
    """A page of groups, those that want attention first, or why there is nothing to show."""
    page = max(1, int(st.session_state.get(_PAGE) or page_in_address(_PAGE)))
    found = group_page(wanted, page)
    pages = max(1, ceil(found.total / PAGE_GROUPS))
    if page > pages:
        page = pages
        found = group_page(wanted, page)
    if not found.groups:
        _render_nothing(wanted, found)
        return
    st.caption(
        f"{plural(sum(found.states.values()), 'kind')} of failure: {states_words(found.states)}. "
        "Open one for its traceback, its runs and what can be done."
    )
    st.html(groups_table(found, now()))
    if pages > 1:
        st.pagination(pages, key=_PAGE, bind="query-params")


def groups_table(page: GroupPage, at: datetime) -> str:
    """The groups as a table with links to each."""
    dark = _is_dark()
    style = (_STYLE + _TREND) % _colours()
    heads = (
        '<th scope="col">State</th><th scope="col">Failure</th><th scope="col">Jobs</th>'
        f'<th scope="col">Last {len(page.days)} days</th><th scope="col" class="n">Failures</th>'
        '<th scope="col" class="n" title="Since somebody acknowledged or resolved it">Not seen</th>'
        '<th scope="col" class="n first">First seen</th><th scope="col" class="n">Last seen</th>'
    )
    rows = "".join(
        _row(group, trend, page.days, at, dark) for group, trend in zip(page.groups, page.trends, strict=True)
    )
    return f'{style}<table class="failures"><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>'


def render_trend(trend: Sequence[int], days: Sequence[date]) -> None:
    """The bars of one group."""
    st.html(_TREND % _colours() + trend_bars(trend, days))


def trend_bars(trend: Sequence[int], days: Sequence[date]) -> str:
    """A small bar a day; the whole has its words for those who do not see it."""
    most = max(trend, default=0) or 1
    bars = "".join(
        f'<span{" class=some" if count else ""} style="height:{round(100 * count / most)}%"'
        f' title="{day:%a %d %b}: {count:,}"></span>'
        for count, day in zip(trend, days, strict=True)
    )
    return f'<div class="trend" role="img" aria-label="{escape(trend_words(trend, days))}">{bars}</div>'


def _row(group: FailureGroup, trend: Sequence[int], days: Sequence[date], at: datetime, dark: bool) -> str:
    badge = STATE_BADGES[group.state]
    place = f'<div class="place"><code>{escape(group.place)}</code></div>' if group.place else ""
    said = f'<div class="said">{escape(group.message)}</div>' if group.message else ""
    return (
        f'<tr><td class="state" style="color:{tone_colour(badge.tone, dark=dark)}">{badge.sign} {badge.word}</td>'
        f'<td><a href="failure?group={quote(group.fingerprint, safe="")}">{escape(group.error_class)}</a>'
        f"{said}{place}</td>"
        f'<td class="jobs">{"<br>".join(escape(job) for job in group.jobs)}</td>'
        f"<td>{trend_bars(trend, days)}</td>"
        f'<td class="n">{group.failures:,}</td><td class="n">{group.unacknowledged:,}</td>'
        f"{_seen(group.first_seen, at, 'n first')}{_seen(group.last_seen, at, 'n')}</tr>"
    )


def _seen(seen: datetime, at: datetime, kind: str) -> str:
    return f'<td class="{kind}" title="{escape(instant(seen, settings().zone))}">{ago(seen, at)}</td>'


def _is_dark() -> bool:
    return st.context.theme.type == "dark"


def _colours() -> dict[str, str]:
    dark = _is_dark()
    return {name: tone_colour(name, dark=dark) for name in ("red", "blue")} | {"line": hairline(dark=dark)}


def _render_nothing(wanted: Wanted, found: GroupPage) -> None:
    if wanted.narrow and any(found.states.values()):
        st.info("No failure matches these filters.", icon=":material/filter_alt:")
    else:
        st.success(
            "No run has failed so far. When one does, it is listed here with others of its kind: "
            "what broke, where, how often, and what colleagues know about it.",
            icon=":material/check_circle:",
        )
    st.page_link("pages/jobs.py", label="All jobs", icon=":material/checklist:")


def page_in_address(key: str) -> int:
    """The number of a page that the address asks for under `key`; 1 where it is none."""
    given = st.query_params.get(key, "")
    return max(1, int(given)) if given.isascii() and given.isdecimal() and len(given) < 7 else 1


def _to_first_page() -> None:
    st.session_state[_PAGE] = 1
