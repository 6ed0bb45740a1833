"""Who calls the API, with and without a guard before it."""

from __future__ import annotations

import pytest
from fastapi import Request

from bvmt.access.actor import Role, Via
from bvmt.access.seal import SCOPE_KEY
from bvmt.api.callers import caller
from bvmt.errors import Forbidden
from tests.people import person

AMEL = person("amel@example.tn")


def request(**scope: object) -> Request:
    return Request({"type": "http", "headers": [], "client": ("127.0.0.1", 1), **scope})


def test_whom_the_guard_has_named_calls() -> None:
    assert caller(request(**{SCOPE_KEY: AMEL})) == AMEL


def test_whom_the_guard_has_let_through_unknown_may_not_call_even_from_this_machine() -> None:
    with pytest.raises(Forbidden, match="known caller"):
        caller(request(**{SCOPE_KEY: None}))


def test_without_a_guard_a_program_of_this_machine_is_an_admin_and_no_other_is_anybody() -> None:
    local = caller(request())
    assert (local.role, local.via) == (Role.ADMIN, Via.LOCAL)
    with pytest.raises(Forbidden, match="this machine"):
        caller(request(client=("203.0.113.9", 1)))
