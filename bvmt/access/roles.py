"""Which role somebody has: read from ROLE_ADMINS, ROLE_OPERATORS and ROLE_VIEWERS."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from bvmt.access.actor import Role


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody whose identity is known. `email` counts only where it was verified."""

    name: str
    email: str | None = None
    groups: frozenset[str] = field(default_factory=frozenset)


def read_rule(text: str) -> str:
    """Check one entry of a list of people: an e-mail address, @domain, group:name or *. Raises ValueError."""
    rule = text.strip()
    if rule == "*":
        return rule
    if rule.startswith("group:"):
        if not rule.removeprefix("group:").strip():
            raise ValueError("no group is named")
        return rule
    before, at, domain = rule.rpartition("@")
    if not at or not domain or "@" in before or any(c.isspace() for c in rule):
        raise ValueError("neither an e-mail address nor @domain, group:name or *")
    return rule.casefold()


class Roles:
    """Who has which role. The highest role that a person matches counts."""

    def __init__(self, admins: Iterable[str] = (), operators: Iterable[str] = (), viewers: Iterable[str] = ()) -> None:
        self._rules: Sequence[tuple[Role, frozenset[str]]] = (
            (Role.ADMIN, frozenset(admins)),
            (Role.OPERATOR, frozenset(operators)),
            (Role.VIEWER, frozenset(viewers)),
        )

    def role_of(self, person: Person) -> Role | None:
        """The person's role; None where nobody gave one."""
        words = {"*", *(f"group:{group}" for group in person.groups)}
        if person.email:
            email = person.email.casefold()
            before, at, domain = email.rpartition("@")
            if before and "@" not in before:
                words |= {email, at + domain}
        return next((role for role, rules in self._rules if rules & words), None)
