"""Which packages an image has, by what package managers leave in its files; and which system it is.

1. dpkg and apk keep one text with all packages; the last layer that wrote it counts. Images without a package manager
   (distroless) have a file a package in status.d.
2. A package of Python is a `METADATA` below `*.dist-info`, one of Node.js a `package.json` right below `node_modules`.
3. RPM's database is read where it is SQLite, as RPM has it since 4.16 (`rpm`); its older formats are named, and not read.

Sources: deb-status(5), apk's db format ("P:", "V:", "I:"), PyPA "Recording installed projects", os-release(5).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from dockermagic.images.entries import Finding, Package
from dockermagic.images.rpm import rpm_packages
from dockermagic.images.secrets import look

__all__ = ["look_inside", "packages_in"]

_OS = re.compile(r"^(?:etc|usr/lib)/os-release$")
_DPKG = re.compile(r"(?:^|/)var/lib/dpkg/status(?:\.d/[^/]+)?$")
_APK = re.compile(r"(?:^|/)lib/apk/db/installed$")
_PIP = re.compile(r"/(?:site|dist)-packages/[^/]+\.(?:dist-info/METADATA|egg-info/PKG-INFO)$")
_NPM = re.compile(r"(?:^|/)node_modules/(?:@[^/]+/)?[^/]+/package\.json$")
_RPM = re.compile(
    r"(?:^|/)var/lib/rpm/(?:rpmdb\.sqlite|Packages(?:\.db)?)$|(?:^|/)usr/lib/sysimage/rpm/(?:rpmdb\.sqlite|Packages\.db)$"
)
_LONGEST = 200


def look_inside(path: str, beginning: bytes) -> Iterator[Finding | Package]:
    """Yield the secrets and the packages that a file of a layer tells of.

    Parameters:
        path: the file's; `beginning`: its first bytes.
    """
    yield from look(path, beginning)
    yield from packages_in(path, beginning)


def packages_in(path: str, content: bytes) -> Iterator[Package]:
    """Yield the packages that a file says are installed; what is damaged tells of none."""
    if _DPKG.search(path) and not path.endswith(".md5sums"):
        for block in _text(content).split("\n\n"):
            yield from _dpkg(path, block)
    elif _APK.search(path):
        for block in _text(content).split("\n\n"):
            fields = dict(line.split(":", 1) for line in block.splitlines() if line[1:2] == ":")
            if fields.get("P"):
                yield Package(path, "apk", fields["P"][:_LONGEST], fields.get("V", "")[:_LONGEST], _number(fields.get("I", "")))
    elif _PIP.search(path):
        fields = _fields(_text(content[:20_000]).split("\n\n", 1)[0])
        if fields.get("Name"):
            yield Package(path, "pip", fields["Name"][:_LONGEST], fields.get("Version", "")[:_LONGEST])
    elif _NPM.search(path):
        yield from _npm(path, content)
    elif _OS.search(path):
        yield from _system(path, content)
    elif _RPM.search(path):
        told = rpm_packages(content)
        if told is None:
            yield Package(path, "rpm", "")
        for name, version, size in told or ():
            yield Package(path, "rpm", name[:_LONGEST], version[:_LONGEST], size)


def _dpkg(path: str, block: str) -> Iterator[Package]:
    fields = _fields(block)
    # A package that was removed but not purged is still listed, as "deinstall ok config-files".
    if fields.get("Package") and fields.get("Status", "installed").split()[-1:] == ["installed"]:
        size = 1024 * _number(fields.get("Installed-Size", ""))
        yield Package(path, "dpkg", fields["Package"][:_LONGEST], fields.get("Version", "")[:_LONGEST], size)


def _npm(path: str, content: bytes) -> Iterator[Package]:
    try:
        told = json.loads(content)
    except (ValueError, RecursionError):
        return
    if isinstance(told, dict) and isinstance(told.get("name"), str) and isinstance(told.get("version"), str):
        yield Package(path, "npm", told["name"][:_LONGEST], told["version"][:_LONGEST])


def _system(path: str, content: bytes) -> Iterator[Package]:
    told = {}
    for line in _text(content[:20_000]).splitlines():
        name, equals, value = line.partition("=")
        if equals:
            told[name.strip()] = value.strip().strip("\"'")
    name = told.get("PRETTY_NAME") or told.get("NAME") or ""
    if name:
        yield Package(path, "os", name[:_LONGEST], told.get("VERSION_ID", "")[:_LONGEST])


def _fields(block: str) -> dict[str, str]:
    """Read "Name: value" lines; what goes on in a line that begins with a space is left out."""
    found: dict[str, str] = {}
    for line in block.splitlines():
        name, colon, value = line.partition(":")
        if colon and not line.startswith((" ", "\t")):
            found.setdefault(name, value.strip())
    return found


def _number(text: str) -> int:
    return int(text) if text.strip().isdecimal() and len(text) < 16 else 0


def _text(content: bytes) -> str:
    return content.decode("utf-8", "replace")
