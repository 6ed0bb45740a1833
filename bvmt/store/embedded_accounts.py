"""The user that PostgreSQL runs as where this process is root, and what that user must be able to reach."""

from __future__ import annotations

import pwd
import stat
import subprocess
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from bvmt.errors import StoreError

_SYSTEM_USER = "pgserver"

FIXED_ENVIRONMENT: Mapping[str, str] = {"PATH": "/usr/bin:/bin:/usr/sbin:/sbin", "LC_ALL": "C", "TZ": "UTC"}
"""What every program is run with, so that the caller's PGPORT, LC_ALL and TZ do not matter."""


def system_user() -> tuple[int, int]:
    """User and group id of the server's own system user, made where there is none. Raises StoreError."""
    with suppress(KeyError):
        return _ids(_SYSTEM_USER)
    with suppress(OSError, subprocess.CalledProcessError):
        command = ["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", _SYSTEM_USER]
        subprocess.run(command, check=True, capture_output=True, env=FIXED_ENVIRONMENT)
    try:
        return _ids(_SYSTEM_USER)
    except KeyError:
        raise StoreError(
            "PostgreSQL refuses to run as root, and no system user could be made for it:"
            " start this program as an ordinary user, or set DATABASE_URL."
        ) from None


def _ids(name: str) -> tuple[int, int]:
    entry = pwd.getpwnam(name)
    return entry.pw_uid, entry.pw_gid


def open_to(folder: Path, user: int) -> bool:
    """Let other users pass through the folder (not list it); tell whether that changed anything."""
    status = folder.stat()
    if status.st_uid == user or status.st_mode & stat.S_IXOTH:
        return False
    folder.chmod(stat.S_IMODE(status.st_mode) | stat.S_IXOTH)
    return True


def make_readable(installation: Path) -> None:
    """Let other users read and run the programs, where the package was installed for one user alone."""
    if (installation / "bin" / "postgres").stat().st_mode & stat.S_IXOTH:
        return
    for path in (installation, *installation.rglob("*")):
        mode = stat.S_IMODE(path.stat().st_mode)
        path.chmod(mode | stat.S_IROTH | (stat.S_IXOTH if mode & stat.S_IXUSR else 0))
