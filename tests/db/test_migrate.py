"""Migrations: brought to the newest version once, together or not at all, and never backwards."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from bvmt.errors import DatabaseAway, StoreError
from bvmt.store.engine import make_engine
from bvmt.store.migrate import MIGRATIONS, migrate

_REPOSITORY = Path(__file__).resolve().parents[2]

_MIGRATE = """
import sys
from pathlib import Path
from bvmt.store.engine import make_engine
from bvmt.store.migrate import migrate
engine = make_engine(sys.argv[1], application_name="tests")
print("ready", flush=True)
sys.stdin.readline()
migrate(engine, **({"migrations": Path(sys.argv[2])} if sys.argv[2:] else {}))
print("alembic" in sys.modules)
engine.dispose()
"""

_VERSION = """
from alembic import op
revision = {revision!r}
down_revision = {before!r}
def upgrade():
    op.execute({statement!r})
"""


@pytest.fixture
def empty(empty_database_url: str) -> Iterator[sa.Engine]:
    """An engine on a database with nothing in it."""
    engine = make_engine(empty_database_url, application_name="tests")
    yield engine
    engine.dispose()


@pytest.fixture
def migrations(tmp_path: Path) -> Path:
    """Two versions of a small world of their own; the first takes a while."""
    (tmp_path / "versions").mkdir()
    (tmp_path / "env.py").write_text((MIGRATIONS / "env.py").read_text())
    _add_version(tmp_path, "0001", None, "create table first as select pg_sleep(0.2)::text as slept")
    _add_version(tmp_path, "0002", "0001", "create table second (n int)")
    return tmp_path


def test_an_empty_database_gets_the_products_tables(empty: sa.Engine) -> None:
    migrate(empty)
    assert {"alembic_version", "runs", "jobs"} <= _tables(empty)


def test_the_newest_version_is_the_one_that_alembic_takes_for_the_head(engine: sa.Engine) -> None:
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    heads = ScriptDirectory.from_config(config).get_heads()
    assert heads == [_version(engine)]


def test_versions_are_applied_in_order(empty: sa.Engine, migrations: Path) -> None:
    migrate(empty, migrations=migrations)
    assert _tables(empty) == {"alembic_version", "first", "second"}
    assert _version(empty) == "0002"


def test_a_database_at_an_older_version_gets_only_what_is_missing(empty: sa.Engine, migrations: Path) -> None:
    newer = (migrations / "versions" / "0002_next.py").rename(migrations / "kept_for_later.py")
    migrate(empty, migrations=migrations)
    assert _version(empty) == "0001"
    newer.rename(migrations / "versions" / "0002_next.py")
    migrate(empty, migrations=migrations)
    assert _version(empty) == "0002"


def test_migrating_twice_changes_nothing_and_takes_two_statements(empty: sa.Engine, migrations: Path) -> None:
    migrate(empty, migrations=migrations)
    before = _tables(empty)
    statements: list[str] = []

    @sa.event.listens_for(empty, "before_cursor_execute")
    def note(connection: object, cursor: object, statement: str, *rest: object) -> None:
        statements.append(statement)

    migrate(empty, migrations=migrations)
    sa.event.remove(empty, "before_cursor_execute", note)
    assert len(statements) == 2
    assert _tables(empty) == before


def test_a_database_that_is_up_to_date_does_not_cost_the_import_of_alembic(database_url: str) -> None:
    process = _migrating(database_url)
    assert _finish(process) == "False"


def test_two_processes_that_migrate_at_once_both_succeed(
    empty: sa.Engine, empty_database_url: str, migrations: Path
) -> None:
    processes = [_migrating(empty_database_url, str(migrations)) for _ in range(2)]
    for process in processes:
        assert process.stdin
        process.stdin.write("go\n")
        process.stdin.flush()
    assert [_finish(process) for process in processes].count("True") >= 1
    assert _version(empty) == "0002"
    assert _tables(empty) == {"alembic_version", "first", "second"}


def test_a_migration_that_fails_leaves_the_database_as_it_was(empty: sa.Engine, migrations: Path) -> None:
    _add_version(migrations, "0003", "0002", "select 1 / 0")
    with pytest.raises(StoreError, match="division by zero"):
        migrate(empty, migrations=migrations)
    assert _tables(empty) == set()


def test_a_migration_may_take_longer_than_a_statement_may_otherwise(empty_database_url: str, migrations: Path) -> None:
    engine = make_engine(empty_database_url, application_name="tests", statement_timeout_ms=50)
    migrate(engine, migrations=migrations)
    assert _version(engine) == "0002"
    engine.dispose()


def test_a_database_of_a_newer_program_is_refused_and_left_alone(empty: sa.Engine, migrations: Path) -> None:
    migrate(empty, migrations=migrations)
    (migrations / "versions" / "0002_next.py").unlink()
    with pytest.raises(StoreError, match=r"newer than this program: .* version 0002, .* up to 0001"):
        migrate(empty, migrations=migrations)
    assert _tables(empty) == {"alembic_version", "first", "second"}


def test_waiting_for_a_migration_elsewhere_ends_with_a_clear_error(empty: sa.Engine, migrations: Path) -> None:
    with empty.connect() as elsewhere:
        elsewhere.execute(sa.text("select pg_advisory_lock(:key)"), {"key": 0x42564D54})
        with pytest.raises(StoreError, match=r"Another process has been migrating .* for 0\.2 seconds"):
            migrate(empty, migrations=migrations, patience=0.2)
        elsewhere.execute(sa.text("select pg_advisory_unlock_all()"))
    assert _tables(empty) == set()


def test_the_turn_is_given_back(empty: sa.Engine, migrations: Path) -> None:
    migrate(empty, migrations=migrations)
    with empty.connect() as connection:
        held = connection.scalar(
            sa.text(
                "select count(*) from pg_locks where locktype = 'advisory'"
                " and database = (select oid from pg_database where datname = current_database())"
            )
        )
    assert held == 0


def test_a_database_that_cannot_be_reached_is_away() -> None:
    engine = make_engine("postgresql://nobody@127.0.0.1:1/none", application_name="tests")
    with pytest.raises(DatabaseAway):
        migrate(engine)


def _add_version(migrations: Path, revision: str, before: str | None, statement: str) -> None:
    text = _VERSION.format(revision=revision, before=before, statement=statement)
    (migrations / "versions" / f"{revision}_next.py").write_text(text)


def _migrating(*arguments: str) -> subprocess.Popen[str]:
    """A process that is about to migrate; it waits for a line."""
    process = subprocess.Popen(
        [sys.executable, "-c", _MIGRATE, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=_REPOSITORY,
    )
    assert process.stdout
    assert process.stdout.readline() == "ready\n"
    return process


def _finish(process: subprocess.Popen[str]) -> str:
    """Let it go on; return whether it imported Alembic."""
    output, _ = process.communicate("go\n", timeout=60)
    assert process.returncode == 0
    return output.strip()


def _tables(engine: sa.Engine) -> set[str]:
    return set(sa.inspect(engine).get_table_names())


def _version(engine: sa.Engine) -> object:
    with engine.connect() as connection:
        version: object = connection.scalar(sa.text("select version_num from alembic_version"))
    return version
