"""Which articles are one and the same: by their address, and by titles that say nearly the same."""

from __future__ import annotations

import re
from collections import defaultdict, deque
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from itertools import chain, pairwise
from typing import Generic, TypeVar
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from bvmt.news.folding import fold

Key = TypeVar("Key", bound=Hashable)

LONGEST_URL = 2000
"""Characters of a canonical address: what a unique index can hold with room to spare."""

SAME_TITLE = 0.6
"""From this likeness on two titles tell one story.

In three months of the sandbox's press the 75 retold stories come out at 0.82 and more, and of 3,000 others two are
taken for one: short titles that differ in nothing but a ticker that is also a word.
"""

WINDOW = timedelta(days=3)
"""Titles further apart tell two stories: a daily column repeats its title."""

SAME_SOURCE_WINDOW = timedelta(hours=6)
"""The same for two titles of one source: a site prints a story again within hours, and its column the next day."""

_FEWEST_WORDS = 4
_TRACKING = re.compile(
    r"(?:utm|mtm|pk|hsa|ga|fb|oly)_.+|at_(?:medium|campaign|custom\d)|mc_[ce]id|_hs(?:enc|mi)|_g[al]|vero_id|s_cid|"
    r"(?:fb|g|y|tw|tt|dc)clid|msclkid|[gw]braid|igshi?d?|li_fat_id|xtor|ns_.+|wt_mc|spm|cmpid|campaign|"
    r"ref|ref_(?:src|url)|referrer|source|src|from|rss|feed|shared?|amp|outputtype"
)
_LESSER_HOSTS = ("www.", "m.", "mobile.", "amp.")
_DEFAULT_PORTS = {"http": 80, "https": 443}
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})")
_UNRESERVED = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~")
_WORD = re.compile(r"[^\W_]+(?:[.,]\d+)?")
_SITE_NAME = re.compile(r"\s+[|\u2013\u2014-]\s+[^|\u2013\u2014-]{2,30}$")


class BadAddress(ValueError):
    """An address that can be that of no article; the text says why."""


def canonical_url(url: str) -> str:
    """Return the one spelling of an article's address, in ASCII: what tells two articles apart, and no more.

    The scheme becomes https; `www.`, `m.`, `mobile.` and `amp.` in front of the host, the default port, a user, the
    fragment, tracking parameters, an `/amp` at the end and a slash at the end go; the other parameters are sorted.
    Only for comparing: the link to open is the one that the source gave. Raises BadAddress for what is no http(s)
    address, or is longer than LONGEST_URL.
    """
    try:
        parts = urlsplit(url.strip())
        host, port = (parts.hostname or "").rstrip("."), parts.port
        host = host.encode("idna").decode() if not host.isascii() else host
    except ValueError as error:
        raise BadAddress(f"the address cannot be read: {error}") from None
    if parts.scheme.lower() not in _DEFAULT_PORTS or not host:
        raise BadAddress("the address is not an http(s) one")
    for start in _LESSER_HOSTS:
        # What is left must still be a name with a dot: m.tn stays.
        if host.startswith(start) and "." in host[len(start) :]:
            host = host[len(start) :]
    place = host if port in (None, _DEFAULT_PORTS[parts.scheme.lower()]) else f"{host}:{port}"
    pairs = sorted(pair for pair in parse_qsl(parts.query, keep_blank_values=True) if not _is_tracking(pair[0]))
    found = f"https://{place}{_path(parts.path)}{'?' if pairs else ''}{urlencode(pairs)}"
    if len(found) > LONGEST_URL:
        raise BadAddress(f"the address has more than {LONGEST_URL} characters")
    return found


def _is_tracking(name: str) -> bool:
    return _TRACKING.fullmatch(name.lower()) is not None


def _path(path: str) -> str:
    """The path with the same characters escaped whoever wrote it, without what says only how it is shown."""
    escaped = quote(path, safe="/%:@!$&'()*+,;=~-._", errors="replace")
    clean = re.sub(r"/{2,}", "/", _ESCAPE.sub(_escape, escaped))
    clean = re.sub(r"(?:/amp|/index\.(?:html?|php))?/*$", "", clean)
    return clean


def _escape(match: re.Match[str]) -> str:
    letter = chr(int(match[1], 16))
    return letter if letter in _UNRESERVED else match[0].upper()


