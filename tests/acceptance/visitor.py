"""A browser as far as Streamlit's websocket goes: it sends what a browser sends, and keeps what it is shown."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Subprotocol


class Visitor:
    """One browser tab."""

    def __init__(self, connection: ClientConnection) -> None:
        self._connection = connection

    def visit(self, *, page_name: str = "", page_script_hash: str = "") -> str:
        """Open a page by the name in its address or by its script's hash.

        Returns everything that is shown, as text. Fails if the script has not finished within 30 s.
        """
        message = BackMsg()
        message.rerun_script.page_name = page_name
        message.rerun_script.page_script_hash = page_script_hash
        self._connection.send(message.SerializeToString())
        shown: list[str] = []
        while True:
            answer = ForwardMsg.FromString(self._read())
            if answer.WhichOneof("type") == "script_finished":
                return "\n".join(shown)
            shown.append(str(answer))

    def clear_caches(self) -> None:
        """Do what `Clear cache` in the developer menu does."""
        message = BackMsg()
        message.clear_cache = True
        self._connection.send(message.SerializeToString())

    def _read(self) -> bytes:
        data = self._connection.recv(timeout=30)
        assert isinstance(data, bytes)
        return data


@contextmanager
def visitor(url: str) -> Iterator[Visitor]:
    """A new tab on the product at `url`."""
    address = url.replace("http://", "ws://") + "/_stcore/stream"
    with connect(
        address, subprotocols=[Subprotocol("streamlit")], origin=None, proxy=None, max_size=None
    ) as connection:
        yield Visitor(connection)
