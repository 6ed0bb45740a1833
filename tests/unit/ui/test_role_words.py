from __future__ import annotations

import pytest

from bvmt.access.actor import Actor, Role, Via
from bvmt.access.deeds import Deed
from bvmt.ui.role_words import takes_role, visitor_words


@pytest.mark.parametrize(("deed", "words"), [(Deed.RUN, "operator"), (Deed.CHANGE_TOKENS, "admin")])
def test_a_button_beyond_a_role_says_which_role_it_takes(deed: Deed, words: str) -> None:
    assert takes_role(deed) == f"Takes the role of {words}"


def test_whoever_sits_at_this_machine_is_not_called_signed_in() -> None:
    assert visitor_words(Actor("operator", Role.ADMIN, Via.LOCAL)) is None


def test_a_visitor_is_named_with_the_role() -> None:
    assert visitor_words(Actor("amel@example.tn", Role.VIEWER, Via.PROXY)) == "amel@example.tn, viewer"
