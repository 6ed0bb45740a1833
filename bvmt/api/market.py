"""Market data over REST: what is stored of a session, anomalies, and the import of history files.

Prices, turnover and percentages are JSON strings with all their decimals, so that none passes through a binary
float; counts and volumes in shares are numbers, and so is an anomaly's severity, which is a float by nature.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, HTTPException, Query, UploadFile
from fastapi.responses import JSONResponse

from bvmt.api.forms import instant
from bvmt.api.services import Services
from bvmt.clock import now
from bvmt.errors import NotFound
from bvmt.imports.background import MOST_BYTES, GivenFile, begin_import
from bvmt.market.board import Quote
from bvmt.store import Connection, anomalies, imports, market, market_reads
from bvmt.store.engine import store_errors
from bvmt.store.imports import ImportStatus

BY = "API"
MOST_ANOMALIES = 2000

Level = Literal["info", "low", "high", "critical"]
Session = Annotated[date | None, Query(description="The session; the newest stored one")]


def market_router(services: Services) -> APIRouter:
    """The routes under /market."""
    router = APIRouter(prefix="/market", tags=["market"])
    _add_session_routes(router, services)
    _add_anomalies(router, services)
    _add_imports(router, services)
    return router


def _add_session_routes(router: APIRouter, services: Services) -> None:
    @router.get("/summary")
    def summary(session: Session = None) -> JSONResponse:
        """Turnover, breadth and capitalisation of a session that Market Pulse saw, with its index levels."""
        with store_errors(), services.engine().connect() as conn:
            found = _summary(conn, session)
            levels = market_reads.list_index_levels(conn, found["session"])  # type: ignore[arg-type]
        told = {name: value for name, value in found.items() if name not in {"gainers", "losers"}}
        return JSONResponse(_plain({**told, "indices": levels}))

    @router.get("/quotes")
    def quotes(session: Session = None) -> JSONResponse:
        """The daily bars of a session, by name of the listing."""
        with store_errors(), services.engine().connect() as conn:
            on = session or market_reads.last_session(conn)
            rows = market.read_session(conn, on) if on else []
        if not rows:
            raise _nothing("quotes", on)
        return JSONResponse(_plain({"session": on, "quotes": [_quote(row) for row in rows]}))

    @router.get("/movers")
    def movers(session: Session = None) -> JSONResponse:
        """The top gainers and losers of a session that Market Pulse saw."""
        with store_errors(), services.engine().connect() as conn:
            found = _summary(conn, session)
        return JSONResponse(_plain({name: found[name] for name in ("session", "as_of", "gainers", "losers")}))

    @router.get("/sectors")
    def sectors(session: Session = None) -> JSONResponse:
        """How each sector did in a session that Market Pulse saw."""
        with store_errors(), services.engine().connect() as conn:
            rows = market_reads.list_sectors(conn, session)
        if not rows:
            raise _nothing("sectors", session)
        return JSONResponse(_plain({"session": rows[0]["session"], "sectors": rows}))


def _add_anomalies(router: APIRouter, services: Services) -> None:
    @router.get("/anomalies")
    def found(
        session: Annotated[date | None, Query(description="One session; without any day, the newest stored")] = None,
        since: Annotated[date | None, Query(description="The first session; `until` if left out")] = None,
        until: Annotated[date | None, Query(description="The last session; the newest stored if left out")] = None,
        level: Annotated[list[Level] | None, Query(description="Only these levels")] = None,
    ) -> JSONResponse:
        """Atypical moves to check, the newest session first, the most severe first in each."""
        if session is not None and (since is not None or until is not None):
            raise HTTPException(422, "Give either session, or since and until.")
        with store_errors(), services.engine().connect() as conn:
            newest = market_reads.last_session(conn)
            first, last = session or since or until or newest, session or until or newest
            rows = []
            if first is not None and last is not None:
                _require_order(first, last)
                rows = anomalies.list_anomalies(conn, since=first, until=last, levels=level, limit=MOST_ANOMALIES)
        body = {"since": first, "until": last, "anomalies": [asdict(row) for row in rows]}
        return JSONResponse(_plain(body))


def _require_order(first: date, last: date) -> None:
    if first > last:
        raise HTTPException(422, f"The first session, {first}, lies after the last one, {last}.")


def _add_imports(router: APIRouter, services: Services) -> None:
    @router.post("/import", status_code=202)
    def import_history(file: UploadFile) -> JSONResponse:
        """Import a history file, plain or zipped, in the background. 413 above 200 MB."""
        content = file.file.read(MOST_BYTES + 1)
        if len(content) > MOST_BYTES:
            raise HTTPException(413, f"The file has more than {MOST_BYTES >> 20} MB; use python -m bvmt import.")
        if not content:
            raise HTTPException(422, "The file is empty.")
        given = GivenFile(file.filename or "upload", content)
        found = begin_import(services.engine(), given, asked_by=BY, clock=now)
        place = f"/api/market/imports/{found}"
        return JSONResponse({"import_id": str(found), "status": "running", "url": place}, status_code=202)

    @router.get("/imports/{import_id}")
    def one(import_id: UUID) -> JSONResponse:
        """An import with its counts and, once it is done, the rows that were set aside."""
        with store_errors(), services.engine().connect() as conn:
            if not market_reads.import_exists(conn, import_id):
                raise NotFound(f"There is no import {import_id}.")
            result = imports.read_import(conn, import_id)
            rows = imports.read_rejects(conn, import_id) if result.status is ImportStatus.DONE else []
        return JSONResponse(_plain({**asdict(result), "rejects": [row._asdict() for row in rows]}))


def _summary(conn: Connection, session: date | None) -> dict[str, object]:
    found = market_reads.read_summary(conn, session)
    if found is None:
        raise _nothing("summary", session)
    return found


def _nothing(what: str, session: date | None) -> NotFound:
    return NotFound(f"No {what} stored of the session of {session}." if session else f"No {what} stored yet.")


def _quote(quote: Quote) -> dict[str, object]:
    """A bar without the order book, which only moments have."""
    names = (name for name in Quote.__dataclass_fields__ if name not in {"book", "arabic_name", "session"})
    return {name: getattr(quote, name) for name in names}


def _plain(value: object) -> object:
    """The value as JSON has it."""
    if isinstance(value, Mapping):
        return {name: _plain(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    if isinstance(value, datetime):
        return instant(value)
    if isinstance(value, Decimal):
        return format(value, "f")
    return value if value is None or isinstance(value, bool | int | float | str) else str(value)
