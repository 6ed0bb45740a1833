from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import altair as alt
import pytest

from bvmt.market.calendar import Day, DayKind
from bvmt.runs.durations import UsualDuration
from bvmt.runs.status import RunStatus
from bvmt.store.jobs import JobOverview
from bvmt.store.timeline import DayOutcomes
from bvmt.ui.timeline_calendar import calendar_rows, calendar_spec
from bvmt.ui.timeline_coming import firings_to_come
from bvmt.ui.timeline_figures import duration_rows, duration_spec, load_spec
from bvmt.ui.timeline_gantt import gantt_spec, legend_html, overview_spec
from bvmt.ui.timeline_load import BUCKETS, peaks
from bvmt.ui.timeline_marks import Marks, marks_of
from bvmt.ui.timeline_parts import picked
from bvmt.ui.timeline_range import wall
from bvmt.ui.timeline_table import day_cells, run_cells, run_export, sums
from jobs import JOBS
from tests.unit.ui.timeline_runs import AXIS, NOON, TUNIS, span

TODAY = date(2026, 11, 24)
ROOT = Path(__file__).resolve().parents[3]


def job(job_id: str = "market_pulse", **changes: object) -> JobOverview:
    values: dict[str, object] = dict.fromkeys(JobOverview.__dataclass_fields__)
    return JobOverview(**values | {"id": job_id, "name": job_id, "paused": False} | changes)  # type: ignore[arg-type]


def most_at_once(*spans: object) -> int:
    parts = peaks(spans, low=AXIS.low, high=AXIS.high, now=NOON)  # type: ignore[arg-type]
    return max(count for _, count in parts)


def test_runs_that_overlap_are_counted_together() -> None:
    assert most_at_once(span(took=600), span(took=600, minutes_ago=55), span(took=600, minutes_ago=30)) == 2


def test_a_run_that_begins_when_another_ends_does_not_count_beside_it() -> None:
    assert most_at_once(span(took=600, waited=0), span(took=600, waited=0, minutes_ago=50)) == 1


def test_a_run_of_no_time_at_all_is_seen() -> None:
    assert most_at_once(span(took=0)) == 1


def test_load_is_told_up_to_the_present_and_counts_what_is_under_way() -> None:
    parts = peaks([span(RunStatus.RUNNING, took=None)], low=AXIS.low, high=AXIS.high, now=NOON)
    assert len(parts) == BUCKETS / 2
    assert parts[-1][1] == 1
    assert parts[0] == (AXIS.low, 0)


def test_a_stretch_yet_to_come_has_no_load() -> None:
    assert peaks([], low=NOON, high=NOON + timedelta(hours=1), now=NOON - timedelta(hours=1)) == []


def firing(one: JobOverview, at: datetime = NOON, **around: object):  # type: ignore[no-untyped-def]
    values = {"frozen": None, "days": {}, "need_session": {"market_pulse"}} | around
    return firings_to_come([one], {one.id: [at]}, zone=TUNIS, **values)[0]  # type: ignore[arg-type]


def test_a_firing_of_a_job_that_nothing_hinders_will_run() -> None:
    assert firing(job()).hindrance is None


def test_a_pause_hinders_firings_until_it_ends() -> None:
    paused = job(paused=True, paused_by="ada", pause_reason="feed", paused_until=NOON + timedelta(hours=1))
    assert firing(paused).hindrance == "paused by ada: feed"
    assert firing(paused, NOON + timedelta(hours=1)).hindrance is None


def test_a_pause_without_an_end_hinders_all_firings() -> None:
    assert firing(job(paused=True), NOON + timedelta(days=1)).hindrance == "paused"


def test_a_freeze_hinders_every_firing() -> None:
    assert firing(job(), frozen="by ada since today").hindrance == "all jobs are frozen"


def test_a_closed_exchange_hinders_the_jobs_that_need_a_session_only() -> None:
    days = {TODAY: Day(TODAY, DayKind.CLOSED, "Mouled")}
    assert firing(job(), days=days).hindrance == "exchange closed: Mouled"
    assert firing(job("database_cleanup"), days=days).hindrance is None


def test_an_expected_closure_is_a_doubt() -> None:
    told = firing(job(), days={TODAY: Day(TODAY, DayKind.EXPECTED_CLOSURE, "Mouled")})
    assert (told.hindrance, told.doubt) == (None, "probably no session: Mouled")


def test_the_jobs_that_skip_on_closed_days_are_those_whose_code_does() -> None:
    skipping = {
        path.stem
        for path in (ROOT / "jobs").glob("*.py")
        if re.search(r'SkipRun\(f"exchange closed', path.read_text(encoding="utf-8"))
    }
    assert skipping == {job.id for job in JOBS if job.needs_session}


def test_the_calendar_shows_whole_weeks_up_to_today() -> None:
    rows = calendar_rows([], weeks=2, today=TODAY)
    assert (rows[0]["date"], rows[-1]["date"]) == ("2026-11-16", "2026-11-24")
    assert {row["told"] for row in rows} == {"nothing was due"}


@pytest.mark.parametrize(
    ("counts", "sign", "told"),
    [
        ((3, 1, 2, 0, 0), "✕", "✓ 3 succeeded, ✕ 1 failed, ◇ 2 missed"),
        ((3, 0, 2, 4, 0), "◇", "✓ 3 succeeded, ◇ 2 missed, – 4 skipped"),
        ((3, 0, 0, 0, 1), "!", "✓ 3 succeeded, ! 1 cancelled or interrupted"),
        ((3, 0, 0, 1, 0), "", "✓ 3 succeeded, – 1 skipped"),
    ],
)
def test_a_day_is_marked_by_the_worst_that_happened(counts: tuple[int, ...], sign: str, told: str) -> None:
    row = calendar_rows([DayOutcomes(TODAY, *counts)], weeks=1, today=TODAY)[-1]
    assert (row["sign"], row["told"], row["failed"]) == (sign, told, counts[1] > 0)


