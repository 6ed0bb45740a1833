"""Report: one report as it was published, with its files, versions and mail. `/report?id=…&language=…`."""

from uuid import UUID

import streamlit as st

from bvmt.ui.begin import begin_page
from bvmt.ui.feedback import failures_are_said
from bvmt.ui.report_mail import render_mail
from bvmt.ui.report_reads import surrounded
from bvmt.ui.report_view import render_missing, render_report


def asked_for() -> UUID | None:
    try:
        return UUID(st.query_params.get("id", ""))
    except ValueError:
        return None


begin_page("Report", within=("pages/reports.py", "All reports"))
report_id = asked_for()
with failures_are_said():
    found = surrounded(report_id) if report_id else None
    if found is None:
        render_missing(report_id)
    else:
        render_report(found)
        st.fragment(render_mail, run_every=5, key="report_mail")(found.report)
