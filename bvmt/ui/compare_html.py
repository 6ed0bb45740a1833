"""The tables of two runs side by side as HTML: everything that comes from outside is escaped. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from zoneinfo import ZoneInfo

from bvmt.store.history import LogLine, StepRow
from bvmt.ui.badges import run_badge
from bvmt.ui.compare_diff import Gap, Pair, Side
from bvmt.ui.compare_rows import NONE, Row, StepPair, signed_duration
from bvmt.ui.words import clock_time, duration, instant, plural

STYLE = """
<style>
[data-testid="stHtml"]:has(> style:only-child) {display: none}
.cmp {--soft: color-mix(in srgb, currentColor 68%, transparent);
  --line: color-mix(in srgb, currentColor 15%, transparent); --mark: light-dark(#A84A08, #F0A35E);
  --one: light-dark(#1F5FBF, #6EA8FE); --red: light-dark(#B02820, #FF7B72); font-variant-numeric: tabular-nums}
.cmp table {border-collapse: collapse; width: 100%; table-layout: fixed; font-size: .88rem; line-height: 1.4; margin: 0}
.cmp th {text-align: left; font-weight: 600; font-size: .8rem; color: var(--soft); padding: .35rem .6rem; border: 0;
  border-bottom: 1px solid var(--line)}
.cmp td {padding: .35rem .6rem; vertical-align: top; border: 0; border-bottom: 1px solid var(--line);
  overflow-wrap: anywhere}
.cmp th:first-child, .cmp tbody th {padding-left: 0}
.cmp tbody th {font-weight: 400; font-size: .88rem; color: var(--soft); width: 20%}
.cmp .number {text-align: right} .cmp .differs {color: var(--mark); font-weight: 600}
.cmp .bar {height: 6px; border-radius: 3px; background: var(--one); margin-top: 4px; min-width: 2px}
.cmp .bar.second {background: var(--mark)} .cmp .soft {color: var(--soft); font-size: .82rem}
.cmp.log {border: 1px solid var(--line); border-radius: 6px; max-height: 34rem; overflow: auto}
.cmp.log table {font-family: "Source Code Pro", monospace; font-size: .78rem}
.cmp.log td {border: 0; padding: .12rem .6rem; white-space: pre-wrap}
.cmp.log td.sign {width: 1.6rem; padding-right: 0; text-align: center; font-weight: 600; color: var(--mark)}
.cmp.log tr.one td, .cmp.log tr.changed td {background: color-mix(in srgb, var(--mark) 9%, transparent)}
.cmp.log tr.gap td {color: var(--soft); font-family: inherit; padding: .3rem .6rem; border-block: 1px solid var(--line);
  text-align: center}
.cmp.log .time {color: var(--soft); margin-right: .7em} .cmp.log .bad {color: var(--red); font-weight: 600}
</style>
"""

_SIGNS = {Side.BOTH: "", Side.CHANGED: "≠", Side.FIRST: "−", Side.SECOND: "+"}
_HEARD = {Side.CHANGED: "differs", Side.FIRST: "only in A", Side.SECOND: "only in B"}


def rows_html(rows: Sequence[Row], *, numbers: bool, label: str) -> str:
    """Rows as a table: label, both runs, and what differs, with a sign."""
    aligned = ' class="number"' if numbers else ""
    body = "".join(
        f'<tr><th scope="row">{escape(row.label)}</th><td{aligned}>{escape(row.first)}</td>'
        f"<td{aligned}>{escape(row.second)}</td>{_change_cell(row)}</tr>"
        for row in rows
    )
    return _table(label, body, cells=aligned)


def _change_cell(row: Row) -> str:
    change = row.change or ("≠ differs" if row.differs else "")
    return f'<td class="number{" differs" if row.differs else ""}">{escape(change)}</td>'


def steps_html(pairs: Sequence[StepPair]) -> str:
    """Steps as a table whose bars are as long as the steps took, on one scale for both runs."""
    longest = max((step.seconds for pair in pairs for step in (pair.first, pair.second) if step), default=0.0)
    body = "".join(
        f'<tr><th scope="row">{escape(pair.name)}</th>{_step_cell(pair.first, longest, "first")}'
        f'{_step_cell(pair.second, longest, "second")}<td class="number">{_step_change(pair)}</td></tr>'
        for pair in pairs
    )
    return _table("Steps", body)


def _step_cell(step: StepRow | None, longest: float, side: str) -> str:
    if step is None:
        return f'<td class="soft">{NONE} did not come to it</td>'
    badge = run_badge(step.status)
    width = 100 * step.seconds / longest if longest else 0
    detail = f'<div class="soft">{escape(step.detail)}</div>' if step.detail else ""
    return (
        f"<td>{badge.sign} {escape(badge.word)} · {duration(step.seconds)}"
        f'<div class="bar {side}" style="width:{width:.1f}%"></div>{detail}</td>'
    )


def _step_change(pair: StepPair) -> str:
    if pair.seconds is None:
        return '<span class="differs">≠ one only</span>'
    return escape(signed_duration(pair.seconds))


def _table(label: str, body: str, *, cells: str = "") -> str:
    return (
        f'<div class="cmp"><table aria-label="{escape(label)}"><thead><tr><th scope="col" style="width:20%"></th>'
        f'<th scope="col"{cells}>A</th><th scope="col"{cells}>B</th>'
        '<th scope="col" class="number" style="width:17%">B against A</th>'
        f"</tr></thead><tbody>{body}</tbody></table></div>"
    )


def log_html(shown: Sequence[Pair | Gap], zone: ZoneInfo) -> str:
    """Two logs side by side, as `bvmt.ui.compare_diff` has aligned them."""
    body = "".join(_gap_html(item) if isinstance(item, Gap) else _pair_html(item, zone) for item in shown)
    return (
        '<div class="cmp log" tabindex="0" role="region" aria-label="Logs side by side"><table>'
        f'<colgroup><col style="width:1.6rem"><col><col></colgroup><tbody>{body}</tbody></table></div>'
    )


def _gap_html(gap: Gap) -> str:
    return f'<tr class="gap"><td colspan="3">{plural(gap.lines, "line")} alike but for times</td></tr>'


def _pair_html(pair: Pair, zone: ZoneInfo) -> str:
    tone = {Side.BOTH: "", Side.CHANGED: "changed"}.get(pair.side, "one")
    heard = _HEARD.get(pair.side, "alike")
    return (
        f'<tr class="{tone}"><td class="sign" title="{heard}" aria-label="{heard}">{_SIGNS[pair.side]}</td>'
        f"<td>{_line_html(pair.first, zone)}</td><td>{_line_html(pair.second, zone)}</td></tr>"
    )


def _line_html(line: LogLine | None, zone: ZoneInfo) -> str:
    if line is None:
        return ""
    level = f'<span class="bad">{escape(line.level.upper())}</span> ' if line.level not in {"info", "debug"} else ""
    title = escape(instant(line.logged_at, zone))
    return f'<span class="time" title="{title}">{clock_time(line.logged_at, zone)}</span>{level}{escape(line.message)}'
