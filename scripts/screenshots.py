"""Pictures of every page for the README, made from a product that starts here on an empty folder.

    python -m scripts.screenshots [page …]

The product has a sandbox and a database of its own and is gone afterwards. Once each job has run and both reports are
on the shelf, the exchange answers nonsense until a run has failed. Then every page of the navigation is photographed at
1440 x 900, light and dark, and Jobs at 900 pixels wide; docs/images/ then holds these pictures and no others.
"""

from __future__ import annotations

import ast
import io
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from bvmt.sandbox.faults import Fault
from bvmt.sandbox.server import SandboxServer
from scripts.find_browser import find_browser

ROOT = Path(__file__).resolve().parents[1]
IMAGES = ROOT / "docs" / "images"
SCHEMES = ("light", "dark")
WIDE, NARROW = (1440, 900), (900, 900)
COLOURS = 128
MOST_BYTES = 150_000
CONTENT_SECONDS = 240.0
FAILURE_SECONDS = 180.0  # a run is tried three times, with waits between
SEED = 2026


@contextmanager
def product(exchange: str) -> Iterator[httpx.Client]:
    """A client of a product that runs on an empty folder, with the sandbox at this address."""
    with socket.socket() as probe, tempfile.TemporaryDirectory(prefix="bvmt-pictures-", dir="/tmp") as folder:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        probe.close()
        place = {
            "DATA_DIR": f"{folder}/data",
            "LOG_DIR": f"{folder}/logs",
            "PORT": str(port),
            "SANDBOX_URL": exchange,
            "SHUTDOWN_GRACE": "1",
        }
        with Path(folder, "output").open("wb") as output:
            process = subprocess.Popen(
                [sys.executable, "app.py"], cwd=ROOT, env=os.environ | place, stdout=output, stderr=output
            )
        try:
            with httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=20) as client:
                wait_for("the product to answer", lambda: answers(client))
                yield client
        except TimeoutError:
            print(Path(folder, "output").read_text(encoding="utf-8")[-3000:], file=sys.stderr)
            raise
        finally:
            process.terminate()
            process.wait(60)


def wait_for(what: str, found: Callable[[], Any], seconds: float = 60.0) -> Any:
    """What `found` gives once it gives something. Raises TimeoutError after `seconds`."""
    end = time.monotonic() + seconds
    while not (answer := found()):
        if time.monotonic() > end:
            raise TimeoutError(f"waited {seconds:g} s for {what}")
        time.sleep(0.5)
    return answer


def answers(client: httpx.Client) -> bool:
    """Whether the product is well."""
    try:
        return client.get("/api/health").is_success
    except httpx.TransportError:
        return False


def content(client: httpx.Client) -> dict[str, str] | None:
    """A run and a report to show; None while a job has not run yet or a report is missing."""
    ended = {job["id"]: succeeded(client, job["id"]) for job in client.get("/api/jobs").json()["jobs"]}
    shelf = {report["kind"]: report["id"] for report in client.get("/api/reports").json()["reports"]}
    if not all(ended.values()) or set(shelf) != {"daily", "weekly"}:
        return None
    return {"run": ended["sentiment_scan"][0], "report": shelf["daily"]}


def failure(client: httpx.Client, exchange: SandboxServer) -> str:
    """The fingerprint of a run that failed at an exchange which answers nonsense."""
    exchange.faults.always = Fault.HTML
    client.post("/api/jobs/market_pulse/run").raise_for_status()
    groups = wait_for("a run to fail", lambda: client.get("/api/failures").json()["failures"], FAILURE_SECONDS)
    exchange.faults.clear()
    return str(groups[0]["fingerprint"])


def succeeded(client: httpx.Client, job: str) -> list[str]:
    """The job's runs that succeeded, newest first."""
    history = client.get(f"/api/jobs/{job}/history").json()["history"]
    return [str(run["id"]) for run in history if run["status"] == "succeeded"]


def two_runs(client: httpx.Client) -> list[str]:
    """Two runs of one job, to be compared."""
    client.post("/api/jobs/market_pulse/run").raise_for_status()
    found: list[str] = wait_for(
        "another run", lambda: runs if len(runs := succeeded(client, "market_pulse")) > 1 else None
    )
    return found


def busiest(client: httpx.Client) -> str:
    """The ISIN of the listing that moved most."""
    movers = client.get("/api/market/movers").json()
    return str(movers["gainers"][0]["isin"])


