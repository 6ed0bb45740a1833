"""Which role each deed takes."""

from __future__ import annotations

import pytest

from bvmt.access.actor import Role
from bvmt.access.deeds import Deed, may, require
from bvmt.errors import Forbidden
from tests.people import person


@pytest.mark.parametrize("deed", Deed)
def test_a_viewer_may_do_nothing_that_changes_anything(deed: Deed) -> None:
    assert not may(person("Amel", Role.VIEWER), deed)


@pytest.mark.parametrize("deed", Deed)
def test_an_admin_may_do_everything(deed: Deed) -> None:
    assert may(person("Amel", Role.ADMIN), deed)


@pytest.mark.parametrize(
    "deed",
    [
        *(Deed.RUN, Deed.RETRY, Deed.CANCEL, Deed.PAUSE, Deed.RESUME, Deed.GENERATE_REPORT, Deed.LABEL_ARTICLE),
        *(Deed.ACKNOWLEDGE_FAILURE, Deed.RESOLVE_FAILURE, Deed.REOPEN_FAILURE, Deed.NOTE_FAILURE),
    ],
)
def test_an_operator_may_work_with_jobs_and_reports(deed: Deed) -> None:
    assert may(person("Amel", Role.OPERATOR), deed)


@pytest.mark.parametrize(
    "deed", [Deed.CHANGE_SCHEDULE, Deed.CHANGE_TOKENS, Deed.CHANGE_SUBSCRIBERS, Deed.CHANGE_LISTINGS, Deed.IMPORT]
)
def test_an_operator_may_not_change_what_all_rests_on(deed: Deed) -> None:
    assert not may(person("Amel", Role.OPERATOR), deed)


def test_a_refusal_says_which_role_it_takes() -> None:
    with pytest.raises(Forbidden, match="To pause takes the role of operator; Amel is viewer"):
        require(person("Amel", Role.VIEWER), Deed.PAUSE)
