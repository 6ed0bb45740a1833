"""Files of labelled texts as people make them: the texts that can be learned from, and the lines that cannot."""

from __future__ import annotations

import pytest

from bvmt.news import label_files
from bvmt.news.label_files import MAX_BYTES, LabelFile, LabelFileRefused, UnusedLine, label_of, read_label_file
from bvmt.news.tone import Label
from tests.unit.news.labelled import FOLDER, labelled

GOOD, DULL, BAD = Label.POSITIVE, Label.NEUTRAL, Label.NEGATIVE


def read(text: str, encoding: str = "utf-8") -> LabelFile:
    return read_label_file(text.encode(encoding))


def pairs(file: LabelFile) -> list[tuple[str, Label]]:
    return [(row.text, row.label) for row in file.rows]


@pytest.mark.parametrize(
    ("word", "label"),
    [
        ("positive", GOOD),
        ("Positif", GOOD),
        ("positive ", GOOD),
        ("POS", GOOD),
        ("1", GOOD),
        ("+1", GOOD),
        ("إيجابي", GOOD),
        ("negative", BAD),
        ("Négatif", BAD),
        ("négative", BAD),
        ("neg", BAD),
        ("-1", BAD),
        ("\u22121", BAD),
        ("neutral", DULL),
        ("Neutre", DULL),
        ("neu", DULL),
        ("0", DULL),
        ("'neutre'", DULL),
    ],
)
def test_a_label_may_be_a_word_in_two_languages_or_a_number(word: str, label: Label) -> None:
    assert label_of(word) is label


@pytest.mark.parametrize("word", ["", "2", "good", "posi", "10", "pas positif"])
def test_any_other_word_is_no_label(word: str) -> None:
    assert label_of(word) is None


@pytest.mark.parametrize("separator", [";", ",", "\t"])
def test_text_and_label_may_stand_either_way_round_with_any_separator(separator: str) -> None:
    expected = [("BIAT monte", GOOD), ("Tunisair perd", BAD)]
    assert pairs(read(f"BIAT monte{separator}positive\nTunisair perd{separator}-1\n")) == expected
    assert pairs(read(f"positive{separator}BIAT monte\n-1{separator}Tunisair perd\n")) == expected


@pytest.mark.parametrize("header", ["text;label", "Texte;Sentiment", '"text";"label"', "commentaire;étiquette"])
def test_a_header_names_the_columns_and_is_no_text(header: str) -> None:
    file = read(f"{header}\nBIAT monte;positif\n")
    assert (pairs(file), file.set_aside) == ([("BIAT monte", GOOD)], [])


def test_with_a_header_the_columns_may_stand_anywhere() -> None:
    assert pairs(read("id;label;langue;text\n7;neg;fr;Tunisair perd\n")) == [("Tunisair perd", BAD)]


def test_our_own_test_texts_can_be_read() -> None:
    file = read_label_file((FOLDER / "test.csv").read_bytes())
    assert pairs(file) == [(each.text, each.label) for each in labelled("test")]
    assert file.set_aside == []


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_french_is_read_in_the_encodings_of_spreadsheets(encoding: str) -> None:
    file = read("text;label\nBénéfice doublé à l’été;positif\n", encoding)
    assert pairs(file) == [("Bénéfice doublé à l’été", GOOD)]


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_arabic_is_read_with_any_line_ending(ending: str) -> None:
    assert pairs(read(f"ارتفاع الأرباح;1{ending}خسارة كبيرة;-1{ending}")) == [
        ("ارتفاع الأرباح", GOOD),
        ("خسارة كبيرة", BAD),
    ]


def test_separators_within_a_text_stay_in_it() -> None:
    assert pairs(read("BIAT, BT et UIB, en hausse,positive\n")) == [("BIAT, BT et UIB, en hausse", GOOD)]
    assert pairs(read("positive;BIAT ; BT\n")) == [("BIAT ; BT", GOOD)]
    assert pairs(read("text;label\nBIAT ; BT;positive\n")) == [("BIAT ; BT", GOOD)]


def test_a_quoted_text_may_hold_separators_quotation_marks_and_line_ends() -> None:
    file = read('"BIAT; la ""reine""\nde la cote";positive\nTunisair perd;neg\n')
    assert pairs(file) == [('BIAT; la "reine" de la cote', GOOD), ("Tunisair perd", BAD)]
    assert [row.line for row in file.rows] == [1, 3]


