"""Bytes of a history file as lines of text, a block at a time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from bvmt.market.history_files.forms import HistoryFileRefused

BLOCK_BYTES = 1 << 20
"""How much is in memory at a time; some 8,000 rows."""

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class ByteStream(Protocol):
    """Anything that bytes can be read from, a number of them at a time."""

    def read(self, size: int, /) -> bytes:
        """Return the next bytes, at most `size`; none at the end."""
        ...


def line_blocks(stream: ByteStream, block_bytes: int = BLOCK_BYTES) -> Iterator[list[str]]:
    """Yield the lines of `stream` in order, in lists of about `block_bytes`, without their line ends.

    UTF-8 with or without a byte order mark, else CP1252, decided block by block. LF and CRLF both end a line.
    Raises HistoryFileRefused for a line that is longer than two blocks.
    """
    rest = stream.read(block_bytes).removeprefix(_BYTE_ORDER_MARK)
    while True:
        whole, newline, rest = rest.rpartition(b"\n")
        if newline:
            yield _lines(whole)
        if len(rest) > 2 * block_bytes:
            raise HistoryFileRefused("This is not a history file of the exchange: it is not made of lines.")
        piece = stream.read(block_bytes)
        if not piece:
            break
        rest += piece
    if rest:
        yield _lines(rest)


def _lines(block: bytes) -> list[str]:
    # Not splitlines(), which would also split at signs that stand inside a damaged name and shift the numbers.
    lines = _decoded(block).split("\n")
    return [line.rstrip("\r") for line in lines] if b"\r" in block else lines


def _decoded(block: bytes) -> str:
    try:
        return block.decode("utf-8")
    except UnicodeDecodeError:
        return block.decode("cp1252", errors="replace")
