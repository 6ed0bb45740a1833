"""The header that tells the pages who came in."""

from __future__ import annotations

import base64
import json

from bvmt.access.seal import Seal
from tests.people import person

AMEL = person("amel@example.tn")


def test_what_was_sealed_is_read_again() -> None:
    seal = Seal()
    assert seal.open(seal.close(AMEL)) == AMEL


def test_a_seal_of_another_process_is_none() -> None:
    assert Seal().open(Seal().close(AMEL)) is None


def test_a_changed_text_does_not_open() -> None:
    seal = Seal()
    body, _, mac = seal.close(AMEL).partition(".")
    fields = json.loads(base64.urlsafe_b64decode(body)) | {"role": "admin", "name": "mallory"}
    forged = base64.urlsafe_b64encode(json.dumps(fields).encode()).decode()
    assert seal.open(f"{forged}.{mac}") is None


def test_a_text_that_is_no_seal_at_all_does_not_open() -> None:
    assert [Seal().open(text) for text in ("", ".", "admin", "é.ü", "a.b.c")] == [None] * 5
