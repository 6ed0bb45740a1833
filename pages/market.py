"""Market: how the exchange stands, its indices, movers and sectors."""

from bvmt.ui.begin import begin_page

begin_page("Market")
