#!/usr/bin/env bash
# Compile the guest's kernel from Debian's source package with our configuration and patches (20 minutes on two cores).
#   binder/engine/kernel.sh WORK OUT [CACHE]      WORK: 3 GB of room; OUT: the kernel, stripped
# The compiler is part of what comes out: build.py takes a kernel whose hash is in the lock (`--trust-kernel` adds one).
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
work=$(mkdir -p "$1" && cd "$1" && pwd)
out=$2
cache=${3:-$work}
for tool in gcc make flex bison bc patch xz; do
    command -v "$tool" >/dev/null || missing="${missing:-} $tool"
done
[ -z "${missing:-}" ] || { echo "engine: the kernel cannot be compiled without:${missing} (Debian: apt-get install build-essential flex bison bc patch xz-utils)" >&2; exit 1; }
cd "$work"
if [ ! -d linux-source-*/ ]; then
    python3 - "$here" "$cache" <<'PY'
import pathlib, sys
sys.path.insert(0, sys.argv[1])
import archive
for package in archive.read_lock()["source"]["packages"]:
    archive.unpack(archive.fetch(package, pathlib.Path(sys.argv[2])), pathlib.Path("source"))
PY
    tar -xf source/usr/src/linux-source-*.tar.xz
    for change in "$here"/kernel/*.patch; do patch -s -p1 -d linux-source-*/ <"$change"; done
fi
cd linux-source-*/
cp "$here/kernel/config" .config
export KBUILD_BUILD_TIMESTAMP=2026-01-01 KBUILD_BUILD_USER=dockermagic KBUILD_BUILD_HOST=dockermagic KBUILD_BUILD_VERSION=1
make -s ARCH=um olddefconfig
nice -n 19 make -s ARCH=um -j"$(nproc)" linux
cd "$work"
strip -s -o "$out" linux-source-*/linux
echo "engine: kernel at $out: $(sha256sum "$out" | cut -d' ' -f1)"
