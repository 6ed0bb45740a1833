"""Work beside a page."""

from __future__ import annotations

import threading

import pytest

from bvmt.errors import ActionRefused
from bvmt.ui.background import BackgroundWork


def test_work_leaves_its_outcome() -> None:
    work = BackgroundWork("sum", lambda: 1 + 1)
    work.start()
    work.join(10)
    assert (work.outcome, work.failure) == (2, None)


def test_work_that_is_refused_leaves_the_reason() -> None:
    def refuse() -> int:
        raise ActionRefused("Not today.")

    work = BackgroundWork("refusal", refuse)
    work.start()
    work.join(10)
    assert (work.outcome, work.failure) == (None, "Not today.")


def test_work_that_breaks_off_leaves_neither(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    monkeypatch.setattr(threading, "excepthook", lambda args: told.append(str(args.exc_value)))
    work: BackgroundWork[float] = BackgroundWork("slip", lambda: 1 / 0)
    work.start()
    work.join(10)
    assert (work.outcome, work.failure, told) == (None, None, ["division by zero"])
