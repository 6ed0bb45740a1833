"""A report as a PDF: A4, embedded fonts, links, outline. Same content, same bytes.

`pdf` renders, `warm` imports and starts ahead of time what is slow the first time. Points are the unit throughout.
"""

from __future__ import annotations

from bvmt.reports.pdf.document import pdf
from bvmt.reports.pdf.rehearsal import warm

__all__ = ["pdf", "warm"]
