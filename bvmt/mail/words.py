"""The product's own words in mail, in both languages, from catalogues that a translator can edit. Pure."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from babel.messages.pofile import read_po

_FOLDER = Path(__file__).parent / "catalogues"

LANGUAGES = {"en": "English", "fr": "Français"}
"""The languages that mail is written in, and how each calls itself."""

LOCALES = {"en": "en_GB", "fr": "fr"}
"""How each writes dates: English as Europe does."""


def words(language: str, key: str, **values: object) -> str:
    """The catalogue's text under `key` with `values` in its places.

    Raises KeyError for a language or key that there is not, and for a value that is missing.
    """
    return _catalogue(language)[key].format(**values)


@cache
def _catalogue(language: str) -> dict[str, str]:
    if language not in LANGUAGES:
        raise KeyError(f"There is no language {language!r}.")
    with (_FOLDER / f"{language}.po").open("rb") as file:
        return {str(entry.id): str(entry.string) for entry in read_po(file) if entry.id and entry.string}
