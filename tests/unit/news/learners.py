"""Texts that are easy to learn from, and what the lexicons may have found in them."""

from __future__ import annotations

import random
from collections.abc import Sequence

from bvmt.news.tone import Label, Language, Sentiment

WORDS = {
    Label.POSITIVE: ("zedna", "tarbah", "wafra", "najah"),
    Label.NEUTRAL: ("jadwal", "maw3ed", "bayen", "ta9rir"),
    Label.NEGATIVE: ("kharab", "tayah", "ghar9a", "mouch"),
}


def easy(number: int, *, labels: Sequence[Label] = tuple(Label), seed: int = 1) -> tuple[list[str], list[Label]]:
    """So many texts, label after label in turn: two of the label's words among others that every label has."""
    draw = random.Random(seed)
    given = [labels[place % len(labels)] for place in range(number)]
    texts = [f"{draw.choice(WORDS[label])} sahm {draw.randrange(1000)} {draw.choice(WORDS[label])}" for label in given]
    return texts, given


def says(label: Label, *, confidence: float = 0.6) -> Sentiment:
    """What the lexicons found: a label."""
    score = {Label.POSITIVE: 0.6, Label.NEUTRAL: 0.0, Label.NEGATIVE: -0.6}[label]
    return Sentiment(score, label, confidence, Language.TUNIZI)


def silent(number: int) -> list[Sentiment]:
    """Lexicons that know none of the words."""
    return [says(Label.NEUTRAL, confidence=0.5)] * number


def right(labels: Sequence[Label]) -> list[Sentiment]:
    """Lexicons that are always right, and sure."""
    return [says(label, confidence=0.95) for label in labels]
