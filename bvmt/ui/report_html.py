"""A report's blocks as HTML for its page. Pure; charts excepted, which the page draws live.

Words of others are escaped, stand in a direction of their own, and are linked to http(s) addresses only.
"""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from bvmt.reports.content import Fact, Facts, Message, Number, NumberForm, Paragraph, Row, Table, Value
from bvmt.reports.foreign_words import clip
from bvmt.reports.language import Language, Span

_LONGEST_SPAN = 300
_SIGNED = frozenset({NumberForm.CHANGE, NumberForm.POINTS, NumberForm.SCORE})

STYLE = """
<style>
[data-testid="stHtml"]:has(> style:only-child) {display: none}
.bvr {--soft: color-mix(in srgb, currentColor 68%, transparent);
  --line: color-mix(in srgb, currentColor 15%, transparent);
  --up: light-dark(#1F5FBF, #6EA8FE); --down: light-dark(#A84A08, #F0A35E); font-size: .93rem; line-height: 1.5;
  font-variant-numeric: tabular-nums}
.bvr p {margin: .35rem 0; max-width: 62rem}
.bvr h2 {font-size: 1.22rem; font-weight: 600; margin: .6rem 0 .5rem; padding: 0; scroll-margin-top: 5rem}
.bvr h3 {font-size: .95rem; font-weight: 600; margin: .9rem 0 .3rem; padding: 0}
.bvr .lead {font-size: 1.05rem; line-height: 1.55; border-left: 3px solid var(--up);
  padding-left: .9rem; max-width: 66rem}
.bvr .note, .bvr .small {color: var(--soft); font-size: .83rem}
.bvr .warning {border-left: 3px solid var(--down); padding-left: .8rem}
.bvr .up {color: var(--up); white-space: nowrap} .bvr .down {color: var(--down); white-space: nowrap}
.bvr a {color: var(--up); text-decoration: none} .bvr a:hover, .bvr a:focus-visible {text-decoration: underline}
.bvr .facts {display: grid; grid-template-columns: repeat(auto-fill, minmax(168px, 1fr)); gap: .6rem; margin: .5rem 0}
.bvr.card .facts {display: flex; flex-wrap: wrap; gap: .5rem .8rem; margin: 0}
.bvr.card .fact {border: 0; padding: 0; flex: 1 0 28%; min-width: max-content} .bvr.card .label {white-space: nowrap}
.bvr.card .fact .value {font-size: 1.15rem; white-space: nowrap}
.bvr .fact {border: 1px solid var(--line); border-radius: 6px; padding: .5rem .75rem .55rem; min-width: 0}
.bvr .fact .label, .bvr .fact .remark {color: var(--soft); font-size: .8rem; line-height: 1.35}
.bvr .fact .value {font-size: 1.3rem; font-weight: 600; line-height: 1.35; overflow-wrap: anywhere}
.bvr .fact .value.long {font-size: 1rem} .bvr .fact .change {font-size: .87rem; font-weight: 600}
.bvr .scroll {overflow: auto; max-height: 34rem; border: 1px solid var(--line); border-radius: 6px; margin: .3rem 0}
.bvr table {border-collapse: collapse; width: 100%; font-size: .86rem; line-height: 1.35; margin: 0}
.bvr th {position: sticky; top: 0; text-align: left; vertical-align: bottom; font-weight: 600; padding: .4rem .6rem;
  color: light-dark(#4A5666, #A7B3C2); background: light-dark(#F4F6F9, #182029); border: 0; font-size: .8rem}
.bvr td {padding: .32rem .6rem; vertical-align: top; border: 0; border-top: 1px solid var(--line)}
.bvr .number {text-align: right} .bvr td.number {white-space: nowrap}
.bvr td.number.words {white-space: normal} .bvr td.line {white-space: nowrap}
.bvr tr.quiet td {color: var(--soft)}
.bvr tbody tr:hover td {background: color-mix(in srgb, currentColor 5%, transparent)}
</style>
"""


def inline(language: Language, value: Value) -> str:
    """Return a value as HTML."""
    return _spans(language.spans(value))


