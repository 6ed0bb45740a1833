"""API tokens: shown once, stored hashed, worth something until they expire or are revoked."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from uuid import uuid4

import pytest
import sqlalchemy as sa

from bvmt.access.actor import Actor, Role, Via
from bvmt.access.tokens import MadeToken, create_token, find_actor, list_tokens, revoke_token
from bvmt.clock import now
from bvmt.errors import ActionRefused, Forbidden, NotFound
from bvmt.store.audit import list_lines
from tests.people import person

AMEL, OMAR = person("amel@example.tn"), person("omar@example.tn", Role.OPERATOR)


def made(engine: sa.Engine, name: str = "backup", role: Role = Role.VIEWER) -> MadeToken:
    return create_token(engine, name=name, role=role, by=AMEL)


def holder(engine: sa.Engine, secret: str) -> Actor | None:
    with engine.connect() as conn:
        return find_actor(conn, secret, address="192.0.2.9")


def execute(engine: sa.Engine, statement: str) -> None:
    with engine.connect() as conn:
        conn.exec_driver_sql(statement)


def last_use(engine: sa.Engine) -> object:
    return list_tokens(engine)[0].last_used_at


def test_a_token_stands_for_its_name_and_role_from_where_it_is_used(engine: sa.Engine) -> None:
    token = made(engine, "nightly", Role.OPERATOR)
    assert holder(engine, token.secret) == Actor("nightly", Role.OPERATOR, Via.TOKEN, "192.0.2.9")


def test_a_token_is_256_random_bits_behind_a_known_prefix(engine: sa.Engine) -> None:
    first, second = made(engine, "one").secret, made(engine, "two").secret
    assert first.startswith("bvmt_") and len(first) == len("bvmt_") + 43
    assert first != second


def test_the_database_keeps_the_hash_and_four_characters_and_not_the_token(engine: sa.Engine) -> None:
    secret = made(engine).secret
    with engine.connect() as conn:
        row = conn.exec_driver_sql("select hash, hint, api_tokens::text as whole from api_tokens").one()
        logged = conn.exec_driver_sql("select string_agg(audit_log::text, '') from audit_log").scalar_one()
    assert bytes(row.hash) == hashlib.sha256(secret.encode()).digest()
    assert row.hint == secret[-4:]
    assert secret not in row.whole and secret not in logged


def test_the_token_is_not_in_what_a_log_would_print_of_it(engine: sa.Engine) -> None:
    token = made(engine)
    assert token.secret not in repr(token)


@pytest.mark.parametrize("wrong", ["", "bvmt_", "bvmt_" + "a" * 43, "secret", "bvmt_\x00", "bvmt_\ud800"])
def test_what_is_no_token_stands_for_nobody(engine: sa.Engine, wrong: str) -> None:
    made(engine)
    assert holder(engine, wrong) is None


def test_a_revoked_token_stands_for_nobody(engine: sa.Engine) -> None:
    token = made(engine)
    revoked = revoke_token(engine, token.row.id, by=AMEL)
    assert (revoked.state, revoked.revoked_by) == ("revoked", "amel@example.tn")
    assert holder(engine, token.secret) is None


def test_an_expired_token_stands_for_nobody(engine: sa.Engine) -> None:
    token = create_token(engine, name="brief", role=Role.ADMIN, by=AMEL, expires_at=now() + timedelta(hours=1))
    assert holder(engine, token.secret) is not None
    execute(engine, "update api_tokens set expires_at = clock_timestamp()")
    assert holder(engine, token.secret) is None
    assert [row.state for row in list_tokens(engine)] == ["expired"]


def test_a_token_is_revoked_once(engine: sa.Engine) -> None:
    token = made(engine)
    revoke_token(engine, token.row.id, by=AMEL)
    with pytest.raises(ActionRefused, match="revoked already"):
        revoke_token(engine, token.row.id, by=AMEL)


def test_a_token_that_does_not_exist_cannot_be_revoked(engine: sa.Engine) -> None:
    with pytest.raises(NotFound):
        revoke_token(engine, uuid4(), by=AMEL)


def test_that_a_token_was_used_is_noted_at_most_once_a_minute(engine: sa.Engine) -> None:
    token = made(engine)
    assert last_use(engine) is None
    holder(engine, token.secret)
    first = last_use(engine)
    holder(engine, token.secret)
    assert first is not None and last_use(engine) == first
    execute(engine, "update api_tokens set last_used_at = last_used_at - interval '61 seconds'")
    holder(engine, token.secret)
    assert last_use(engine) > first  # type: ignore[operator]


@pytest.mark.parametrize("name", ["", "  \n", "x" * 101])
def test_a_name_that_says_nothing_or_too_much_is_refused(engine: sa.Engine, name: str) -> None:
    with pytest.raises(ActionRefused, match="1 to 100"):
        made(engine, name)


def test_a_name_is_used_once_even_after_its_token_was_revoked(engine: sa.Engine) -> None:
    revoke_token(engine, made(engine, "backup").row.id, by=AMEL)
    with pytest.raises(ActionRefused, match="already"):
        made(engine, "  backup ")
    assert len(list_tokens(engine)) == 1


def test_an_end_that_has_passed_is_refused(engine: sa.Engine) -> None:
    with pytest.raises(ActionRefused, match="has passed"):
        create_token(engine, name="late", role=Role.VIEWER, by=AMEL, expires_at=now() - timedelta(seconds=1))


def test_only_admins_make_and_revoke_tokens(engine: sa.Engine) -> None:
    token = made(engine)
    with pytest.raises(Forbidden):
        create_token(engine, name="mine", role=Role.ADMIN, by=OMAR)
    with pytest.raises(Forbidden):
        revoke_token(engine, token.row.id, by=OMAR)
    assert [row.state for row in list_tokens(engine)] == ["active"]


def test_making_and_revoking_are_written_down(engine: sa.Engine) -> None:
    token = made(engine, "nightly", Role.OPERATOR)
    revoke_token(engine, token.row.id, by=AMEL)
    with engine.connect() as conn:
        revoked, created = list_lines(conn, subject="token nightly")
    assert (created.deed, created.after) == ("change tokens", {"role": "operator", "expires_at": None})
    assert (revoked.before, revoked.after) == ({"state": "active"}, {"state": "revoked"})
