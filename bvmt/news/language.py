"""What a text is written in: French, Arabic, Tunisian in either script, or two of them at once."""

from __future__ import annotations

from collections.abc import Iterable

from bvmt.news.folding import TOKEN
from bvmt.news.lexicon import Lexicon, lexicon
from bvmt.news.meanings import Entry, Tongue
from bvmt.news.tone import Language

_SHARED = 0.3
_SHARED_PULL = 2.0
_TUNISIAN_PART = 0.34


def detect_language(text: str, words: Lexicon | None = None) -> Language:
    """Return what the text is in, from script, digits within words and the word lists; OTHER where nothing tells.

    MIXED is said of a text that two of them really share: at least two telling words each, and three tenths of all
    that tells. A company's name or a lone borrowed noun does not make a text mixed. Tunisian in Arabic script is
    hardly ever without words of the standard language, so there a third of telling words that only Tunisian has is
    enough for it.
    """
    known = lexicon() if words is None else words
    return language_of(map(known.__getitem__, TOKEN.findall(text)))


def language_of(entries: Iterable[Entry]) -> Language:
    """Return the language of a text from the entries of its words."""
    pull = [0.0] * len(Tongue)
    arabic = 0
    for entry in entries:
        tongue = entry.tongue
        if entry.pull:
            pull[tongue] += entry.pull
        if tongue in _ARABIC:
            arabic += 1
    french, tunizi, english = pull[Tongue.FRENCH], pull[Tongue.TUNIZI], pull[Tongue.ENGLISH]
    latin = french + tunizi + english
    if arabic:
        if min(latin, arabic) >= _SHARED_PULL and min(latin, arabic) >= _SHARED * (latin + arabic):
            return Language.MIXED
        if arabic >= latin:
            tunisian, standard = pull[Tongue.TUNISIAN], pull[Tongue.ARABIC]
            local = tunisian > 0 and tunisian >= _TUNISIAN_PART * (tunisian + standard)
            return Language.TUNISIAN if local else Language.ARABIC
    if not latin or english > max(french, tunizi):
        return Language.OTHER
    if min(french, tunizi) >= _SHARED_PULL and min(french, tunizi) >= _SHARED * (french + tunizi):
        return Language.MIXED
    return Language.FRENCH if french >= tunizi else Language.TUNIZI


_ARABIC = frozenset({Tongue.ARABIC, Tongue.TUNISIAN, Tongue.ARABIC_SCRIPT})
