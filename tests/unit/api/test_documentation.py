"""docs/api.md and the OpenAPI document tell of the same routes."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from bvmt.api.app import make_api
from bvmt.api.openapi import methods_at
from bvmt.api.services import Services

DOCUMENT = (Path(__file__).parents[3] / "docs/api.md").read_text()


def nothing() -> Any:
    raise AssertionError("the document asks for nothing")


API = make_api(Services(nothing, nothing, nothing))
ROUTES = {f"{method.upper()} /api{path}" for path, methods in API.openapi()["paths"].items() for method in methods}


def test_the_document_lists_every_route_and_no_other() -> None:
    assert set(re.findall(r"^\| `([A-Z]+ /api[^`]*)` \|", DOCUMENT, re.MULTILINE)) == ROUTES


def test_the_document_names_every_figure() -> None:
    source = (Path(__file__).parents[3] / "bvmt/api/metrics.py").read_text()
    assert {
        name for name in re.findall(r'"(bvmt_\w+)"', source) if name.removesuffix("_total") not in DOCUMENT
    } == set()


@pytest.mark.parametrize("route", sorted(route for route in ROUTES if not route.startswith("GET")))
def test_a_route_that_changes_something_says_which_role_it_takes(route: str) -> None:
    [row] = re.findall(rf"^\| `{re.escape(route)}` \| (.*) \|$", DOCUMENT, re.MULTILINE)
    assert row.startswith(("**o**", "**a**")) or "/mail/unsubscribe/" in route


@pytest.mark.parametrize(
    ("path", "methods"),
    [
        ("/tokens", ["GET", "POST"]),
        ("/reports/generate", ["POST"]),
        ("/runs/0", ["GET"]),
        ("/nowhere", []),
    ],
)
def test_the_methods_of_a_path_are_known(path: str, methods: list[str]) -> None:
    assert methods_at(API, path) == methods


def test_what_cannot_be_read_is_told_as_a_problem_and_not_in_a_form_of_its_own() -> None:
    schemas = API.openapi()["components"]["schemas"]
    assert "HTTPValidationError" not in schemas
    assert schemas["Problem"]["required"] == ["type", "title", "status", "detail"]
