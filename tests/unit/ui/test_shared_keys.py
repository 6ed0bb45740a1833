"""Keys of widgets that pages share: what one page chose reaches the widget of the same key on the next page."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
FOLDERS = ("pages", "bvmt/ui")
MANY = {"multiselect"}


def widgets_in_the_address() -> Iterator[tuple[str, str, bool]]:
    """Key, place, and whether it holds many values, of each widget whose value stands in the address."""
    for path in sorted(file for folder in FOLDERS for file in (ROOT / folder).rglob("*.py")):
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute):
                given = {each.arg: each.value.value for each in call.keywords if isinstance(each.value, ast.Constant)}
                if given.get("bind") == "query-params" and isinstance(given.get("key"), str):
                    many = call.func.attr in MANY or given.get("selection_mode") == "multi"
                    yield given["key"], f"{path.relative_to(ROOT)}:{call.lineno}", many


def test_widgets_of_one_key_hold_all_one_value_or_all_many() -> None:
    found: dict[str, dict[bool, list[str]]] = defaultdict(lambda: defaultdict(list))
    for key, place, many in widgets_in_the_address():
        found[key][many].append(place)
    assert found
    assert not {key: dict(places) for key, places in found.items() if len(places) > 1}
