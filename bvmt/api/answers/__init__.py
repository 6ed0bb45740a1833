"""What routes answer, as the OpenAPI tells it. The routes build these forms themselves; a test holds them to it."""

from __future__ import annotations

from typing import Any

Told = dict[int | str, dict[str, Any]]


def answers(form: type, status: int = 200) -> Told:
    """For a route's `responses`: it answers with this form."""
    return {status: {"model": form}}


def files(*media_types: str) -> Told:
    """For a route's `responses`, beside `response_class=Response`: it answers with one of these kinds of file."""
    content = {kind: {"schema": {"type": "string", "format": "binary"}} for kind in media_types}
    return {200: {"description": "The file", "content": content}}
