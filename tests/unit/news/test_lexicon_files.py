"""A lexicon is edited by hand: what it may hold, and how a wrong line is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from bvmt.news.lexicon import FILES, Lexicon
from bvmt.news.lexicon_files import LexiconError, read_lexicon, read_lines


def written(tmp_path: Path, *lines: str) -> Path:
    file = tmp_path / "words.csv"
    file.write_text("\n".join(["term,language,weight,note", *lines]) + "\n", encoding="utf-8")
    return file


def phrases(tmp_path: Path, term: str) -> set[str]:
    (line,) = read_lines(written(tmp_path, f"{term},fr,0.5,"), -1, 1)
    return {" ".join(form.text for form in phrase) for phrase in line.phrases}


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("perte,fr,-0.6", "line 2: 3 fields instead of 4"),
        ("perte,de,-0.6,", "line 2: the language 'de'"),
        ("perte,fr,bad,", "line 2: the weight 'bad' is not a number"),
        ("perte,fr,nan,", "line 2: the weight nan is not between -1 and 1"),
        ("perte,fr,-6,", "line 2: the weight -6 is not between -1 and 1"),
        (",fr,0.1,", "line 2: the term '' has no word"),
        ("perte?,fr,0.1,", "line 2: the term 'perte?' has no word that must stand"),
        ("per*te,fr,0.1,", "line 2: 'per*te' in the term"),
        ("~bourse,tunizi,0.1,", "line 2: '~bourse' in the term '~bourse' has no digit"),
    ],
)
def test_a_malformed_line_is_an_error_that_names_file_and_line(tmp_path: Path, line: str, complaint: str) -> None:
    with pytest.raises(LexiconError) as error:
        list(read_lines(written(tmp_path, line), -1, 1))
    assert complaint in str(error.value)
    assert str(error.value).startswith("words.csv, line 2")


def test_a_term_given_twice_in_a_language_names_both_lines(tmp_path: Path) -> None:
    with pytest.raises(LexiconError, match=r"line 4: 'PERTE' is given already in words\.csv, line 2"):
        list(read_lines(written(tmp_path, "perte,fr,-0.6,", "perte,en,-0.6,", "PERTE,fr,-0.1,"), -1, 1))


def test_another_header_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "words.csv"
    file.write_text("word,score\nperte,-1\n", encoding="utf-8")
    with pytest.raises(LexiconError, match=r"words\.csv, line 1: the first line must be term,language,weight,note"):
        list(read_lines(file, -1, 1))


def test_empty_lines_and_remarks_are_left_out_and_a_byte_order_mark_is_no_harm(tmp_path: Path) -> None:
    file = tmp_path / "words.csv"
    file.write_text("\ufeffterm,language,weight,note\n\n# bad news\nperte,fr,-0.6,\n", encoding="utf-8")
    assert [line.place for line in read_lines(file, -1, 1)] == ["words.csv, line 4"]


def test_a_term_is_written_out_in_all_its_ways(tmp_path: Path) -> None:
    assert phrases(tmp_path, "pas|sans de? dividende*") == {
        "pas de dividende",
        "pas dividende",
        "sans de dividende",
        "sans dividende",
    }


@pytest.mark.parametrize("name", FILES)
def test_every_packaged_lexicon_can_be_read(name: str) -> None:
    _, lowest, highest = FILES[name]
    assert read_lexicon(name, lowest, highest)


@pytest.mark.parametrize("name", ["french", "arabic", "tunisian", "tunizi"])
def test_each_language_has_several_hundred_terms_on_both_sides(name: str) -> None:
    lines = read_lexicon(name, -1, 1)
    good = sum(len(line.phrases) for line in lines if line.weight > 0)
    bad = sum(len(line.phrases) for line in lines if line.weight < 0)
    assert good >= 150 and bad >= 150


def test_a_whole_word_outranks_the_beginning_of_one() -> None:
    words = Lexicon()
    radio, radiation = words["radio"].meaning, words["radiation"].meaning
    assert radio is not None and radio.weight == 0
    assert radiation is not None and radiation.weight is not None and radiation.weight < 0


def test_words_looked_up_are_kept_only_up_to_a_limit() -> None:
    words = Lexicon()
    words.KEPT = 10
    for number in range(25):
        words[f"word{number}x"]
    assert len(words) <= 10
