"""The OpenAPI document: what FastAPI knows of the routes, and the problems that every one may answer with."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from starlette.routing import compile_path

_EVERYWHERE = (400, 401, 403, 404, 422, 500, 503)
_MUTATING = (409, 413, 429)
_OPEN = ("/health", "/mail/unsubscribe/{token}")  # no token is asked for there

_WHY = {
    400: "The request cannot be read at all",
    401: "Somebody has to sign in, or the token is worth nothing",
    403: "The caller's role does not reach, or nobody from there is let in",
    404: "What was named does not exist, or nothing is stored of it yet",
    409: "It does not fit the present state of things; the detail says why",
    413: "The request is too large",
    422: "A parameter or the body is not what it should be; the detail names the first one",
    429: "Too many changes in a short time; Retry-After says how many seconds to wait",
    500: "Something went wrong; the log has the reason",
    503: "The database cannot be reached at the moment",
}

_PROBLEM = {
    "title": "Problem",
    "description": "What is wrong, RFC 9457. `detail` is one sentence for people.",
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
    },
}


def install(api: FastAPI) -> None:
    """Have `api` tell its OpenAPI with all problems, and with tokens as the way to sign in."""

    def openapi() -> dict[str, Any]:
        if api.openapi_schema is None:
            api.openapi_schema = _described(api)
        return api.openapi_schema

    api.openapi = openapi  # type: ignore[method-assign]


def methods_at(api: FastAPI, path: str) -> list[str]:
    """The methods that the document of `api` knows at a path; one that is written out goes before a template."""
    paths: dict[str, dict[str, Any]] = api.openapi()["paths"]
    templates = [path] if path in paths else [template for template in paths if _fits(template, path)]
    return sorted({method.upper() for template in templates for method in paths[template]})


def _fits(template: str, path: str) -> bool:
    return compile_path(template)[0].match(path) is not None


def _described(api: FastAPI) -> dict[str, Any]:
    document = get_openapi(title=api.title, version=api.version, routes=api.routes, description=api.description)
    document["servers"] = [{"url": "/api"}]
    parts = document.setdefault("components", {})
    schemas = parts.setdefault("schemas", {})
    for replaced in ("HTTPValidationError", "ValidationError"):
        schemas.pop(replaced, None)
    schemas["Problem"] = _PROBLEM
    parts["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            _add_problems(operation["responses"], _EVERYWHERE + (_MUTATING if method != "get" else ()))
            # A token is one way in: people come with a session, and programs of this machine as they are.
            operation["security"] = [] if path in _OPEN else [{}, {"token": []}]
    return document


def _add_problems(responses: dict[str, Any], statuses: tuple[int, ...]) -> None:
    for status in statuses:
        key = str(status)
        if key in responses and key != str(int(HTTPStatus.UNPROCESSABLE_ENTITY)):
            continue  # the route says it better
        content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
        responses[key] = {"description": _WHY[status], "content": content}
        if status == HTTPStatus.TOO_MANY_REQUESTS:
            responses[key]["headers"] = {"Retry-After": {"schema": {"type": "integer", "minimum": 1}}}
