"""What may be done with a run in each state."""

from __future__ import annotations

import pytest

from bvmt.runs.status import ACTIONS_BY_STATUS, ACTIVE, RunAction, RunStatus


def test_every_status_says_which_actions_fit() -> None:
    assert set(ACTIONS_BY_STATUS) == set(RunStatus)


@pytest.mark.parametrize("status", RunStatus)
def test_a_run_is_cancelled_while_it_is_active_and_retried_once_it_is_over(status: RunStatus) -> None:
    expected = RunAction.CANCEL if status in ACTIVE else RunAction.RETRY
    assert ACTIONS_BY_STATUS[status] == {expected}


def test_a_run_is_active_while_it_waits_or_runs() -> None:
    assert {RunStatus.QUEUED, RunStatus.RUNNING} == ACTIVE
