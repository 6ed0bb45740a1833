"""The charts of a report as altair specifications, shared by the pages, the PDF and the e-mail.

`specification` makes them, `as_dict` makes them as plain data, `svg` and `png` render them without a browser, and
`warm` starts the renderer ahead of time.
"""

from __future__ import annotations

from bvmt.reports.charts.looks import PAGE, Look, mail, print_half, print_whole
from bvmt.reports.charts.rendering import png, svg, warm
from bvmt.reports.charts.specification import as_dict, has_data, least_height, natural_height, specification

__all__ = [
    "PAGE",
    "Look",
    "as_dict",
    "has_data",
    "least_height",
    "mail",
    "natural_height",
    "png",
    "print_half",
    "print_whole",
    "specification",
    "svg",
    "warm",
]
