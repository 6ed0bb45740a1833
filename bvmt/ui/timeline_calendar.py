"""The calendar of outcomes: a box a day, bluer the more ran, marked where something failed or was missed. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from functools import lru_cache

import altair as alt

from bvmt.store.timeline import DayOutcomes
from bvmt.ui.chart_colours import hairline, ink, ink_on_strong, tone_colour
from bvmt.ui.chart_drawing import Spec
from bvmt.ui.timeline_drawing import chart_of, drawn, frame, kept
from bvmt.ui.timeline_marks import Rows
from bvmt.ui.words import plural

STEP = 23
_LEFT, _TOP = 44, 40  # pixels, for the names of days and months
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_LIGHT_STEPS = ("#DCE7F7", "#B2CCEF", "#7FA8E0", "#4C80CC")
_DARK_STEPS = ("#183455", "#245488", "#3C7ABE", "#6EA8FE")
_NO_RUNS = "none"
_LEVELS = ("few", "some", "many", "most")


def calendar_rows(outcomes: Sequence[DayOutcomes], *, weeks: int, today: date) -> Rows:
    """Return a row for each day of the last weeks up to `today`, with how it ended in words."""
    by_day = {each.day: each for each in outcomes}
    first = today - timedelta(days=today.weekday(), weeks=weeks - 1)
    most = max((each.succeeded + each.failed + each.stopped for each in outcomes), default=0)
    shown = [first + timedelta(days=n) for n in range((today - first).days + 1)]
    return [_row(on, by_day.get(on, DayOutcomes(on, 0, 0, 0, 0, 0)), most) for on in shown]


def _row(on: date, ended: DayOutcomes, most: int) -> dict[str, object]:
    ran = ended.succeeded + ended.failed + ended.stopped
    monday = on - timedelta(days=on.weekday())
    return {
        "date": on.isoformat(),
        "week": monday.isoformat(),
        "weekday": _DAYS[on.weekday()],
        "level": _LEVELS[min(3, 4 * (ran - 1) // most)] if ran else _NO_RUNS,
        "failed": ended.failed > 0,
        "sign": "✕" if ended.failed else "◇" if ended.missed else "!" if ended.stopped else "",
        "day": f"{on:%a %d %b %Y}",
        "ran": plural(ran, "run"),
        "told": _told(ended),
    }


def _told(ended: DayOutcomes) -> str:
    counts = {
        "✓ succeeded": ended.succeeded,
        "✕ failed": ended.failed,
        "! cancelled or interrupted": ended.stopped,
        "◇ missed": ended.missed,
        "– skipped": ended.skipped,
    }
    sign_and_count = [
        f"{what.split(' ', 1)[0]} {count:,} {what.split(' ', 1)[1]}" for what, count in counts.items() if count
    ]
    return ", ".join(sign_and_count) or "nothing was due"


def calendar_spec(rows: Rows, *, dark: bool) -> Spec:
    """Draw the days, weeks from left to right. A click on a day tells its `date`."""
    weeks = sorted({str(row["week"]) for row in rows})
    return drawn(_calendar(tuple(weeks), dark), {"days": frame(rows, *rows[0])})


@lru_cache(maxsize=16)
def _calendar(weeks: tuple[str, ...], dark: bool) -> str:
    steps = _DARK_STEPS if dark else _LIGHT_STEPS
    quiet, red = hairline(dark=dark), tone_colour("red", dark=dark)
    base = chart_of("days").encode(
        x=alt.X(
            "week:O",
            title=None,
            scale=alt.Scale(domain=list(weeks)),
            axis=alt.Axis(
                # The month stands over the week of its first Monday.
                labelExpr="toNumber(slice(datum.value, 8)) <= 7 ? utcFormat(toDate(datum.value), '%b') : ''",
                orient="top",
                ticks=False,
                domain=False,
                labelAngle=0,
                labelOverlap=False,
            ),
        ),
        y=alt.Y(
            "weekday:O",
            title=None,
            sort=list(_DAYS),
            scale=alt.Scale(domain=list(_DAYS)),
            axis=alt.Axis(ticks=False, domain=False, labelPadding=8, labelFlush=False),
        ),
    )
    picked = alt.selection_point(name="day", fields=["date"], empty=False)
    boxes = (
        base.mark_rect(cornerRadius=3, width=STEP - 4, height=STEP - 4, cursor="pointer")
        .encode(
            fill=alt.Fill(
                "level:N",
                scale=alt.Scale(domain=[_NO_RUNS, *_LEVELS], range=["transparent", *steps]),
                legend=None,
            ),
            stroke=alt.condition("datum.failed", alt.value(red), alt.value(quiet)),
            strokeWidth=alt.condition("datum.failed", alt.value(2), alt.value(1)),
            tooltip=[
                alt.Tooltip("day:N", title="Day"),
                alt.Tooltip("ran:N", title="Ran"),
                alt.Tooltip("told:N", title="Ended"),
            ],
        )
        .add_params(picked)
    )
    strong = alt.condition("datum.level == 'most'", alt.value(ink_on_strong(dark=dark)), alt.value(ink(dark=dark)))
    signs = base.mark_text(fontSize=11, fontWeight=700, tooltip=None).encode(text="sign:N", color=strong)
    chart = (
        alt.LayerChart(layer=[boxes, signs])
        .properties(width=_LEFT + STEP * len(weeks), height=_TOP + STEP * len(_DAYS))
        .configure_view(stroke=None)
    )
    return kept(chart)
