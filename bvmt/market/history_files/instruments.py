"""What a row of a quotes file is about: a listed share, or something that is left out."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from bvmt.market.board import STOCK_GROUPS
from bvmt.market.history_files.fields import check_digit_fits, is_isin, isin_of_code
from bvmt.market.history_files.rows import Reason, RowProblem
from bvmt.market.listings import is_rights_line

_SIX_DIGITS = re.compile(r"\d{6}", re.ASCII)


class Kind(StrEnum):
    """What an instrument is, in the words that people read. All but shares are left out."""

    STOCK = "shares"
    BONDS = "bonds"
    SUKUK = "sukuk"
    RIGHTS = "rights"
    UNKNOWN = "unknown instruments"
    OTHER = "other instruments"


_BY_GROUP = {"2": Kind.BONDS, "3": Kind.RIGHTS, "7": Kind.SUKUK}
"""First digit of a quotation group."""


@dataclass(frozen=True, slots=True)
class Instruments:
    """What is listed, by ISIN, and what the six-digit codes of 2016-2020 stand for."""

    listed: frozenset[str]
    codes: Mapping[str, str]

    def identify(self, code: str, group: str, name: str) -> tuple[Kind, str]:
        """Return the kind and the ISIN of an instrument; cells as they stand, `group` empty where there is none.

        The group decides over bonds, rights and sukuk, then the listings, then the name, which shows rights and
        odd lots between the shares and bonds (by their rate) where no group is given. A code that is not in
        the table is made an ISIN by the exchange's own rule. Raises RowProblem for a code of no known shape
        and for a share whose ISIN has a wrong check digit.
        """
        code, group, name = code.strip().upper(), group.strip(), name.strip()
        if kind := _BY_GROUP.get(group[:1]):
            return kind, code
        isin = self._isin(code)
        if isin in self.listed:
            return Kind.STOCK, isin
        if is_rights_line(name):
            return Kind.RIGHTS, isin
        if not group and "%" in name:
            return Kind.BONDS, isin
        if group and group not in STOCK_GROUPS:
            return Kind.OTHER, isin
        if not check_digit_fits(isin):
            raise RowProblem(Reason.CHECK_DIGIT)
        return Kind.UNKNOWN, isin

    def _isin(self, code: str) -> str:
        if code in self.codes:
            return self.codes[code]
        if _SIX_DIGITS.fullmatch(code):
            return isin_of_code(code)
        if is_isin(code):
            return code
        raise RowProblem(Reason.BAD_CODE)
