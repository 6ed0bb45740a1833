"""Listing: one company's shares. Its address: `/listing?isin=…`."""

from bvmt.ui.begin import begin_page

begin_page("Listing")
