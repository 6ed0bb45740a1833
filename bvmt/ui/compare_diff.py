"""The logs of two runs, line against line: what both said, and what only one did. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

from bvmt.store.history import LogLine

# What differs between two runs that did the same: instants, clock times, ids and durations.
_CHANGING = re.compile(
    r"""\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2})?(\.\d+)?(Z|[+-]\d{2}:?\d{2})?
    | \b\d{1,2}:\d{2}(:\d{2})?(\.\d+)?\b
    | \b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b
    | \b\d+([.,]\d+)?\s?(ms|s|sec|seconds?|min|minutes?|h)\b""",
    re.VERBOSE | re.IGNORECASE,
)


class Side(StrEnum):
    """Which of two runs said a line."""

    BOTH = "both"
    CHANGED = "changed"
    FIRST = "first"
    SECOND = "second"


@dataclass(frozen=True, slots=True)
class Pair:
    """A line of the first log and the line of the second that stands beside it; None where there is none."""

    side: Side
    first: LogLine | None
    second: LogLine | None


@dataclass(frozen=True, slots=True)
class Gap:
    """Lines left out because both runs said the same."""

    lines: int


def same_words(line: LogLine) -> str:
    """What a line says but for times, durations and ids, which no two runs have alike."""
    return f"{line.level} {_CHANGING.sub('…', line.message)}"


def aligned(first: Sequence[LogLine], second: Sequence[LogLine]) -> list[Pair]:
    """Return the lines of both logs in order, side by side.

    Lines are the same where they say the same but for times (`same_words`). Where lines of the one stand in place
    of as many of the other, they are paired as CHANGED; the rest is of one side only.
    """
    matcher = SequenceMatcher(None, [same_words(line) for line in first], [same_words(line) for line in second], False)
    pairs: list[Pair] = []
    for kind, low, high, other_low, other_high in matcher.get_opcodes():
        left, right = first[low:high], second[other_low:other_high]
        if kind == "equal":
            pairs += [Pair(Side.BOTH, one, other) for one, other in zip(left, right, strict=True)]
        elif kind == "replace" and len(left) == len(right):
            pairs += [Pair(Side.CHANGED, one, other) for one, other in zip(left, right, strict=True)]
        else:
            pairs += [Pair(Side.FIRST, one, None) for one in left]
            pairs += [Pair(Side.SECOND, None, other) for other in right]
    return pairs


def folded(pairs: Sequence[Pair], *, around: int = 2) -> list[Pair | Gap]:
    """The pairs that differ with `around` same ones before and behind them; the others as gaps with their number."""
    near = {
        index
        for place, pair in enumerate(pairs)
        if pair.side is not Side.BOTH
        for index in range(place - around, place + around + 1)
    }
    shown: list[Pair | Gap] = []
    left_out = 0
    for index, pair in enumerate(pairs):
        if index not in near:
            left_out += 1
            continue
        if left_out:
            shown.append(Gap(left_out))
            left_out = 0
        shown.append(pair)
    return [*shown, Gap(left_out)] if left_out else shown
