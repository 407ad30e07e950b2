"""The guest's root: a small tree of Debian's files, and the squashfs made of it."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from archive import HERE, Missing
from elf import needed
from listener import program

LIBRARIES = "usr/lib/x86_64-linux-gnu"
LOADER = "usr/lib64/ld-linux-x86-64.so.2"
PROGRAMS = (
    "sbin/dockerd",
    "sbin/docker-proxy",
    "bin/containerd",
    "bin/containerd-shim-runc-v2",
    "bin/crun",
    "sbin/xtables-legacy-multi",
    "sbin/e2fsck",
    "sbin/resize2fs",
    "bin/busybox",
    "bin/tini-static",
)
OPENED_LATER = ("libsystemd.so.0", "libnss_files.so.2", "libnss_dns.so.2", "libresolv.so.2", "libgcc_s.so.1")
"""Libraries that are loaded by name while a program runs, as far as Debian has them as files of their own."""
TABLES = ("iptables", "ip6tables", "iptables-save", "iptables-restore", "ip6tables-save", "ip6tables-restore")
APPLETS = (
    "sh mount umount mkdir ln cp cat sed hostname ip ifconfig route sleep rm ls ps kill pidof poweroff reboot sync chmod grep "
    "sysctl tail head stat touch unxz xz gzip gunzip tar modprobe blkid date free nslookup wget id mknod test [ echo printf "
    "true false readlink find cut tr sort wc env setsid dmesg df du nproc pivot_root rmdir"
).split()
FOLDERS = "etc/docker etc/ssl/certs proc sys dev run tmp var home root mnt opt srv media usr/bin usr/sbin usr/lib64".split()
FILES = {
    "etc/passwd": "root:x:0:0:root:/root:/bin/sh\n",
    "etc/group": "root:x:0:\ndocker:x:999:\n",
    "etc/nsswitch.conf": "hosts: files dns\n",
    "etc/resolv.conf": "",
    "etc/hosts": "127.0.0.1 localhost\n",
    "etc/ssl/certs/ca-certificates.crt": "",
}


def assemble(stage: Path, root: Path, version: str) -> None:
    """Copy what the engine needs out of unpacked packages.

    Parameters:
        stage: where the packages were unpacked.
        root: the folder to make.
        version: what the guest's os-release says.

    Raises:
        Missing: a program or a library is in none of the packages.
    """
    shutil.rmtree(root, ignore_errors=True)
    for name in FOLDERS:
        (root / name).mkdir(parents=True)
    (root / LIBRARIES).mkdir(parents=True)
    for name in ("bin", "sbin", "lib", "lib64"):
        (root / name).symlink_to(f"usr/{name}")
    for name in PROGRAMS:
        _copy(stage / "usr" / name, root / "usr" / name)
    for library in sorted(_closure(stage, [*(f"usr/{name}" for name in PROGRAMS)])):
        _copy(stage / library, root / library)
    _copy(stage / LOADER, root / LOADER)
    shutil.copytree(stage / LIBRARIES / "xtables", root / LIBRARIES / "xtables", symlinks=True)
    _name(root, {"usr/sbin/runc": "../bin/crun", "usr/bin/docker-init": "tini-static", "etc/mtab": "../proc/self/mounts"})
    _name(root, {f"usr/sbin/{name}": "xtables-legacy-multi" for name in TABLES})
    _name(root, {f"usr/bin/{name}": "busybox" for name in APPLETS if not (root / "usr/bin" / name).exists()})
    for name in ("protocols", "services", "ethertypes"):
        if (stage / "etc" / name).exists():
            _copy(stage / "etc" / name, root / "etc" / name)
    for name, content in FILES.items():
        (root / name).write_text(content)
    (root / "etc/os-release").write_text(f'NAME="dockermagic engine"\nID=dockermagic\nPRETTY_NAME="dockermagic engine {version}"\n')
    _copy(HERE / "init", root / "init")
    (root / "usr/sbin/listener").write_bytes(program())
    (root / "usr/sbin/listener").chmod(0o755)
    for path in [root, *sorted(root.rglob("*"))]:
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644)


def _copy(source: Path, target: Path) -> None:
    if not source.exists():
        raise Missing(f"no package holds {source.name}")
    shutil.copyfile(source, target)
    shutil.copymode(source, target)


def _name(root: Path, links: dict[str, str]) -> None:
    for name, target in links.items():
        (root / name).symlink_to(target)


def _closure(stage: Path, programs: list[str]) -> set[str]:
    """Give the libraries that programs need, and those need in turn."""
    found: set[str] = set()
    names = [name for program in programs for name in needed(stage / program)]
    names += [name for name in OPENED_LATER if (stage / LIBRARIES / name).exists()]
    while names:
        name = names.pop()
        path = f"{LIBRARIES}/{name}"
        if path in found or name.startswith("ld-linux"):
            continue
        if not (stage / path).exists():
            raise Missing(f"no package of the lock holds {name}")
        found.add(path)
        names += needed((stage / path).resolve())
    return found


def tool(stage: Path, name: str, *arguments: str, epoch: int) -> None:
    """Run a program of the lock, with its own libraries: what comes out does not depend on this machine."""
    environment = {
        "PATH": "/nowhere",
        "LC_ALL": "C",
        "TZ": "UTC",
        "SOURCE_DATE_EPOCH": str(epoch),
        "E2FSPROGS_FAKE_TIME": str(epoch),
    }
    environment["MKE2FS_CONFIG"] = str(stage / "etc/mke2fs.conf")
    command = [str(stage / LOADER), "--library-path", str(stage / LIBRARIES), str(stage / "usr" / name), *arguments]
    done = subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    if done.returncode:
        raise Missing(f"{name} failed: {done.stderr.decode(errors='replace').strip()}")


def squash(stage: Path, root: Path, image: Path, *, epoch: int, level: int, block: str) -> None:
    """Make the squashfs: files sorted, owned by root, dated by the lock.

    Parameters:
        level: how hard zstd tries, 1 to 22.
        block: the size of what is compressed together: "128K", "1M".
    """
    image.unlink(missing_ok=True)
    options = ["-comp", "zstd", "-Xcompression-level", str(level), "-b", block, "-all-root", "-noappend", "-no-progress", "-quiet"]
    options += ["-reproducible", "-no-exports", "-no-xattrs"]
    tool(stage, "bin/mksquashfs", str(root), str(image), *options, epoch=epoch)
