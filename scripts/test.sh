#!/usr/bin/env bash
# Installs what the tests need, finds a browser, runs pytest on $T or on everything.
#
# Everything is two runs: what has a database of its own goes several files at a time; what starts whole processes
# and measures how soon they act has the machine to itself.
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/setup.sh requirements-dev.txt
CHROMIUM=$(.venv/bin/python scripts/find_browser.py)
export CHROMIUM
# The tests of reports read PDFs with poppler's pdfinfo, pdftotext and pdftohtml.
if ! command -v pdftotext >/dev/null; then scripts/apt_install.sh poppler-utils; fi

run() {
    .venv/bin/python -m pytest -q "$@"
}

everything() {
    local code=0
    run --numprocesses auto --maxprocesses 4 --dist loadfile --ignore tests/acceptance --ignore tests/e2e || code=$?
    run tests/acceptance tests/e2e || code=$?
    return "$code"
}

read -r -a chosen <<<"${T:-}"
SECONDS=0
echo "Running ${T:-all tests} with the browser $CHROMIUM."
code=0
if ((${#chosen[@]})); then run "${chosen[@]}" || code=$?; else everything || code=$?; fi
if ((code == 0)); then
    echo "Tests passed in $SECONDS s: ${T:-all}."
else
    echo "Tests FAILED after $SECONDS s: ${T:-all}; the failures are listed above." >&2
fi
exit "$code"