def test_a_quoted_text_over_lines_may_come_after_its_label() -> None:
    assert pairs(read('neg,"Tunisair,\nencore en perte"\npos,BIAT\n')) == [
        ("Tunisair, encore en perte", BAD),
        ("BIAT", GOOD),
    ]


def test_a_quotation_mark_that_is_never_closed_costs_no_other_line() -> None:
    file = read('"BIAT monte;positive\nTunisair perd;negative\nle "rebond;positive\nUIB stable;neutral\n')
    assert pairs(file) == [('"BIAT monte', GOOD), ("Tunisair perd", BAD), ('le "rebond', GOOD), ("UIB stable", DULL)]


def test_blanks_and_line_ends_within_a_text_become_one_blank_and_nul_none() -> None:
    assert pairs(read("  BIAT \0  monte\t;positive\n")) == [("BIAT monte", GOOD)]


def test_lines_that_cannot_be_used_are_set_aside_with_their_reason() -> None:
    file = read("text;label\nBIAT monte;positive\nUIB;bof\n;neutral\nsans rien\n\n" + "x" * 2001 + ";neg\n")
    assert len(file.rows) == 1
    assert [(line.line, line.reason) for line in file.set_aside] == [
        (3, "'bof' is no label"),
        (4, "it has no text"),
        (5, "it has no label beside the text"),
        (7, "the text is longer than 2,000 characters"),
    ]
    assert file.set_aside[0] == UnusedLine(3, "'bof' is no label", "UIB;bof")
    assert len(file.set_aside[3].raw) == 300


def test_a_row_with_other_cells_than_its_header_is_set_aside() -> None:
    file = read("id;text;label\n1;BIAT monte;positive\n2;BIAT;UIB;positive\n")
    assert [line.reason for line in file.set_aside] == ["it has not as many cells as the header"]


def test_a_text_that_comes_again_is_set_aside() -> None:
    file = read("BIAT;positive\nBIAT;positive\nBIAT;neutral\n")
    assert pairs(file) == [("BIAT", GOOD)]
    assert [line.reason for line in file.set_aside] == [
        "the same text stands on an earlier line",
        "line 1 gives the same text another label",
    ]


def test_more_texts_than_the_limit_are_set_aside(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(label_files, "MAX_ROWS", 2)
    file = read("a b;positive\nc d;neutral\ne f;negative\n")
    assert len(file.rows) == 2
    assert [line.reason for line in file.set_aside] == ["the file has more than 2 texts"]


def test_a_file_of_ones_and_zeros_says_how_the_zero_was_read() -> None:
    assert read("bien;1\nmal;0\n").notes == ["The labels are 0 and 1 only; 0 was read as neutral."]
    assert read("bien;1\nmal;-1\nvide;0\n").notes == []


@pytest.mark.parametrize("data", [b"", b"\n\n  \n", b"\xef\xbb\xbf"], ids=str)
def test_an_empty_file_is_refused(data: bytes) -> None:
    with pytest.raises(LabelFileRefused, match="empty"):
        read_label_file(data)


@pytest.mark.parametrize(
    "data", [b"hello\n", b"a;b\nc;d\n", b"%PDF-1.7\n\x00\x01\xff", bytes(range(256))], ids=range(4)
)
def test_a_file_without_any_label_is_refused(data: bytes) -> None:
    with pytest.raises(LabelFileRefused, match="No line has a text and a label"):
        read_label_file(data)


def test_a_file_that_is_too_large_is_refused() -> None:
    with pytest.raises(LabelFileRefused, match="20,971,520 at most"):
        read_label_file(bytes(MAX_BYTES + 1))


def test_a_line_that_is_longer_than_a_cell_may_be_is_set_aside() -> None:
    file = read("BIAT monte;positive\n" + "y" * 200_000 + ";positive\n")
    assert pairs(file) == [("BIAT monte", GOOD)]
    assert [line.reason for line in file.set_aside] == ["the text is longer than 2,000 characters"]


def test_every_line_is_either_a_row_or_set_aside() -> None:
    lines = ["BIAT;1", "x", '"', ";;;", "a;b;c", "UIB\t0", '"q";-1', "-1;-1", ";1", "اسهم;0"]
    file = read("\n".join(lines))
    assert len(file.rows) + len(file.set_aside) == len(lines) - 1  # one holds separators only
