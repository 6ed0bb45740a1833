"""What a chart looks like where it stands: colours, sizes, the width it has."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import altair as alt

Drawn = tuple[alt.LayerChart, list[dict[str, Any]]]
"""A chart without its data, and its data: apart, since altair copies a chart at each step of making it."""

INK = "#1B2430"
SOFT = "#5B6675"
GRID = "#E3E8EE"

UP = "#1F5FBF"
"""Blue and orange: told apart with every kind of colour blindness, and by their brightness in grey."""
DOWN = "#D9822B"
PALE = "#A9C4EA"
SERIES = ("#1F5FBF", "#D9822B", "#5B6675", "#0E7C86", "#6D4AC2")
DASHES = ((1, 0), (5, 2), (2, 2), (7, 2, 2, 2), (1, 2))
STEPS = ("#C2610C", "#F0B982", "#EEF1F4", "#A9C4EA", "#1F5FBF")
"""From clearly negative to clearly positive; the ends are dark, and cells carry their sign."""


@dataclass(frozen=True)
class Look:
    """Where a chart stands. Sizes are pixels on the page and points in print; no width means its container's."""

    width: int | None
    height: int | None = None
    themed: bool = False  #: whether the page's own theme colours text and axes
    text: float = 7.5
    padding: int = 0

    def with_height(self, height: int | None) -> Look:
        """Return the same look with another height; None leaves the chart its natural one."""
        return replace(self, height=height)


PAGE = Look(None, themed=True, text=12)


def print_whole() -> Look:
    """The look of a chart over the whole width of an A4 page, 505 points between the margins."""
    return Look(505)


def print_half() -> Look:
    """The look of a chart beside another one."""
    return Look(246)


def mail() -> Look:
    """The look of a chart in an e-mail, 600 pixels wide."""
    return Look(600, text=10, padding=6)


def config(look: Look) -> dict[str, Any]:
    """Return the Vega-Lite configuration of a look. A themed one leaves colours and type to the page."""
    shared: dict[str, Any] = {"view": {"stroke": None}, "axis": {"domain": False, "ticks": False, "labelPadding": 4}}
    if look.themed:
        return shared
    shared["axis"] |= {
        "gridColor": GRID,
        "gridWidth": 0.6,
        "labelColor": SOFT,
        "labelFontSize": look.text,
        "titleColor": SOFT,
        "titleFontSize": look.text,
        "titleFontWeight": "normal",
        "titlePadding": 5,
    }
    return shared | {
        "background": "#FFFFFF",
        "padding": look.padding,
        "legend": {
            "labelColor": INK,
            "labelFontSize": look.text,
            "titleColor": SOFT,
            "titleFontSize": look.text,
            "titleFontWeight": "normal",
        },
        "text": {"color": INK, "fontSize": look.text},
    }
