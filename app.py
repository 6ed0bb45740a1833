"""The process: dashboard and REST API on one port, with the scheduler started before any browser connects.

Served by `python app.py`, `uvicorn app:app --port 8010` and `streamlit run app.py` alike.
"""

from __future__ import annotations

import asyncio
import gc
import logging
import signal
import sys
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st
import uvicorn
from starlette.middleware import Middleware
from starlette.routing import Mount
from streamlit import config
from streamlit.runtime.pages_manager import PagesManager

from bvmt.access.actor import Actor
from bvmt.access.admission import Admission, rules_of, warning_at_start
from bvmt.access.guard import Door, Guard
from bvmt.access.headers import content_policy, script_hashes, security_headers
from bvmt.access.tokens import find_actor
from bvmt.api.app import make_api
from bvmt.api.metrics import metrics_route
from bvmt.api.services import Services
from bvmt.errors import BvmtError
from bvmt.process import close_process, current_process, hasten_closing
from bvmt.settings import load_settings
from bvmt.store.engine import store_errors, transaction
from bvmt.ui.signed_in import claims_in_cookies, oidc_is_set_up
from scheduler_runtime import scheduler

log = logging.getLogger("bvmt.app")

ROOT = Path(__file__).parent
GRACEFUL_SECONDS = 5  # an answer on its way may hold up the end of the server this long

# With a pages/ folder beside the script, Streamlit lets deep links skip dashboard.py and any gate in it,
# until st.navigation has run once in the process. Ours is the only way in.
PagesManager.uses_pages_directory = False


@cache
def open_door() -> Door:
    """What the guard goes by, from the settings and Streamlit's secrets as they are at the start."""
    process = current_process()
    process.guarded = True
    rules = rules_of(process.settings, oidc=oidc_is_set_up())
    if warning := warning_at_start(rules, process.settings.host):
        log.warning(warning)
    index = Path(st.__file__).with_name("static") / "index.html"
    headers = security_headers(content_policy(script_hashes(index.read_text(encoding="utf-8"))))
    base = str(st.get_option("server.baseUrlPath") or "")
    return Door(Admission(rules, _holder_of, claims_in_cookies), process.seal, headers, base)


def _holder_of(token: str, address: str | None) -> Actor | None:
    with store_errors(), transaction(current_process().database.pages) as conn:
        return find_actor(conn, token, address=address)


def _open() -> None:
    current_process()
    open_door()
    # The guard knows which names and pages are ours; Streamlit's own list would have to repeat that.
    config.set_option("server.allowedHosts", ["*"])
    if public := current_process().settings.public_url:
        config.set_option("server.corsAllowedOrigins", [public])
    scheduler()


def _is_no_traceback(record: logging.LogRecord) -> bool:
    return not record.getMessage().startswith("Traceback")


@asynccontextmanager
async def lifespan(_: st.App) -> AsyncIterator[dict[str, Any] | None]:
    """Open database and scheduler; at the end close them, whichever way the server was stopped."""
    try:
        await asyncio.to_thread(_open)
    except BvmtError as error:
        log.critical("BVMT Jobs cannot start: %s", error)
        # That sentence is all an operator needs; the server would add Starlette's traceback of it.
        logging.getLogger("uvicorn.error").addFilter(_is_no_traceback)
        raise
    # What was imported by now stays: no later garbage collection needs to look at it again.
    gc.collect()
    gc.freeze()
    try:
        yield None
    finally:
        _hasten_on_next_signal()
        await asyncio.to_thread(close_process)


def _hasten_on_next_signal() -> None:
    """A second Ctrl-C or SIGTERM ends the waiting for running jobs. The server puts its own handlers back."""
    if threading.current_thread() is threading.main_thread():
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: hasten_closing())


services = Services(
    settings=lambda: current_process().settings,
    engine=lambda: current_process().database.pages,
    scheduler=scheduler,
)

app = st.App(
    ROOT / "dashboard.py",
    lifespan=lifespan,
    routes=[Mount("/api", make_api(services)), metrics_route(services)],
    middleware=[Middleware(Guard, open_door=open_door)],
)


def main() -> None:
    """Serve by host and port: Streamlit's own socket makes every small answer wait 40 ms."""
    try:
        settings = load_settings()
    except BvmtError as error:
        sys.exit(f"BVMT Jobs cannot start: {error}")
    uvicorn.run(
        app,
        host=settings.host,
        port=settings.port,
        log_level="warning",
        access_log=False,
        proxy_headers=False,  # the guard must see the peer itself to know a trusted proxy
        timeout_graceful_shutdown=GRACEFUL_SECONDS,
    )


if __name__ == "__main__":
    main()
