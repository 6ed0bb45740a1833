"""The Streamlit script: page settings, the way in, and the pages."""

from __future__ import annotations

import streamlit as st

from bvmt.ui.begin import begin_dashboard
from bvmt.ui.gate import pass_gate

begin_dashboard()
pass_gate()
page = st.navigation(
    {
        "": [
            st.Page("pages/jobs.py", title="Jobs", icon=":material/checklist:", default=True),
            st.Page("pages/timeline.py", title="Timeline", icon=":material/view_timeline:", url_path="timeline"),
            st.Page("pages/failures.py", title="Failures", icon=":material/error:", url_path="failures"),
            st.Page("pages/reports.py", title="Reports", icon=":material/article:", url_path="reports"),
            st.Page("pages/job.py", title="Job", url_path="job", visibility="hidden"),
            st.Page("pages/run.py", title="Run", url_path="run", visibility="hidden"),
            st.Page("pages/failure.py", title="Failure", url_path="failure", visibility="hidden"),
            st.Page("pages/compare.py", title="Compare", url_path="compare", visibility="hidden"),
            st.Page("pages/report.py", title="Report", url_path="report", visibility="hidden"),
            st.Page("pages/listing.py", title="Listing", url_path="listing", visibility="hidden"),
        ],
        "Market": [
            st.Page("pages/market.py", title="Market", icon=":material/monitoring:", url_path="market"),
            st.Page("pages/anomalies.py", title="Anomalies", icon=":material/troubleshoot:", url_path="anomalies"),
            st.Page("pages/sentiment.py", title="Sentiment", icon=":material/newspaper:", url_path="sentiment"),
            st.Page("pages/data.py", title="Data", icon=":material/database:", url_path="data"),
        ],
        "Operations": [
            st.Page("pages/system.py", title="System", icon=":material/monitor_heart:", url_path="system"),
            st.Page("pages/mail.py", title="Mail", icon=":material/mail:", url_path="mail"),
            st.Page("pages/audit.py", title="Audit", icon=":material/history:", url_path="audit"),
        ],
    },
    position="top",
)
page.run()
