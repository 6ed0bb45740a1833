"""Single cells of a history file, read exactly: dates, numbers, ISINs."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from functools import lru_cache

from bvmt.market.history_files.rows import Reason, RowProblem

EARLIEST = date(1990, 1, 1)
"""The exchange's electronic records begin later; a date before this is a slip."""

SMALLEST_PRICE = Decimal("0.001")
"""A millime. Anything smaller would be stored as 0."""
PRICE_LIMIT = Decimal(10**9)
"""Upper bounds, exclusive, far from any real value and within what the tables hold."""
TURNOVER_LIMIT = Decimal(10**12)
VOLUME_LIMIT = Decimal(10**12)
TRADES_LIMIT = Decimal(2 * 10**9)

_DAY_FIRST = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})", re.ASCII)
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d{1,2})?", re.ASCII | re.IGNORECASE)
_NOT_FINITE = re.compile(r"[+-]?(nan|inf|infinity)|#+", re.IGNORECASE)
_ISIN = re.compile(r"[A-Z]{2}[A-Z0-9]{9}[0-9]", re.ASCII)


@lru_cache(maxsize=4096)
def session_date(text: str) -> date | None:
    """Return the date of `DD/MM/YYYY`, blanks around it allowed; None for anything else."""
    found = _DAY_FIRST.fullmatch(text.strip())
    if found is None:
        return None
    day, month, year = map(int, found.groups())
    try:
        return date(year, month, day)
    except ValueError:
        return None


def checked_date(text: str, latest: date) -> date:
    """Return the session date. Raises RowProblem unless it can be read and lies in 1990 … `latest`."""
    session = session_date(text)
    if session is None:
        raise RowProblem(Reason.BAD_DATE)
    if not EARLIEST <= session <= latest:
        raise RowProblem(Reason.DATE_OUT_OF_RANGE)
    return session


def number(text: str) -> Decimal:
    """Return the number; decimal point or comma, blanks between thousands allowed.

    Raises RowProblem for a text that is no number, is not finite, or is negative.
    """
    plain = re.sub(r"\s", "", text)
    if _NOT_FINITE.fullmatch(plain):
        raise RowProblem(Reason.NOT_FINITE)
    if "," in plain:
        # Where both signs stand, the last one is the decimal sign: 1.234,5 and 1,234.5.
        thousands = "." if plain.rindex(",") > plain.rfind(".") else ","
        plain = plain.replace(thousands, "").replace(",", ".")
    if not _NUMBER.fullmatch(plain):
        raise RowProblem(Reason.BAD_NUMBER)
    value = Decimal(plain)
    if value < 0:
        raise RowProblem(Reason.NEGATIVE)
    return value


def price(text: str) -> Decimal | None:
    """Return a price or an index level; None for 0 or an empty cell, which both mean that there is none.

    Raises RowProblem like `number`, and for a price below a millime or of 10**9 and more.
    """
    if not text.strip():
        return None
    value = below(PRICE_LIMIT, number(text))
    if 0 < value < SMALLEST_PRICE:
        raise RowProblem(Reason.TOO_SMALL)
    return value or None


def count(text: str, limit: Decimal) -> int:
    """Return a whole number below `limit`. Raises RowProblem like `number`, and for a fraction."""
    value = below(limit, number(text))
    if value != int(value):
        raise RowProblem(Reason.BAD_NUMBER)
    return int(value)


def below(limit: Decimal, value: Decimal) -> Decimal:
    """Return `value`. Raises RowProblem when it reaches `limit`."""
    if value >= limit:
        raise RowProblem(Reason.TOO_LARGE)
    return value


def is_isin(text: str) -> bool:
    """Whether the text has the shape of an ISIN, its check digit aside."""
    return _ISIN.fullmatch(text) is not None


def check_digit_fits(isin: str) -> bool:
    """Whether the last digit of an ISIN is the one that ISO 6166 asks for: Luhn over letters as 10 … 35."""
    return isin[-1] == _check_digit(isin[:-1])


def isin_of_code(code: str) -> str:
    """Return the ISIN of a six-digit code of 2016-2020: `TN000`, the code, and the check digit.

    The rule holds for all listed shares whose ISIN has that shape; 656001 is TN0006560015.
    """
    return f"TN000{code}{_check_digit(f'TN000{code}')}"


def code_of_isin(isin: str) -> str | None:
    """Return the six-digit code that an ISIN was made from; None for one of another shape."""
    code = isin[5:11]
    return code if isin.startswith("TN000") and code.isdecimal() and len(code) == 6 else None


def _check_digit(body: str) -> str:
    digits = "".join(str(int(sign, 36)) for sign in body)
    doubled = [int(digit) * (2 - place % 2) for place, digit in enumerate(reversed(digits))]
    return str(-sum(value // 10 + value % 10 for value in doubled) % 10)
