"""Python's tracebacks taken apart: the project's own frames, and those of libraries. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

_FRAME = re.compile(r'^  File "(?P<path>[^"]+)", line (?P<line>\d+), in (?P<function>.+)$')
_CAUSE = "The above exception was the direct cause of the following exception:"
_CONTEXT = "During handling of the above exception, another exception occurred:"
_HEAD = "Traceback (most recent call last):"
_LIBRARY = re.compile(r"(^|[/\\])(site-packages|dist-packages|lib[/\\]python\d)")
# Whatever folder the process ran in: a run may have failed on another machine.
_OWN = re.compile(
    r"(?:^|[/\\])(?P<name>(?:bvmt|jobs|pages|tests|benchmarks)[/\\].+\.py|(?:app|dashboard|scheduler_runtime)\.py)$"
)
_MARKERS = re.compile(r"^\s*[\^~]+\s*$")


@dataclass(frozen=True, slots=True)
class Frame:
    """One call: where, and the source there. `place` of an own frame is relative to the project."""

    place: str
    line: int
    function: str
    code: str
    own: bool


@dataclass(frozen=True, slots=True)
class Raised:
    """One exception of a chain, as it was told, with the calls that led to it, the outermost first.

    `led_to_next` says how the following exception of the chain came of it; empty for the last one.
    """

    error: str
    frames: Sequence[Frame]
    led_to_next: str = ""


def take_apart(traceback: str) -> list[Raised]:
    """The exceptions of a chain as Python prints it, the one that ended the run last.

    Empty where the text is not such a print, or one of an exception group, which is a tree.
    """
    found: list[Raised] = []
    block: list[str] = []
    for line in traceback.splitlines():
        if line in (_CAUSE, _CONTEXT):
            found.append(_raised(block, "caused" if line == _CAUSE else "was being handled when there came"))
            block = []
        else:
            block.append(line)
    found.append(_raised(block, ""))
    return found if all(raised.frames and raised.error for raised in found) else []


def _raised(block: Sequence[str], led_to_next: str) -> Raised:
    frames: list[Frame] = []
    error: list[str] = []
    code: list[str] = []
    head: re.Match[str] | None = None
    for line in block:
        begun = _FRAME.match(line)
        if begun or (line and not line.startswith(" ")):
            if head:
                frames.append(_frame(head, code))
            head, code = begun, []
        if begun or line == _HEAD:
            continue
        if head:
            code.append(line)
        else:
            error.append(line)
    if head:
        frames.append(_frame(head, code))
    return Raised("\n".join(error).strip(), frames, led_to_next)


def _frame(head: re.Match[str], code: Sequence[str]) -> Frame:
    path = head["path"]
    own = None if _LIBRARY.search(path) else _OWN.search(path)
    kept = "\n".join(line.removeprefix("    ") for line in code if line and not _MARKERS.match(line))
    place = own["name"].replace("\\", "/") if own else _short(path)
    return Frame(place, int(head["line"]), head["function"], kept, own=own is not None)


def _short(path: str) -> str:
    """A library's file without the folders of its installation."""
    parts = re.split(r"(?:site|dist)-packages[/\\]|lib[/\\]python\d[\d.]*[/\\]", path)
    return parts[-1].replace("\\", "/")
