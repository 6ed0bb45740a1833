"""Find the Chromium that the browser tests drive, and install one where there is none.

`make test` runs this first, so an installation is seen; the tests call `find_browser()`.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

COMMANDS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
APT_INSTALL = Path(__file__).parent / "apt_install.sh"
_PLAYWRIGHT_PATH = """
from playwright.sync_api import sync_playwright
with sync_playwright() as playwright:
    print(playwright.chromium.executable_path)
"""


class NoBrowser(RuntimeError):
    """There is no browser for the tests; the text is one sentence that says what was tried and what to do."""


def find_browser(environ: Mapping[str, str] = os.environ) -> Path:
    """Return the path of a Chromium that starts.

    In this order: what CHROMIUM names in `environ`; the first of COMMANDS on its PATH; a browser that
    Playwright downloaded before; Debian's `chromium`, installed now; Playwright's, downloaded now. Raises
    NoBrowser when CHROMIUM names no executable file, or when all of that failed.
    """
    if named := environ.get("CHROMIUM"):
        return _named(named)
    found = (
        _on_path(environ)
        or _playwrights()
        or (_apt_installs() and _on_path(environ))
        or (_playwright_downloads() and _playwrights())
    )
    if not found:
        raise NoBrowser(
            f"No browser for the tests: looked for {', '.join(COMMANDS)} and for Playwright's, then tried "
            "apt-get install chromium and playwright install chromium; install Chromium or Chrome, "
            "or set CHROMIUM to the path of one."
        )
    return found


def _named(path: str) -> Path:
    browser = Path(path)
    if not (browser.is_file() and os.access(browser, os.X_OK)):
        raise NoBrowser(f"CHROMIUM holds {path!r}, which is no executable file; name a browser or unset it.")
    return browser


def _on_path(environ: Mapping[str, str]) -> Path | None:
    paths = (shutil.which(command, path=environ.get("PATH")) for command in COMMANDS)
    return next((Path(path) for path in paths if path and _starts(path)), None)


def _playwrights() -> Path | None:
    answer = subprocess.run([sys.executable, "-c", _PLAYWRIGHT_PATH], capture_output=True, text=True)
    path = answer.stdout.strip()
    return Path(path) if answer.returncode == 0 and _starts(path) else None


def _starts(path: str) -> bool:
    """Whether it is a browser and not a stand-in: Ubuntu's `chromium-browser` only says to install a snap."""
    try:
        answer = subprocess.run([path, "--version"], capture_output=True, timeout=30)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return answer.returncode == 0


def _apt_installs() -> bool:
    return subprocess.run([APT_INSTALL, "chromium"], stdout=sys.stderr).returncode == 0


def _playwright_downloads() -> bool:
    print("Downloading Chromium with Playwright (about 170 MB).", file=sys.stderr)
    command = [sys.executable, "-m", "playwright", "install", "chromium"]
    return subprocess.run(command, stdout=sys.stderr).returncode == 0


if __name__ == "__main__":
    try:
        print(find_browser())
    except NoBrowser as error:
        sys.exit(str(error))
