"""The sandbox across processes: the same bytes everywhere, and a command that serves it."""

from __future__ import annotations

import hashlib
import json
import re
import signal
import subprocess
import sys

import httpx

from bvmt.sandbox.board import markets
from bvmt.sandbox.files import indices_file
from tests.unit.sandbox.moments import MIDDAY, SEED, SHARE_GROUPS

DIGEST = """
import hashlib, json
from datetime import datetime
from bvmt.sandbox.board import markets
from bvmt.sandbox.files import indices_file
instant = datetime.fromisoformat({instant!r})
answer = json.dumps(markets({seed}, instant, {groups!r})) + indices_file({seed}, instant, 2026)
print(hashlib.sha256(answer.encode()).hexdigest())
"""


def digest_elsewhere(hash_seed: str) -> str:
    code = DIGEST.format(instant=MIDDAY.isoformat(), seed=SEED, groups=SHARE_GROUPS)
    command = [sys.executable, "-c", code]
    done = subprocess.run(
        command, capture_output=True, text=True, check=True, env={"PYTHONHASHSEED": hash_seed}, timeout=60
    )
    return done.stdout.strip()


def test_every_process_sees_the_same_world() -> None:
    here = json.dumps(markets(SEED, MIDDAY, SHARE_GROUPS)) + str(indices_file(SEED, MIDDAY, 2026))
    expected = hashlib.sha256(here.encode()).hexdigest()
    assert digest_elsewhere("1") == digest_elsewhere("2") == expected


def test_the_command_serves_says_where_and_stops_when_told() -> None:
    command = [sys.executable, "-m", "bvmt.sandbox", "--port", "0", "--seed", "7", "--faults"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        line = process.stderr.readline()
        address = re.search(r"http://127\.0\.0\.1:\d+", line)
        assert address is not None, line
        assert httpx.get(f"{address[0]}/health", trust_env=False).json() == {"status": "ok", "seed": 7}
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=20) == 0
        assert process.stderr.read() == ""
