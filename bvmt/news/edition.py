"""Which edition of the lexicons and word lists a text was read with."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from importlib.resources import files

from bvmt import __version__

_SHOWN = 16


@lru_cache(maxsize=1)
def edition() -> str:
    """Return a short name of the product's version and the contents of its lexicons and word lists, as packaged.

    A text read or scored with another edition may come out otherwise now.
    """
    digest = hashlib.sha256(__version__.encode())
    folder = files("bvmt.news")
    tables = [
        entry for place in (folder, folder / "lexicons") for entry in place.iterdir() if entry.name.endswith(".csv")
    ]
    for table in sorted(tables, key=lambda entry: entry.name):
        digest.update(table.name.encode() + b"\0" + table.read_bytes())
    return digest.hexdigest()[:_SHOWN]
