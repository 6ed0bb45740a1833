"""The lexicons in memory: what each word of a text may mean, found once and kept."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache

from bvmt.news.folding import (
    arabic_as_tunizi,
    arabic_forms,
    calmed,
    fold,
    has_arabizi_digit,
    has_own_sound,
    is_arabic,
    tunizi_key,
    tunizi_keys,
)
from bvmt.news.lexicon_files import Form, Line, read_lexicon
from bvmt.news.meanings import CLAUSE, QUESTION, SENTENCE, Entry, Meaning, Node, Tongue

FILES = {
    "french": ("weight", -1.0, 1.0),
    "arabic": ("weight", -1.0, 1.0),
    "tunisian": ("weight", -1.0, 1.0),
    "tunizi": ("weight", -1.0, 1.0),
    "english": ("weight", -1.0, 1.0),
    "emojis": ("weight", -1.0, 1.0),
    "directions": ("direction", -1.0, 1.0),
    "nouns": ("noun", -1.0, 1.0),
    "negations": ("negation", -6.0, 6.0),
    "intensifiers": ("factor", 0.1, 3.0),
    "contrast": ("contrast", -1.0, 1.0),
    "calm": ("calm", 0.0, 1.0),
    "language_words": ("pull", 0.0, 3.0),
}
"""Each lexicon: what its weights are called here, and between which numbers they lie."""

_TONGUES = {
    "fr": Tongue.FRENCH,
    "tunizi": Tongue.TUNIZI,
    "en": Tongue.ENGLISH,
    "ar": Tongue.ARABIC,
    "tn-arabic": Tongue.TUNISIAN,
}


_TELLING = 3
_LONE_H = re.compile(r"(?<![cstdkgp])h")


class Lexicon(dict[str, Entry]):
    """Words as they stand in texts, with what they mean. Those once looked up are kept, up to a limit.

    Raises LexiconError when a lexicon file has a line that cannot be used.
    """

    KEPT = 150_000

    def __init__(self) -> None:
        super().__init__()
        self._root = Node()
        self._keys: set[str] = set()
        self._tongues: dict[str, dict[Tongue, float]] = {}
        lexicons: dict[str, list[Line]] = {part: [] for part, _, _ in FILES.values()}
        for name, (part, lowest, highest) in FILES.items():
            lexicons[part] += read_lexicon(name, lowest, highest)
        for part, lines in lexicons.items():
            self._add(lines, part)
        for part in ("weight", "direction", "noun"):
            lexicons[part].sort(key=lambda line: line.language != "tunizi")
            self._add_other_spellings(lexicons[part], part)

    def __missing__(self, word: str) -> Entry:
        entry = _sign(word, self._root) or self._word(word)
        if len(self) >= self.KEPT:
            self.clear()
        self[word] = entry
        return entry

    def _add(self, lines: Iterable[Line], part: str) -> None:
        for line in lines:
            for phrase in line.phrases:
                keys = [_key(form) for form in phrase]
                if part != "pull":
                    _grow(self._root, keys, part, line.weight)
                    self._keys.update(keys)
                if len(keys) == 1 and line.language in _TONGUES:
                    pulls = self._tongues.setdefault(keys[0], {})
                    tongue, pull = _TONGUES[line.language], line.weight if part == "pull" else 1.0
                    pulls[tongue] = pull if part == "pull" else max(pull, pulls.get(tongue, 0.0))

    def _add_other_spellings(self, lines: Iterable[Line], part: str) -> None:
        """Know single words by their consonants in Tunizi too, where no other word has them.

        These are the Tunizi words themselves and the Arabic ones, which readers write in Latin letters as they like.
        """
        for line in lines:
            for phrase in line.phrases:
                key = _in_tunizi(phrase[0], line.language) if len(phrase) == 1 else ""
                if key:
                    _grow(self._root, [f"~{key}"], part, line.weight)
                    self._keys.add(f"~{key}")

    def _word(self, word: str) -> Entry:
        folded = fold(word)
        closes = len(folded) > 3 and folded.endswith(("ch", "sh", "ش"))
        spellings = list(_spellings(folded, closes))
        if folded in self._tongues:
            spellings = [key for key in spellings if key[0] != "~"]
        known = tuple(key for key in spellings if key in self._keys)
        starts = tuple(node for key in known if (node := self._root.follow.get(key)))
        meaning = _together(node.meaning for node in starts)
        inner = None if folded in known else _within_negation(folded, closes)
        negated = inner is not None and self[inner].meaning is not None
        if inner is not None and negated:
            meaning = self[inner].meaning
        tongue, pull = (
            (Tongue.TUNISIAN if is_arabic(word) else Tongue.TUNIZI, 2.0)
            if negated
            else self._tongue(word, folded, spellings)
        )
        phrases = tuple(node for node in starts if node.follow)
        active = meaning is not None or bool(phrases)
        return Entry(tongue, pull, known, phrases, meaning, closes=closes, negated=negated, active=active)

    def _tongue(self, word: str, folded: str, spellings: list[str]) -> tuple[Tongue, float]:
        for key in spellings:
            if pulls := self._tongues.get(key):
                tongue, pull = max(pulls.items(), key=lambda each: each[1])
                rival = max((each for other, each in pulls.items() if other != tongue), default=0.0)
                if pull > rival:
                    return tongue, pull - rival
                return (Tongue.ARABIC_SCRIPT if is_arabic(folded) else Tongue.UNKNOWN), 0.0
        if is_arabic(folded):
            return Tongue.ARABIC_SCRIPT, 0.0
        if has_arabizi_digit(folded):
            return Tongue.TUNIZI, 2.0
        if word[:1].isupper() or not folded.isalpha():
            return Tongue.NAME, 0.0
        return (Tongue.UNKNOWN, 0.0) if word.isascii() else (Tongue.FRENCH, 1.0)


@cache
def lexicon() -> Lexicon:
    """Return the packaged lexicons, read once in a process."""
    return Lexicon()


def _sign(word: str, root: Node) -> Entry | None:
    """Return the entry of what is not a word: a number, an emoji, the end of a clause."""
    if word in {".", "!", "\u2026", "\n"}:
        return Entry(Tongue.SIGN, 0.0, border=SENTENCE)
    if word in {"?", "\u061f"}:
        return Entry(Tongue.SIGN, 0.0, border=QUESTION)
    if len(word) == 1 and word in ",;:()|\u060c\u061b":
        return Entry(Tongue.SIGN, 0.0, border=CLAUSE)
    if word[0] in "+-\u2212" or word[0].isdigit():
        if any(sign.isalpha() for sign in word):
            return None
        percent = {"+": 1, "-": -1, "\u2212": -1}.get(word[0], 0) if word[-1] in "%\u066a" else 0
        return Entry(Tongue.SIGN, 0.0, percent=percent, number=True, active=bool(percent))
    if not word[0].isalpha():
        node = root.follow.get(word)
        return Entry(Tongue.SIGN, 0.0, meaning=node.meaning if node else None, active=node is not None)
    return None


def _key(form: Form) -> str:
    if form.by_consonants:
        return "~" + tunizi_keys(form.text)[0]
    return form.text + "*" if form.starts else form.text


def _in_tunizi(form: Form, language: str) -> str:
    """Return the consonants of a word as Tunizi has them, or nothing where they tell too little."""
    if language not in ("tunizi", "ar", "tn-arabic"):
        return ""
    latin = language == "tunizi"
    key = tunizi_key(form.text) if latin else arabic_as_tunizi(form.text)
    telling = has_own_sound(key) and len(key) >= (_TELLING if latin else _TELLING + 1)
    return key if telling or (latin and len(key) > _TELLING) else ""


def _grow(root: Node, keys: list[str], part: str, weight: float) -> None:
    node = root
    for key in keys:
        node = node.follow.setdefault(key, Node())
    if node.meaning is None:
        node.meaning = Meaning()
    if getattr(node.meaning, part) is None:
        setattr(node.meaning, part, weight)


def _together(meanings: Iterable[Meaning | None]) -> Meaning | None:
    """Return all that a word means under its several keys; what the first of them says stands."""
    known = [meaning for meaning in meanings if meaning is not None]
    if len(known) < 2:
        return known[0] if known else None
    whole = Meaning()
    for meaning in known:
        whole.fill(meaning)
    return whole


def _spellings(folded: str, closes: bool) -> Iterator[str]:
    """Yield the keys under which a lexicon may know a word, those that fit it best first."""
    forms = [folded, *calmed(folded)]
    if is_arabic(folded):
        forms = [shorter for form in forms for shorter in arabic_forms(form)]
        if closes:
            forms += [form[:-1] for form in forms if len(form) > 3]
    elif closes and len(folded) > 4:
        forms.append(folded[:-2])
    yield from forms
    for form in forms:
        yield from (form[:length] + "*" for length in range(len(form), 1, -1))
    if not is_arabic(folded):
        yield from dict.fromkeys(f"~{key}" for form in forms for key in _tunizi_spellings(form))


def _within_negation(folded: str, closes: bool) -> str | None:
    """Return the verb of a joined Tunisian negation (`matla3ch`, `ماطلعتش`), or None where it is none."""
    start, end = ("ما", 1) if is_arabic(folded) else ("ma", 2)
    inner = folded[len(start) : -end]
    return inner if closes and folded.startswith(start) and len(inner) > 2 else None


def _tunizi_spellings(folded: str) -> Iterator[str]:
    """Yield the keys of a word as Tunizi: as it is, or with an h for a 7 where it has no digit (`rbahna`, `farhan`)."""
    if has_arabizi_digit(folded) or "kh" in folded or "gh" in folded:
        yield from tunizi_keys(folded)
    elif folded.isascii():
        yield from tunizi_keys(_LONE_H.sub("7", folded))
        if len(key := tunizi_key(folded)) > _TELLING:
            yield key
