"""What the documents say is what the code says."""

from __future__ import annotations

import re
from datetime import time
from enum import StrEnum
from pathlib import Path

import pytest

from bvmt.runs.status import RunOrigin, RunStatus
from bvmt.settings import Settings, load_settings

ROOT = Path(__file__).parent.parent
ENV_EXAMPLE = (ROOT / ".env.example").read_text()
ASSIGNMENT = re.compile(r"^#?([A-Z][A-Z_]*)=(.*)$", re.MULTILINE)
NAMES = sorted(Settings.model_fields)


def written(default: object) -> str:
    """A default as a person writes it in a .env file."""
    if default is None:
        return ""
    if isinstance(default, bool):
        return str(default).lower()
    if isinstance(default, time):
        return f"{default:%H:%M}"
    return str(default)


def explanation_of(name: str) -> str:
    """The comment that stands above a setting in .env.example, as one line."""
    above = ENV_EXAMPLE.partition(f"\n#{name.upper()}=")[0].rpartition("\n\n")[2]
    return " ".join(line.removeprefix("#").strip() for line in above.splitlines())


@pytest.mark.parametrize("name", NAMES)
def test_the_env_example_holds_every_setting_with_its_default(name: str) -> None:
    assert dict(ASSIGNMENT.findall(ENV_EXAMPLE))[name.upper()] == written(Settings.model_fields[name].default)


@pytest.mark.parametrize("name", NAMES)
def test_the_env_example_explains_a_setting_and_what_it_may_hold(name: str) -> None:
    field = Settings.model_fields[name]
    assert isinstance(field.json_schema_extra, dict)
    assert field.description
    assert field.description in explanation_of(name)
    assert f"May hold {field.json_schema_extra['expected']}." in explanation_of(name)


def test_the_env_example_holds_each_setting_once_and_nothing_else() -> None:
    assert sorted(name.lower() for name, _ in ASSIGNMENT.findall(ENV_EXAMPLE)) == NAMES


def test_the_env_example_changes_nothing_when_it_is_copied_as_it_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    forget_settings(monkeypatch)
    (tmp_path / ".env").write_text(ENV_EXAMPLE)
    assert load_settings(tmp_path / ".env") == load_settings(None)
    assert not re.search(r"^[^#\s]", ENV_EXAMPLE, re.MULTILINE)


def test_the_env_example_is_accepted_when_every_line_is_uncommented(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    forget_settings(monkeypatch)
    (tmp_path / ".env").write_text(re.sub(r"^#([A-Z_]+=)", r"\1", ENV_EXAMPLE, flags=re.MULTILINE))
    assert load_settings(tmp_path / ".env") == load_settings(None)


def forget_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in NAMES:
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.mark.parametrize("name", NAMES)
def test_the_readme_names_every_setting(name: str) -> None:
    assert re.search(rf"\b{name.upper()}\b", (ROOT / "README.md").read_text())


@pytest.mark.parametrize("word", [*RunStatus, *RunOrigin], ids=lambda word: f"{type(word).__name__}-{word}")
def test_the_glossary_explains_every_status_and_origin(word: StrEnum) -> None:
    row = re.search(rf"^\| `{word}` \| (.*) \|$", (ROOT / "docs/glossary.md").read_text(), re.MULTILINE)
    assert row, f"docs/glossary.md has no row for {word}"
    assert len(row[1].split()) >= 4
