"""Debian packages by name and hash: looked up once, written into the lock, then taken by their hash and by nothing else."""

from __future__ import annotations

import contextlib
import copy
import hashlib
import io
import json
import lzma
import os
import re
import subprocess
import tarfile
import urllib.error
import urllib.request
from pathlib import Path

HERE = Path(__file__).parent
LOCK = HERE / "lock.json"
WANTED = HERE / "packages.json"
MIRROR = os.environ.get("DEBIAN_MIRROR", "http://deb.debian.org/debian")
KEYRING = os.environ.get("DEBIAN_KEYRING", "/usr/share/keyrings/debian-archive-keyring.gpg")
PATIENCE = 300.0
"""Seconds that the archive may take for one file."""


class Missing(Exception):
    """Something that the build needs is not to be had; the message says what, and what helps."""


def read_lock(path: Path = LOCK) -> dict:
    """Read the lock: versions, addresses below the mirror and hashes of all that the engine is made of."""
    return json.loads(path.read_text())


def get(address: str) -> bytes:
    """Fetch a file of the archive.

    Raises:
        Missing: it is no longer there, or nobody answers.
    """
    try:
        with urllib.request.urlopen(f"{MIRROR}/{address}", timeout=PATIENCE) as answer:
            return answer.read()
    except (urllib.error.URLError, OSError) as error:
        raise Missing(f"{MIRROR}/{address}: {error}") from error


def fetch(package: dict, cache: Path) -> Path:
    """Give the file of a locked package, out of the cache or the archive; its hash is checked each time.

    Raises:
        Missing: the archive has it no longer, or what came is something else.
    """
    path = cache / f"{package['sha256']}.deb"
    if path.exists() and digest(path) == package["sha256"]:
        return path
    content = get(package["path"])
    if hashlib.sha256(content).hexdigest() != package["sha256"]:
        raise Missing(f"{package['path']} is not the file that the lock names")
    cache.mkdir(parents=True, exist_ok=True)
    half = path.with_suffix(f".{os.getpid()}")
    half.write_bytes(content)
    half.replace(path)
    return path


def digest(path: Path) -> str:
    """Give the SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def unpack(deb: Path, root: Path) -> None:
    """Unpack a package's files below a folder, as whoever we are."""
    for name, content in _members(deb.read_bytes()):
        if name.startswith("data.tar"):
            with tarfile.open(fileobj=io.BytesIO(content)) as files:
                files.extraction_filter = getattr(tarfile, "fully_trusted_filter", None)  # Python 3.11.2 of Debian 12 has none
                files.extractall(root, [entry for entry in map(_merged, files) if entry is not None])
            return
    raise Missing(f"{deb} holds no files")


def _merged(entry: tarfile.TarInfo) -> tarfile.TarInfo | None:
    """Put what old packages have in /bin, /sbin and /lib where it is nowadays; leave out what an ordinary user cannot make."""
    name = entry.name.removeprefix("./")
    if re.match(r"(bin|sbin|lib|lib64)(/|$)", name):
        name = f"usr/{name}"
    if entry.isdev():
        return None
    linked = re.sub(r"^(\./)?(bin|sbin|lib|lib64)/", r"usr/\2/", entry.linkname) if entry.islnk() else entry.linkname
    merged = copy.copy(entry)
    merged.name, merged.linkname, merged.mode = name, linked, entry.mode | 0o600
    merged.uid, merged.gid, merged.uname, merged.gname = os.getuid(), os.getgid(), "", ""
    return merged


def _members(archive: bytes) -> list[tuple[str, bytes]]:
    """Read an `ar` archive, which a .deb is."""
    found, at = [], 8
    while at + 60 <= len(archive):
        head = archive[at : at + 60]
        size = int(head[48:58])
        found.append((head[:16].decode().strip().rstrip("/"), archive[at + 60 : at + 60 + size]))
        at += 60 + size + size % 2
    return found


def _index(suite: str) -> dict[str, dict[str, str]]:
    """Read a suite's list of packages, whose hash is in its signed Release file."""
    release = _signed(suite)
    name = "main/binary-amd64/Packages.xz"
    listed = re.search(rf"^ ([0-9a-f]{{64}}) +\d+ {re.escape(name)}$", release, re.MULTILINE)
    content = get(f"dists/{suite}/{name}")
    if listed is None or hashlib.sha256(content).hexdigest() != listed[1]:
        raise Missing(f"the package list of {suite} is not the one that was signed")
    found = {}
    for block in lzma.decompress(content).decode().split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.split("\n") if re.match(r"[A-Z][\w-]*: ", line))
        if "Package" in fields:
            found[fields["Package"]] = fields
    return found


def _signed(suite: str) -> str:
    content = get(f"dists/{suite}/InRelease")
    checked = subprocess.run(
        ["gpgv", "--quiet", "--keyring", KEYRING, "--output", "-"], input=content, capture_output=True, check=False
    )
    if checked.returncode:
        raise Missing(f"the signature of {suite} cannot be checked: {checked.stderr.decode().strip()}")
    return checked.stdout.decode()


def relock(lock: dict) -> dict:
    """Look the wanted packages up in their suites, and give the lock that names what is there now.

    Parameters:
        lock: the present one; what is no package of a suite (the kernel's hashes, the compiler, what it compiles) is kept.
    """
    wanted, indexes = json.loads(WANTED.read_text()), {}

    def named(suite: str, names: list[str]) -> list[dict]:
        index = indexes.setdefault(suite, None) or indexes.update({suite: _index(suite)}) or indexes[suite]
        found = []
        for name in names:
            if name not in index:
                raise Missing(f"{suite} has no package {name}")
            fields = index[name]
            source = re.match(r"(\S+)(?: \((.+)\))?", fields.get("Source", name))
            found.append(
                {
                    "name": name,
                    "version": fields["Version"],
                    "source": f"{source[1]} {source[2] or fields['Version']}",
                    "path": fields["Filename"],
                    "sha256": fields["SHA256"],
                    "size": int(fields["Size"]),
                }
            )
        return found

    fresh = dict(lock)
    fresh["suite"], fresh["packages"] = wanted["suite"], named(wanted["suite"], wanted["packages"])
    fresh["network"] = {**wanted["network"], "packages": named(**_parts(wanted["network"]))}
    fresh["source"] = {**wanted["kernel"], "packages": named(**_parts(wanted["kernel"]))}
    return fresh


def _parts(wanted: dict) -> dict:
    return {"suite": wanted["suite"], "names": wanted["packages"]}


def write_lock(lock: dict, path: Path = LOCK) -> None:
    """Write the lock."""
    with contextlib.suppress(FileNotFoundError):
        if json.loads(path.read_text()) == lock:
            return
    path.write_text(json.dumps(lock, indent=1) + "\n")
