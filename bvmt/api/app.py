"""The REST API, mounted under /api beside the dashboard."""

from __future__ import annotations

from fastapi import FastAPI

from bvmt import __version__
from bvmt.api import documentation, openapi, problems
from bvmt.api.audit import audit_router
from bvmt.api.failures import failures_router
from bvmt.api.health import health_router
from bvmt.api.history import history_router
from bvmt.api.jobs import jobs_router
from bvmt.api.limits import Limits
from bvmt.api.mail import mail_router
from bvmt.api.market import market_router
from bvmt.api.reports import reports_router
from bvmt.api.runs import runs_router
from bvmt.api.schedules import schedules_router
from bvmt.api.sentiment import sentiment_router
from bvmt.api.services import Services
from bvmt.api.slots import slots_router
from bvmt.api.tokens import tokens_router


def make_api(services: Services) -> FastAPI:
    """The API as an ASGI application."""
    # The pages of documentation that FastAPI ships load scripts from other hosts: off, this works offline.
    api = FastAPI(
        title="BVMT Jobs",
        version=__version__,
        description="Instants are in UTC with Z. What is wrong is told as problem details (RFC 9457).",
        docs_url=None,
        redoc_url=None,
    )
    api.add_middleware(Limits, per_minute=lambda: services.settings().api_rate)
    problems.install(api)
    openapi.install(api)
    documentation.install(api)
    api.include_router(audit_router(services))
    api.include_router(failures_router(services))
    api.include_router(health_router(services))
    api.include_router(history_router(services))
    api.include_router(jobs_router(services))
    api.include_router(mail_router(services))
    api.include_router(market_router(services))
    api.include_router(reports_router(services))
    api.include_router(sentiment_router(services))
    api.include_router(runs_router(services))
    api.include_router(schedules_router(services))
    api.include_router(slots_router(services))
    api.include_router(tokens_router(services))
    return api
