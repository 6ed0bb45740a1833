"""An HTML page that lists stories, read with the CSS selectors that are stored with its source."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, NoReturn

from bvmt.errors import SourceFormatError
from bvmt.news.items import Selectors
from bvmt.sources.http import sample_of
from bvmt.sources.news_dates import read_date
from bvmt.sources.news_items import Draft
from bvmt.sources.news_text import decoded

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

_INSTANT_ATTRIBUTES = ("datetime", "content", "data-time", "title")
"""Where pages keep the exact time beside the words that they show."""


def drafts_of_page(
    source: str, body: bytes, content_type: str, url: str, selectors: Selectors, now: datetime
) -> Iterator[Draft]:
    """Return the stories that a page lists, in its order.

    `body` was answered with `content_type` by `url`, against which links are read (or against the page's own
    base element); `source` names it in errors, and `now` (aware) dates "il y a 2 heures". Raises SourceFormatError
    for selectors that are no CSS, and where no element matches `selectors.item`: the page has been rebuilt.
    """
    from selectolax.lexbor import LexborHTMLParser, SelectolaxError

    tree = LexborHTMLParser(decoded(body, content_type))
    try:
        nodes = tree.css(selectors.item)
        for selector in (selectors.title, selectors.link, selectors.summary, selectors.published):
            tree.css_first(selector or "a")
    except SelectolaxError as error:
        _refuse(source, body, f"its selectors cannot be used: {error}", error)
    if not nodes:
        _refuse(source, body, f"the page has no element {selectors.item!r}: its layout has changed")
    base = _base(tree.css_first("base[href]"), url)
    return (_draft(node, selectors, base, now) for node in nodes)


def _refuse(source: str, body: bytes, text: str, cause: Exception | None = None) -> NoReturn:
    raise SourceFormatError(source, text, sample=sample_of(body)) from cause


def _draft(node: LexborNode, selectors: Selectors, base: str, now: datetime) -> Draft:
    when = _date_text(node, selectors.published)
    return Draft(
        title=_markup(node, selectors.title),
        link=_link(node, selectors.link),
        base=base,
        summary=_markup(node, selectors.summary),
        published=next((found for text in when if (found := read_date(text, now))), None),
        date_given=bool(when),
    )


def _markup(node: LexborNode, selector: str | None) -> str:
    found = node.css_first(selector) if selector else None
    return (found.inner_html or "") if found is not None else ""


def _link(node: LexborNode, selector: str) -> str:
    """The address of the story: of the element selected, of one within it, or of the item itself."""
    found = node.css_first(selector)
    for place in (found, found.css_first("a[href]") if found is not None else None, node):
        href = place.attributes.get("href") if place is not None else None
        if href:
            return href
    return ""


def _date_text(node: LexborNode, selector: str | None) -> list[str]:
    found = node.css_first(selector) if selector else None
    if found is None:
        return []
    texts = [found.attributes.get(name) or "" for name in _INSTANT_ATTRIBUTES] + [found.text(strip=True)]
    return [text for text in texts if text.strip()]


def _base(element: LexborNode | None, url: str) -> str:
    href = (element.attributes.get("href") or "") if element is not None else ""
    return href if href.startswith(("http://", "https://")) else url
