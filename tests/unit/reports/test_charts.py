from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, timedelta
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from bvmt.reports.charts import PAGE, has_data, png, print_half, print_whole, specification, svg
from bvmt.reports.charts.ticks import day_ticks, number_ticks
from bvmt.reports.content import Axis, Chart, ChartKind, Day, Number, NumberForm, Point, Words
from bvmt.reports.language import Language
from tests.unit.reports import sample_reports as samples

ENGLISH, FRENCH = Language("en"), Language("fr")
MAKERS: list[Callable[[], Chart]] = [
    samples.index_line,
    samples.turnover_columns,
    samples.sector_bars,
    samples.mood_heatmap,
    samples.risk_scatter,
]
KINDS = pytest.mark.parametrize("make", MAKERS)


def layers(chart: Chart, language: Language = ENGLISH) -> list[dict[str, Any]]:
    """The layers of the chart's specification for a page."""
    return list(specification(chart, language, PAGE).to_dict()["layer"])


def data(chart: Chart, language: Language = ENGLISH) -> list[dict[str, Any]]:
    """The rows of the chart's specification for a page."""
    return list(specification(chart, language, PAGE).to_dict()["data"]["values"])


def bars(*values: tuple[str, float | None]) -> Chart:
    points = tuple(Point(x=Words(value=name), y=value) for name, value in values)
    return samples.sector_bars().model_copy(update={"points": points})


@KINDS
def test_a_specification_is_one_that_the_schema_of_vega_lite_allows(make: Callable[[], Chart]) -> None:
    made = specification(make(), FRENCH, PAGE).to_dict(validate=True)
    assert made["width"] == "container"
    assert made["description"].endswith("what is to be seen")
    assert made["data"]["values"]


@KINDS
def test_a_page_s_chart_leaves_its_colours_of_type_to_the_page(make: Callable[[], Chart]) -> None:
    on_page = specification(make(), ENGLISH, PAGE).to_dict()["config"]
    printed = specification(make(), ENGLISH, print_whole()).to_dict()["config"]
    assert "background" not in on_page
    assert "labelColor" not in on_page["axis"]
    assert printed["background"] == "#FFFFFF"


@KINDS
def test_a_picture_is_twice_as_fine_as_it_is_shown(make: Callable[[], Chart]) -> None:
    with Image.open(BytesIO(png(make(), FRENCH))) as picture:
        assert picture.format == "PNG"
        assert abs(picture.width - 1200) <= 2
        colours = picture.convert("RGB").getcolors(maxcolors=100_000)
    assert colours is not None
    assert len(colours) > 4


@pytest.mark.parametrize("look", [print_whole(), print_half()])
@KINDS
def test_a_printed_chart_is_as_wide_as_its_place(make: Callable[[], Chart], look: Any) -> None:
    drawn = svg(make(), ENGLISH, look)
    assert f'width="{look.width}"' in drawn


def test_numbers_on_the_axes_are_written_in_the_report_s_language() -> None:
    assert "TUNINDEX" not in svg(samples.index_line(), FRENCH, print_whole())
    assert "10\u202fM" in svg(samples.turnover_columns(), FRENCH, print_whole())
    assert ">10m<" in svg(samples.turnover_columns(), ENGLISH, print_whole())
    assert "+2\u202f%" in svg(samples.sector_bars(), FRENCH, print_whole())


def test_the_marked_day_has_a_dot_and_its_value() -> None:
    drawn = svg(samples.index_line(), ENGLISH, print_whole())
    marked = samples.index_line().points[-1]
    assert ENGLISH.show(Number(value=marked.y or 0, form=NumberForm.LEVEL)) in drawn
    assert [row["mark"] for row in data(samples.index_line())].count(True) == 1


def test_several_lines_differ_by_their_dashes_too() -> None:
    one = samples.index_line(30)
    other = tuple(point.model_copy(update={"series": "TUNINDEX20", "mark": False}) for point in one.points)
    both = one.model_copy(update={"points": one.points + other})
    encoding = layers(both)[0]["encoding"]
    assert encoding["strokeDash"]["scale"]["domain"] == ["TUNINDEX", "TUNINDEX20"]
    assert len({tuple(dash) for dash in encoding["strokeDash"]["scale"]["range"]}) == 2


def test_a_session_without_a_value_interrupts_the_line() -> None:
    chart = samples.index_line(30)
    points = list(chart.points)
    points[12] = points[12].model_copy(update={"y": None})
    gap = svg(chart.model_copy(update={"points": tuple(points)}), ENGLISH, print_whole())
    whole = svg(chart, ENGLISH, print_whole())
    path = next(part for part in gap.split("<path") if 'aria-roledescription="line mark"' in part)
    unbroken = next(part for part in whole.split("<path") if 'aria-roledescription="line mark"' in part)
    assert path.split(' d="')[1].split('"')[0].count("M") == 2
    assert unbroken.split(' d="')[1].split('"')[0].count("M") == 1


def test_bars_tell_their_sign_by_side_and_by_words_and_not_by_colour_alone() -> None:
    rows = data(bars(("Up", 0.02), ("Down", -0.01), ("Flat", 0.0), ("Unknown", None)))
    assert [row["shown"] for row in rows] == ["+2.00%", "\u22121.00%", "0.00%", ""]
    assert len({row["colour"] for row in rows[:2]}) == 2