def test_days_are_bluer_the_more_ran() -> None:
    days = [DayOutcomes(TODAY - timedelta(days=n), count, 0, 0, 0, 0) for n, count in enumerate((100, 1, 0))]
    levels = [row["level"] for row in calendar_rows(days, weeks=2, today=TODAY)]
    assert levels[-3:] == ["none", "few", "most"]


def test_durations_are_those_of_ended_runs_of_the_job_in_seconds() -> None:
    spans = [span(took=3), span(RunStatus.FAILED, took=9), span(RunStatus.RUNNING, took=None), span(job_id="scan")]
    rows = duration_rows([*spans, span(RunStatus.MISSED)], "pulse", AXIS)
    assert [(row["seconds"], row["told"], row["shape"]) for row in rows] == [
        (3.0, "✓ Succeeded", "circle"),
        (9.0, "✕ Failed", "cross"),
    ]


@pytest.mark.parametrize("dark", [True, False])
def test_every_chart_can_be_drawn_of_nothing(dark: bool) -> None:
    specs = [
        load_spec([], 5, AXIS, dark=dark),
        duration_spec([], None, AXIS, dark=dark),
        calendar_spec(calendar_rows([], weeks=1, today=TODAY), dark=dark),
        gantt_spec(Marks(), AXIS, dark=dark),
        overview_spec([], AXIS, dark=dark),
    ]
    for spec in specs:
        parts = [spec] if "data" in spec else spec["layer"]
        assert {part["data"]["name"] for part in parts} == set(spec.pop("datasets"))
        assert alt.LayerChart.from_dict(spec).layer


def test_charts_that_are_kept_move_on_with_their_axis() -> None:
    later = replace(AXIS, low=AXIS.low + timedelta(hours=1))
    for axis in (AXIS, later):
        ends = [wall(end, TUNIS).timestamp() * 1000 for end in (axis.low, axis.high)]
        for spec in (gantt_spec(Marks(), axis, dark=False), load_spec([], 5, axis, dark=False)):
            domain = spec["layer"][0]["encoding"]["x"]["scale"]["domain"]
            assert domain == {"expr": f"[{ends[0]:.0f}, {ends[1]:.0f}]"}


def test_the_axis_of_runs_names_the_data_that_it_brings() -> None:
    spec = gantt_spec(marks_of([span(), span(RunStatus.MISSED)], [], {}, AXIS), AXIS, dark=False)
    assert {layer["data"]["name"] for layer in spec["layer"]} == set(spec["datasets"])
    assert {name: len(rows) for name, rows in spec["datasets"].items()} == {
        "bars": 1,
        "waits": 0,
        "slots": 1,
        "ghosts": 0,
        "now": 1,
    }


def test_the_usual_band_spans_eight_in_ten_around_the_median() -> None:
    spec = duration_spec([], UsualDuration(60, 1, 2, 4), AXIS, dark=False)
    assert spec["datasets"]["band"].to_dict("records") == [{"low": 1, "high": 4, "seconds": 2}]


def test_the_legend_names_every_mark_with_its_sign() -> None:
    legend = legend_html(dark=False)
    for words in ("✓ Succeeded", "✕ Failed", "◇ Missed", "– Skipped", "○ Due", "– Will be skipped", "Waited"):
        assert words in legend


def test_a_click_on_a_mark_of_another_kind_picks_nothing() -> None:
    assert picked({"run": [{"run": None}], "slot": [{"slot": "x"}]}, "run") is None
    assert picked({"run": [{}], "slot": [{"slot": "x"}]}, "slot") == "x"
    assert picked({}, "run") is None
    assert picked({"day": [{"date": "2026-11-24"}]}, "day", field="date") == "2026-11-24"


def test_the_sums_tell_runs_and_slots_without_one_apart() -> None:
    spans = [span(), span(), span(RunStatus.FAILED), span(RunStatus.MISSED), span(RunStatus.SKIPPED)]
    assert sums(spans) == "3 runs: 2 succeeded, 1 failed; slots without a run: 1 missed, 1 skipped"
    assert sums([]) == "0 runs"


def test_the_table_and_the_file_tell_how_long_a_run_waited_and_took() -> None:
    cells = run_cells(span(waited=90, took=3), {"pulse": "Pulse"}, TUNIS, NOON)
    assert (cells["Job"], cells["Waited"], cells["Took"]) == ("Pulse", "1 min 30 s", "3.0 s")
    row = run_export(span(waited=90, took=3), NOON)
    assert (row["waited_seconds"], row["took_seconds"], row["due_at"]) == (90, 3, "2026-11-24T10:00:00+00:00")


def test_a_slot_without_a_run_has_no_durations() -> None:
    row = run_export(span(RunStatus.MISSED), NOON)
    assert (row["waited_seconds"], row["took_seconds"]) == (None, None)


def test_the_table_of_days_counts_each_outcome() -> None:
    assert list(day_cells(DayOutcomes(TODAY, 5, 1, 2, 3, 4)).values()) == ["Tue 24 Nov 2026", 15, 5, 1, 2, 3, 4]
