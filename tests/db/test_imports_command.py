"""`python -m bvmt import`, against a real database."""

from __future__ import annotations

from pathlib import Path

import pytest

from bvmt.__main__ import main
from tests.db.history_desk import lines
from tests.unit.market.history_samples import BOND_2025, HEADER_2022, SFBT_2025, line_2022


@pytest.fixture(autouse=True)
def _own_database(database_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.chdir(tmp_path)


def test_a_file_is_imported_and_its_figures_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "year.csv"
    path.write_bytes(lines(HEADER_2022, SFBT_2025, BOND_2025, line_2022("?")))
    assert main(["import", str(path)]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "year.csv (quotes_2022): 3 rows read, 2025-01-02 to 2025-01-02",
        "  1 added, 0 changed, 0 unchanged",
        "  1 left out: bonds",
        "  1 set aside: the date cannot be read",
    ]


def test_a_file_that_is_refused_is_told_and_the_others_are_imported(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good, bad = tmp_path / "good.csv", tmp_path / "bad.csv"
    good.write_bytes(lines(HEADER_2022, SFBT_2025))
    bad.write_bytes(b"hello")
    assert main(["import", str(bad), str(good)]) == 1
    first, second, *_ = capsys.readouterr().out.splitlines()
    assert first.startswith("bad.csv: refused. bad.csv: This is not a history file")
    assert second.startswith("good.csv (quotes_2022): 1 rows read")


def test_a_wrong_setting_is_one_line(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PORT", "x")
    assert main(["import", str(tmp_path / "year.csv")]) == 1
    assert capsys.readouterr().err.startswith("PORT holds 'x'")


def test_without_a_subcommand_the_usage_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main([])
    assert "SUBCOMMAND" in capsys.readouterr().err
