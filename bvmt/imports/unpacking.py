"""A file as people have it, plain or zipped, as streams of bytes of bounded size."""

from __future__ import annotations

import io
import lzma
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from bvmt.market.history_files import HistoryFileRefused

_ZIP_MAGIC = (b"PK\x03\x04", b"PK\x05\x06")
_MAC_LEFTOVERS = ("__MACOSX/", ".DS_Store")
_DAMAGED = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, NotImplementedError, RuntimeError, OSError)
"""What zipfile raises for damage, passwords (RuntimeError) and unknown compression."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much may come out of a file, in bytes after unpacking: a member of an archive, and all together."""

    member: int = 400 << 20
    total: int = 2 << 30
    members: int = 200


LIMITS = Limits()


class Unpacked:
    """One text file. `name` is its own; `read` gives its bytes and keeps to the limit."""

    def __init__(self, name: str, stream: IO[bytes], limit: int) -> None:
        self.name = name
        self.bytes_read = 0
        self._stream = stream
        self._limit = limit

    def read(self, size: int, /) -> bytes:
        """Return the next bytes, at most `size`. Raises HistoryFileRefused past the limit and on damage."""
        try:
            piece = self._stream.read(size)
        except _DAMAGED as error:
            raise HistoryFileRefused(f"{self.name} cannot be unpacked: {error}.") from error
        self.bytes_read += len(piece)
        if self.bytes_read > self._limit:
            raise HistoryFileRefused(_too_large(self.name, self._limit))
        return piece


@dataclass(frozen=True, slots=True)
class Package:
    """What a file holds: its members in order, to be read one after the other, how many, and their bytes in all."""

    members: Iterator[Unpacked]
    count: int
    bytes_total: int


@contextmanager
def unpacked(source: Path | bytes, file_name: str, limits: Limits = LIMITS) -> Iterator[Package]:
    """Give what `source` holds: itself, or the members of a zip archive (recognised by content).

    Raises HistoryFileRefused when it cannot be opened, is an archive that is damaged, empty or locked with a
    password, or holds more than `limits` allow.
    """
    try:
        stream: IO[bytes] = io.BytesIO(source) if isinstance(source, bytes) else source.open("rb")
    except OSError as error:
        raise HistoryFileRefused(f"{file_name} cannot be opened: {error.strerror or error}.") from error
    with stream:
        is_zip = stream.read(4) in _ZIP_MAGIC
        size = stream.seek(0, io.SEEK_END)
        stream.seek(0)
        if not is_zip:
            yield _plain(stream, size, file_name, limits)
            return
        with _archive(stream, file_name) as archive:
            yield _zipped(archive, file_name, limits)


def _plain(stream: IO[bytes], size: int, name: str, limits: Limits) -> Package:
    if size > limits.member:
        raise HistoryFileRefused(_too_large(name, limits.member))
    return Package(iter([Unpacked(name, stream, limits.member)]), 1, size)


def _archive(stream: IO[bytes], name: str) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(stream)
    except _DAMAGED as error:
        raise HistoryFileRefused(f"{name} is a damaged zip archive: {error}.") from error


def _zipped(archive: zipfile.ZipFile, name: str, limits: Limits) -> Package:
    infos = [info for info in archive.infolist() if not _is_leftover(info)]
    if not infos:
        raise HistoryFileRefused(f"{name} is a zip archive without a file in it.")
    if len(infos) > limits.members:
        raise HistoryFileRefused(f"{name} holds {len(infos)} files; an archive may hold {limits.members}.")
    total = sum(info.file_size for info in infos)
    if total > limits.total:
        raise HistoryFileRefused(_too_large(name, limits.total))
    return Package(_members(archive, infos, limits), len(infos), total)


def _members(archive: zipfile.ZipFile, infos: list[zipfile.ZipInfo], limits: Limits) -> Iterator[Unpacked]:
    for info in infos:
        # What the archive says of a size is checked before anything is unpacked, and zipfile never gives more.
        if info.file_size > limits.member:
            raise HistoryFileRefused(_too_large(info.filename, limits.member))
        try:
            stream = archive.open(info)
        except _DAMAGED as error:
            raise HistoryFileRefused(f"{info.filename} cannot be unpacked: {error}.") from error
        with stream:
            yield Unpacked(info.filename, stream, limits.member)


def _is_leftover(info: zipfile.ZipInfo) -> bool:
    return info.is_dir() or info.filename.startswith(_MAC_LEFTOVERS[0]) or info.filename.endswith(_MAC_LEFTOVERS[1])


def _too_large(name: str, limit: int) -> str:
    return f"{name} holds more than {limit >> 20} MB, which no history file does; nothing was read."
