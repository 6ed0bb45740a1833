"""Market data over REST: what is stored of a session, anomalies, and the import of history files.

Prices, turnover and percentages are JSON strings with all their decimals, so that none passes through a binary
float; counts and volumes in shares are numbers, and so is an anomaly's severity, which is a float by nature.
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, HTTPException, Query, UploadFile
from fastapi.responses import JSONResponse

from bvmt.access.deeds import Deed
from bvmt.access.performing import performing
from bvmt.api.answers import answers
from bvmt.api.answers import market as forms
from bvmt.api.asking import AnyDay, Session
from bvmt.api.callers import Caller
from bvmt.api.forms import plain
from bvmt.api.services import Services
from bvmt.clock import now
from bvmt.errors import NotFound
from bvmt.imports.background import MOST_BYTES, GivenFile, begin_import
from bvmt.market.board import Quote
from bvmt.store import Connection, anomalies, imports, market, market_reads
from bvmt.store.engine import store_errors
from bvmt.store.imports import ImportStatus

MOST_ANOMALIES = 2000

Level = Literal["info", "low", "high", "critical"]


def market_router(services: Services) -> APIRouter:
    """The routes under /market."""
    router = APIRouter(prefix="/market", tags=["market"])
    _add_session_routes(router, services)
    _add_anomalies(router, services)
    _add_imports(router, services)
    return router


def _add_session_routes(router: APIRouter, services: Services) -> None:
    @router.get("/summary", responses=answers(forms.Summary))
    def summary(session: Session = None) -> JSONResponse:
        """Turnover, breadth and capitalisation of a session that Market Pulse saw, with its index levels."""
        with store_errors(), services.engine().connect() as conn:
            found = _summary(conn, session)
            levels = market_reads.list_index_levels(conn, found["session"])  # type: ignore[arg-type]
        told = {name: value for name, value in found.items() if name not in {"gainers", "losers"}}
        return JSONResponse(plain({**told, "indices": levels}))

    @router.get("/quotes", responses=answers(forms.Quotes))
    def quotes(session: Session = None) -> JSONResponse:
        """The daily bars of a session, by name of the listing."""
        with store_errors(), services.engine().connect() as conn:
            on = session or market_reads.last_session(conn)
            rows = market.read_session(conn, on) if on else []
        if not rows:
            raise _nothing("quotes", on)
        return JSONResponse(plain({"session": on, "quotes": [_quote(row) for row in rows]}))

    @router.get("/movers", responses=answers(forms.Movers))
    def movers(session: Session = None) -> JSONResponse:
        """The top gainers and losers of a session that Market Pulse saw."""
        with store_errors(), services.engine().connect() as conn:
            found = _summary(conn, session)
        return JSONResponse(plain({name: found[name] for name in ("session", "as_of", "gainers", "losers")}))

    @router.get("/sectors", responses=answers(forms.Sectors))
    def sectors(session: Session = None) -> JSONResponse:
        """How each sector did in a session that Market Pulse saw."""
        with store_errors(), services.engine().connect() as conn:
            rows = market_reads.list_sectors(conn, session)
        if not rows:
            raise _nothing("sectors", session)
        return JSONResponse(plain({"session": rows[0]["session"], "sectors": rows}))


def _add_anomalies(router: APIRouter, services: Services) -> None:
    @router.get("/anomalies", responses=answers(forms.Anomalies))
    def found(
        session: Annotated[AnyDay | None, Query(description="One session; without any day, the newest stored")] = None,
        since: Annotated[AnyDay | None, Query(description="The first session; `until` if left out")] = None,
        until: Annotated[AnyDay | None, Query(description="The last session; the newest stored if left out")] = None,
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
        return JSONResponse(plain(body))


def _require_order(first: date, last: date) -> None:
    if first > last:
        raise HTTPException(422, f"The first session, {first}, lies after the last one, {last}.")


def _add_imports(router: APIRouter, services: Services) -> None:
    @router.post("/import", status_code=202, responses=answers(forms.BegunImport, 202))
    def import_history(file: UploadFile, by: Caller) -> JSONResponse:
        """Import a history file, plain or zipped, in the background. 413 above 200 MB."""
        content = file.file.read(MOST_BYTES + 1)
        if len(content) > MOST_BYTES:
            raise HTTPException(413, f"The file has more than {MOST_BYTES >> 20} MB; use python -m bvmt import.")
        if not content:
            raise HTTPException(422, "The file is empty.")
        given = GivenFile(file.filename or "upload", content)
        with performing(services.engine(), by, Deed.IMPORT, "market history") as performance:
            performance.after = {"files": given.name}
        found = begin_import(services.engine(), given, asked_by=by.name, clock=now)
        place = f"/api/market/imports/{found}"
        return JSONResponse({"import_id": str(found), "status": "running", "url": place}, status_code=202)

    @router.get("/imports/{import_id}", responses=answers(forms.Import))
    def one(import_id: UUID) -> JSONResponse:
        """An import with its counts and, once it is done, the rows that were set aside."""
        with store_errors(), services.engine().connect() as conn:
            if not market_reads.import_exists(conn, import_id):
                raise NotFound(f"There is no import {import_id}.")
            result = imports.read_import(conn, import_id)
            rows = imports.read_rejects(conn, import_id) if result.status is ImportStatus.DONE else []
        return JSONResponse(plain({**asdict(result), "rejects": [row._asdict() for row in rows]}))


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
