"""A browser as far as Streamlit's websocket goes: it sends what a browser sends, and keeps what it is shown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from socket import create_connection
from urllib.parse import urlsplit

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin, Subprotocol


class Visitor:
    """One browser tab."""

    def __init__(self, connection: ClientConnection) -> None:
        self._connection = connection

    def visit(
        self, *, page_name: str = "", page_script_hash: str = "", query: str = "", press: str | None = None
    ) -> str:
        """Open a page by the name in its address or by its script's hash, and press the button with this id.

        Returns everything that is shown, as text. Fails if the script has not finished within 30 s.
        """
        message = BackMsg()
        message.rerun_script.page_name = page_name
        message.rerun_script.page_script_hash = page_script_hash
        message.rerun_script.query_string = query
        if press is not None:
            message.rerun_script.widget_states.widgets.add(id=press, trigger_value=True)
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
def visitor(
    url: str, *, origin: str | None = None, headers: Mapping[str, str] | None = None, name: str | None = None
) -> Iterator[Visitor]:
    """A new tab on the product at `url`, of a page from `origin`, with `headers` on its websocket's request.

    `name` is the host's name in the tab's address, where that is another one.
    """
    place = urlsplit(url)
    address = f"ws://{name or place.hostname}:{place.port}/_stcore/stream"
    with connect(
        address,
        subprotocols=[Subprotocol("streamlit")],
        origin=Origin(origin) if origin is not None else None,
        additional_headers=headers,
        sock=create_connection((place.hostname, place.port), timeout=20),
        proxy=None,
        max_size=None,
    ) as connection:
        yield Visitor(connection)
