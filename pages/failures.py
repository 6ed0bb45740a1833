"""Failures: what went wrong, grouped by kind, and what has been done about it."""

from bvmt.ui.begin import begin_page

begin_page("Failures")
