"""The exchange's public feed, and the sandbox, which speaks the same protocol."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from bvmt.clock import Clock
from bvmt.errors import SourceError
from bvmt.market.board import Board, IndexLevel
from bvmt.sources.exchange_board import SOURCE, EmptyBoard, parse_board
from bvmt.sources.exchange_dates import FetchMoment
from bvmt.sources.exchange_index import parse_history, parse_intraday
from bvmt.sources.http import JSON, HttpSource, decode_json

T = TypeVar("T")

BOARD_GROUPS = "11,12,51,52,95,99"
"""The quotation groups asked for; 13, off the board, has no quotes."""

TUNIS = ZoneInfo("Africa/Tunis")


class Exchange:
    """Boards and index levels from a feed that speaks the exchange's REST protocol.

    `base_url` ends before `/market`. `http` sets limits and the check for cancelling; without it, one with
    the usual limits is made. Either is closed with the exchange. Every method raises SourceUnreachable,
    SourceRefused or SourceFormatError, as `HttpSource.get` does.
    """

    def __init__(self, base_url: str, *, clock: Clock, http: HttpSource | None = None, zone: ZoneInfo = TUNIS) -> None:
        self._base_url = base_url.rstrip("/")
        self._clock = clock
        self._http = http or HttpSource(SOURCE)
        self._zone = zone

    def __enter__(self) -> Exchange:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def board(self) -> Board:
        """Return all quotes of the moment, what could not be read set aside.

        An empty board, a known fault of the feed, is asked for again like a broken connection; raises
        EmptyBoard, a SourceFormatError, when it stays empty.
        """
        return self._get(f"/market/groups/{BOARD_GROUPS}", parse_board, retry_on=(EmptyBoard,))

    def index_level(self, isin: str, code: str) -> IndexLevel | None:
        """Return the latest level of index `isin` under its file code; None before the first point."""
        return self._get(f"/intraday/{isin}", partial(parse_intraday, code=code))

    def index_history(self, isin: str, code: str) -> list[IndexLevel]:
        """Return the closes of about the last sixty sessions of the index `isin`, oldest first."""
        return self._get(f"/history/{isin}", partial(parse_history, code=code))

    def _get(
        self,
        path: str,
        parse: Callable[[Any, FetchMoment], T],
        retry_on: tuple[type[SourceError], ...] = (),
    ) -> T:
        def read(body: bytes) -> T:
            moment = FetchMoment(self._clock(), self._zone)
            return parse(decode_json(self._http.source, body), moment)

        return self._http.get(self._base_url + path, read, accept=JSON, retry_on=retry_on)
