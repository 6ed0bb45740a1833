"""Who has which role."""

from __future__ import annotations

import pytest

from bvmt.access.actor import Role
from bvmt.access.roles import Person, Roles, read_rule

ROLES = Roles(["ada@example.tn", "group:desk-heads"], ["@example.tn", "group:operators"], ["*"])


def person(email: str | None = None, *groups: str) -> Person:
    return Person(email or "somebody", email, frozenset(groups))


@pytest.mark.parametrize(
    ("who", "role"),
    [
        (person("ada@example.tn"), Role.ADMIN),
        (person("ADA@Example.TN"), Role.ADMIN),
        (person("bob@elsewhere.tn", "desk-heads"), Role.ADMIN),
        (person("bob@example.tn"), Role.OPERATOR),
        (person("bob@elsewhere.tn", "readers", "operators"), Role.OPERATOR),
        (person("bob@elsewhere.tn"), Role.VIEWER),
        (person(None), Role.VIEWER),
    ],
)
def test_the_highest_role_that_somebody_matches_counts(who: Person, role: Role) -> None:
    assert ROLES.role_of(who) is role


@pytest.mark.parametrize(
    "who",
    [
        person("bob@sub.example.tn"),
        person("ada@example.tn.evil.example"),
        person("example.tn"),
        person("ada@example.tn@evil.example"),
        person("mallory@evil.example@example.tn"),
        person(None, "Operators", "@example.tn", "*", "example.tn"),
        Person("ada@example.tn"),
    ],
)
def test_whoever_only_looks_like_somebody_with_a_role_has_none(who: Person) -> None:
    assert Roles(["ada@example.tn"], ["@example.tn", "group:operators"]).role_of(who) is None


def test_without_rules_nobody_has_a_role() -> None:
    assert Roles().role_of(person("ada@example.tn", "desk-heads")) is None


@pytest.mark.parametrize("text", ["ada", "", "@", "ada@", "a@b@c.tn", "group:", "group: ", "a b@c.tn"])
def test_a_rule_that_names_nobody_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"group|address"):
        read_rule(text)
