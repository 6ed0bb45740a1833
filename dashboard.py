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
            st.Page("pages/reports.py", title="Reports", icon=":material/article:", url_path="reports"),
            st.Page("pages/system.py", title="System", icon=":material/monitor_heart:", url_path="system"),
            st.Page("pages/mail.py", title="Mail", icon=":material/mail:", url_path="mail"),
            st.Page("pages/audit.py", title="Audit", icon=":material/history:", url_path="audit"),
            st.Page("pages/job.py", title="Job", url_path="job", visibility="hidden"),
            st.Page("pages/run.py", title="Run", url_path="run", visibility="hidden"),
            st.Page("pages/report.py", title="Report", url_path="report", visibility="hidden"),
        ],
        "Market": [
            st.Page("pages/anomalies.py", title="Anomalies", icon=":material/troubleshoot:", url_path="anomalies"),
            st.Page("pages/sentiment.py", title="Sentiment", icon=":material/newspaper:", url_path="sentiment"),
            st.Page("pages/data.py", title="Data", icon=":material/database:", url_path="data"),
        ],
    },
    position="top",
)
page.run()
