"""A text from outside as HTML of our own: everything in it escaped, the words that decided its tone marked. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from bvmt.news.folding import tokens
from bvmt.news.items import text_of
from bvmt.news.tone import DecidingWord

_GOOD, _BAD = "#1F5FBF", "#C2610C"
"""Blue and orange, as in the heatmap; each mark carries its sign beside."""


def article_html(title: str, summary: str, words: Sequence[DecidingWord]) -> str:
    """Title and summary of an article, each in its own direction of writing, with the deciding words marked."""
    text = text_of(title, summary)
    found = list(places(text, words))
    parts = [f'<p dir="auto" style="font-weight:600;{_PARAGRAPH}">{_marked(text, 0, len(title), found)}</p>']
    if summary:
        parts.append(f'<p dir="auto" style="{_PARAGRAPH}">{_marked(text, len(title) + 1, len(text), found)}</p>')
    return "".join(parts)


_PARAGRAPH = "margin:0 0 .5rem;line-height:1.75;overflow-wrap:anywhere;white-space:pre-line"


def places(text: str, words: Sequence[DecidingWord]) -> Iterator[tuple[int, int, DecidingWord]]:
    """Yield beginning, end and word for each of the words, which come in the order of the text.

    One that the text does not hold as a whole word is left out.
    """
    starts = {token.start for token in tokens(text)}
    behind = 0
    for word in words:
        at = text.find(word.text, behind) if word.text else -1
        while at >= 0 and at not in starts:
            at = text.find(word.text, at + 1)
        if at >= 0:
            behind = at + len(word.text)
            yield at, behind, word


def _marked(text: str, since: int, until: int, found: Sequence[tuple[int, int, DecidingWord]]) -> str:
    """The piece of the text from `since` to before `until`; a mark that leaves it is left out."""
    parts: list[str] = []
    at = since
    for start, end, word in found:
        if at <= start and end <= until:
            parts += [escape(text[at:start]), _mark(text[start:end], word)]
            at = end
    return "".join([*parts, escape(text[at:until])])


def _mark(words: str, word: DecidingWord) -> str:
    good = word.weight >= 0
    colour, sign = (_GOOD, "+") if good else (_BAD, "−")
    told = f"{sign}{abs(word.weight):.2f}"
    hint = escape(f"{told} {word.note}".strip())
    style = (
        f"background:color-mix(in srgb, {colour} 24%, transparent);color:inherit;border-bottom:2px solid {colour};"
        "border-radius:3px;padding:0 .2em"
    )
    # The weight in its own direction: in an Arabic line it would else come apart.
    weight = f'<sup dir="ltr" style="font-size:.68em;unicode-bidi:isolate">{told}</sup>'
    return f'<mark title="{hint}" style="{style}">{escape(words)}{weight}</mark>'
