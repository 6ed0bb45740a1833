"""The embedded server's life: who starts it, who shares it, who stops it, and what it survives."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest
import sqlalchemy as sa

from bvmt.errors import DatabaseAway, StoreError
from bvmt.store.embedded import EmbeddedPostgres
from bvmt.store.engine import make_engine, store_errors, transaction
from tests.conftest import UNSAFE_BUT_FAST, server_folder

_REPOSITORY = Path(__file__).resolve().parents[2]
_NOBODY = 65534

_OWNER = """
import os, sys
from pathlib import Path
from bvmt.errors import StoreError
from bvmt.store.embedded import EmbeddedPostgres
if sys.argv[2:]:
    os.setgroups([])
    os.setgid(int(sys.argv[2]))
    os.setuid(int(sys.argv[2]))
server = EmbeddedPostgres(Path(sys.argv[1]), settings={"fsync": "off"})
try:
    server.start()
except StoreError as error:
    print(error, flush=True)
    sys.exit(3)
print(server.url, flush=True)
if sys.stdin.readline():
    server.stop()
"""


class Owner:
    """Another process that starts the server of a folder, as `user` if given (only root may say so).

    It becomes that user itself, after its imports, so the interpreter may live where only root can read.
    """

    def __init__(self, folder: Path, user: int | None = None) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", _OWNER, str(folder), *([] if user is None else [str(user)])],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=_REPOSITORY,
        )

    def first_line(self) -> str:
        """What it says once it is up: the URL, or the error."""
        assert self.process.stdout
        return self.process.stdout.readline().strip()

    def stop(self) -> None:
        """Let it call stop() and end."""
        self._end("stop\n")

    def exit_without_stop(self) -> None:
        """Let it end as a script that forgot to call stop()."""
        self._end("")

    def kill(self) -> None:
        """kill -9."""
        self.process.kill()
        self._end("")

    def _end(self, last_word: str) -> None:
        self.process.communicate(last_word, timeout=60)


@pytest.fixture
def folder() -> Iterator[Path]:
    path = server_folder()
    yield path
    left = _postgres_of(path)
    for process in left:
        process.kill()
    psutil.wait_procs(left, timeout=10)
    shutil.rmtree(path)


@pytest.fixture
def server(folder: Path) -> Iterator[EmbeddedPostgres]:
    server = EmbeddedPostgres(folder, settings=UNSAFE_BUT_FAST)
    yield server
    server.stop()


@pytest.fixture
def stranger() -> Iterator[subprocess.Popen[bytes]]:
    """A process that has nothing to do with PostgreSQL."""
    with subprocess.Popen(["sleep", "600"]) as process:
        yield process
        process.kill()


def test_a_fresh_folder_gets_a_server_with_our_settings(server: EmbeddedPostgres, folder: Path) -> None:
    server.start()
    shown = {name: _ask(server, f"show {name}") for name in ("max_connections", "TimeZone", "fsync")}
    assert shown == {"max_connections": "60", "TimeZone": "UTC", "fsync": "off"}
    assert _ask(server, "show listen_addresses") == ""
    assert (folder / "postgres").stat().st_mode & 0o077 == 0


def test_folders_above_the_data_folder_are_made(folder: Path) -> None:
    server = EmbeddedPostgres(folder / "not" / "there")
    server.start()
    server.stop()
    assert (folder / "not" / "there" / "postgres" / "PG_VERSION").exists()


def test_a_path_with_odd_characters_works(folder: Path) -> None:
    server = EmbeddedPostgres(folder / "l'été 100% a:b;c")
    server.start()
    assert _ask(server, "select 1") == 1
    server.stop()


def test_the_text_of_accented_names_folds_whatever_the_machine_speaks(server: EmbeddedPostgres) -> None:
    server.start()
    assert _ask(server, "select upper('société')") == "SOCIÉTÉ"


def test_data_survive_a_restart(server: EmbeddedPostgres, folder: Path) -> None:
    server.start()
    _run(server, "create table kept as select 42 as answer")
    server.stop()
    again = EmbeddedPostgres(folder)
    again.start()
    assert _ask(again, "select answer from kept") == 42
    again.stop()


def test_stop_leaves_no_process_and_may_be_repeated(server: EmbeddedPostgres, folder: Path) -> None:
    server.start()
    assert _postgres_of(folder)
    server.stop()
    assert _postgres_of(folder) == []
    server.stop()


def test_stop_before_start_does_nothing(server: EmbeddedPostgres, folder: Path) -> None:
    server.stop()
    assert list(folder.iterdir()) == []


def test_stop_ends_a_server_that_still_has_sessions(server: EmbeddedPostgres, folder: Path) -> None:
    server.start()
    engine = make_engine(server.url, application_name="tests")
    with engine.connect() as connection:
        connection.exec_driver_sql("select 1")
        server.stop()
        assert _postgres_of(folder) == []
    engine.dispose()


def test_two_processes_that_start_at_once_share_one_server(folder: Path) -> None:
    first, second = Owner(folder), Owner(folder)
    assert first.first_line() == second.first_line() != ""
    assert len(_postmasters_of(folder)) == 1
    first.stop()
    second.stop()


def test_the_first_to_stop_leaves_the_server_and_the_last_stops_it(server: EmbeddedPostgres, folder: Path) -> None:
    other = Owner(folder)
    other.first_line()
    server.start()
    other.stop()
    assert _ask(server, "select 1") == 1
    server.stop()
    assert _postgres_of(folder) == []


def test_a_process_that_ends_without_stop_stops_the_server_all_the_same(folder: Path) -> None:
    owner = Owner(folder)
    owner.first_line()
    owner.exit_without_stop()
    assert _postgres_of(folder) == []


def test_an_exit_after_stop_does_not_touch_a_server_that_another_started(
    server: EmbeddedPostgres, folder: Path
) -> None:
    owner = Owner(folder)
    owner.first_line()
    server.start()
    owner.stop()
    assert owner.process.returncode == 0
    assert _ask(server, "select 1") == 1


def test_a_forked_child_that_stops_leaves_its_parents_server_alone(server: EmbeddedPostgres, folder: Path) -> None:
    server.start()
    child = os.fork()
    if child == 0:
        try:
            server.stop()
        finally:
            os._exit(0)
    os.waitpid(child, 0)
    assert _ask(server, "select 1") == 1
    server.stop()
    assert _postgres_of(folder) == []


def test_after_kill_9_of_its_owner_the_server_is_joined_and_then_stopped(
    server: EmbeddedPostgres, folder: Path
) -> None:
    owner = Owner(folder)
    owner.first_line()
    owner.kill()
    (orphan,) = _postmasters_of(folder)
    server.start()
    assert _postmasters_of(folder) == [orphan]
    assert _ask(server, "select 1") == 1
    server.stop()
    assert _postgres_of(folder) == []


def test_start_brings_back_a_server_that_died(server: EmbeddedPostgres, folder: Path) -> None:
    server.start()
    _run(server, "create table kept as select 42 as answer")
    (postmaster,) = _postmasters_of(folder)
    postmaster.send_signal(signal.SIGKILL)
    server.start()
    assert _ask(server, "select answer from kept") == 42
    server.stop()
    assert _postgres_of(folder) == []


def test_a_server_that_does_not_answer_yet_is_waited_for_and_not_replaced(
    server: EmbeddedPostgres, folder: Path
) -> None:
    """As in crash recovery, which may take minutes; here it is frozen."""
    owner = Owner(folder)
    owner.first_line()
    (before,) = _postmasters_of(folder)
    before.suspend()
    starting = threading.Thread(target=server.start)
    starting.start()
    starting.join(0.3)
    assert starting.is_alive()
    before.resume()
    starting.join(30)
    assert _postmasters_of(folder) == [before]
    assert _ask(server, "select 1") == 1
    owner.stop()


def test_a_pid_file_that_names_a_stranger_harms_neither(
    server: EmbeddedPostgres, folder: Path, stranger: subprocess.Popen[bytes]
) -> None:
    _leave_stale_files(server, folder, str(stranger.pid))
    server.start()
    assert _ask(server, "select 1") == 1
    server.stop()
    assert stranger.poll() is None


@pytest.mark.parametrize("first_line", ["", "12", "not a number"])
def test_a_pid_file_that_is_cut_off_does_not_stop_the_start(
    server: EmbeddedPostgres, folder: Path, first_line: str
) -> None:
    server.start()
    server.stop()
    pid_file = folder / "postgres" / "postmaster.pid"
    pid_file.write_text(first_line)
    server.start()
    assert _ask(server, "select 1") == 1
    assert pid_file.with_name("postmaster.pid.stale").read_text() == first_line


def test_a_server_whose_pid_file_was_emptied_is_replaced(server: EmbeddedPostgres, folder: Path) -> None:
    """PostgreSQL ends itself within a minute once the file is not its own: nothing to join."""
    owner = Owner(folder)
    owner.first_line()
    (before,) = _postmasters_of(folder)
    (folder / "postgres" / "postmaster.pid").write_text("")
    server.start()
    (after,) = _postmasters_of(folder)
    assert after.pid != before.pid
    assert _ask(server, "select 1") == 1
    owner.stop()


def test_dead_process_ids_in_the_packages_handle_file_keep_nothing_alive(
    server: EmbeddedPostgres, folder: Path
) -> None:
    server.start()
    with subprocess.Popen(["true"]) as dead:
        pass
    (folder / "postgres" / ".handle_pids.json").write_text(json.dumps([dead.pid]))
    server.stop()
    assert _postgres_of(folder) == []


def test_a_first_start_that_was_killed_halfway_is_begun_again(server: EmbeddedPostgres, folder: Path) -> None:
    half = folder / "postgres.new"
    half.mkdir()
    (half / "PG_VERSION").write_text("18\n")
    server.start()
    assert _ask(server, "select 1") == 1
    assert not half.exists()


def test_a_log_over_20_mb_is_put_away_at_the_start(server: EmbeddedPostgres, folder: Path) -> None:
    server.start()
    server.stop()
    log = folder / "postgres" / "log"
    with log.open("r+b") as file:
        file.truncate(20 * 1024 * 1024 + 1)
    server.start()
    assert log.stat().st_size < 10_000
    assert log.with_name("log.1").stat().st_size == 20 * 1024 * 1024 + 1


def test_a_path_too_long_for_a_socket_is_refused_before_anything_is_made(folder: Path) -> None:
    deep = folder / ("d" * 80)
    with pytest.raises(StoreError, match=r"DATA_DIR is too long: .* may have 103; choose a shorter"):
        EmbeddedPostgres(deep).start()
    assert not deep.exists()


@pytest.mark.parametrize("name", ["a,b", "$HOME", "a`b", 'a"b', "a\\b"])
def test_a_path_that_a_shell_or_the_driver_would_misread_is_refused(folder: Path, name: str) -> None:
    with pytest.raises(StoreError, match="DATA_DIR may not contain"):
        EmbeddedPostgres(folder / name).start()
    assert list(folder.iterdir()) == []


def test_a_cluster_of_another_major_version_is_refused_and_kept(server: EmbeddedPostgres, folder: Path) -> None:
    cluster = folder / "postgres"
    cluster.mkdir()
    (cluster / "PG_VERSION").write_text("16\n")
    with pytest.raises(StoreError, match=r"made by PostgreSQL 16, .* brings PostgreSQL 18"):
        server.start()
    assert [file.name for file in cluster.iterdir()] == ["PG_VERSION"]


def test_a_folder_with_something_else_in_it_is_refused_and_kept(server: EmbeddedPostgres, folder: Path) -> None:
    (folder / "postgres").mkdir()
    (folder / "postgres" / "thesis.txt").write_text("years of work")
    with pytest.raises(StoreError, match="holds something else than a database"):
        server.start()
    assert (folder / "postgres" / "thesis.txt").read_text() == "years of work"


def test_a_server_that_cannot_start_says_why(folder: Path) -> None:
    server = EmbeddedPostgres(folder, settings={"shared_buffers": "a lot"})
    with pytest.raises(StoreError, match=r"did not start\. It says: .*FATAL: .*bvmt\.conf"):
        server.start()
    assert _postgres_of(folder) == []


def test_a_data_folder_that_is_a_file_is_refused(folder: Path) -> None:
    (folder / "data").write_text("")
    with pytest.raises(StoreError, match="data cannot be used: File exists"):
        EmbeddedPostgres(folder / "data").start()


def test_it_works_as_an_ordinary_user(folder: Path) -> None:
    user = _give_to_ordinary_user(folder)
    owner = Owner(folder, user)
    assert owner.first_line().startswith("postgresql+psycopg2://")
    assert {process.uids().real for process in _postgres_of(folder)} == {folder.stat().st_uid}
    owner.stop()
    assert _postgres_of(folder) == []


def test_an_ordinary_user_is_told_whose_folder_it_met(folder: Path) -> None:
    user = _NOBODY if os.geteuid() == 0 else None
    folder.chmod(0o555)
    owner = Owner(folder / "data", user)
    said = owner.first_line()
    owner.stop()
    folder.chmod(0o700)
    assert owner.process.returncode == 3
    assert f"because {folder} belongs to user id {folder.stat().st_uid}: start as that user" in said


def test_an_engine_outlives_a_restart_of_the_server(server: EmbeddedPostgres) -> None:
    server.start()
    engine = make_engine(server.url, application_name="tests")
    with engine.connect() as connection:
        assert connection.scalar(sa.text("select 1")) == 1
    server.stop()
    with pytest.raises(DatabaseAway), store_errors(), engine.connect():
        pass
    server.start()
    with engine.connect() as connection:
        assert connection.scalar(sa.text("select 1")) == 1
    engine.dispose()


def test_a_connection_terminated_in_the_middle_is_away(engine: sa.Engine) -> None:
    with (
        pytest.raises(DatabaseAway, match="cannot be reached at the moment"),
        store_errors(),
        engine.connect() as connection,
    ):
        connection.execute(sa.text("select pg_terminate_backend(pg_backend_pid())"))


def test_a_statement_commits_by_itself_and_a_transaction_as_a_whole(engine: sa.Engine) -> None:
    with engine.connect() as connection:
        connection.execute(sa.text("create table t (n int)"))
    with pytest.raises(ZeroDivisionError), transaction(engine) as connection:
        connection.execute(sa.text("insert into t values (1)"))
        raise ZeroDivisionError
    with transaction(engine) as connection:
        level = connection.scalar(sa.text("show transaction_isolation"))
        connection.execute(sa.text("insert into t values (2)"))
    with engine.connect() as connection:
        assert connection.scalars(sa.text("select n from t")).all() == [2]
    assert level == "read committed"


def test_a_refused_statement_is_told_without_its_parameters(engine: sa.Engine) -> None:
    with (
        pytest.raises(StoreError, match="refused: division by zero") as caught,
        store_errors(),
        engine.connect() as connection,
    ):
        connection.execute(sa.text("select 1 / 0, :token"), {"token": "s3cret"})
    assert not isinstance(caught.value, DatabaseAway)
    assert "s3cret" not in str(caught.value)


def _ask(server: EmbeddedPostgres, question: str) -> object:
    engine = make_engine(server.url, application_name="tests")
    with engine.connect() as connection:
        answer: object = connection.scalar(sa.text(question))
    engine.dispose()
    return answer


def _run(server: EmbeddedPostgres, statement: str) -> None:
    engine = make_engine(server.url, application_name="tests")
    with engine.connect() as connection:
        connection.exec_driver_sql(statement)
    engine.dispose()


def _postgres_of(folder: Path) -> list[psutil.Process]:
    """All living postgres processes that work anywhere under the folder."""
    found = []
    for process in psutil.process_iter(["name", "cwd", "status"]):
        info = process.info
        if info["name"] == "postgres" and info["status"] != psutil.STATUS_ZOMBIE:
            found += [process] if (info["cwd"] or "").startswith(str(folder)) else []
    return found


def _postmasters_of(folder: Path) -> list[psutil.Process]:
    processes = _postgres_of(folder)
    members = {process.pid for process in processes}
    found = []
    for process in processes:
        # A session may end while it is looked at.
        with suppress(psutil.NoSuchProcess):
            found += [process] if process.ppid() not in members else []
    return found


def _leave_stale_files(server: EmbeddedPostgres, folder: Path, pid: str) -> None:
    """Leave what a power cut leaves, under a process id that another program has by now."""
    server.start()
    cluster = folder / "postgres"
    names = ("postmaster.pid", ".s.PGSQL.5432.lock")
    kept = {name: (cluster / name).read_text().splitlines()[1:] for name in names}
    server.stop()
    for name, lines in kept.items():
        (cluster / name).write_text("\n".join([pid, *lines, ""]))


def _give_to_ordinary_user(folder: Path) -> int | None:
    if os.geteuid() != 0:
        return None
    os.chown(folder, _NOBODY, _NOBODY)
    return _NOBODY
