"""What clicks on API tokens do. Callbacks only: each writes to PostgreSQL before the page is drawn again."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import streamlit as st

from bvmt.access import tokens
from bvmt.access.actor import Role
from bvmt.access.tokens import MadeToken
from bvmt.ui.feedback import act
from bvmt.ui.reads import engine
from bvmt.ui.visitor import visitor

_MADE = "made_token"


def create(name: str, role: Role, expires_at: datetime | None) -> bool:
    """Make a token; `take_made` then has it. Returns whether it was made."""
    made: list[MadeToken] = []

    def make() -> None:
        made.append(tokens.create_token(engine(), name=name, role=role, by=visitor(), expires_at=expires_at))

    act(make, "Token made")
    if made:
        st.session_state[_MADE] = made[0]
    return bool(made)


def take_made() -> MadeToken | None:
    """The token that the last `create` made, once."""
    made: MadeToken | None = st.session_state.pop(_MADE, None)
    return made


def revoke(token_id: UUID) -> None:
    """Make a token worthless."""
    act(lambda: tokens.revoke_token(engine(), token_id, by=visitor()), "Token revoked")