@dataclass(frozen=True, slots=True)
class Titled(Generic[Key]):
    """What of an article decides its story. `about` are the ISINs of the listings that it names."""

    key: Key
    title: str
    source: str
    at: datetime
    about: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class _Shape:
    """A title cut up: single words and pairs of neighbours, and its numbers."""

    shingles: frozenset[str]
    numbers: frozenset[str]
    words: int


def likeness(one: str, other: str) -> float:
    """Return how much alike two titles are, 0 to 1: Jaccard's index of their folded words and pairs of neighbours.

    Case, accents, punctuation and the site's name behind a dash do not count. 0 where they give different numbers,
    since "+2 %" and "-3 %" are not one story, and for titles under four words that are not the same.
    """
    return _likeness(_shape(one), _shape(other))


def _likeness(one: _Shape, other: _Shape) -> float:
    if one.numbers and other.numbers and one.numbers != other.numbers:
        return 0.0
    if min(one.words, other.words) < _FEWEST_WORDS:
        return float(one.shingles == other.shingles and bool(one.shingles))
    return len(one.shingles & other.shingles) / len(one.shingles | other.shingles)


def _shape(title: str) -> _Shape:
    words = [fold(match[0]) for match in _WORD.finditer(_SITE_NAME.sub("", title.strip()))]
    pairs = (f"{one} {other}" for one, other in pairwise(words))
    numbers = frozenset(word.replace(",", ".") for word in words if word[0].isdigit())
    return _Shape(frozenset([*words, *pairs]), numbers, len(words))


def group_stories(new: Sequence[Titled[Key]], known: Iterable[tuple[Titled[Key], Key]]) -> dict[Key, Key]:
    """Return the story of each new article: the key of the first article that tells it, its own where none does.

    `known` are older articles with their stories. An article joins the story of the one most like it, of equals the
    nearest in time, if both are about the same listings, no further apart than WINDOW (SAME_SOURCE_WINDOW for one
    source), and alike from SAME_TITLE on. New articles are taken in the order of their times.
    """
    index = _Index[Key]()
    for article, story in known:
        index.add(article, story)
    found: dict[Key, Key] = {}
    for article in sorted(new, key=lambda each: each.at):
        found[article.key] = story = index.story_of(article)
        index.add(article, story)
    return found


class _Index(Generic[Key]):
    """Articles by their shingles, so that only titles with something in common are compared.

    Of a shingle that everybody uses only the last _MOST_KEPT articles are known, which bounds what a flood of equal
    titles costs; the rarer half of a title's shingles, which is what is looked up, has fewer in any ordinary week.
    """

    _MOST_KEPT = 200

    def __init__(self) -> None:
        self._articles: list[tuple[Titled[Key], _Shape, Key]] = []
        self._by_shingle: dict[str, deque[int]] = defaultdict(partial(deque, maxlen=self._MOST_KEPT))

    def add(self, article: Titled[Key], story: Key) -> None:
        shape = _shape(article.title)
        for shingle in shape.shingles:
            self._by_shingle[shingle].append(len(self._articles))
        self._articles.append((article, shape, story))

    def story_of(self, article: Titled[Key]) -> Key:
        shape = _shape(article.title)
        best: tuple[float, timedelta, Key] | None = None
        for number in sorted(self._candidates(shape)):
            other, other_shape, story = self._articles[number]
            apart = abs(article.at - other.at)
            if other.about != article.about or apart > (
                SAME_SOURCE_WINDOW if other.source == article.source else WINDOW
            ):
                continue
            like = _likeness(shape, other_shape)
            if like >= SAME_TITLE and (best is None or (like, -apart) > (best[0], -best[1])):
                best = (like, apart, story)
        return article.key if best is None else best[2]

    def _candidates(self, shape: _Shape) -> set[int]:
        """Those that share one of the rarer half of the title's shingles.

        Two sets alike by 0.6 share 0.6 of either at least, so that one of any 0.5 of them is among the shared.
        """
        rarest = sorted(shape.shingles, key=lambda shingle: len(self._by_shingle.get(shingle, ())))
        lists = (self._by_shingle.get(shingle, ()) for shingle in rarest[: len(rarest) // 2 + 1])
        return set(chain.from_iterable(lists))
