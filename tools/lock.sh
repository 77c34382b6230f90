#!/usr/bin/env bash
# Renew requirements*.lock from pyproject.toml: exact versions with the hash of every wheel, and no index address.
# One resolution over everything comes first, so that all the locks agree on every version.
set -euo pipefail
cd "$(dirname "$0")/.."
command -v uv >/dev/null || { echo "make lock needs uv (pip install uv)" >&2; exit 1; }
everything=$(mktemp)
trap 'rm -f "$everything"' EXIT

compile() { # compile OUTPUT [what to include …]
  local output=$1
  shift
  uv pip compile --quiet --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links \
    --no-header --no-annotate "$@" --output-file "$output"
}

if [ "${1:-}" != --upgrade ] && [ -f requirements-all.lock ]; then cp requirements-all.lock "$everything"; fi
upgrade=()
if [ "${1:-}" = --upgrade ]; then upgrade=(--upgrade); fi
compile "$everything" "${upgrade[@]}" pyproject.toml --all-extras \
  --group build --group test --group lint --group bench --group pg
compile requirements.lock --constraint "$everything" pyproject.toml --extra charts --extra postgres --group build
compile requirements-dev.lock --constraint "$everything" pyproject.toml --extra charts --extra postgres \
  --group build --group test --group lint
compile requirements-pg.lock --constraint "$everything" --group pg
cp "$everything" requirements-all.lock
