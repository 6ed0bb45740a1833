"""The sandbox exchange as an HTTP server."""

from __future__ import annotations

import logging
import re
import socket
import threading
import time

import uvicorn
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route

from bvmt.clock import Clock, monotonic, now
from bvmt.sandbox.board import markets
from bvmt.sandbox.faults import Faults, FaultyAnswers
from bvmt.sandbox.files import indices_file, quotes_file, shares_file
from bvmt.sandbox.news_server import news_routes
from bvmt.sandbox.series import past_closes, points_of_session

FEED_PATH = "/rest_api/rest"
NEWS_PATH = "/news"

_START_SECONDS = 15.0
_THREAD = "sandbox-exchange"
_FILE = re.compile(r"histo_(cotation|indice)_(\d{4})\.csv")


def sandbox_app(seed: int, clock: Clock = now, faults: Faults | None = None) -> Starlette:
    """Return the exchange as an ASGI application.

    Its answers depend on `seed` and on the instant that `clock` gives, and on `faults`, which are none unless
    given. It serves the REST feed below FEED_PATH, the yearly files below `/files`, the press below NEWS_PATH,
    `/health` and `/`.
    """
    exchange = _Exchange(seed, clock)
    feed = [
        Route("/market/groups/{groups}", exchange.board),
        Route("/history/{isin}", exchange.history),
        Route("/intraday/{isin}", exchange.intraday),
    ]
    routes = [
        Route("/", exchange.about),
        Route("/health", exchange.health),
        Mount(FEED_PATH, routes=feed),
        Route("/files/shares.csv", exchange.shares),
        Route("/files/{name}", exchange.file),
        Mount(NEWS_PATH, routes=news_routes(seed, clock)),
    ]
    middleware = [Middleware(FaultyAnswers, faults=faults or Faults(), clock=clock)]
    return Starlette(routes=routes, middleware=middleware)


class SandboxServer:
    """The exchange served from a thread of this process.

    `port` 0 takes a free one. `faults` may be set while it runs.
    """

    def __init__(
        self,
        seed: int,
        clock: Clock = now,
        faults: Faults | None = None,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
    ) -> None:
        self.faults = faults or Faults()
        self._address = (host, port)
        self._server = uvicorn.Server(_config(sandbox_app(seed, clock, self.faults)))
        self._thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        """Base address, such as `http://127.0.0.1:40123`; the port is known once it has started."""
        host, port = self._address
        return f"http://{host}:{port}"

    @property
    def feed_url(self) -> str:
        """Base address of the REST feed."""
        return self.url + FEED_PATH

    def start(self) -> None:
        """Bind the address, serve, and return once requests are answered.

        Raises OSError when the address is taken, RuntimeError when the server does not come up or was
        started before.
        """
        if self._thread is not None:
            raise RuntimeError("A SandboxServer starts once; make a new one.")
        listener = _listen(self._address)
        self._address = (self._address[0], listener.getsockname()[1])
        self._thread = threading.Thread(target=self._run, args=(listener,), name=_THREAD, daemon=True)
        self._thread.start()
        deadline = monotonic() + _START_SECONDS
        while not self._server.started:
            if not self._thread.is_alive() or monotonic() > deadline:
                raise RuntimeError(f"The sandbox exchange did not come up on {self.url}.")
            time.sleep(0.005)

    def stop(self) -> None:
        """Give the answers under way a second to finish, and end the thread. Harmless when not running."""
        self.faults.release()
        self._server.should_exit = True
        if self._thread is not None:
            self._thread.join()

    def _run(self, listener: socket.socket) -> None:
        for name in ("uvicorn.error", "uvicorn.access"):
            logging.getLogger(name).addFilter(_worth_telling)
        with listener:
            self._server.run(sockets=[listener])


def _listen(address: tuple[str, int]) -> socket.socket:
    """Listen with the protocol named: asyncio switches Nagle's 40 ms off only for sockets that name it."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen()
    except OSError:
        listener.close()
        raise
    return listener


def _config(app: Starlette) -> uvicorn.Config:
    """Logging is left as it stands: `access_log=False` would silence the access log of the whole process."""
    return uvicorn.Config(
        app, lifespan="off", log_config=None, ws="none", date_header=False, timeout_graceful_shutdown=1
    )


def _worth_telling(record: logging.LogRecord) -> bool:
    """Keep uvicorn's small talk about this server out of the log of the process that it lives in."""
    return record.threadName != _THREAD or record.levelno >= logging.ERROR


class _Exchange:
    """The endpoints. They compute in the server's own loop: an answer takes milliseconds."""

    def __init__(self, seed: int, clock: Clock) -> None:
        self._seed = seed
        self._clock = clock

    async def about(self, request: Request) -> Response:
        """What this server is, and where its data are."""
        paths = [f"{FEED_PATH}/market/groups/{{groups}}", f"{FEED_PATH}/history/{{isin}}"]
        paths += [f"{FEED_PATH}/intraday/{{isin}}", "/files/histo_cotation_{year}.csv"]
        paths += ["/files/histo_indice_{year}.csv", "/files/shares.csv", f"{NEWS_PATH}/{{site}}/{{page}}", "/health"]
        return JSONResponse({"name": "BVMT Jobs sandbox exchange", "simulated": True, "paths": paths})

    async def health(self, request: Request) -> Response:
        """That it is alive, and with which seed."""
        return JSONResponse({"status": "ok", "seed": self._seed})

    async def board(self, request: Request) -> Response:
        """The quotes of the groups in the path."""
        groups = {group.strip() for group in request.path_params["groups"].split(",")}
        return JSONResponse({"markets": markets(self._seed, self._clock(), groups)})

    async def history(self, request: Request) -> Response:
        """The last closes of the instrument in the path."""
        points = past_closes(self._seed, self._clock(), request.path_params["isin"])
        return JSONResponse({"indexHistorys": points})

    async def intraday(self, request: Request) -> Response:
        """The points of the session for the instrument in the path."""
        points = points_of_session(self._seed, self._clock(), request.path_params["isin"])
        return JSONResponse({"intradays": points})

    async def shares(self, request: Request) -> Response:
        """The shares outstanding."""
        return Response(shares_file(self._seed, self._clock()), media_type="text/csv")

    async def file(self, request: Request) -> Response:
        """A yearly file; 404 for a name or a year that the exchange does not have."""
        named = _FILE.fullmatch(request.path_params["name"])
        make = {"cotation": quotes_file, "indice": indices_file}
        text = make[named[1]](self._seed, self._clock(), int(named[2])) if named else None
        if text is None:
            raise HTTPException(404)
        return Response(text, media_type="text/csv")
