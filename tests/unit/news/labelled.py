"""The labelled texts of tests/data/sentiment."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

from bvmt.news.tone import Label

FOLDER = Path(__file__).parents[2] / "data" / "sentiment"


@dataclass(frozen=True, slots=True)
class Labelled:
    """A text, how it sounds, and what it is written in: fr, ar, tunizi or mixed."""

    text: str
    label: Label
    language: str


def labelled(name: str) -> list[Labelled]:
    """Return the texts of `development` or `test`."""
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as lines:
        return [
            Labelled(row["text"], Label(row["label"]), row["language"]) for row in csv.DictReader(lines, delimiter=";")
        ]