def sentences(language: Language, messages: Iterable[Message]) -> str:
    """Return messages one after the other as HTML."""
    return " ".join(inline(language, message) for message in messages)


def lead(language: Language, messages: Iterable[Message]) -> str:
    """Return the lead paragraph."""
    return f'<p class="lead">{sentences(language, messages)}</p>'


def heading(language: Language, message: Message, anchor: str) -> str:
    """Return a section's heading, which `#anchor` leads to."""
    return f'<h2 id="{escape(anchor)}">{inline(language, message)}</h2>'


def title(language: Language, message: Message) -> str:
    """Return the title of a table or chart."""
    return f"<h3>{inline(language, message)}</h3>"


def small(words: str) -> str:
    """Return HTML in small, soft letters."""
    return f'<p class="small">{words}</p>'


def block(language: Language, given: Paragraph | Facts | Table) -> str:
    """Return a block as HTML, to stand in `page`."""
    match given:
        case Paragraph():
            return f'<p class="{given.tone}">{sentences(language, given.sentences)}</p>'
        case Facts():
            return f'<div class="facts">{"".join(_fact(language, fact) for fact in given.items)}</div>'
        case Table():
            return _table(language, given)


def page(*parts: str, card: bool = False) -> str:
    """Return parts in the frame that gives them their looks, or in that of a card. STYLE has to stand on the page."""
    return f'<div class="bvr{" card" if card else ""}">{"".join(parts)}</div>'


def _fact(language: Language, fact: Fact) -> str:
    value = _value(language, fact.value)
    long = " long" if len(language.show(fact.value)) > 14 else ""
    change = f'<div class="change">{_value(language, fact.change)}</div>' if fact.change is not None else ""
    remark = f'<div class="remark">{inline(language, fact.remark)}</div>' if fact.remark is not None else ""
    return (
        f'<div class="fact"><div class="label">{inline(language, fact.label)}</div>'
        f'<div class="value{long}">{value}</div>{change}{remark}</div>'
    )


def _table(language: Language, table: Table) -> str:
    above = title(language, table.title) if table.title is not None else ""
    below = small(inline(language, table.note)) if table.note is not None else ""
    if not table.rows:
        return above + small(inline(language, table.empty or Message(key="nothing"))) + below
    heads = "".join(
        f'<th scope="col"{" class=number" if column.numeric else ""}>{inline(language, column.heading)}</th>'
        for column in table.columns
    )
    rows = "".join(_row(language, row, table) for row in table.rows)
    return (
        f'{above}<div class="scroll" tabindex="0"><table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>'
        f"</div>{below}"
    )


def _row(language: Language, row: Row, table: Table) -> str:
    cells = []
    for at, (value, column) in enumerate(zip(row.cells, table.columns, strict=True)):
        kinds = ["number"] * column.numeric + ["words"] * (column.numeric and not isinstance(value, Number))
        named = f' class="{" ".join(kinds)}"' if kinds else ""
        inset = f' style="padding-left:{0.6 + 1.1 * row.indent:.1f}rem"' if at == 0 and row.indent else ""
        cells.append(f"<td{named}{inset}>{_value(language, value, brief=True)}</td>")
    quiet = ' class="quiet"' if row.quiet else ""
    return f"<tr{quiet}>{''.join(cells)}</tr>"


def _value(language: Language, value: Value, *, brief: bool = False) -> str:
    """A value; a change in the colours of the charts' bars, beside the sign that it carries anyway."""
    shown = _spans(language.spans(value, brief=brief))
    if isinstance(value, Number) and value.form in _SIGNED:
        if shown.startswith("+"):
            return f'<span class="up">{shown}</span>'
        if shown.startswith("\u2212"):
            return f'<span class="down">{shown}</span>'
    return shown


def _spans(spans: Iterable[Span]) -> str:
    return "".join(map(_span, spans))


def _span(span: Span) -> str:
    words = escape(clip(span.text, _LONGEST_SPAN) if span.foreign else span.text)
    if span.foreign and words:
        words = f'<bdi dir="auto">{words}</bdi>'
    if span.url:
        return f'<a href="{escape(span.url)}" target="_blank" rel="noopener noreferrer">{words}</a>'
    return words
