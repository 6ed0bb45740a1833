"""`python -m bvmt import FILE…`: import the exchange's yearly history files."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from bvmt import clock
from bvmt.imports import ImportProgress, ImportResult, ImportStatus, import_file
from bvmt.settings import load_settings
from bvmt.store.database import open_database

if TYPE_CHECKING:
    Subcommands = argparse._SubParsersAction[argparse.ArgumentParser]


def register(subcommands: Subcommands) -> None:
    """Add the subcommand to the command line."""
    parser = subcommands.add_parser("import", help="import the exchange's yearly history files, zipped or not")
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="a file of quotes or of index levels")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Import the files in the order given. Return 0 when all are stored, otherwise 1."""
    database = open_database(load_settings())
    try:
        results = [
            import_file(
                database.engine,
                path,
                file_name=path.name,
                asked_by="command line",
                clock=clock.now,
                progress=_show_progress if sys.stderr.isatty() else None,
            )
            for path in options.files
        ]
    finally:
        database.close()
    for result in results:
        sys.stdout.write(in_words(result))
    return 0 if all(result.status is ImportStatus.DONE for result in results) else 1


def in_words(result: ImportResult) -> str:
    """Return what came of an import, one line a fact."""
    if result.status is not ImportStatus.DONE:
        return f"{result.file_name}: {result.status.value}. {result.detail}\n"
    days = f", {result.first_day} to {result.last_day}" if result.first_day else ""
    lines = [
        f"{result.file_name} ({result.form}): {result.rows_read:,} rows read{days}",
        f"  {result.added:,} added, {result.changed:,} changed, {result.unchanged:,} unchanged",
        *(f"  {count:,} left out: {kind}" for kind, count in sorted(result.left_out.items())),
        *(f"  {count:,} set aside: {reason}" for reason, count in sorted(result.set_aside.items())),
        *([f"  {result.detail}"] if result.detail else []),
    ]
    return "\n".join(lines) + "\n"


def _show_progress(progress: ImportProgress) -> None:
    part = progress.bytes_read / max(progress.bytes_total, 1)
    end = "\n" if progress.bytes_read >= progress.bytes_total else ""
    sys.stderr.write(f"\r{progress.rows_read:,} rows, {part:.0%}{end}")
