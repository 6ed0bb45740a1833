"""How a text sounds to a holder of the shares that it is about, by lexicons, and which words decided it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from bvmt.news.folding import TOKEN
from bvmt.news.language import language_of
from bvmt.news.lexicon import Lexicon, lexicon
from bvmt.news.meanings import QUESTION, SENTENCE, Entry, Meaning, Node
from bvmt.news.tone import DecidingWord, Label, Sentiment
from bvmt.news.weighing import Mark, Weighed, percent_meaning, weigh

LABEL_FROM = 0.28
"""From this score on, on either side of zero, a text is not neutral."""

_SOFTNESS = 0.6
_TABLE_NUMBERS = 4
_TABLE_PART = 0.35
_TABLE_CALM = 0.3
_WORDS_SHOWN = 12
_SHORT = 6


@dataclass(frozen=True, slots=True)
class Evidence:
    """A deciding word with its place in the text (`text[start:end]`)."""

    word: DecidingWord
    start: int
    end: int


class Scorer:
    """Scores texts of a headline to a few paragraphs. It holds the lexicons and no state of a text; share one."""

    def __init__(self, words: Lexicon | None = None) -> None:
        self._words = lexicon() if words is None else words

    def score(self, text: str) -> Sentiment:
        """Return score, label, confidence, language and the words that decided.

        The score is x / sqrt(x^2 + 0.6) of the sum x of all values, so that one strong word reads as 0.7 and nothing
        goes beyond 1. Confidence is how far the words agree and how much they say; for a neutral text how clearly it
        is a notice, a table or a question, or simply has no such words.
        """
        sentiment, _, _ = self._read(text)
        return sentiment

    def explain(self, text: str) -> tuple[Sentiment, tuple[Evidence, ...]]:
        """Return the same with the place of each deciding word, for a page that marks them."""
        sentiment, deciding, pieces = self._read(text)
        if not deciding:
            return sentiment, ()
        places = _places(text, pieces)
        return sentiment, tuple(
            Evidence(word, places[mark.place], _end(pieces, places, mark))
            for word, mark in zip(sentiment.words, deciding, strict=True)
        )

    def _read(self, text: str) -> tuple[Sentiment, list[Mark], list[str]]:
        pieces = TOKEN.findall(text)
        entries = list(map(self._words.__getitem__, pieces))
        language = language_of(entries)
        marks, questions, numbers = _marks(entries)
        if not marks:
            quiet = Sentiment(0.0, Label.NEUTRAL, _quiet_confidence(1.0, len(entries)), language)
            return quiet, [], pieces
        weighed = weigh(marks, pieces, questions)
        if numbers >= _TABLE_NUMBERS and numbers >= _TABLE_PART * len(entries):
            weighed = Weighed(weighed.total * _TABLE_CALM, weighed.amount * _TABLE_CALM, _TABLE_CALM)
        score = weighed.total / math.sqrt(weighed.total**2 + _SOFTNESS)
        label = Label.POSITIVE if score >= LABEL_FROM else Label.NEGATIVE if score <= -LABEL_FROM else Label.NEUTRAL
        deciding = [mark for mark in marks if mark.value]
        if len(deciding) > _WORDS_SHOWN:
            least = sorted(abs(mark.value or 0.0) for mark in deciding)[-_WORDS_SHOWN]
            deciding = [mark for mark in deciding if abs(mark.value or 0.0) >= least][:_WORDS_SHOWN]
        confidence = _confidence(label, score, weighed, len(entries))
        words = _deciding_words(text, pieces, deciding)
        return Sentiment(round(score, 4), label, confidence, language, words), deciding, pieces


def _deciding_words(text: str, pieces: list[str], deciding: list[Mark]) -> tuple[DecidingWord, ...]:
    places = _places(text, pieces) if any(mark.after - mark.place > 1 for mark in deciding) else []
    return tuple(
        DecidingWord(
            pieces[mark.place]
            if mark.after - mark.place == 1
            else text[places[mark.place] : _end(pieces, places, mark)],
            round(max(-1.0, min(1.0, mark.value or 0.0)), 3),
            ", ".join(mark.notes),
        )
        for mark in deciding
    )


def _places(text: str, pieces: list[str]) -> list[int]:
    """Return where each piece begins in the text."""
    places, at = [], 0
    for piece in pieces:
        start = text.index(piece, at)
        places.append(start)
        at = start + len(piece)
    return places


def _end(pieces: list[str], places: list[int], mark: Mark) -> int:
    return places[mark.after - 1] + len(pieces[mark.after - 1])


def _marks(entries: list[Entry]) -> tuple[list[Mark], set[int], int]:
    """Return what there is to weigh, the sentences that are questions, and how many numbers there are."""
    marks: list[Mark] = []
    questions: set[int] = set()
    numbers = clause = sentence = until = 0
    for place, entry in enumerate(entries):
        if entry.border:
            clause += 1
            if entry.border == QUESTION:
                questions.add(sentence)
            if entry.border >= SENTENCE:
                sentence += 1
        elif entry.number:
            numbers += 1
            if entry.percent:
                marks.append(Mark(place, place + 1, percent_meaning(entry.percent), clause, sentence))
        elif entry.active and place >= until:
            meaning, until = _longest(entries, place) if entry.starts else (entry.meaning, place + 1)
            if meaning is not None:
                last = entries[until - 1]
                marks.append(Mark(place, until, meaning, clause, sentence, last.closes, last.negated))
    return marks, questions, numbers


def _longest(entries: list[Entry], place: int) -> tuple[Meaning | None, int]:
    """Return the meaning of the longest phrase that begins at a place, or of the word there; and where it ends."""
    entry = entries[place]
    best, until = entry.meaning, place + 1
    nodes: Sequence[Node] = entry.starts
    at = place + 1
    while nodes and at < len(entries) and entries[at].keys:
        nodes = [after for node in nodes for key in entries[at].keys if (after := node.follow.get(key))]
        at += 1
        for node in nodes:
            if node.meaning is not None:
                best, until = node.meaning, at
                break
    return best, until


def _confidence(label: Label, score: float, weighed: Weighed, length: int) -> float:
    """Return how sure a label is: the words agree, there are enough of them, the score is far from the border."""
    agreement = abs(weighed.total) / weighed.amount if weighed.amount else 1.0
    if label is Label.NEUTRAL:
        doubt = abs(score) / LABEL_FROM
        return round(max(0.3, _quiet_confidence(weighed.calm, length) * (1 - 0.4 * doubt) * (0.6 + 0.4 * agreement)), 3)
    distance = (abs(score) - LABEL_FROM) / (1 - LABEL_FROM)
    return round(min(0.97, (0.5 + 0.5 * distance) * (0.5 + 0.5 * agreement)), 3)


def _quiet_confidence(calm: float, length: int) -> float:
    """Return how sure it is that a text without deciding words is neutral: a notice surely, a long silence rather."""
    return 0.85 if calm < 1.0 else 0.5 if length < _SHORT else 0.65
