"""The Streamlit script: page settings, the way in, and the pages."""

from __future__ import annotations

import streamlit as st

from bvmt.ui.begin import begin_dashboard

begin_dashboard()
page = st.navigation(
    {
        "": [
            st.Page("pages/jobs.py", title="Jobs", icon=":material/checklist:", default=True),
            st.Page("pages/system.py", title="System", icon=":material/monitor_heart:", url_path="system"),
            st.Page("pages/job.py", title="Job", url_path="job", visibility="hidden"),
            st.Page("pages/run.py", title="Run", url_path="run", visibility="hidden"),
        ],
        "Market": [
            st.Page("pages/anomalies.py", title="Anomalies", icon=":material/troubleshoot:", url_path="anomalies"),
            st.Page("pages/data.py", title="Data", icon=":material/database:", url_path="data"),
        ],
    },
    position="top",
)
page.run()
