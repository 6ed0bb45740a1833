"""One shape for every error of the API: problem details, RFC 9457."""

from __future__ import annotations

import logging
from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from bvmt.api.openapi import methods_at
from bvmt.errors import ActionRefused, DatabaseAway, Forbidden, NotFound, StoreError
from bvmt.runs.schedules import BadSchedule
from bvmt.store.texts import storable

log = logging.getLogger(__name__)


def problem(status: int, detail: str) -> JSONResponse:
    """An answer of type application/problem+json: what is wrong, in one sentence."""
    said = storable(detail)  # parts of a request may be quoted in it, and lone surrogates cannot be sent
    body = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": said}
    return JSONResponse(body, status_code=status, media_type="application/problem+json")


def _path(request: Request) -> str:
    """The path below the place where the API is mounted."""
    path: str = request.scope["path"]
    return path.removeprefix(request.scope.get("root_path", ""))


def install(api: FastAPI) -> None:
    """Have every error of `api` answered as a problem."""

    @api.exception_handler(NotFound)
    def not_found(_: Request, error: NotFound) -> JSONResponse:
        return problem(404, str(error))

    @api.exception_handler(BadSchedule)
    def unreadable(_: Request, error: BadSchedule) -> JSONResponse:
        return problem(422, str(error))

    @api.exception_handler(Forbidden)
    def forbidden(_: Request, error: Forbidden) -> JSONResponse:
        return problem(403, str(error))

    @api.exception_handler(ActionRefused)
    def refused(_: Request, error: ActionRefused) -> JSONResponse:
        return problem(409, str(error))

    @api.exception_handler(DatabaseAway)
    def away(_: Request, error: DatabaseAway) -> JSONResponse:
        return problem(503, "The database cannot be reached at the moment; try again shortly.")

    @api.exception_handler(StoreError)
    def store(_: Request, error: StoreError) -> JSONResponse:
        log.error("A request failed in the database: %s", error)
        return problem(500, "The database refused the request; the log has the reason.")

    @api.exception_handler(RequestValidationError)
    def invalid(_: Request, error: RequestValidationError) -> JSONResponse:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"] if part not in {"query", "path", "body"})
        return problem(422, f"{place or 'The request'}: {first['msg']}.")

    @api.exception_handler(HTTPException)
    def other(request: Request, error: HTTPException) -> JSONResponse:
        answer = problem(error.status_code, str(error.detail))
        answer.headers.update(error.headers or {})
        if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED and (known := methods_at(api, _path(request))):
            # The router names the methods of the first of its routes there only.
            answer.headers["Allow"] = ", ".join(known)
        return answer

    @api.exception_handler(Exception)
    def unforeseen(_: Request, error: Exception) -> JSONResponse:
        return problem(500, "Something went wrong; the log has the reason.")
