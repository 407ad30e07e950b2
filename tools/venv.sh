#!/usr/bin/env bash
# Make .venv from the newest Python from 3.11 to 3.14 that works here, with what the project needs in it.
#   tools/venv.sh [GROUP]      a dependency group of pyproject.toml: dev (default), test or lint
set -euo pipefail
cd "$(dirname "$0")/.."
group=${1:-dev}
packages=.rig/venv.log
mkdir -p .rig

works() { # a pyenv shim may be there and name no Python; Debian's may lack ensurepip
    "$1" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))' >/dev/null 2>&1
}
complete() { "$1" -c 'import ensurepip, venv, ssl, sqlite3' >/dev/null 2>&1; }

choose() {
    python=
    local fallback=
    for name in python3.14 python3.13 python3.12 python3.11 python3 /usr/bin/python3; do
        works "$name" || continue
        if complete "$name"; then python=$name; return; fi
        fallback=${fallback:-$name}
    done
    python=$fallback
}

install() { # Debian and Ubuntu keep venv in a package of its own
    if [ ! -e /etc/debian_version ] || [ "$(id -u)" != 0 ]; then
        echo "No complete Python from 3.11 to 3.14 was found. Install one: on Debian or Ubuntu, sudo apt-get install python3-venv" >&2
        exit 1
    fi
    echo "setup: installing python3-venv (about 20 s)"
    export DEBIAN_FRONTEND=noninteractive
    { apt-get update && apt-get install -y --no-install-recommends python3 python3-venv ca-certificates; } \
        </dev/null >.rig/apt.log 2>&1 || { tail -5 .rig/apt.log >&2; exit 1; }
}

choose
if [ -z "$python" ] || ! complete "$python"; then install; choose; fi
if [ -z "$python" ] || ! complete "$python"; then
    echo "This machine's Python is older than 3.11, or has no venv module: dockermagic needs 3.11 to 3.14." >&2
    exit 1
fi
[ -x .venv/bin/python ] && works .venv/bin/python || { rm -rf .venv; "$python" -m venv .venv; }
echo "setup: $(.venv/bin/python --version) in .venv; installing Python packages (a minute or two the first time)"
quietly() { "$@" </dev/null >"$packages" 2>&1 || { tail -15 "$packages" >&2; exit 1; }; }
quietly .venv/bin/python -m pip install --upgrade 'pip>=25.1'
quietly .venv/bin/python -m pip install --editable . --group "$group"
touch .venv/.ready
