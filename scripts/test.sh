#!/usr/bin/env bash
# Installs what the tests need, finds a browser, runs pytest on $T or on everything.
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/setup.sh requirements-dev.txt
CHROMIUM=$(.venv/bin/python scripts/find_browser.py)
export CHROMIUM

read -r -a chosen <<<"${T:-}"
SECONDS=0
echo "Running ${T:-all tests} with the browser $CHROMIUM."
if .venv/bin/python -m pytest -q "${chosen[@]}"; then
    echo "Tests passed in $SECONDS s: ${T:-all}."
else
    code=$?
    echo "Tests FAILED after $SECONDS s: ${T:-all}; the failures are listed above." >&2
    exit "$code"
fi
