"""The page of one report: what it says, live charts, its files, its versions."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from html import escape
from itertools import groupby
from uuid import UUID

import streamlit as st
from pydantic import ValidationError

from bvmt.clock import now
from bvmt.reports import charts, imprint
from bvmt.reports.charts import PAGE
from bvmt.reports.content import Block, Chart, Message, Report, Section
from bvmt.reports.language import LANGUAGES, Language, LanguageCode, UnknownMessage
from bvmt.reports.sheets import csv_zip, xlsx
from bvmt.store.reports import ShelvedReport
from bvmt.ui import report_html
from bvmt.ui.chart_colours import ink
from bvmt.ui.downloads import XLSX
from bvmt.ui.reads import settings
from bvmt.ui.report_reads import Surrounded, content_of, pdf_of
from bvmt.ui.report_words import KIND_WORDS, file_name, period_words
from bvmt.ui.words import instant, plural, short_instant

_PREVIEW_HEIGHT = 900

_STYLE = """
<style>
.bvt {position: sticky; top: 5rem; font-size: .86rem; line-height: 1.35}
.bvt p {font-weight: 600; margin: 0 0 .3rem} .bvt ol {list-style: none; margin: 0; padding: 0}
.bvt li {margin: 0; padding: .22rem 0} .bvt a {color: inherit; text-decoration: none; opacity: .8}
.bvt a:hover, .bvt a:focus-visible {opacity: 1; text-decoration: underline}
[data-testid="stColumn"]:has(.bvt) {align-self: flex-start; position: sticky; top: 4.5rem}
</style>
"""


def render_missing(report_id: UUID | None) -> None:
    """The page without a report to show."""
    if report_id is None:
        st.info("No report was named. Open one from the shelf.", icon=":material/search:")
    else:
        st.warning(f"There is no report {report_id}.", icon=":material/search_off:")
    st.page_link("pages/reports.py", label="All reports", icon=":material/arrow_back:")


def render_report(found: Surrounded) -> None:
    """Everything of a report: heading, files, versions, and what it says."""
    st.html(report_html.STYLE + _STYLE)
    report = found.report
    code = _render_heading(found)
    _render_files(report, code)
    if len(found.versions) > 1:
        _render_versions(report, found.versions)
    if st.session_state.get("pdf_preview"):
        st.pdf(pdf_of(report.id, code, report.language), height=_PREVIEW_HEIGHT, key="pdf", alt="The report as PDF")
        return
    try:
        content = content_of(report.id)
        _render_content(content, Language(code, content.zone))
    except (ValidationError, UnknownMessage):
        st.error(
            "This version of BVMT Jobs cannot show what the report says. Its PDF is as it went out.",
            icon=":material/error:",
        )


def _render_heading(found: Surrounded) -> LanguageCode:
    """Title, marks and ways on. Returns the language that is chosen."""
    report = found.report
    with st.container(horizontal=True, vertical_alignment="center"):
        period = period_words(report.kind, report.first_day, report.last_day)
        st.subheader(f"{KIND_WORDS[report.kind]}, {period}", anchor=False, width="content")
        if report.data_source == "sandbox":
            st.badge("Simulated data", icon=":material/science:", color="orange")
        newest = found.versions[0].version if found.versions else report.version
        if report.version == newest:
            st.badge(f"Version {report.version}", color="gray")
        else:
            st.badge(f"Version {report.version}, superseded by {newest}", icon=":material/history:", color="orange")
        st.space("stretch")
        code = st.segmented_control(
            "Language",
            list(LANGUAGES),
            default=report.language,
            required=True,
            key="language",
            bind="query-params",
            label_visibility="collapsed",
        )
        for label, icon, neighbour in (
            ("Earlier", ":material/chevron_left:", found.earlier),
            ("Later", ":material/chevron_right:", found.later),
        ):
            st.page_link(
                "pages/report.py",
                label=label,
                icon=icon,
                query_params={"id": str(neighbour)} if neighbour else None,
                disabled=neighbour is None,
                width="content",
            )
    return code or report.language


def _render_files(report: ShelvedReport, code: LanguageCode) -> None:
    """Downloads, each made when it is asked for, and the switch to the PDF itself."""
    content, own = report.id, report.language
    files = (
        ("PDF", "pdf", "application/pdf", lambda: pdf_of(content, code, own)),
        ("Excel", "xlsx", XLSX, lambda: xlsx(content_of(content), code)),
        ("CSV", "zip", "application/zip", lambda: csv_zip(content_of(content), code)),
        ("JSON", "json", "application/json", lambda: content_of(content).model_dump_json(indent=1)),
    )
    with st.container(horizontal=True, vertical_alignment="center", key="report_files"):
        for label, ending, mime, make in files:
            spoken = None if ending == "json" else code
            st.download_button(
                label,
                make,
                file_name=file_name(report, ending, spoken),
                mime=mime,
                key=f"download_{ending}",
                icon=":material/download:",
                help="A table a file, in a zip" if ending == "zip" else None,
                on_click="ignore",
            )
        st.toggle("Show the PDF", key="pdf_preview")
        st.space("stretch")
        made = f"Made {short_instant(report.made_at, settings().zone, now=now())}"
        by = f"asked for by {escape(report.asked_by)}" if report.asked_by else "by schedule"
        st.html(
            report_html.page(
                report_html.small(f'<span title="{instant(report.made_at, settings().zone)}">{made}</span>, {by}')
            ),
            width="content",
        )
        if report.run_id is not None:
            st.page_link("pages/run.py", label="Its run", query_params={"id": str(report.run_id)}, width="content")


def _render_versions(report: ShelvedReport, versions: Sequence[ShelvedReport]) -> None:
    zone, at = settings().zone, now()
    rows = []
    for each in versions:
        here = " (this one)" if each.id == report.id else ""
        rows.append(
            f'<tr><td><a href="report?id={each.id}">Version {each.version}</a>{here}</td>'
            f"<td>{short_instant(each.made_at, zone, now=at)}</td><td>{escape(each.asked_by or 'schedule')}</td>"
            f'<td>{each.language}</td><td class="number">{each.pdf_size / 1000:,.0f} kB</td>'
            f"<td>{each.pdf_sha256[:12]}</td></tr>"
        )
    heads = "<th>Version</th><th>Made</th><th>Asked by</th><th>Language</th><th class=number>PDF</th><th>SHA-256</th>"
    table = f'<div class="scroll"><table><thead><tr>{heads}</tr></thead><tbody>{"".join(rows)}</tbody></table></div>'
    with st.expander(plural(len(versions), "version"), icon=":material/history:"):
        st.html(report_html.page(table))


def _render_content(report: Report, language: Language) -> None:
    side, body = st.columns([1, 4.6], gap="medium")
    side.html(_contents(report, language))
    with body:
        st.html(report_html.page(report_html.lead(language, report.lead)))
        for section in report.sections:
            _render_section(section, language)
        _render_foot(report, language)


def _contents(report: Report, language: Language) -> str:
    links = "".join(
        f'<li><a href="#section-{escape(section.id)}">{report_html.inline(language, section.heading)}</a></li>'
        for section in report.sections
    )
    named = escape(language.word("page.contents"))
    return f'<nav class="bvt" aria-label="{named}"><p>{named}</p><ol>{links}</ol></nav>'


def _render_section(section: Section, language: Language) -> None:
    pending = [report_html.heading(language, section.heading, f"section-{section.id}")]
    for drawn, blocks in _runs(section.blocks):
        if not drawn:
            pending += [report_html.block(language, each) for each in blocks if not isinstance(each, Chart)]
            continue
        st.html(report_html.page(*pending))
        pending = []
        _render_charts([each for each in blocks if isinstance(each, Chart)], language)
    if pending:
        st.html(report_html.page(*pending))
    if section.method:
        with st.expander("How these figures are made", icon=":material/function:"):
            st.html(report_html.page(*(f"<p>{report_html.inline(language, each)}</p>" for each in section.method)))


def _runs(blocks: Sequence[Block]) -> Iterator[tuple[bool, list[Block]]]:
    """Charts that follow each other stand side by side; all else is one piece of HTML."""
    for drawn, run in groupby(blocks, lambda block: isinstance(block, Chart)):
        yield drawn, list(run)


def _render_charts(drawn: Sequence[Chart], language: Language) -> None:
    places = st.columns(2, gap="medium") if len(drawn) > 1 else [st.container()]
    for at, chart in enumerate(drawn):
        with places[at % len(places)]:
            _render_chart(chart, language)


def _render_chart(chart: Chart, language: Language) -> None:
    st.html(report_html.page(report_html.title(language, chart.title)))
    if not charts.has_data(chart):
        empty = chart.empty or Message(key="not_enough_data")
        st.html(report_html.page(report_html.small(report_html.inline(language, empty))))
        return
    # Its description is part of the chart.
    spec = json.loads(_on_page(chart, language, dark=st.context.theme.type == "dark"))
    st.vega_lite_chart(spec, width="stretch", key=f"chart_{chart.id}")


@st.cache_resource(ttl=3600, max_entries=200, show_spinner=False, hash_funcs={Chart: Chart.model_dump_json})
def _on_page(chart: Chart, language: Language, *, dark: bool) -> str:
    """The chart as Streamlit needs it, as JSON: its rows as a named data set, its labels in the ink of the page.

    Rows that stand in the chart itself Streamlit would give to every layer, whatever the layer's own data.
    """
    spec = charts.as_dict(chart, language, PAGE)
    name, rows = spec["data"]["name"], spec["data"]["values"]
    config = spec["config"] | {"text": {"color": ink(dark=dark)}}
    return json.dumps(spec | {"data": {"name": name}, "datasets": {name: rows}, "config": config})


def _render_foot(report: Report, language: Language) -> None:
    lines = [report_html.sentences(language, report.disclaimer)] if report.disclaimer else []
    lines += [escape(language.word(key)) for key in ("page.information", "page.units")]
    lines.append(escape(imprint.provenance(report, language)))
    notice = f"<h3>{escape(language.word('page.disclaimer'))}</h3>"
    st.divider()
    st.html(report_html.page(notice, *(report_html.small(line) for line in lines)))
