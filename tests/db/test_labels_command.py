"""`python -m bvmt labels import`, against a real database."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from bvmt.__main__ import main
from bvmt.news.tone import Label, Language
from bvmt.store import labels
from tests.unit.news.labelled import FOLDER


@pytest.fixture(autouse=True)
def _own_database(database_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.chdir(tmp_path)


def written(path: Path, text: str) -> str:
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_a_file_is_stored_and_its_counts_are_told(
    engine: sa.Engine, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = written(tmp_path / "texts.csv", "text;label\nBIAT en hausse;positif\nla perte se creuse;-1\nbof;bof\n")
    assert main(["labels", "import", path]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "texts.csv: 2 labelled texts read: 1 positive, 0 neutral, 1 negative",
        "  2 added, 0 changed, 0 unchanged",
        "  1 set aside: 'bof' is no label",
        "    line 4: bof;bof",
        "2 labels are stored; a classifier is trained from 200 on.",
    ]
    with engine.connect() as conn:
        rows = labels.read_labels(conn, limit=10)
    assert {(row.text, row.label, row.language, row.labelled_by) for row in rows} == {
        ("BIAT en hausse", Label.POSITIVE, Language.FRENCH, "command line"),
        ("la perte se creuse", Label.NEGATIVE, Language.FRENCH, "command line"),
    }


def test_a_file_imported_again_changes_only_what_is_labelled_otherwise(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["labels", "import", written(tmp_path / "texts.csv", "BIAT;positive\nUIB;neutral\n")])
    capsys.readouterr()
    assert main(["labels", "import", written(tmp_path / "texts.csv", "neg;BIAT\nneu;UIB\npos;BT\n")]) == 0
    assert "  1 added, 1 changed, 1 unchanged" in capsys.readouterr().out


def test_from_200_labels_on_it_says_when_they_are_learned_from(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["labels", "import", str(FOLDER / "test.csv")]) == 0
    first, *_, last = capsys.readouterr().out.splitlines()
    assert first.startswith("test.csv: 456 labelled texts read: ")
    assert last == "456 labels are stored; the next Database Cleanup trains a classifier on them."


def test_of_many_lines_set_aside_twenty_are_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = written(tmp_path / "texts.csv", "BIAT;positive\n" + "".join(f"texte {n};bof\n" for n in range(25)))
    main(["labels", "import", path])
    lines = capsys.readouterr().out.splitlines()
    assert "  25 set aside: 'bof' is no label" in lines
    assert len([line for line in lines if line.startswith("    line ")]) == 20
    assert "    and 5 more" in lines


def test_a_file_that_is_refused_is_told_and_the_others_are_stored(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bad, good = written(tmp_path / "bad.csv", "hello\n"), written(tmp_path / "good.csv", "BIAT;positive\n")
    assert main(["labels", "import", bad, str(tmp_path / "missing.csv"), good]) == 1
    refused, missing, stored, *_ = capsys.readouterr().out.splitlines()
    assert refused.startswith("bad.csv: refused. No line has a text and a label")
    assert missing.startswith("missing.csv: refused. ")
    assert stored.startswith("good.csv: 1 labelled texts read")


def test_without_a_verb_the_usage_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["labels"])
    assert "VERB" in capsys.readouterr().err
