#!/usr/bin/env bash
# Make .venv/ with the given Python 3.11; install Debian's python3-venv first where it is missing and that is allowed.
set -euo pipefail
cd "$(dirname "$0")/.."
python=${1:-python3.11}

command -v "$python" >/dev/null || {
  echo "Python 3.11 is missing (looked for '$python'). On Debian 12: apt-get install python3; or: make PYTHON=/path/to/python3.11 …" >&2
  exit 1
}
"$python" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' || {
  echo "'$python' is $("$python" --version), but this project needs Python 3.11. Use: make PYTHON=/path/to/python3.11 …" >&2
  exit 1
}
"$python" -c 'import ensurepip, venv' 2>/dev/null || tools/debian_packages.sh --required venv
# No --clear: a half-made .venv is repaired in place, and nobody loses an environment that is in use.
"$python" -m venv .venv
