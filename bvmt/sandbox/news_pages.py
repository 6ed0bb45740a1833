"""The sandbox's press as it stands on the web: RSS, Atom, and a page without a feed."""

from __future__ import annotations

import html
from collections.abc import Callable, Sequence
from email.utils import format_datetime
from xml.etree import ElementTree as Xml

from bvmt.sandbox.calendar import TUNIS
from bvmt.sandbox.news_sites import Site
from bvmt.sandbox.news_story import Story

_ATOM = "http://www.w3.org/2005/Atom"
_DUBLIN_CORE = "http://purl.org/dc/elements/1.1/"

Page = Callable[[Site, Sequence[Story]], str]


def rss(site: Site, stories: Sequence[Story]) -> str:
    """Return an RSS 2.0 feed. Posts of a social site have no title, their text is the description."""
    root = Xml.Element("rss", {"version": "2.0", "xmlns:dc": _DUBLIN_CORE})
    channel = Xml.SubElement(root, "channel")
    _add(channel, "title", site.name)
    _add(channel, "link", f"https://{site.host}/")
    _add(channel, "description", f"{site.name} (simulation)")
    _add(channel, "language", site.language)
    if stories:
        _add(channel, "lastBuildDate", format_datetime(stories[0].published_at, usegmt=True))
    for story in stories:
        item = Xml.SubElement(channel, "item")
        if site.social:
            _add(item, "description", f"<p>{html.escape(story.title)}</p>")
        else:
            _add(item, "title", story.title)
            _add(item, "description", _description(site, story))
        _add(item, "link", story.url)
        _add(item, "guid", story.url)
        _add(item, "dc:creator", story.author)
        _add(item, "pubDate", format_datetime(story.published_at.astimezone(TUNIS)))
    return _written(root)


def atom(site: Site, stories: Sequence[Story]) -> str:
    """Return an Atom feed."""
    root = Xml.Element("feed", {"xmlns": _ATOM, "xml:lang": site.language})
    _add(root, "title", site.name)
    _add(root, "id", f"https://{site.host}/")
    if stories:
        _add(root, "updated", stories[0].published_at.isoformat())
    for story in stories:
        entry = Xml.SubElement(root, "entry")
        _add(entry, "title", story.title)
        _add(entry, "id", story.url)
        Xml.SubElement(entry, "link", {"rel": "alternate", "href": story.url})
        _add(Xml.SubElement(entry, "author"), "name", story.author)
        _add(entry, "published", story.published_at.isoformat())
        _add(entry, "updated", story.published_at.isoformat())
        _add(entry, "summary", story.summary)
    return _written(root)


def listing(site: Site, stories: Sequence[Story]) -> str:
    """Return an HTML page that lists the stories, each an article of class `breve`."""
    articles = "".join(_article(story) for story in stories)
    return (
        f'<!doctype html>\n<html lang="{site.language}"><head><meta charset="utf-8"><title>{html.escape(site.name)}'
        f"</title></head>\n<body><header><h1>{html.escape(site.name)}</h1><p>Simulation</p></header>\n"
        f"<main>{articles}</main></body></html>\n"
    )


def _article(story: Story) -> str:
    local = story.published_at.astimezone(TUNIS)
    return (
        f'<article class="breve"><h2><a href="{html.escape(story.url)}">{html.escape(story.title)}</a></h2>'
        f'<time datetime="{local.isoformat()}">{local:%d/%m/%Y %H:%M}</time>'
        f'<p class="chapo">{html.escape(story.summary)}</p></article>\n'
    )


def _description(site: Site, story: Story) -> str:
    """Newspapers write plain text; the radio's system puts markup and a link into it, as many do."""
    if site.id != "radio-medina" or not story.summary:
        return story.summary
    return f"<p>{html.escape(story.summary)}</p><p>« <a href='{story.url}'>{html.escape(site.name)}</a> »</p>"


def _add(parent: Xml.Element, tag: str, text: str) -> None:
    Xml.SubElement(parent, tag).text = text


def _written(root: Xml.Element) -> str:
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + Xml.tostring(root, encoding="unicode") + "\n"
