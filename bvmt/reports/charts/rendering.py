"""Charts as pictures, rendered in this process by vl-convert: no browser, no network, fonts from a package."""

from __future__ import annotations

from functools import cache
from io import BytesIO
from pathlib import Path

import fontpkg
from PIL import Image

from bvmt.reports.charts.looks import Look, mail
from bvmt.reports.charts.specification import as_dict
from bvmt.reports.content import Chart
from bvmt.reports.language import Language

_SCALE = 2.0
"""Pixels of a PNG for one of the chart's: sharp on screens with fine pixels."""


def svg(chart: Chart, language: Language, look: Look) -> str:
    """Return the chart as SVG, as wide and high as its look. The chart has to have data."""
    _with_fonts()
    import vl_convert

    return str(vl_convert.vegalite_to_svg(as_dict(chart, language, look), allowed_base_urls=[]))


def png(chart: Chart, language: Language, look: Look | None = None) -> bytes:
    """Return the chart as PNG, by default as an e-mail shows it: 600 pixels wide, drawn twice as fine."""
    _with_fonts()
    import vl_convert

    spec = as_dict(chart, language, look or mail())
    return _with_fewer_colours(vl_convert.vegalite_to_png(spec, scale=_SCALE, allowed_base_urls=[]))


def warm() -> None:
    """Start the renderer, whose first chart takes ten times as long as the next ones."""
    _with_fonts()
    import vl_convert

    vl_convert.vegalite_to_svg({"data": {"values": [{"x": 1}]}, "mark": "bar", "encoding": {"x": {"field": "x"}}})


def _with_fewer_colours(picture: bytes) -> bytes:
    """A chart has few colours: a palette of 64 makes its picture five times smaller, and nobody sees it."""
    target = BytesIO()
    with Image.open(BytesIO(picture)) as image:
        image.convert("RGB").quantize(64, dither=Image.Dither.NONE).save(target, "PNG", optimize=True)
    return target.getvalue()


@cache
def _with_fonts() -> None:
    """Let Arabic names find letters. Other text stays in the renderer's own face, which it measures fast."""
    import vl_convert

    vl_convert.register_font_directory(str(Path(str(fontpkg.path("IBM Plex Sans Arabic", weight=400))).parent))
