"""The REST API, mounted under /api beside the dashboard."""

from __future__ import annotations

from fastapi import FastAPI

from bvmt import __version__
from bvmt.api import problems
from bvmt.api.health import health_router
from bvmt.api.history import history_router
from bvmt.api.jobs import jobs_router
from bvmt.api.market import market_router
from bvmt.api.runs import runs_router
from bvmt.api.services import Services
from bvmt.api.slots import slots_router


def make_api(services: Services) -> FastAPI:
    """The API as an ASGI application."""
    # The pages of documentation that FastAPI ships load scripts from other hosts: off, this works offline.
    api = FastAPI(title="BVMT Jobs", version=__version__, docs_url=None, redoc_url=None)
    problems.install(api)
    api.include_router(health_router(services))
    api.include_router(history_router(services))
    api.include_router(jobs_router(services))
    api.include_router(market_router(services))
    api.include_router(slots_router(services))
    api.include_router(runs_router(services))
    return api
