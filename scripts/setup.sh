#!/usr/bin/env bash
# Makes .venv and installs requirements.txt or requirements-dev.txt into it.
# usage: scripts/setup.sh FILE. Without anything to do it takes milliseconds and says nothing.
set -euo pipefail
cd "$(dirname "$0")/.."

wanted=${1:?name a requirements file}
log=.venv/install.log

# requirements-dev.txt includes requirements.txt.
requirements() {
    cat requirements.txt
    if [ "$1" != requirements.txt ]; then cat "$1"; fi
}

# What an installed environment depends on. The stamp is a copy of it, so a fresh clone's file times and a
# Python that was upgraded underneath .venv cannot mislead.
inputs() { .venv/bin/python -V && requirements "$1"; }

stamp() { echo ".venv/installed-$1"; }

is_installed() { inputs "$1" 2>/dev/null | cmp -s - "$(stamp "$1")"; }

write_stamp() { inputs "$1" >"$(stamp "$1").new" && mv "$(stamp "$1").new" "$(stamp "$1")"; }

is_new_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; }

find_python() {
    local named=${PYTHON:-python3} candidates candidate
    candidates=("$named")
    if [ "$named" = python3 ]; then candidates+=(python3.13 python3.12 python3.11); fi
    for candidate in "${candidates[@]}"; do
        if is_new_enough "$candidate"; then echo "$candidate" && return; fi
    done
    echo "BVMT Jobs needs Python 3.11 or newer, and $named is $("$named" -V 2>/dev/null || echo 'not there');" \
        "install a newer one or name it: make run PYTHON=/path/to/python3.11" >&2
    return 1
}

# Debian's Python comes without the part that makes environments.
ensure_venv_module() {
    if "$1" -c 'import ensurepip, venv' >/dev/null 2>&1; then return; fi
    scripts/apt_install.sh "$("$1" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')"
}

# An environment without any stamp was interrupted while it was filled: start it anew.
ensure_environment() {
    if compgen -G '.venv/installed-*' >/dev/null && .venv/bin/python -m pip -V >/dev/null 2>&1; then return; fi
    local python
    python=$(find_python)
    ensure_venv_module "$python"
    echo "Making a Python environment in .venv with $("$python" -V)."
    "$python" -m venv --clear .venv
}

# Reads pip's output; keeps all of it in the log and shows that it is alive.
narrate() {
    local line fetched=0
    while IFS= read -r line; do
        printf '%s\n' "$line" >>"$log"
        case $line in
        Collecting*)
            fetched=$((fetched + 1))
            if ((fetched % 20 == 0)); then echo "  $fetched packages found."; fi
            ;;
        "Installing collected packages"*) echo "  Unpacking them." ;;
        esac
    done
}

install() {
    local named
    named=$(requirements "$wanted" | grep -c '^[A-Za-z]')
    echo "Installing the $named packages that $wanted names, and what they need, into .venv." \
        "This takes one to three minutes and is not repeated."
    rm -f .venv/installed-* "$log"
    if ! .venv/bin/python -m pip install --no-input --disable-pip-version-check --progress-bar off \
        -r "$wanted" 2>&1 | narrate; then
        tail -n 15 "$log" >&2
        echo "The packages could not be installed; pip's last lines are above, all of them in $log." >&2
        return 1
    fi
    write_stamp requirements.txt
    if [ "$wanted" != requirements.txt ]; then write_stamp "$wanted"; fi
    echo "Installed."
}

lock() {
    if ! command -v flock >/dev/null; then return; fi
    exec 9<requirements.txt
    if flock --nonblock 9; then return; fi
    echo "Another command is installing into .venv; waiting for it."
    flock 9
}

if is_installed "$wanted"; then exit; fi
trap 'echo "Interrupted; the next start begins the installation anew." >&2; exit 130' INT TERM
lock
if is_installed "$wanted"; then exit; fi
ensure_environment
install
