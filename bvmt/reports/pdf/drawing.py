"""Charts drawn with the PDF's own lines and letters, from the SVG that vl-convert makes of their specification.

Vega's SVG holds few kinds of elements: groups, straight and closed paths, lines, circles of two arcs, texts. Drawn
this way a chart is sharp at any size, its words can be searched, and it takes a tenth of a picture's bytes and time.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from xml.etree import ElementTree

from bvmt.reports.foreign_words import clean
from bvmt.reports.pdf.canvas import Align, Canvas
from bvmt.reports.pdf.text import Style

Matrix = tuple[float, float, float, float, float, float]
Place = tuple[float, float]

_TEXT_SCALE = 0.94
"""Vega measures texts in a face that runs narrower than the PDF's by this much."""

_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")
_STEP = re.compile(r"([MLHVZAmlhvza])([^MLHVZAmlhvza]*)")
_TRANSFORM = re.compile(r"(translate|rotate)\(([^)]*)\)")
_ALIGN: Mapping[str, Align] = {"start": "left", "middle": "centre", "end": "right"}


def draw(canvas: Canvas, svg: str, x: float, y: float) -> None:
    """Draw the chart with its top left corner at `x`, `y`, one of its pixels a point.

    Raises ValueError for an element or a path that Vega did not make so far: better none than a wrong chart.
    """
    _element(canvas, ElementTree.fromstring(svg), (1.0, 0.0, 0.0, 1.0, x, y))


def _element(canvas: Canvas, element: ElementTree.Element, matrix: Matrix) -> None:
    given = element.attrib
    if given.get("display") == "none" or given.get("opacity") == "0":
        return
    here = _moved(matrix, given.get("transform", ""))
    match element.tag.rpartition("}")[2]:
        case "svg" | "g":
            for child in element:
                _element(canvas, child, here)
        case "path":
            _path(canvas, given, here)
        case "line":
            ends = [_at(here, float(given.get(f"x{end}", 0)), float(given.get(f"y{end}", 0))) for end in (1, 2)]
            if _colour(given, "stroke") and ends[0] != ends[1]:
                canvas.rule(*ends[0], *ends[1], _colour(given, "stroke") or "", float(given.get("stroke-width", 1)))
        case "text":
            _text(canvas, element, here)
        case "rect" | "defs":  # the background and its clips: the paper is white already
            return
        case other:
            raise ValueError(f"The chart holds an element that cannot be drawn: {other}.")


def _path(canvas: Canvas, given: Mapping[str, str], matrix: Matrix) -> None:
    fill, stroke = _colour(given, "fill"), _colour(given, "stroke")
    if not (fill or stroke) or not given.get("d"):
        return
    thickness = float(given.get("stroke-width", 1))
    radius = _radius(given["d"])
    if radius is not None:
        canvas.disc(*_at(matrix, 0.0, 0.0), radius, fill, stroke, thickness)
        return
    dash = [float(part) for part in _NUMBER.findall(given.get("stroke-dasharray", ""))][:2]
    for points, closed in _lines(given["d"]):
        placed = [_at(matrix, *point) for point in points]
        if fill or closed:
            canvas.shape(placed, fill, stroke, thickness)
        elif stroke and len(placed) > 1:
            canvas.path(placed, stroke, thickness, dash if len(dash) == 2 and dash[1] else ())
        elif stroke:
            canvas.disc(*placed[0], thickness / 2, stroke, None, 0)


def _text(canvas: Canvas, element: ElementTree.Element, matrix: Matrix) -> None:
    words = clean("".join(element.itertext()))
    if not words:
        return
    given = element.attrib
    weight = 600 if given.get("font-weight") in {"bold", "600", "700"} else 400
    size = float(given.get("font-size", "10px").removesuffix("px"))
    style = Style(size * _TEXT_SCALE, 600 if weight == 600 else 400, _colour(given, "fill") or "#000000")
    align = _ALIGN[given.get("text-anchor", "start")]
    x, y = _at(matrix, float(given.get("x", 0)), float(given.get("y", 0)))
    turned = math.degrees(math.atan2(matrix[1], matrix[0]))
    if abs(turned) < 0.01:
        canvas.words(words, style, x, y, align)
    else:
        canvas.upright(words, style, x, y, -turned, align)


def _colour(given: Mapping[str, str], name: str) -> str | None:
    """The colour as #rrggbb, or None where nothing is painted."""
    named = given.get(name, "none")
    if named in {"none", "transparent"} or given.get(f"{name}-opacity") == "0":
        return None
    if named.startswith("rgb("):
        return "#" + "".join(f"{round(float(part)):02x}" for part in _NUMBER.findall(named))
    return {"white": "#ffffff", "black": "#000000"}.get(named, named)


def _radius(path: str) -> float | None:
    """The radius of a circle around the origin, as Vega writes it: two arcs. None for other paths."""
    arcs = [step for step in _STEP.findall(path) if step[0] in "Aa"]
    return float(_NUMBER.findall(arcs[0][1])[0]) if len(arcs) == 2 else None


def _lines(path: str) -> Iterator[tuple[list[Place], bool]]:
    """The parts of a path of straight lines: their corners, and whether the last is joined to the first."""
    points: list[Place] = []
    for step, rest in _STEP.findall(path):
        numbers = [float(part) for part in _NUMBER.findall(rest)]
        x, y = points[-1] if points else (0.0, 0.0)
        match step:
            case "M" | "m":
                if points:
                    yield points, False
                points = [(numbers[0], numbers[1])]
                points += zip(numbers[2::2], numbers[3::2], strict=True)
            case "L":
                points += zip(numbers[::2], numbers[1::2], strict=True)
            case "l":
                points.append((x + numbers[0], y + numbers[1]))
            case "H" | "h":
                points.append((numbers[0] + (x if step == "h" else 0.0), y))
            case "V" | "v":
                points.append((x, numbers[0] + (y if step == "v" else 0.0)))
            case "Z" | "z":
                yield points, True
                points = []
            case _:
                raise ValueError(f"The chart holds a path that cannot be drawn: {path[:80]}")
    if points:
        yield points, False


def _moved(matrix: Matrix, transform: str) -> Matrix:
    for kind, rest in _TRANSFORM.findall(transform):
        numbers = [float(part) for part in _NUMBER.findall(rest)]
        a, b, c, d, e, f = matrix
        if kind == "translate":
            x, y = numbers[0], numbers[1] if len(numbers) > 1 else 0.0
            matrix = (a, b, c, d, a * x + c * y + e, b * x + d * y + f)
        else:
            cosine, sine = math.cos(math.radians(numbers[0])), math.sin(math.radians(numbers[0]))
            matrix = (a * cosine + c * sine, b * cosine + d * sine, c * cosine - a * sine, d * cosine - b * sine, e, f)
    return matrix


def _at(matrix: Matrix, x: float, y: float) -> Place:
    a, b, c, d, e, f = matrix
    return a * x + c * y + e, b * x + d * y + f
