"""A few lines of each form of the exchange's history files, and what the readers make of them."""

from __future__ import annotations

from datetime import date

from bvmt.market.history_files import (
    IndexBatch,
    IndexReader,
    Instruments,
    QuoteBatch,
    QuoteReader,
    recognise,
)

LATEST = date(2026, 11, 25)
BIAT, SFBT, SOTUVER, STIP, MIP, SITEX = (
    *("TN0001800457", "TN0001100254", "TN0006560015"),
    *("TN0005030010", "TN0007660012", "TN0004300307"),
)
LISTED = frozenset({BIAT, SFBT, SOTUVER, STIP, MIP, SITEX})
INSTRUMENTS = Instruments(LISTED, {"656001": SOTUVER})

HEADER_2022 = (
    "SEANCE    ;GROUPE    ;CODE        ;VALEUR          ;OUVERTURE ;CLOTURE    ;PLUS_BAS   ;PLUS_HAUT ;"
    "QUANTITE_NEGOCIEE;NB_TRANSACTION ;CAPITAUX "
)
SFBT_2025 = (
    "02/01/2025   ;11        ;TN0001100254;SFBT              ;11.600    ;11.530    ;11.520    ;11.780    ;"
    "16304             ;77             ;189142.770"
)
BOND_2025 = (
    '02/01/2025   ;21        ;TN0001300680;"BTEB0127 11,5%P7-2";100.000   ;100.000   ;0.000     ;0.000     ;'
    "0                 ;0              ;0.000"
)

HEADER_2026 = "Séance,ISIN.,Val.,Ouv.,Clô.,+ haut,+ bas,CMP,Nb. Tr.,Qté,Cap."
BIAT_2026 = "06/02/2026,TN0001800457,BIAT,0.84,0.85,0.86,0.83,0.84,16,7099,5963.16"
STIP_2026 = "06/02/2026,TN0005030010,STIP,0,0,0,0,0,0,0,0"
RIGHT_2026 = "06/02/2026,TN0001100312,SFBTDa1/2(11/4/02),0,0,0,0,0,0,0,0"

FIXED_QUOTES = [
    "",
    "SEANCE     GROUPE CODE         VALEUR             OUVERTURE    CLOTURE   PLUS_BAS  PLUS_HAUT "
    "QUANTITE_NEGOCIEE NB_TRANSACTION        CAPITAUX",
    "---------- ------ ------------ ---------------- ----------- ---------- ---------- ---------- "
    "----------------- -------------- ---------------",
    "04/01/2016 11     656001       SOTUVER                5.100      5.150      5.050      5.200 "
    "             1200             14        6180.000",
]
FIXED_INDICES = [
    "",
    "SEANCE     CODE_INDICE              LIB_INDICE  INDICE_JOUR INDICE_VEILLE VARIATION_VEILLE INDICE_PLUS_HAUT "
    "INDICE_PLUS_BAS INDICE_OUV     ",
    "---------- ------------------------ ----------- ----------- ------------- ---------------- ---------------- "
    "--------------- ----------     ",
    "02/01/2019 905001                   TUNINDEX        7215.84       7271.65            -0.77          7275.55 "
    "        7202.28    7274.59     ",
]
HEADER_INDICES_2022 = (
    "SEANCE;CODE_INDICE;LIB_INDICE;INDICE_JOUR    ;INDICE_VEILLE;VARIATION_VEILLE;INDICE_PLUS_HAUT;INDICE_PLUS_BAS"
)
TUNINDEX_2025 = (
    "02/01/2025   ;905001    ;TUNINDEX          ;9905.323            ;9953.709            ;-0.486              ;"
    "9905.323            ;9905.323            "
)


def line_2022(
    session: str = "02/01/2025",
    group: str = "11",
    code: str = SFBT,
    name: str = "SFBT",
    *,
    prices: str = "11.600;11.530;11.520;11.780",
    activity: str = "16304;77;189142.770",
) -> str:
    """A row of 2022-2025. `prices` are open, close, low, high; `activity` volume, trades, turnover."""
    return f"{session};{group};{code};{name};{prices};{activity}"


def index_line(
    session: str, code: str = "905001", *, level: str = "9905.323", previous: str = "9900.000", high_low: str = ";"
) -> str:
    """A row of an index file of 2022-2025."""
    return f"{session};{code};TUNINDEX;{level};{previous};0;{high_low}"


def quotes(lines: list[str]) -> QuoteBatch:
    """What a reader makes of a quotes file with these lines."""
    layout = recognise(lines)
    reader = QuoteReader(layout, INSTRUMENTS, LATEST)
    return reader.read(lines[layout.first_row :], layout.first_row + 1)


def quotes_2022(*rows: str) -> QuoteBatch:
    """What a reader makes of these rows under the header of 2022-2025."""
    return quotes([HEADER_2022, *rows])


def levels(lines: list[str]) -> IndexBatch:
    """What a reader makes of an index file with these lines."""
    layout = recognise(lines)
    return IndexReader(layout, LATEST).read(lines[layout.first_row :], layout.first_row + 1)


def levels_2022(*rows: str) -> IndexBatch:
    """What a reader makes of these rows under the header of 2022-2025."""
    return levels([HEADER_INDICES_2022, *rows])