def test_cells_of_the_map_carry_their_sign_and_missing_ones_are_left_out() -> None:
    scores = (-0.9, -0.3, 0.0, 0.3, 0.9, None)
    points = tuple(
        Point(x=Day(value=samples.DAY - timedelta(days=at)), y=score, series="BIAT") for at, score in enumerate(scores)
    )
    rows = data(samples.mood_heatmap().model_copy(update={"points": points}))
    assert [row["sign"] for row in rows] == ["\u2212\u2212", "\u2212", "", "+", "++"]


def test_days_of_the_map_stand_in_their_order_whatever_the_order_of_the_points() -> None:
    days = [date(2026, 11, 3), date(2026, 10, 30), date(2026, 11, 2)]
    points = tuple(Point(x=Day(value=day), y=0.1, series="BIAT") for day in days)
    chart = samples.mood_heatmap().model_copy(update={"points": points})
    assert layers(chart)[0]["encoding"]["x"]["sort"] == ["30 Oct", "2 Nov", "3 Nov"]


def test_names_that_are_alike_keep_a_bar_each() -> None:
    rows = data(bars(("Banque", 0.01), ("Banque", 0.02), ("x" * 100, 0.01), ("x" * 200, 0.01)))
    assert len({row["name"] for row in rows}) == 4


def test_names_that_would_stand_on_one_another_are_left_out_and_marked_ones_come_first() -> None:
    def dot(label: str, mark: bool = False) -> Point:
        return Point(x=Number(value=0.2, form=NumberForm.PERCENT), y=0.1, label=label, mark=mark)

    far = Point(x=Number(value=0.1, form=NumberForm.PERCENT), y=0.4, label="FAR")
    chart = samples.risk_scatter().model_copy(update={"points": (far, dot("A"), dot("B", mark=True), dot("C"))})
    assert {row["label"]: row["name"] for row in data(chart)} == {"FAR": "FAR", "A": "", "B": "B", "C": ""}


@pytest.mark.parametrize("words", samples.HOSTILE)
def test_hostile_names_are_data_and_never_part_of_an_expression(words: str) -> None:
    for chart in (samples.sector_bars((words,)), samples.mood_heatmap((words,)), samples.risk_scatter((words,))):
        made = specification(chart, ENGLISH, PAGE).to_dict()
        expressions = json.dumps([value for value in walked(made) if isinstance(value, dict) and "labelExpr" in value])
        assert not any(part in expressions for part in ("alert", "HYPERLINK", "evil", "cmd"))
        assert svg(chart, ENGLISH, print_whole()).count("<script") == 0


def walked(value: Any) -> list[Any]:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else []
    return [value, *(deep for each in inner for deep in walked(each))]


def test_a_chart_without_a_single_value_has_no_data() -> None:
    assert not has_data(bars(("A", None), ("B", None)))
    assert not has_data(samples.index_line().model_copy(update={"points": ()}))
    assert has_data(bars(("A", None), ("B", 0.0)))


@pytest.mark.parametrize("kind", list(ChartKind))
def test_a_single_point_is_drawn(kind: ChartKind) -> None:
    x: Any = Number(value=0.2, form=NumberForm.PERCENT) if kind is ChartKind.SCATTER else Day(value=samples.DAY)
    title = samples.say("x")
    point = Point(x=x, y=0.0, series="A", label="A", mark=True)
    axis = Axis(title=title)
    chart = Chart(id="one", kind=kind, title=title, alt=title, x=axis, y=axis, points=(point,))
    assert "<svg" in svg(chart, FRENCH, print_half())


@given(st.floats(-1e10, 1e10), st.floats(0, 1e10), st.sampled_from(list(NumberForm)))
def test_marks_of_an_axis_are_within_its_ends_and_no_two_read_alike(low: float, span: float, form: NumberForm) -> None:
    ticks = number_ticks(low, low + span, form, FRENCH)
    assert ticks.low < ticks.high
    slack = (ticks.high - ticks.low) * 1e-6
    assert all(ticks.low - slack <= value <= ticks.high + slack for value in ticks.values)
    assert len(ticks.values) == len(ticks.labels) <= 9
    if span > 0.01 * max(1.0, abs(low)):
        assert len(set(ticks.labels)) == len(ticks.labels) >= 2


@pytest.mark.parametrize(
    ("low", "high", "form", "labels"),
    [
        (0, 22.6e6, "money_short", ("0", "5M", "10M", "15M", "20M")),
        (-0.02, 0.03, "change", ("−2 %", "−1 %", "0 %", "+1 %", "+2 %", "+3 %")),
        (0, 0.012, "change", ("0,00 %", "+0,25 %", "+0,50 %", "+0,75 %", "+1,00 %")),
        (13_200, 13_800, "level", ("13 200", "13 400", "13 600", "13 800")),
    ],
)
def test_marks_of_an_axis_are_round_and_have_no_more_decimals_than_they_need(
    low: float, high: float, form: str, labels: tuple[str, ...]
) -> None:
    shown = number_ticks(low, high, NumberForm(form), FRENCH).labels
    plain = tuple(label.replace("\u202f", " ") for label in shown)
    assert plain == tuple(label.replace("M", " M") for label in labels)


def test_a_long_span_is_marked_by_months_and_a_short_one_by_days() -> None:
    year = [date(2026, 1, 2) + timedelta(days=7 * week) for week in range(52)]
    assert day_ticks(year, ENGLISH).labels == ("Mar 2026", "May 2026", "Jul 2026", "Sept 2026", "Nov 2026")
    week = [date(2026, 11, 23) + timedelta(days=day) for day in range(5)]
    assert day_ticks(week, FRENCH).labels == ("23 nov.", "24 nov.", "25 nov.", "26 nov.", "27 nov.")
    assert day_ticks([date(2026, 11, 24)], FRENCH).labels == ("24 nov.",)
