"""The one context that every Dockerfile of the differential test copies from: what file systems can do, in a folder."""

from __future__ import annotations

import io
import os
import tarfile
from pathlib import Path

LONG_AGO = 1_000_000_000
"""Every file's time, in seconds since the epoch (September 2001): a file with this time came from the context."""

TEXTS = {
    "a.txt": "alpha\n",
    "b.txt": "beta\n" * 50,
    "one.log": "1\n",
    "two.log": "2\n",
    "notes.md": "# notes\n",
    "none.md": "",
    ".hidden": "hidden\n",
    "secret.key": "not to be sent\n",
    "owned.txt": "somebody's\n",
    "owned/inner.txt": "somebody's too\n",
    "dir/first.txt": "first\n",
    "dir/sub/deep.txt": "deep\n",
    "dir/sub/secret.txt": "deep secret\n",
    "hard/one": "shared by three names\n",
    "nest/inside/file": "file\n",
    "links/target.txt": "target\n",
    "spaces in name.txt": "spaces\n",
    "grüße 世界.txt": "unicode\n",
    'quotes".txt': "a quote\n",
    "names/[brackets].txt": "brackets\n",
    "names/star*.txt": "a star\n",
    "names/-dash": "dash\n",
    "names/e\u0301 decomposed.txt": "two code points\n",
    "names/🐳.txt": "outside the basic plane\n",
    f"names/{'long' * 50}.txt": "a name of 204 characters\n",
    "modes/script.sh": "#!/bin/sh\n",
    "modes/private": "mine\n",
    "modes/setuid": "u\n",
    "modes/read-only": "r\n",
    "modes/none": "0\n",
    "static/hello": "not a program, which nobody runs\n",
    "static/etc/config": "x\n",
}
SYMLINKS = {
    "link": "a.txt",
    "links/to-file": "target.txt",
    "links/to-folder": "../dir",
    "links/up-and-down": "../dir/sub/deep.txt",
    "links/absolute": "/etc/passwd",
    "broken-links/nowhere": "does/not/exist",
    "broken-links/self": "self",
    "broken-links/outside": "../../../../../../etc/shadow",
}
EMPTY = ("empty", "nest/empty", "nest/inside/deeper/empty")
MODES = {
    "modes/script.sh": 0o755,
    "modes/private": 0o600,
    "modes/setuid": 0o4755,
    "modes/read-only": 0o444,
    "modes/none": 0o000,
    "modes": 0o1777,
    "nest/empty": 0o700,
    "static/hello": 0o755,
}


def plant(folder: Path) -> None:
    """Fill an empty folder with the context."""
    for name, text in TEXTS.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    for name in EMPTY:
        (folder / name).mkdir(parents=True)
    for name in ("hard/two", "hard/three"):
        os.link(folder / "hard/one", folder / name)
    _plant_archives(folder)
    (folder / "big.bin").write_bytes(bytes(range(256)) * 9000)
    (folder / "many").mkdir()
    for number in range(120):
        (folder / "many" / f"file-{number:03}").write_text(f"{number}\n")
    for name, target in SYMLINKS.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.symlink_to(target)
    for name, mode in MODES.items():
        (folder / name).chmod(mode)
    if os.geteuid() == 0:
        for name in ("owned.txt", "owned", "owned/inner.txt"):
            os.chown(folder / name, 1000, 1001)
    age(folder)


def age(folder: Path) -> None:
    """Give every file the same old time."""
    for path in [*folder.rglob("*"), folder]:
        os.utime(path, (LONG_AGO, LONG_AGO), follow_symlinks=False)


def _plant_archives(folder: Path) -> None:
    for name, mode in (("archive.tar", "w"), ("archive.tar.gz", "w:gz")):
        with tarfile.open(folder / name, mode) as archive:  # type: ignore[call-overload]  # the mode is a variable
            for inner, text, rights, owner in (("in/plain", "plain\n", 0o644, 0), ("in/tool", "tool\n", 0o4750, 77)):
                member = tarfile.TarInfo(inner)
                member.size, member.mode, member.uid, member.gid, member.mtime = len(text), rights, owner, owner, LONG_AGO
                archive.addfile(member, io.BytesIO(text.encode()))
            link = tarfile.TarInfo("in/link")
            link.type, link.linkname, link.mtime = tarfile.SYMTYPE, "plain", LONG_AGO
            archive.addfile(link)
