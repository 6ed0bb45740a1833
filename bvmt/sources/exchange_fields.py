"""The fields of the exchange's JSON: numbers, texts and codes in the forms in which they were seen."""

from __future__ import annotations

import json
import math
import re
import unicodedata
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

MAX_PRICE = Decimal(10**9)
"""TND or index points; a price beyond is a defect of the feed."""

MIN_PRICE = Decimal("0.001")
"""The least that three decimals hold; a price below would be stored as 0."""

MAX_AMOUNT = Decimal(10**15)
"""Shares or TND in one session; also fits 64 bits."""

MAX_COUNT = Decimal(10**9)
"""Transactions or orders in one session; also fits 32 bits."""

_DECIMALS = 6
_RAW_CHARACTERS = 2_000
_NAME_CHARACTERS = 200
_LONGEST_NUMBER = 40
_ISIN = re.compile(r"TN[A-Z0-9]{10}", re.ASCII)
_NUMBER = re.compile(r"[+-]?(?:[0-9]{1,3}(?: [0-9]{3})+|[0-9]+)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]{1,3})?")


class Unreadable(ValueError):
    """A field or a row cannot be what the protocol says; the text is the reason."""


def is_absent(value: object) -> bool:
    """Whether the feed says nothing here: null, no key, "" or "-"."""
    return value is None or (isinstance(value, str) and value.strip() in {"", "-"})


def number(row: Mapping[str, Any], key: str) -> Decimal | None:
    """Return `row[key]` rounded to six decimals, None where absent.

    Takes JSON numbers and texts with a decimal point or comma and blanks of any width between thousands.
    Raises Unreadable for anything else, NaN and the infinities included, and beyond 10**15.
    """
    value = row.get(key)
    if is_absent(value):
        return None
    exact = _exact(value)
    if exact is None:
        raise Unreadable(f"{key} is not a number: {json_text(value, 40)}")
    # copy_abs, because abs() rounds to the context and overflows on 1E+999999999.
    if exact.copy_abs() > MAX_AMOUNT:
        raise Unreadable(f"{key} is absurdly large")
    return _rounded(exact)


def price(row: Mapping[str, Any], key: str) -> Decimal | None:
    """Return a price, None where absent or 0. Raises Unreadable below MIN_PRICE and beyond MAX_PRICE."""
    value = _limited(key, number(row, key), MAX_PRICE)
    if 0 < value < MIN_PRICE:
        raise Unreadable(f"{key} is less than {MIN_PRICE}: {value}")
    return value or None


def amount(row: Mapping[str, Any], key: str) -> Decimal:
    """Return an amount of at least 0, 0 where absent. Raises Unreadable below 0 and beyond MAX_AMOUNT."""
    return _limited(key, number(row, key), MAX_AMOUNT)


def count(row: Mapping[str, Any], key: str, limit: Decimal = MAX_COUNT) -> int:
    """Return a whole number from 0 to `limit`, 0 where absent. Raises Unreadable for anything else."""
    value = _limited(key, number(row, key), limit)
    if value != int(value):
        raise Unreadable(f"{key} is not a whole number: {value}")
    return int(value)


def percent(row: Mapping[str, Any], key: str) -> Decimal | None:
    """Return a change in percent of either sign, None where absent; a text may end with the sign."""
    value = row.get(key)
    text = value.rstrip(" %\u00a0\u202f") if isinstance(value, str) else value
    return number({key: text}, key)


def text(value: object) -> str | None:
    """Return `value` as a trimmed text that PostgreSQL can hold, None where absent or no text or number."""
    if is_absent(value) or isinstance(value, bool) or not isinstance(value, str | int):
        return None
    kept = (c for c in str(value)[:_NAME_CHARACTERS] if unicodedata.category(c) not in {"Cc", "Cs"})
    return "".join(kept).strip() or None


def isin(row: object) -> str | None:
    """Return the Tunisian ISIN that a row names, in `referentiel` or beside it, None where there is none."""
    if not isinstance(row, Mapping):
        return None
    listing = row.get("referentiel")
    named = [listing.get("isin")] if isinstance(listing, Mapping) else []
    for value in [*named, row.get("isin")]:
        code = value.strip().upper() if isinstance(value, str) else ""
        if _ISIN.fullmatch(code):
            return code
    return None


def json_text(value: object, characters: int = _RAW_CHARACTERS) -> str:
    """Return `value` as JSON text for a person to inspect, cut to `characters`.

    Decimals come as JSON texts. Lone surrogates, which no database takes, are written as escapes.
    """
    try:
        written = json.dumps(value, ensure_ascii=False, default=str)
    except (RecursionError, ValueError):
        written = '"(nested too deeply, or a number too long, to show)"'
    return written.encode("utf-8", "backslashreplace").decode()[:characters]


def _exact(value: object) -> Decimal | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, Decimal):
        return value if value.is_finite() else None
    if isinstance(value, float):
        return Decimal(repr(value)) if math.isfinite(value) else None
    if isinstance(value, int):
        return Decimal(value)
    return _from_text(value) if isinstance(value, str) else None


def _from_text(value: str) -> Decimal | None:
    # split() knows the no-break and narrow blanks that French number formats put between thousands.
    plain = " ".join(value[: 2 * _LONGEST_NUMBER].split()).replace("\N{MINUS SIGN}", "-")
    if "," in plain and "." in plain:
        plain = plain.replace(min(",.", key=plain.rfind), "")
    plain = plain.replace(",", ".")
    if len(plain) > _LONGEST_NUMBER or not _NUMBER.fullmatch(plain):
        return None
    return Decimal(plain.replace(" ", ""))


def _rounded(value: Decimal) -> Decimal:
    exponent = value.as_tuple().exponent
    places = min(max(-exponent, 0), _DECIMALS) if isinstance(exponent, int) else 0
    return value.quantize(Decimal(1).scaleb(-places))


def _limited(key: str, value: Decimal | None, limit: Decimal) -> Decimal:
    if value is None:
        return Decimal(0)
    if value < 0:
        raise Unreadable(f"{key} is negative: {value}")
    if value > limit:
        raise Unreadable(f"{key} is absurdly large: {value}")
    return value
