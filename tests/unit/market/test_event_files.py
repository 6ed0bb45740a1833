"""Files of events: every event comes out as it was meant, and every row that cannot is set aside."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bvmt.market.event_files import MAX_BYTES, MAX_EVENTS, EventFile, EventFileRefused, read_event_file
from bvmt.market.events import Event, EventKind, problem
from bvmt.market.listings import seed_listings

TUNIS = ZoneInfo("Africa/Tunis")
LISTINGS = seed_listings()
ISIN = {listing.ticker: listing.isin for listing in LISTINGS}
BIAT, SFBT, PGH = ISIN["BIAT"], ISIN["SFBT"], ISIN["PGH"]
DAY = date(2026, 5, 28)


def read(text: str | bytes) -> EventFile:
    data = text if isinstance(text, bytes) else text.encode()
    return read_event_file(data, file_name="given", listings=LISTINGS, zone=TUNIS)


def table(*rows: str, header: str = "date;type;ticker;description;montant;parité;source") -> EventFile:
    return read("\n".join([header, *rows]))


def one(found: EventFile) -> Event:
    assert found.set_aside == []
    [event] = found.events
    return event


def reasons(found: EventFile) -> list[tuple[int, str]]:
    assert found.events == []
    return [(row.line, row.reason) for row in found.set_aside]


def calendar(*events: str) -> EventFile:
    return read("\r\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", *events, "END:VCALENDAR", ""]))


def vevent(summary: str, *more: str, start: str = "DTSTART;VALUE=DATE:20260528") -> str:
    return "\r\n".join(["BEGIN:VEVENT", "UID:1", start, f"SUMMARY:{summary}", *more, "END:VEVENT"])


def test_a_row_of_a_french_table_is_an_event() -> None:
    event = one(table("28/05/2026;Dividende;BIAT;Dividende 2025;5,500 DT;;Bulletin officiel"))
    assert event == Event(DAY, EventKind.DIVIDEND, "Dividende 2025", "Bulletin officiel", BIAT, Decimal("5.500"))


def test_a_row_of_an_english_table_with_other_columns_in_another_order_is_the_same_event() -> None:
    event = one(
        read("source,amount (TND),remark,title,company,kind,day\ngiven,5.5,x,Dividende 2025,BIAT,dividend,2026-05-28\n")
    )
    assert event == Event(DAY, EventKind.DIVIDEND, "Dividende 2025", "given", BIAT, Decimal("5.5"))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_accents_are_read_in_all_three_encodings(encoding: str) -> None:
    text = "Société;Libellé;Date\r\nBIAT;Assemblée générale;28/05/2026\r\n"
    assert one(read(text.encode(encoding))) == Event(DAY, EventKind.MEETING, "Assemblée générale", "given", BIAT)


@pytest.mark.parametrize("company", ["PGH", "pgh", PGH, "Poulina GP Holding", "POULINA", "Poulina-Holding"])
def test_a_listing_is_found_by_isin_ticker_and_name(company: str) -> None:
    assert one(read(f"date;type;société\n28/05/2026;AGO;{company}")).isin == PGH


@pytest.mark.parametrize(
    ("told", "kind", "shares"),
    [
        ("1:2", "attribution gratuite", ("1", "2")),
        ("1 pour 2", "bonus", ("1", "2")),
        ("3/10", "augmentation de capital", ("3", "10")),
        ("1 pour 2", "fractionnement", ("2", "1")),
        ("2-for-1", "split", ("2", "1")),
        ("1:10", "split", ("10", "1")),
        ("10:1", "reverse split", ("1", "10")),
        ("10 pour 1", "regroupement", ("1", "10")),
    ],
)
def test_a_ratio_is_new_for_old_shares_and_that_of_a_split_is_told_by_its_direction(
    told: str, kind: str, shares: tuple[str, str]
) -> None:
    event = one(table(f"28/05/2026;{kind};BIAT;;;{told};"))
    assert (event.new_shares, event.old_shares) == tuple(map(Decimal, shares))


def test_new_and_old_shares_of_two_columns_are_taken_as_they_stand() -> None:
    event = one(read("date,type,isin,new,old\n2026-05-28,split,TN0001800457,1,10"))
    assert (event.new_shares, event.old_shares) == (1, 10)


def test_a_row_without_a_title_gets_one_that_is_the_same_each_time() -> None:
    assert one(table("28/05/2026;Dividende;BIAT;;1;;")).title == "Dividend BIAT"


def test_a_dividend_whose_amount_is_not_known_yet_is_kept() -> None:
    assert one(table("28/05/2026;Dividende;BIAT;À fixer;;;")).amount is None


def test_without_a_kind_the_title_tells_it_and_else_it_is_another_event() -> None:
    found = read("date;description\n28/05/2026;Révision des indices\n28/05/2026;Journée portes ouvertes")
    assert [event.kind for event in found.events] == [EventKind.INDEX_REVIEW, EventKind.OTHER]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("31/02/2026;dividende;BIAT;t;1;;", "there is no such date"),
        ("demain;dividende;BIAT;t;1;;", "the date cannot be read; it may be 2026-05-31 or 31/05/2026"),
        ("28/05/1026;dividende;BIAT;t;1;;", "the day is not in 1990 to 2100"),
        ("28/05/2026;OPA;BIAT;t;1;;", "no kind of event is called OPA"),
        ("28/05/2026;dividende;XYZ;t;1;;", "no listing is called XYZ"),
        ("28/05/2026;dividende;TN0001800458;t;1;;", "the check digit of the ISIN is wrong"),
        ("28/05/2026;dividende;;t;1;;", "a dividend needs a listing"),
        ("28/05/2026;dividende;BIAT;t;un;;", "a number cannot be read"),
        ("28/05/2026;dividende;BIAT;t;-1;;", "a number is negative"),
        ("28/05/2026;dividende;BIAT;t;0;;", "a dividend of 0 is none"),
        ("28/05/2026;dividende;BIAT;t;1e9;;", "a number is negative or too large to be true"),
        ("28/05/2026;split;BIAT;t;;beaucoup;", "the ratio beaucoup cannot be read; it may be 1:2 or 1 pour 2"),
        ("28/05/2026;split;BIAT;t;;0:2;", "new and old shares have to be above 0"),
        (f"28/05/2026;AGO;BIAT;{'t' * 301};;;", "the title is longer than 300 characters"),
        ('28/05/2026;AGO;BIAT;"t;;;', "a quotation mark is not closed; one event takes one line"),
        (f"28/05/2026;split;BIAT;t;;1{' ' * 2000};", "the line is longer than 2000 characters"),
        ("28/05/2026;;BIAT;;;;", "it has neither a kind nor a title"),
    ],
)
def test_a_row_that_cannot_be_meant_is_set_aside_with_its_line_and_reason(row: str, reason: str) -> None:
    found = table("28/05/2026;AGO;BIAT;first;;;", row, "", "28/05/2026;AGO;SFBT;last;;;")
    assert [event.title for event in found.events] == ["first", "last"]
    assert [(aside.line, aside.reason, aside.raw) for aside in found.set_aside] == [(3, reason, row[:500])]


def test_a_decimal_comma_between_commas_is_not_taken_for_half_a_number() -> None:
    found = read("date,type,ticker,title,amount\n2026-05-28,dividend,BIAT,t,0,500")
    assert [reason.partition(";")[0] for _, reason in reasons(found)] == ["more columns than the header"]
    quoted = read('date,type,ticker,title,amount\n2026-05-28,dividend,BIAT,t,"0,500"')
    assert one(quoted).amount == Decimal("0.500")


def test_isin_and_ticker_that_contradict_each_other_are_set_aside() -> None:
    found = read(f"date;type;isin;ticker\n28/05/2026;AGO;{BIAT};SFBT")
    assert reasons(found) == [(2, "ISIN and ticker are of two listings")]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "The file is empty"),
        ("a;b;c\n1;2;3", "no header of events"),
        ("date;montant\n28/05/2026;1", "no header of events"),
        ("date;jour;type\n", "Several columns of the header mean the day"),
        ("x" * (MAX_BYTES + 1), "events come in files of"),
        ("date;type\n" + "28/05/2026;AGO\n" * (MAX_EVENTS + 1), "20,001 rows"),
        ("BEGIN:VCALENDAR\n" + "BEGIN:VEVENT\nEND:VEVENT\n" * (MAX_EVENTS + 1), "more than 20,000 events"),
    ],
    ids=["empty", "no header", "half a header", "twice", "bytes", "rows", "events"],
)
def test_a_file_that_holds_no_events_or_too_many_is_refused(text: str, sentence: str) -> None:
    with pytest.raises(EventFileRefused, match=sentence):
        read(text)


@pytest.mark.parametrize(
    ("summary", "kind", "isin"),
    [
        ("Dividende BIAT : 5\\,500 DT", EventKind.DIVIDEND, BIAT),
        ("SFBT dividend", EventKind.DIVIDEND, SFBT),
        ("Fractionnement Poulina 1 pour 2", EventKind.SPLIT, PGH),
        ("AGO Poulina GP Holding\\, dividende à fixer", EventKind.MEETING, PGH),
        ("A.G.E. de SFBT", EventKind.MEETING, SFBT),
        ("Assemblée générale BH Bank", EventKind.MEETING, ISIN["BH"]),
        ("General meeting of Tunis Re", EventKind.MEETING, ISIN["TRE"]),
        ("Résultats annuels Délice", EventKind.RESULTS, ISIN["DH"]),
        (f"H1 results {BIAT}", EventKind.RESULTS, BIAT),
        ("Introduction en bourse de NEWCO", EventKind.IPO, None),
        ("IPO day", EventKind.IPO, None),
        ("Revision of a bt thing", EventKind.OTHER, None),
    ],
)
def test_kind_and_listing_are_recognised_in_a_summary(summary: str, kind: EventKind, isin: str | None) -> None:
    event = one(calendar(vevent(summary)))
    assert (event.day, event.kind, event.isin) == (DAY, kind, isin)
    assert event.title == summary.replace("\\,", ",")


def test_amount_and_ratio_are_recognised_in_a_summary_and_times_are_no_ratio() -> None:
    found = calendar(
        vevent("Dividende BIAT 500 millimes"),
        vevent("Bonus SFBT à 10:30, 1 pour 2"),
        vevent("Bonus BIAT at 10:30"),
        vevent("AGO BIAT 5 DT"),
    )
    numbers = [(event.amount, event.new_shares, event.old_shares) for event in found.events]
    assert numbers == [(Decimal("0.5"), None, None), (None, 1, 2), (None, None, None), (None, None, None)]


@pytest.mark.parametrize(
    ("start", "day"),
    [
        ("DTSTART:20260527T233000Z", DAY),
        ("DTSTART;TZID=Africa/Tunis:20260528T003000", DAY),
        ("DTSTART;TZID=Nowhere/Land:20260528T003000", DAY),
        ("DTSTART:20260528T233000", DAY),
    ],
)
def test_the_day_of_an_instant_is_that_in_tunis(start: str, day: date) -> None:
    assert one(calendar(vevent("AGO BIAT", start=start))).day == day


def test_a_folded_summary_is_one_title() -> None:
    assert one(calendar(vevent("AGO\r\n  BIAT au siège"))).title == "AGO BIAT au siège"


def test_the_uid_is_no_part_of_an_event() -> None:
    text = vevent("AGO BIAT")
    found = calendar(text, text.replace("UID:1", "UID:2"), text.replace("UID:1\r\n", ""))
    assert len(found.events) == 3
    assert len(set(found.events)) == 1


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        (vevent("AGO BIAT", start="DTSTART:soon"), "it has no day that can be read (DTSTART)"),
        (vevent("AGO BIAT", start="X-NOTHING:1"), "it has no day that can be read (DTSTART)"),
        (vevent(""), "it has no title"),
        (vevent("AGO BIAT", "STATUS:CANCELLED"), "it is cancelled"),
        (vevent("AGO BIAT", "RRULE:FREQ=YEARLY"), "it repeats: write an event for each day"),
        (vevent("Dividende Inconnue 1 DT"), "a dividend needs a listing"),
        (vevent("AGO BIAT et SFBT"), "it names 2 listings: write an event for each"),
        (vevent("AGO").removesuffix("END:VEVENT"), "the event is not ended"),
        (vevent("AGO", "BEGIN:VALARM"), "it cannot be read as an event"),
        (vevent("AGO", *["COMMENT:x"] * 5000), "the event has more than 5,000 lines"),
        (vevent("AGO " + "t" * 300), "the title is longer than 300 characters"),
    ],
    ids=["date", "no date", "title", "cancelled", "repeats", "company", "two", "open", "broken", "lines", "long title"],
)
def test_a_calendar_event_that_cannot_be_meant_is_set_aside_and_the_others_stay(event: str, reason: str) -> None:
    found = calendar(vevent("AGO BIAT"), event, vevent("AGO SFBT"))
    assert [each.title for each in found.events] == ["AGO BIAT", "AGO SFBT"]
    assert [(row.line, row.reason) for row in found.set_aside] == [(8, reason)]


def test_a_file_read_twice_gives_the_same_events() -> None:
    text = "date;type;ticker;montant\n28/05/2026;dividende;BIAT;5,5\n28/05/2026;AGO;SFBT;"
    assert read(text) == read(text)


CELLS = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        ["28/05/2026", "2026-05-28", "9999-12-31", "0000-00-00", "dividende", "split", "BIAT", BIAT, "1:2", "0:0"]
    ),
    st.sampled_from(["1e400", "NaN", "-1", "1_0", "٣", "0,00001", "1e-30", '"', "1 pour 2", "\0", "\ud800", "9" * 40]),
)
ROWS = st.lists(st.lists(CELLS, max_size=9).map(";".join), max_size=6)
LINES = st.one_of(
    st.text(max_size=40),
    st.sampled_from(
        ["BEGIN:VEVENT", "END:VEVENT", "BEGIN:VTIMEZONE", "BEGIN:", "END:X", "DTSTART:20260528", "DTSTART;TZID=../x:1"]
    ),
    st.builds("{}:{}".format, st.sampled_from(["DTSTART", "SUMMARY", "RDATE", "STATUS", "DTSTART;VALUE=DATE"]), CELLS),
)


def sound(found: EventFile) -> bool:
    return all(problem(event) is None for event in found.events) and all(row.reason for row in found.set_aside)


@given(ROWS)
def test_every_row_under_a_header_is_an_event_or_set_aside(rows: list[str]) -> None:
    text = "\n".join(["date;type;ticker;description;montant;nouvelles;anciennes;parité", *rows])
    found = read(text.encode("utf-8", "surrogatepass"))
    assert sound(found)
    lines = [line for line in "\n".join(rows).split("\n") if line.strip(" \t;,\r")]
    assert len(found.events) + len(found.set_aside) <= len(lines)


@given(st.lists(LINES, max_size=12))
def test_no_lines_of_a_calendar_break_the_reading(lines: list[str]) -> None:
    assert sound(read("\n".join(["BEGIN:VCALENDAR", "BEGIN:VEVENT", *lines]).encode("utf-8", "surrogatepass")))


@given(st.binary(max_size=300))
def test_no_bytes_break_the_reading(data: bytes) -> None:
    try:
        assert sound(read(data))
    except EventFileRefused as refusal:
        assert str(refusal)
