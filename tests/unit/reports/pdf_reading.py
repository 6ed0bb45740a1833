"""What poppler makes of a PDF: any warning of it is an error."""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree


@dataclass(frozen=True)
class Box:
    """A word on a page, and how far it reaches, in points from the left edge and the top."""

    page: int
    text: str
    left: float
    top: float
    right: float
    bottom: float


def info(path: Path) -> dict[str, str]:
    """What the document says of itself."""
    lines = _run("pdfinfo", str(path)).splitlines()
    return {name.strip(): value.strip() for name, _, value in (line.partition(":") for line in lines)}


def pages(path: Path) -> list[str]:
    """The text of each page, white space made single, the font's no-break spaces too."""
    texts = _run("pdftotext", "-layout", str(path), "-").split("\f")[:-1]
    return [re.sub(r"\s+", " ", text) for text in texts]


def text(path: Path) -> str:
    """The text of all pages."""
    return " ".join(pages(path))


def words(path: Path) -> list[Box]:
    """Every word with its place."""
    document = ElementTree.fromstring(_run("pdftotext", "-bbox", str(path), "-"))
    found = []
    for number, page in enumerate(document.iter("{http://www.w3.org/1999/xhtml}page"), 1):
        for word in page.iter("{http://www.w3.org/1999/xhtml}word"):
            reach = (float(word.attrib[name]) for name in ("xMin", "yMin", "xMax", "yMax"))
            found.append(Box(number, word.text or "", *reach))
    return found


def outline(path: Path) -> list[tuple[str, int]]:
    """The outline's entries with their pages."""
    out = _run("pdftohtml", "-xml", "-i", "-stdout", str(path))
    return [(title, int(page)) for page, title in re.findall(r'<item page="(\d+)">(.*?)</item>', out)]


def addresses(path: Path) -> set[str]:
    """The web addresses that can be clicked."""
    return {address.decode("latin-1") for address in re.findall(rb"/URI \((.*?)\)", path.read_bytes(), re.DOTALL)}


def _run(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, timeout=60, check=True)
    assert done.stderr == b"", done.stderr.decode(errors="replace")
    return done.stdout.decode()
