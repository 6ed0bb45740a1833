"""How the sandbox's press writes: templates from `news_texts`, filled with names and numbers."""

from __future__ import annotations

import csv
import re
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

import numpy as np

_ONE_OF = re.compile(r"\[([^\[\]]*\|[^\[\]]*)\]")
_BLANKS = re.compile(r" {2,}")


@dataclass(frozen=True, slots=True)
class Manner:
    """One way of writing: the language of its texts, the column of names that it uses, and its tables.

    `tables` has titles and summaries by subject and direction, such as ("company", "negative").
    """

    language: str
    names: str
    tables: dict[tuple[str, str], tuple[tuple[str, ...], tuple[str, ...]]]


@lru_cache(maxsize=16)
def manner(name: str) -> Manner:
    """Return the way of writing of a file in `news_texts`."""
    read = tomllib.loads(_text(f"{name}.toml"))
    tables = {
        (subject, direction): (tuple(table["titles"]), tuple(table.get("summaries") or ("",)))
        for subject, directions in read.items()
        if isinstance(directions, dict)
        for direction, table in directions.items()
    }
    return Manner(read["language"], read["names"], tables)


@lru_cache(maxsize=1)
def _names() -> dict[str, dict[str, str]]:
    return {row["ticker"]: row for row in csv.DictReader(_text("names.csv").splitlines())}


def called(ticker: str, column: str) -> str:
    """Return what a share is called in a column of `names.csv`; its French name where it has no other."""
    row = _names()[ticker]
    return row[column] or row["french"]


def filled(template: str, values: dict[str, str], rng: np.random.Generator) -> str:
    """Return a template as text: alternatives chosen by `rng`, numbers and names put in."""
    chosen = _ONE_OF.sub(lambda found: str(rng.choice(found[1].split("|"))), template)
    return _BLANKS.sub(" ", chosen.format_map(values)).strip()


def number(value: float, decimals: int, language: str) -> str:
    """Return a number as a language writes it: with a decimal comma in French."""
    text = f"{value:.{decimals}f}"
    return text.replace(".", ",") if language == "fr" else text


def _text(name: str) -> str:
    return (files("bvmt.sandbox") / "news_texts" / name).read_text(encoding="utf-8")
