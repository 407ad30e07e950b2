#!/usr/bin/env bash
# Bundle xterm.js, its fit add-on and its stylesheet into one module for the lab extension, with the licence.
# The result is kept in the repository: neither a build nor an install of dockermagic needs node.
set -euo pipefail
cd "$(dirname "$0")/.."
vendor=$PWD/labextension/static/vendor
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
cat >package.json <<'JSON'
{"private": true, "dependencies": {"@xterm/xterm": "6.0.0", "@xterm/addon-fit": "0.11.0", "esbuild": "0.28.2"}}
JSON
cat >entry.js <<'JS'
export { Terminal } from "@xterm/xterm";
export { FitAddon } from "@xterm/addon-fit";
export { default as css } from "@xterm/xterm/css/xterm.css";
JS
npm install --silent --no-audit --no-fund
npx esbuild entry.js --bundle --minify --format=esm --target=es2021 --loader:.css=text --legal-comments=none \
    --banner:js="/* xterm.js 6.0.0 and addon-fit 0.11.0, MIT, see xterm-LICENSE; bundled by tools/xterm.sh */" --outfile="$vendor/xterm.js" --log-level=warning
cp node_modules/@xterm/xterm/LICENSE "$vendor/xterm-LICENSE"
echo "xterm: $(stat -c %s "$vendor/xterm.js") bytes, $(gzip -9c "$vendor/xterm.js" | wc -c) compressed"
