#!/usr/bin/env bash
# Build the wheel, look at what is in it, install it in a clean environment, and run the first lesson from there.
set -euo pipefail
cd "$(dirname "$0")/.."
rm -rf build/wheel && mkdir -p build/wheel
echo "wheel: building"
.venv/bin/python -m build --wheel --outdir build/wheel . >build/wheel/build.log 2>&1 || { tail -15 build/wheel/build.log >&2; exit 1; }
wheel=$(echo build/wheel/*.whl)
.venv/bin/python - "$wheel" <<'PY'
import pathlib, sys, zipfile
inside = set(zipfile.ZipFile(sys.argv[1]).namelist())
ours = {str(path) for path in pathlib.Path("dockermagic").rglob("*") if path.is_file() and "__pycache__" not in path.parts}
missing = sorted(ours - inside)
sys.exit(f"the wheel lacks {missing}" if missing else 0)
PY
echo "wheel: installing $(basename "$wheel") in a clean environment (about a minute)"
.venv/bin/python -m venv build/wheel/venv
build/wheel/venv/bin/python -m pip install -qq --disable-pip-version-check "$wheel" ipykernel nbclient nbconvert </dev/null
build/wheel/venv/bin/python tools/demo.py --out build/wheel/lesson.html
