"""`GET /api/health`: is the database there, is the scheduler at work."""

from __future__ import annotations

from typing import Protocol

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from bvmt import __version__
from bvmt.api.answers import answers
from bvmt.api.answers.access import Health
from bvmt.api.services import Services
from bvmt.errors import StoreError
from bvmt.store.engine import store_errors
from bvmt.store.instances import list_instances


class SchedulerState(Protocol):
    """What the health answer asks of the scheduler of this process."""

    @property
    def thread_alive(self) -> bool:
        """Whether the scheduler's own thread lives."""

    @property
    def lease_age_seconds(self) -> float:
        """Seconds since the last heartbeat that reached the database."""

    @property
    def lease_held(self) -> bool:
        """Whether the lease is valid."""

    @property
    def running(self) -> int:
        """How many runs are under way in this process."""


def health_router(services: Services) -> APIRouter:
    """The route of the health answer: 200 when all is well, 503 when not; the body says what is wrong."""
    router = APIRouter(tags=["health"])

    @router.get("/health", responses=answers(Health) | answers(Health, 503))
    def health() -> JSONResponse:
        """Whether the database is there and the scheduler of this process at work; 503 when not."""
        database = _database(services)
        scheduler = _scheduler(services)
        well = database["state"] == "up" and scheduler["state"] in {"running", "off"}
        body = {
            "status": "ok" if well else "unwell",
            "version": __version__,
            "data_source": services.settings().data_world,
            "database": database,
            "scheduler": scheduler,
        }
        return JSONResponse(body, status_code=200 if well else 503)

    return router


def _database(services: Services) -> dict[str, object]:
    try:
        with store_errors(), services.engine().connect() as conn:
            living = [row for row in list_instances(conn) if row.state == "alive" and row.lease_seconds_left > 0]
    except StoreError as error:
        return {"state": "away", "detail": str(error)}
    return {"state": "up", "instances_alive": len(living), "firing": any(row.fires for row in living)}


def _scheduler(services: Services) -> dict[str, object]:
    state: SchedulerState | None = services.scheduler()
    if state is None:
        return {"state": "off", "detail": "ENABLE_SCHEDULER is false in this process"}
    figures: dict[str, object] = {
        "heartbeat_age_seconds": round(state.lease_age_seconds, 1),
        "running": state.running,
    }
    if not state.thread_alive:
        return {"state": "stopped", **figures}
    return {"state": "running" if state.lease_held else "without a lease", **figures}
