"""Timeline: what ran, what runs and what comes, on one axis of time."""

from bvmt.ui.begin import begin_page

begin_page("Timeline")
