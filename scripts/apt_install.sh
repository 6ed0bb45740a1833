#!/usr/bin/env bash
# Installs one Debian package, as root or through sudo where that asks no password; says so on standard error.
# usage: scripts/apt_install.sh PACKAGE. Otherwise fails with one sentence that says what to run.
set -euo pipefail

package=${1:?name a package}

if ! command -v apt-get >/dev/null; then
    echo "The package $package is missing and there is no apt-get here: install it as this system does." >&2
    exit 1
fi
if [ "$(id -u)" = 0 ]; then
    as_root=(env)
elif sudo -n true 2>/dev/null; then
    as_root=(sudo -n env)
else
    echo "The package $package is missing; install it first: sudo apt-get update && sudo apt-get install $package" >&2
    exit 1
fi

apt_get() {
    local output
    if ! output=$("${as_root[@]}" DEBIAN_FRONTEND=noninteractive apt-get -y -o DPkg::Lock::Timeout=300 "$@" 2>&1 </dev/null); then
        tail -n 15 <<<"$output" >&2
        return 1
    fi
}

echo "Installing the Debian package $package with apt-get; this takes about a minute." >&2
apt_get update || echo "apt-get update failed; trying with the lists at hand." >&2
if ! apt_get install --no-install-recommends "$package"; then
    echo "apt-get could not install $package; its last lines are above." >&2
    exit 1
fi
