"""What the charts of the Timeline share: drawings that are kept, and what changes with each refresh. Pure.

Putting a chart together takes far longer than a refresh may: it is done once, with data that are named only, and the
ends of the axis and the data are put in each time.
"""

from __future__ import annotations

import json

import altair as alt
import pandas as pd

from bvmt.ui.chart_drawing import Spec
from bvmt.ui.timeline_marks import Axis, Rows
from bvmt.ui.timeline_range import wall

# A label a day at midnight, else the hour: Vega's own labels would be American.
_LABELS = (
    "utchours(datum.value) == 0 && utcminutes(datum.value) == 0"
    " ? utcFormat(datum.value, '%a %d %b') : utcFormat(datum.value, '%H:%M')"
)
# As an expression: a list of times is read in one way for `x` and in another for `x2`, with a warning.
_ENDS = "[low, high]"


def time_axis(*, grid: bool = True) -> alt.X:
    """The x of every chart of the page: the time on the wall, the same in every browser. `on_axis` gives its ends."""
    shown = alt.Axis(labelExpr=_LABELS, grid=grid, ticks=False, domain=False, labelOverlap=True)
    scale = alt.Scale(type="utc", domain=alt.ExprRef(_ENDS), nice=False)
    return alt.X("start:T", title=None, scale=scale, axis=shown)


def chart_of(data: str) -> alt.Chart:
    """A chart whose data are named only."""
    return alt.Chart(alt.NamedData(name=data))


def kept(chart: alt.LayerChart) -> str:
    """A drawing in a form that nobody can change."""
    return json.dumps(chart.to_dict(validate=False))


def drawn(kept_chart: str, datasets: dict[str, pd.DataFrame]) -> Spec:
    """A drawing that was kept, with its data."""
    spec: Spec = json.loads(kept_chart)
    return spec | {"datasets": datasets}


def on_axis(kept_chart: str, axis: Axis, datasets: dict[str, pd.DataFrame]) -> Spec:
    """A drawing over time that was kept, with its data and the ends of its axis."""
    ends = [round(wall(end, axis.zone).timestamp() * 1000) for end in (axis.low, axis.high)]
    return drawn(kept_chart.replace(_ENDS, f"[{ends[0]}, {ends[1]}]"), datasets)


def frame(rows: Rows, *columns: str) -> pd.DataFrame:
    """Rows as a chart takes them, with these columns also where there is no row."""
    return pd.DataFrame(rows, columns=list(columns))
