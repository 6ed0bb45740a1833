from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from streamlit.testing.v1 import AppTest

from bvmt.access.actor import Role
from bvmt.access.tokens import PREFIX, create_token, find_actor, list_tokens, revoke_token
from bvmt.clock import now
from tests.pages.conftest import OpenPage, plain, texts
from tests.pages.visitors import AMEL, OMAR, VERA, come_as


def open_system(open_page: OpenPage) -> AppTest:
    return open_page("pages/system.py", part="API tokens")


def tokens_shown(page: AppTest) -> list[dict[str, object]]:
    """The table of tokens, a row a token."""
    return [row for frame in page.dataframe if "Ends in" in frame.value for row in frame.value.to_dict("records")]


def secrets_shown(page: AppTest) -> list[str]:
    return [code.value for code in page.code if code.value.startswith(PREFIX)]


def make(page: AppTest, name: str, role: Role = Role.VIEWER, good_for: str = "90 days") -> AppTest:
    page.text_input(key="token_name").set_value(name)
    page.selectbox(key="token_role").set_value(role)
    page.selectbox(key="token_life").set_value(good_for)
    return page.button(key="make_token").click().run()


def test_without_tokens_the_page_says_so(open_page: OpenPage) -> None:
    page = open_system(open_page)
    assert not page.exception
    assert "There are no tokens yet." in texts(page.caption)
    assert "revoke_token" not in {button.key for button in page.button}


def test_a_made_token_is_shown_and_works(open_page: OpenPage, engine: sa.Engine) -> None:
    page = make(open_system(open_page), "nightly", Role.OPERATOR)
    (secret,) = secrets_shown(page)
    with engine.connect() as conn:
        actor = find_actor(conn, secret)
    assert actor is not None
    assert (actor.name, actor.role) == ("nightly", Role.OPERATOR)


def test_a_made_token_is_shown_once(open_page: OpenPage) -> None:
    page = make(open_system(open_page), "nightly")
    (secret,) = secrets_shown(page)
    page.button(key="token_copied").click().run()
    assert secrets_shown(page) == []
    (row,) = tokens_shown(page)
    assert (row["Name"], row["Ends in"], row["State"]) == ("nightly", f"…{secret[-4:]}", "active")
    assert secret not in str(page)
    assert "made_token" not in page.session_state


def test_a_token_is_good_for_90_days_where_nothing_else_is_chosen(open_page: OpenPage, engine: sa.Engine) -> None:
    page = open_system(open_page)
    page.text_input(key="token_name").set_value("nightly")
    page.button(key="make_token").click().run()
    (token,) = list_tokens(engine)
    assert token.expires_at is not None
    assert timedelta(days=89) < token.expires_at - now() <= timedelta(days=90)
    assert token.role == "viewer"


def test_a_token_may_be_good_until_it_is_revoked(open_page: OpenPage, engine: sa.Engine) -> None:
    make(open_system(open_page), "nightly", good_for="Until it is revoked")
    assert [token.expires_at for token in list_tokens(engine)] == [None]


@pytest.mark.parametrize("name", ["", "   ", "taken"])
def test_a_name_that_does_not_do_makes_no_token_and_is_kept_for_mending(
    open_page: OpenPage, engine: sa.Engine, name: str
) -> None:
    create_token(engine, name="taken", role=Role.VIEWER, by=AMEL)
    page = make(open_system(open_page), name)
    assert len(list_tokens(engine)) == 1
    assert secrets_shown(page) == []
    assert "name" in texts(page.toast)
    assert page.text_input(key="token_name").value == name


def test_a_token_is_revoked_after_a_question(open_page: OpenPage, engine: sa.Engine) -> None:
    made = create_token(engine, name="nightly", role=Role.VIEWER, by=AMEL)
    page = open_system(open_page)
    page.button(key="revoke_token").click().run()
    assert "**nightly** is refused from then on" in texts(page.warning)
    assert [token.state for token in list_tokens(engine)] == ["active"]
    page.button(key="confirm_revoke").click().run()
    with engine.connect() as conn:
        assert find_actor(conn, made.secret) is None
    assert str(tokens_shown(page)[0]["State"]).startswith("revoked by operator, today")
    assert "revoke_token" not in {button.key for button in page.button}


def test_a_token_that_is_kept_goes_on_working(open_page: OpenPage, engine: sa.Engine) -> None:
    create_token(engine, name="nightly", role=Role.VIEWER, by=AMEL)
    page = open_system(open_page)
    page.button(key="revoke_token").click().run()
    page.button(key="keep_token").click().run()
    assert "confirm_revoke" not in {button.key for button in page.button}
    assert [token.state for token in list_tokens(engine)] == ["active"]


def test_a_token_that_somebody_else_has_just_revoked_is_told(open_page: OpenPage, engine: sa.Engine) -> None:
    made = create_token(engine, name="nightly", role=Role.VIEWER, by=AMEL)
    page = open_system(open_page)
    page.button(key="revoke_token").click().run()
    revoke_token(engine, made.row.id, by=AMEL)
    page.button(key="confirm_revoke").click().run()
    assert not page.exception
    assert "is revoked already" in texts(page.toast)


def test_markup_in_the_name_of_a_token_stays_text(open_page: OpenPage) -> None:
    page = make(open_system(open_page), "[x](http://evil.example)")
    assert "[x](http" not in texts(page.markdown)
    assert "[x](http://evil.example)" in plain(page.markdown)


@pytest.mark.parametrize("visitor", [VERA, OMAR])
def test_others_than_admins_are_told_why_they_see_no_tokens(
    open_page: OpenPage, engine: sa.Engine, monkeypatch: pytest.MonkeyPatch, visitor: object
) -> None:
    create_token(engine, name="nightly", role=Role.VIEWER, by=AMEL)
    come_as(monkeypatch, visitor)  # type: ignore[arg-type]
    page = open_system(open_page)
    assert "API tokens are seen, made and revoked by admins" in texts(page.info)
    assert tokens_shown(page) == []
    assert not {"make_token", "revoke_token"} & {button.key for button in page.button}
