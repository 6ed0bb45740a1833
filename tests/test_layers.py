"""Imports point one way: the rules of who may import what, held against every file of the product."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import pytest

ROOT = Path(__file__).parent.parent
PRODUCT = ("app.py", "dashboard.py", "scheduler_runtime.py", "pages", "jobs", "bvmt")
OURS = ("app", "dashboard", "scheduler_runtime", "pages", "jobs", "bvmt")
STREAMLIT_FILES = ("app.py", "dashboard.py", "scheduler_runtime.py", "pages", "bvmt/ui")
PURE = ("bvmt/market", "bvmt/news", "bvmt/reports")
SQL = ("sqlalchemy", "psycopg2", "psycopg", "alembic")


@dataclass(frozen=True)
class Rule:
    """Files in `where` and not in `save` import none of `banned`, except what `spared` names.

    With `only`, the sense turns: of our own modules these files import nothing but `only`.
    """

    name: str
    where: tuple[str, ...] = PRODUCT
    save: tuple[str, ...] = ()
    banned: tuple[str, ...] = ()
    spared: tuple[str, ...] = ()
    only: tuple[str, ...] = ()

    def covers(self, path: str) -> bool:
        return is_in(path, self.where) and not is_in(path, self.save)

    def forbids(self, module: str) -> bool:
        if self.only:
            return within(module, OURS) and not within(module, self.only)
        return within(module, self.banned) and not within(module, self.spared)


RULES = (
    Rule("one scheduler", save=("scheduler_runtime.py",), banned=("apscheduler",)),
    Rule("Streamlit stays in the pages", save=STREAMLIT_FILES, banned=("streamlit",)),
    Rule("SQL stays in the store", save=("bvmt/store",), banned=SQL),
    Rule("HTTP to the outside stays in the sources", save=("bvmt/sources",), banned=("httpx",)),
    Rule("pure folders do no I/O", PURE, banned=("bvmt.store", "bvmt.sources")),
    Rule("pure folders are told the time", PURE, banned=("bvmt.clock",), spared=("bvmt.clock.Clock",)),
    Rule("jobs know no page", ("jobs",), banned=("pages", "bvmt.ui", "scheduler_runtime", "dashboard", "app")),
    Rule(
        "the store stands at the bottom",
        ("bvmt/store",),
        only=(
            *("bvmt.store", "bvmt.settings", "bvmt.errors", "bvmt.clock", "bvmt.market"),
            *("bvmt.runs.status", "bvmt.runs.schedules", "bvmt.runs.job"),
            *("bvmt.runs.durations", "bvmt.runs.expectations"),
            *("bvmt.news", "bvmt.reports"),
        ),
    ),
    Rule("the sandbox knows no adapter", ("bvmt/sandbox",), banned=("bvmt.sources",)),
    Rule("adapters know no sandbox", ("bvmt/sources",), banned=("bvmt.sandbox",)),
)


def is_in(path: str, places: tuple[str, ...]) -> bool:
    """Whether the file is one of the places or lies in one of them."""
    return any(PurePosixPath(path).is_relative_to(place) for place in places)


def within(module: str, packages: tuple[str, ...]) -> bool:
    """Whether the module is one of the packages or lies in one of them."""
    return any(module == package or module.startswith(f"{package}.") for package in packages)


def imports(source: str, path: str) -> Iterator[tuple[int, str]]:
    """Yield line and full dotted name of everything that is imported, wherever it stands in the file.

    `from a import b` gives `a.b`. Imports under TYPE_CHECKING and `import_module("a.b")` count too.
    """
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Import(names=names):
                yield from ((node.lineno, alias.name) for alias in names)
            case ast.ImportFrom(names=names):
                yield from ((node.lineno, f"{_origin(node, path)}.{alias.name}") for alias in names)
            case ast.Call(func=called, args=[ast.Constant(value=str(name)), *_]):
                if ast.unparse(called).rpartition(".")[2] in {"import_module", "__import__"}:
                    yield node.lineno, name


def _origin(node: ast.ImportFrom, path: str) -> str:
    folders = PurePosixPath(path).parts[: -node.level] if node.level else ()
    return ".".join([*folders, *([node.module] if node.module else [])])


def breaches(source: str, path: str) -> list[str]:
    """Return a line for each import that breaks a rule."""
    return [
        f"{path}:{line} imports {module}: {rule.name}"
        for line, module in imports(source, path)
        for rule in RULES
        if rule.covers(path) and rule.forbids(module)
    ]


def classes(source: str) -> list[str]:
    """Return the names of all classes that the source defines."""
    return [node.name for node in ast.walk(ast.parse(source)) if isinstance(node, ast.ClassDef)]


def begins_with_its_gate(source: str) -> bool:
    """Whether the module calls begin_page(...) before it can have shown anything.

    What can show something is a name imported from streamlit or bvmt.ui, or a function of the page itself.
    Defining functions shows nothing.
    """
    module = ast.parse(source)
    showing = _showing_names(module)
    for statement in module.body:
        if isinstance(statement, ast.Import | ast.ImportFrom | ast.FunctionDef):
            continue
        if _is_gate(statement):
            return True
        if any(isinstance(node, ast.Name) and node.id in showing for node in ast.walk(statement)):
            return False
    return False


def _showing_names(module: ast.Module) -> set[str]:
    names = {node.name for node in module.body if isinstance(node, ast.FunctionDef)}
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            names |= {(a.asname or a.name).partition(".")[0] for a in node.names if within(a.name, ("streamlit",))}
        if isinstance(node, ast.ImportFrom):
            full_names = {(a.asname or a.name): f"{node.module}.{a.name}" for a in node.names}
            names |= {name for name, full in full_names.items() if within(full, ("streamlit", "bvmt.ui"))}
    return names


def _is_gate(statement: ast.stmt) -> bool:
    match statement:
        case ast.Expr(value=ast.Call(func=called)) | ast.Assign(value=ast.Call(func=called)):
            return ast.unparse(called).rpartition(".")[2] == "begin_page"
    return False


def product_files(place: str = "") -> list[str]:
    """Return the paths, from the root, of the product's Python files."""
    files = [
        file for part in PRODUCT for file in ([ROOT / part] if part.endswith(".py") else (ROOT / part).rglob("*.py"))
    ]
    return sorted(path for file in files if is_in(path := file.relative_to(ROOT).as_posix(), (place or ".",)))


