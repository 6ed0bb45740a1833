"""What an import counts while it reads."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import islice

from bvmt.imports.reading import Batch
from bvmt.market.history_files import QuoteBatch, SetAside
from bvmt.market.history_files.rows import PREVIOUS_DROPPED, UnknownInstrument
from bvmt.store.import_staging import Dropped, Merged
from bvmt.store.imports import REJECTS_KEPT, Figures

REPEATED = "repeated in the file"
"""What a row is counted under that a later one of the same instrument and session replaces."""

_UNKNOWN_KEPT = 2000


@dataclass(slots=True)
class Tally:
    """Counts of one import, over all members of its file.

    In an archive of `several` files the lines count through, up to `last_line`, and a row that could not be read
    says in which of them it stood.
    """

    several: bool = False
    rows_read: int = 0
    forms: dict[str, None] = field(default_factory=dict)
    left_out: Counter[str] = field(default_factory=Counter)
    set_aside: Counter[str] = field(default_factory=Counter)
    rejects: list[SetAside] = field(default_factory=list)
    remarked: int = 0
    unknown: dict[str, UnknownInstrument] = field(default_factory=dict)
    last_line: int = 0
    _member_begins: int = 0

    def add(self, member: str, batch: Batch) -> None:
        """Count a batch of the file, or of its member of that name."""
        rows = batch.rows
        self.rows_read += rows.read
        self.forms[batch.form.value] = None
        self.last_line = batch.last_line
        self.set_aside.update(row.reason for row in rows.set_aside)
        self._keep(rows.set_aside, member)
        if isinstance(rows, QuoteBatch):
            self.left_out += rows.left_out
            self._offer(rows.unknown)
        else:
            self.remarked += len(rows.remarks)
            self._keep(rows.remarks, member)

    def begin_member(self) -> None:
        """Number the lines of the next member, where they are told to people, from 1."""
        self._member_begins = self.last_line

    def add_dropped(self, dropped: Dropped) -> None:
        """Count staged rows of days without a session."""
        self.set_aside.update({row.reason: dropped.count for row in dropped.rows[:1]})
        self.rejects += dropped.rows[: REJECTS_KEPT - len(self.rejects)]

    def figures(self, repeated: int, merged: Sequence[Merged]) -> Figures:
        """Return the final figures."""
        days = [day for part in merged for day in (part.first_day, part.last_day) if day is not None]
        return Figures(
            form=", ".join(self.forms),
            rows_read=self.rows_read,
            added=sum(part.added for part in merged),
            changed=sum(part.changed for part in merged),
            unchanged=sum(part.unchanged for part in merged),
            left_out=self.left_out + Counter({REPEATED: repeated}),
            set_aside=self.set_aside,
            first_day=min(days, default=None),
            last_day=max(days, default=None),
            detail=self._remark(),
        )

    def _remark(self) -> str | None:
        if not self.remarked:
            return None
        return f"{self.remarked} row{'s' * (self.remarked > 1)} {PREVIOUS_DROPPED}."

    def _keep(self, rows: Iterable[SetAside], member: str) -> None:
        for line, reason, raw in islice(rows, REJECTS_KEPT - len(self.rejects)):
            told = f"{member}, line {line - self._member_begins}: {raw}" if self.several else raw
            self.rejects.append(SetAside(line, reason, told))

    def _offer(self, unknown: Iterable[UnknownInstrument]) -> None:
        for instrument in unknown:
            if len(self.unknown) < _UNKNOWN_KEPT:
                self.unknown[instrument.isin] = instrument
