"""What a failure left behind, for the pages of a run and of a group: its traceback and its HTTP exchange."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from http import HTTPStatus
from itertools import groupby
from typing import Any

import streamlit as st

from bvmt.ui.chart_colours import hairline, tone_colour
from bvmt.ui.failure_traceback import Frame, Raised, take_apart
from bvmt.ui.words import duration, plural

_STYLE = """
<style>
.failed {font-size: .9rem; line-height: 1.45; --line: %(line)s; --bad: %(bad)s; --own: %(own)s}
.failed code, .failed pre {font-size: .82rem; background: none; color: inherit; padding: 0; margin: 0}
.failed pre {white-space: pre-wrap; overflow-wrap: anywhere; border: 0}
.failed .error {border-left: 3px solid var(--bad); padding: .15rem .7rem; margin: 0 0 .5rem; overflow-wrap: anywhere;
  white-space: pre-wrap; font-weight: 600}
.failed .own {border-left: 3px solid var(--own); padding: .1rem .7rem; margin: .15rem 0}
.failed .own .at {font-weight: 600}
.failed .mark {color: var(--own); font-size: .75rem; font-weight: 600; margin-left: .5rem}
.failed details {padding: .1rem .7rem; border-left: 3px solid var(--line); margin: .15rem 0}
.failed summary {cursor: pointer; opacity: .8}
.failed .chain {margin: .9rem 0 .35rem; opacity: .85}
.failed dl {display: flex; flex-wrap: wrap; gap: .3rem 1.6rem; margin: 0 0 .5rem; padding: 0}
.failed dt {margin: 0; opacity: .75; font-size: .78rem}
.failed dd {margin: 0; padding: 0; font-variant-numeric: tabular-nums}
.failed .url {overflow-wrap: anywhere; font-weight: 600; margin-bottom: .35rem}
.failed .body {border: 1px solid var(--line); border-radius: .4rem; padding: .5rem .7rem; max-height: 12rem;
  overflow: auto}
</style>
"""


def render_traceback(traceback: str, key: str) -> None:
    """A traceback with the project's own frames shown, the place of the error first, and those of libraries folded.

    `key` is unique on the page. The text as Python printed it stands behind, for copying.
    """
    with st.container(key=f"traceback_{key}", gap="small"):
        chain = take_apart(traceback)
        if chain:
            st.html(f'{_style()}<div class="failed">{_chain(chain)}</div>')
        with st.expander("As Python printed it", expanded=not chain, key=f"printed_{key}"):
            st.code(traceback, language=None, wrap_lines=True)


def render_exchange(exchange: Mapping[str, Any] | None) -> None:
    """The HTTP exchange at which an attempt failed, as `Attempt.exchange` has it; nothing where there was none."""
    if exchange is None:
        return
    attempts = int(exchange.get("attempts") or 1)
    facts = {
        "Answer": status_words(exchange.get("status")),
        "Took": duration(float(exchange.get("milliseconds") or 0) / 1000),
        "Tries": plural(attempts, "try", "tries"),
        "Kind": exchange.get("content_type") or "",
    }
    listed = "".join(
        f"<div><dt>{word}</dt><dd>{escape(str(value))}</dd></div>" for word, value in facts.items() if value
    )
    asked = f"{exchange.get('method', '')} {exchange.get('url', '')}"
    sample = str(exchange.get("sample") or "")
    body = f'<div class="body" tabindex="0" aria-label="How the answer began"><pre>{escape(sample)}</pre></div>'
    st.html(
        f'{_style()}<div class="failed"><div class="url"><code>{escape(asked)}</code></div><dl>{listed}</dl>'
        f"{body if sample else ''}</div>"
    )


def status_words(status: int | None) -> str:
    """An HTTP status with its phrase: `503 Service Unavailable`."""
    if status is None:
        return "no answer came"
    phrase = HTTPStatus(status).phrase if status in {known.value for known in HTTPStatus} else ""
    return f"{status} {phrase}".rstrip()


def _style() -> str:
    dark = st.context.theme.type == "dark"
    return _STYLE % {
        "line": hairline(dark=dark),
        "bad": tone_colour("red", dark=dark),
        "own": tone_colour("blue", dark=dark),
    }


def _chain(chain: Sequence[Raised]) -> str:
    """The exception that ended the run first, then what was behind it."""
    parts = []
    for raised in reversed(chain):
        if raised.led_to_next:
            came = "It was caused by" if raised.led_to_next == "caused" else "It came while this was being handled"
            parts.append(f'<p class="chain">{came}:</p>')
        parts.append(f'<div class="error">{escape(raised.error)}</div>{_frames(raised.frames)}')
    return "".join(parts)


def _frames(frames: Sequence[Frame]) -> str:
    """The innermost call first; calls inside libraries that stand together are folded."""
    parts = []
    for own, run in groupby(reversed(frames), key=lambda frame: frame.own):
        calls = list(run)
        if own:
            parts += [f'<div class="own">{_call(frame, mark=True)}</div>' for frame in calls]
        else:
            inside = "".join(f"<div>{_call(frame)}</div>" for frame in calls)
            parts.append(f"<details><summary>{plural(len(calls), 'library frame')}</summary>{inside}</details>")
    return "".join(parts)


def _call(frame: Frame, *, mark: bool = False) -> str:
    told = '<span class="mark">ours</span>' if mark else ""
    code = f"<pre>{escape(frame.code)}</pre>" if frame.code else ""
    place = escape(f"{frame.place}:{frame.line}")
    return f'<div><code class="at">{place}</code> in <code>{escape(frame.function)}</code>{told}</div>{code}'