def addresses(client: httpx.Client, shown: Mapping[str, str]) -> dict[str, str]:
    """The path and query of each page of the navigation, by the name of its file, in the navigation's order."""
    one, other, *_ = two_runs(client)
    query = {
        "job": "?id=market_pulse",
        "run": f"?id={shown['run']}",
        "failure": f"?{urlencode({'group': shown['failure']})}",
        "compare": f"?run={one}&with={other}",
        "report": f"?id={shown['report']}",
        "listing": f"?isin={busiest(client)}",
    }
    return {name: f"/{'' if name == 'jobs' else name}{query.get(name, '')}" for name in navigation()}


def navigation() -> list[str]:
    """The names of the page files that dashboard.py names."""
    tree = ast.parse((ROOT / "dashboard.py").read_text(encoding="utf-8"))
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)]
    files = [call.args[0] for call in calls if isinstance(call.func, ast.Attribute) and call.func.attr == "Page"]
    return [Path(str(file.value)).stem for file in files if isinstance(file, ast.Constant)]


def photograph(browser: Browser, base: str, scheme: str, size: tuple[int, int], paths: Mapping[str, str]) -> None:
    """Write a picture of each path, named by its key, scheme and, where narrow, its width."""
    width, height = size
    context = browser.new_context(
        base_url=base,
        viewport={"width": width, "height": height},
        color_scheme="dark" if scheme == "dark" else "light",
        timezone_id="Africa/Tunis",
        locale="en-GB",
    )
    for name, path in paths.items():
        page = context.new_page()
        page.goto(path)
        settle(page)
        suffix = "" if size == WIDE else f"-{width}"
        picture = compressed(page.screenshot())
        (IMAGES / f"{name}-{scheme}{suffix}.png").write_bytes(picture)
        page.close()
    context.close()


def settle(page: Page) -> None:
    """Wait until the page is drawn and its charts, which come a moment later, stand still."""
    page.locator('[data-testid="stApp"][data-test-script-state="notRunning"]').wait_for(timeout=60_000)
    page.locator("[data-testid=stSkeleton]").first.wait_for(state="detached", timeout=60_000)
    before = b""
    for _ in range(10):
        page.wait_for_timeout(700)
        after = page.screenshot()
        if after == before:
            return
        before = after


def compressed(picture: bytes) -> bytes:
    """The picture with as many colours as fit the largest size that a picture may have."""
    image = Image.open(io.BytesIO(picture)).convert("RGB")
    colours = COLOURS
    while True:
        written = io.BytesIO()
        image.quantize(colours, dither=Image.Dither.NONE).save(written, "PNG", optimize=True)
        if written.tell() <= MOST_BYTES or colours <= 16:
            return written.getvalue()
        colours //= 2


def main() -> None:
    """Make the pictures of all pages, or of those named."""
    wanted = sys.argv[1:] or navigation()
    if unknown := set(wanted) - set(navigation()):
        sys.exit(f"There is no page {', '.join(sorted(unknown))}; there are {', '.join(navigation())}.")
    IMAGES.mkdir(parents=True, exist_ok=True)
    exchange = SandboxServer(SEED)
    exchange.start()
    with product(exchange.url) as client, sync_playwright() as playwright:
        print("Waiting for the first day's work.", flush=True)
        shown = wait_for("each job to have run and both reports", lambda: content(client), CONTENT_SECONDS)
        shown["failure"] = failure(client, exchange)
        paths = {name: path for name, path in addresses(client, shown).items() if name in wanted}
        root = ["--no-sandbox"] if os.geteuid() == 0 else []
        browser = playwright.chromium.launch(executable_path=str(find_browser()), args=root)
        for old in [] if sys.argv[1:] else IMAGES.glob("*.png"):
            old.unlink()
        for scheme in SCHEMES:
            photograph(browser, str(client.base_url), scheme, WIDE, paths)
            if "jobs" in paths:
                photograph(browser, str(client.base_url), scheme, NARROW, {"jobs": paths["jobs"]})
        browser.close()
    exchange.stop()
    made = sorted(IMAGES.glob("*.png"))
    print(f"{len(made)} pictures of {sum(each.stat().st_size for each in made) / 1e6:.1f} MB in {IMAGES}.")


if __name__ == "__main__":
    main()
