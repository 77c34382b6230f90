#!/usr/bin/env bash
# Install one hashed lock and this project (editable) into .venv/, then leave the stamp which says so.
set -euo pipefail
cd "$(dirname "$0")/.."
lock=$1 stamp=$2

echo "installing $lock into .venv/ …" >&2
# An interrupted first run can leave a .venv without pip.
.venv/bin/python -m pip --version >/dev/null 2>&1 || .venv/bin/python -m ensurepip --upgrade >/dev/null
.venv/bin/python -m pip install --quiet --disable-pip-version-check --no-input --require-hashes --requirement "$lock"
# No build isolation: the build tool comes from the lock too, so nothing un-hashed is fetched.
.venv/bin/python -m pip install --quiet --disable-pip-version-check --no-input --no-deps --no-build-isolation --editable .
kind=$(basename "$stamp" | sed -E 's/-[0-9a-f]+$//')
rm -f .venv/"$kind"-*
touch "$stamp"
