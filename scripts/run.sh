#!/usr/bin/env bash
# Installs what is missing, says where the dashboard will be, and becomes the product: signals reach it directly.
set -euo pipefail
cd "$(dirname "$0")/.."

# The same order as bvmt/settings.py: the environment, then .env, then the default.
port() {
    local written=${PORT:-}
    if [ -z "$written" ] && [ -f .env ]; then
        written=$(sed -n "s/^ *PORT *= *[\"']\{0,1\}\([0-9]*\).*/\1/p" .env | tail -n 1)
    fi
    echo "${written:-8010}"
}

scripts/setup.sh requirements.txt
echo "BVMT Jobs: http://localhost:$(port) (Ctrl-C stops it)"
exec .venv/bin/python app.py