@pytest.mark.parametrize("path", product_files())
def test_a_file_imports_only_what_its_place_allows(path: str) -> None:
    assert breaches((ROOT / path).read_text(), path) == []


@pytest.mark.parametrize("path", product_files("pages"))
def test_a_page_defines_no_class(path: str) -> None:
    assert classes((ROOT / path).read_text()) == []


@pytest.mark.parametrize("path", product_files("pages"))
def test_a_page_passes_its_gate_before_it_shows_anything(path: str) -> None:
    assert begins_with_its_gate((ROOT / path).read_text())


@pytest.mark.parametrize("place", PRODUCT)
def test_every_part_of_the_product_is_looked_at(place: str) -> None:
    assert product_files(place)


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("jobs/market_pulse.py", "import apscheduler"),
        ("bvmt/api/routes.py", "from apscheduler.schedulers.background import BackgroundScheduler"),
        ("jobs/market_pulse.py", "import streamlit as st"),
        ("bvmt/runs/context.py", "def f():\n    import streamlit.runtime"),
        ("bvmt/runs/context.py", "if TYPE_CHECKING:\n    from sqlalchemy import Engine"),
        ("pages/runs.py", "from sqlalchemy import text"),
        ("pages/runs.py", "import os, psycopg2"),
        ("pages/runs.py", "import httpx"),
        ("bvmt/mail/delivery.py", "import importlib\nimportlib.import_module('httpx')"),
        ("bvmt/market/board.py", "from bvmt import store"),
        ("bvmt/market/board.py", "from ..store import engine"),
        ("bvmt/news/tone.py", "from .. import sources"),
        ("bvmt/reports/daily.py", "from bvmt.clock import now"),
        ("bvmt/reports/daily.py", "from bvmt import clock"),
        ("bvmt/reports/daily.py", "import bvmt.clock"),
        ("jobs/daily_report.py", "from pages import runs"),
        ("jobs/daily_report.py", "from bvmt.ui import begin_page"),
        ("jobs/daily_report.py", "from scheduler_runtime import runtime"),
        ("bvmt/store/engine.py", "from bvmt.sources.http import get"),
        ("bvmt/store/engine.py", "from bvmt.runs import keeper"),
        ("bvmt/store/engine.py", "import jobs"),
        ("bvmt/sandbox/server.py", "from bvmt.sources.exchange import Exchange"),
        ("bvmt/sources/exchange.py", "import bvmt.sandbox.world"),
    ],
)
def test_an_import_against_the_rules_is_found(path: str, source: str) -> None:
    assert breaches(source, path)


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("scheduler_runtime.py", "import apscheduler, streamlit"),
        ("bvmt/ui/tables.py", "import streamlit as st"),
        ("bvmt/store/engine.py", "from sqlalchemy import create_engine"),
        ("bvmt/store/engine.py", "from bvmt.market import board\nfrom bvmt.runs.status import RunStatus"),
        ("bvmt/store/engine.py", "from . import signals"),
        ("bvmt/sources/http.py", "import httpx"),
        ("bvmt/reports/daily.py", "from bvmt.clock import Clock"),
        ("jobs/storefront.py", "import streamlit_like, bvmt.uix"),
    ],
)
def test_an_import_within_the_rules_is_left_alone(path: str, source: str) -> None:
    assert breaches(source, path) == []


@pytest.mark.parametrize(
    "source",
    [
        "import streamlit as st\nst.title('Runs')\nbegin_page('Runs')",
        "import streamlit as st\nif st.button('x'):\n    pass\nbegin_page('Runs')",
        "from streamlit import title as heading\nheading('Runs')\nbegin_page('Runs')",
        "from bvmt.ui.tables import show\nrows = show()\nbegin_page('Runs')",
        "def body():\n    ...\nbody()\nbegin_page('Runs')",
        "def body():\n    begin_page('Runs')",
        "if ready:\n    begin_page('Runs')",
        "import streamlit as st",
    ],
)
def test_a_page_without_its_gate_in_front_is_found(source: str) -> None:
    assert not begins_with_its_gate(source)


@pytest.mark.parametrize(
    "source",
    [
        "'''Runs.'''\nimport streamlit as st\nfrom bvmt import ui\nui.begin_page('Runs')\nst.title('Runs')",
        "import streamlit as st\n@st.fragment\ndef body():\n    st.write(1)\npage = begin_page('Runs')\nbody()",
    ],
)
def test_a_page_with_its_gate_in_front_is_left_alone(source: str) -> None:
    assert begins_with_its_gate(source)


def test_a_class_in_a_page_is_found() -> None:
    assert classes("def f():\n    class Row: ...") == ["Row"]
