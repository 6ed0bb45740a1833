"""Serve the sandbox exchange until told to stop: `python -m bvmt.sandbox --port 8020`."""

from __future__ import annotations

import argparse
import logging
import signal
import threading

from bvmt.sandbox.faults import Faults
from bvmt.sandbox.server import SandboxServer

log = logging.getLogger("bvmt.sandbox")


def main() -> None:
    """Read the command line, serve, and stop at SIGINT or SIGTERM."""
    options = _options()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    faults = Faults(random_seed=options.seed if options.faults else None)
    server = SandboxServer(options.seed, faults=faults, host=options.host, port=options.port)
    told = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: told.set())
    server.start()
    log.info("Sandbox exchange (seed %d) at %s", options.seed, server.url)
    told.wait()
    server.stop()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bvmt.sandbox", description="A simulated Tunis exchange.")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
    parser.add_argument("--port", type=int, default=0, help="port to listen on; 0 takes a free one")
    parser.add_argument("--seed", type=int, default=2026, help="seed of the simulated world")
    parser.add_argument("--faults", action="store_true", help="answer slowly, emptily or wrongly now and then")
    return parser.parse_args()


if __name__ == "__main__":
    main()
