"""The table of jobs: rows are built here in Python, drawn by a small component (table.js, table.css)."""

from bvmt.ui.job_table.component import render_job_table

__all__ = ["render_job_table"]
