"""The product as an operator starts it: a process of its own, in a folder of its own."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

import httpx
import psutil

from tests.acceptance.opening import MARKET_HOURS

ROOT = Path(__file__).resolve().parents[2]

PYTHON = ("app.py",)
UVICORN = ("-m", "uvicorn", "app:app", "--port", "{port}")
STREAMLIT = ("-m", "streamlit", "run", "app.py", "--server.port", "{port}")
"""The three ways to start it, as arguments of the interpreter; `{port}` stands for the product's port."""

_NOT_IN_A_NEW_CHECKOUT = {".env", "data", "logs"}
_QUIET = {"SHUTDOWN_GRACE": "1", "FIRST_RUNS": "false"}  # nothing runs but what a test has run
_START_SECONDS = 60.0
_EXIT_SECONDS = 30.0

T = TypeVar("T")


@contextmanager
def new_house() -> Iterator[Path]:
    """A folder that looks like a new checkout, by links, and will hold data and logs of its own.

    No database server and no file of it outlives the block.
    """
    # Not pytest's own folder: its long path may not fit the database's socket.
    house = Path(tempfile.mkdtemp(prefix="bvmt-acc-", dir="/tmp"))
    try:
        for path in ROOT.iterdir():
            if path.name not in _NOT_IN_A_NEW_CHECKOUT:
                (house / path.name).symlink_to(path)
        yield house
    finally:
        for process in database_servers(house):
            with suppress(psutil.NoSuchProcess):
                process.kill()
        wait_until(lambda: not database_servers(house), "the database server of a test to be gone")
        shutil.rmtree(house)


def database_servers(house: Path) -> list[psutil.Process]:
    """The PostgreSQL processes that work in the house's data folder. Zombies are not among them."""
    found = []
    for process in psutil.process_iter(["name"]):
        with suppress(psutil.Error):
            if process.info["name"] == "postgres" and process.cwd() == str(house / "data" / "postgres"):
                found.append(process)
    return found


def wait_until(answer: Callable[[], T], what: str, *, seconds: float = 30.0) -> T:
    """Ask until the answer is true and return it. Fails after `seconds`, saying what was waited for."""
    deadline = time.monotonic() + seconds
    while not (found := answer()):
        assert time.monotonic() < deadline, f"waited {seconds:g} s for {what}"
        time.sleep(0.05)
    return found


class Product:
    """A running product. `way` is one of the ways to start it, `settings` are its variables.

    Its output goes to files in the house: a pipe that nobody reads would stop it.
    """

    def __init__(
        self, house: Path, way: Sequence[str], settings: Mapping[str, str], *, port: int | None = None
    ) -> None:
        port = port or free_port()
        self.url = f"http://127.0.0.1:{port}"
        self._files = [house / f"{port}.out", house / f"{port}.err"]
        self._client = httpx.Client(base_url=self.url, trust_env=False, timeout=10)
        with self._files[0].open("wb") as out, self._files[1].open("wb") as err:
            self._process = subprocess.Popen(
                [sys.executable, *(part.format(port=port) for part in way)],
                cwd=house,
                env={**os.environ, "PORT": str(port), **_QUIET, **MARKET_HOURS, **settings},
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
            )

    @property
    def errors(self) -> str:
        """What it has written to stderr."""
        return self._files[1].read_text(encoding="utf-8", errors="replace")

    @property
    def log(self) -> str:
        """All that it has written."""
        return self._files[0].read_text(encoding="utf-8", errors="replace") + self.errors

    def wait_ready(self) -> Product:
        """Return once `GET /api/health` says that all is well. Fails with the log if the process ends."""
        wait_until(self._is_well, f"{self.url} to be well", seconds=_START_SECONDS)
        return self

    def wait_until_up(self) -> Product:
        """Return once it answers at all. Fails with the log if the process ends."""
        wait_until(lambda: self._answers("/_stcore/health"), f"{self.url} to answer", seconds=_START_SECONDS)
        return self

    def get(self, path: str) -> httpx.Response:
        """The answer to a GET."""
        return self._client.get(path)

    def history(self, job: str = "market_pulse") -> list[dict[str, Any]]:
        """The job's runs as the API tells them, newest first."""
        answer = self._client.get(f"/api/jobs/{job}/history").raise_for_status()
        return list(answer.json()["history"])

    def request_run(self, job: str = "market_pulse") -> str:
        """Ask for a run of the job and return its id."""
        return str(self._client.post(f"/api/jobs/{job}/run").raise_for_status().json()["run_id"])

    def run(self, run_id: str) -> dict[str, Any]:
        """A run as the history of its job tells it."""
        return next(run for run in self.history() if run["id"] == run_id)

    def wait_for_run(self, run_id: str, status: str) -> dict[str, Any]:
        """Wait until the run has this status, and return it."""
        wait_until(lambda: self.run(run_id)["status"] == status, f"run {run_id} to be {status}")
        return self.run(run_id)

    def send(self, number: signal.Signals) -> None:
        """Send a signal to the process."""
        self._process.send_signal(number)

    def wait(self, seconds: float = _EXIT_SECONDS) -> int:
        """Wait for the process to end and return its exit code; negative for a signal. Fails after `seconds`."""
        try:
            return self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"still there {seconds:g} s later\n{self.log}") from None

    def stop(self) -> int:
        """Tell it to stop, as a supervisor does, and return its exit code."""
        self.send(signal.SIGTERM)
        return self.wait()

    def kill9(self) -> None:
        """Kill it without a chance to clean up."""
        self._process.kill()
        self._process.wait()

    def close(self) -> None:
        """Make sure that nothing of it is left but its house."""
        self._client.close()
        self.kill9()

    def _is_well(self) -> bool:
        return self._answers("/api/health")

    def _answers(self, path: str) -> bool:
        assert self._process.poll() is None, f"it has ended\n{self.log}"
        try:
            return self.get(path).is_success
        except httpx.TransportError:
            return False


def free_port() -> int:
    """A port on which nothing listens at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
