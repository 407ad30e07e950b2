#!/usr/bin/env bash
# Run the unit tests on every supported Python that this machine has, each in a clean environment.
set -euo pipefail
cd "$(dirname "$0")/.."
for minor in 11 12 13 14; do
    python=
    for name in "python3.$minor" "$HOME/.pyenv/versions/"3."$minor".*/bin/python; do
        if "$name" -c "import sys, ensurepip, sqlite3; sys.exit(sys.version_info[:2] != (3, $minor))" >/dev/null 2>&1; then python=$name; break; fi
    done
    if [ -z "$python" ]; then echo "pythons: no Python 3.$minor here"; continue; fi
    venv=build/pythons/3.$minor
    echo "pythons: 3.$minor, installing (about a minute) and running the unit tests"
    [ -x "$venv/bin/python" ] || "$python" -m venv "$venv"
    "$venv/bin/python" -m pip install -qq --upgrade 'pip>=25.1' </dev/null
    "$venv/bin/python" -m pip install -qq --editable . --group test </dev/null
    "$venv/bin/python" -m pytest tests/unit -q
done
