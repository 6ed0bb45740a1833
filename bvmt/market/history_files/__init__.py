"""The exchange's yearly history files, in the five forms they had since 2012: bytes in, checked rows out.

`lines` cuts bytes into lines, `forms` recognises a file by its header, `instruments` says what a row is about,
`quotes` and `indices` turn rows into values. Every row that is not kept comes back with its reason.
"""

from bvmt.market.history_files.forms import Form, HistoryFileRefused, Layout, recognise
from bvmt.market.history_files.indices import IndexReader
from bvmt.market.history_files.instruments import Instruments, Kind
from bvmt.market.history_files.lines import line_blocks
from bvmt.market.history_files.quotes import QuoteReader
from bvmt.market.history_files.rows import IndexBatch, IndexRow, QuoteBatch, QuoteRow, Reason, SetAside

__all__ = [
    "Form",
    "HistoryFileRefused",
    "IndexBatch",
    "IndexReader",
    "IndexRow",
    "Instruments",
    "Kind",
    "Layout",
    "QuoteBatch",
    "QuoteReader",
    "QuoteRow",
    "Reason",
    "SetAside",
    "line_blocks",
    "recognise",
]
