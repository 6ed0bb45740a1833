"""`python -m bvmt labels import FILE…`: texts with their labels, for the sentiment classifier to learn from."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from bvmt.learning import LABELS_NEEDED
from bvmt.news.label_files import LabelFile, LabelFileRefused, read_label_file
from bvmt.news.language import detect_language
from bvmt.news.tone import Label
from bvmt.settings import load_settings
from bvmt.store import Engine, labels
from bvmt.store.database import open_database
from bvmt.store.engine import store_errors, transaction
from bvmt.store.labels import GivenLabel, LabelOrigin, StoredLabels

if TYPE_CHECKING:
    Subcommands = argparse._SubParsersAction[argparse.ArgumentParser]

BY = "command line"
_SHOWN = 20


def register(subcommands: Subcommands) -> None:
    """Add the subcommand to the command line."""
    parser = subcommands.add_parser("labels", help="labelled texts that the sentiment classifier learns from")
    verbs = parser.add_subparsers(required=True, metavar="VERB")
    importing = verbs.add_parser("import", help="import files of text;label or label;text")
    importing.add_argument("files", nargs="+", type=Path, metavar="FILE", help="a file of labelled texts")
    importing.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Import the files in the order given. Return 0 when all are stored, otherwise 1."""
    database = open_database(load_settings())
    try:
        done = [_import(database.engine, path) for path in options.files]
        with database.engine.connect() as conn:
            total = labels.count_labels(conn).total
    finally:
        database.close()
    sys.stdout.write(_standing(total))
    return 0 if all(done) else 1


def in_words(name: str, file: LabelFile, stored: StoredLabels) -> str:
    """Return what came of an import, one line a fact; of the lines set aside the first 20 are shown."""
    counts = Counter(row.label for row in file.rows)
    told = ", ".join(f"{counts[label]:,} {label}" for label in Label)
    reasons = Counter(line.reason for line in file.set_aside)
    more = len(file.set_aside) - _SHOWN
    lines = [
        f"{name}: {len(file.rows):,} labelled texts read: {told}",
        f"  {stored.added:,} added, {stored.changed:,} changed, {stored.unchanged:,} unchanged",
        *(f"  {note}" for note in file.notes),
        *(f"  {count:,} set aside: {reason}" for reason, count in reasons.most_common()),
        *(f"    line {line.line}: {' '.join(line.raw.split())[:80]}" for line in file.set_aside[:_SHOWN]),
        *([f"    and {more:,} more"] if more > 0 else []),
    ]
    return "\n".join(lines) + "\n"


def _import(engine: Engine, path: Path) -> bool:
    try:
        file = read_label_file(path.read_bytes())
    except (LabelFileRefused, OSError) as reason:
        sys.stdout.write(f"{path.name}: refused. {reason}\n")
        return False
    given = [GivenLabel(row.text, row.label, detect_language(row.text)) for row in file.rows]
    with store_errors(), transaction(engine) as conn:
        stored = labels.put_labels(conn, given, by=BY, origin=LabelOrigin.IMPORT)
    sys.stdout.write(in_words(path.name, file, stored))
    return True


def _standing(total: int) -> str:
    if total < LABELS_NEEDED:
        return f"{total:,} labels are stored; a classifier is trained from {LABELS_NEEDED} on.\n"
    return f"{total:,} labels are stored; the next Database Cleanup trains a classifier on them.\n"
