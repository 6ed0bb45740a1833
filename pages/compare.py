"""Compare: two runs side by side. Its address: `/compare?run=…&with=…`."""

from bvmt.ui.begin import begin_page

begin_page("Compare")
