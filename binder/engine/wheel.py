"""The wheel: the same bytes for the same content, whoever packs it."""

from __future__ import annotations

import base64
import hashlib
import stat
import time
import zipfile
from pathlib import Path

NAME = "dockermagic_engine"
METADATA = """Metadata-Version: 2.4
Name: dockermagic-engine
Version: {version}
Summary: A real Docker Engine that needs no root, no namespaces and no installation: what dockermagic starts where there is none
License-Expression: Apache-2.0 AND GPL-2.0-only AND GPL-2.0-or-later AND LGPL-2.1-or-later AND BSD-3-Clause
License-File: NOTICE
Requires-Python: >=3.11
Classifier: Operating System :: POSIX :: Linux
Classifier: Topic :: Education
Description-Content-Type: text/markdown

{readme}
"""


def write(folder: Path, version: str, tag: str, content: dict[str, Path | bytes], readme: str, epoch: int) -> Path:
    """Write a wheel.

    Parameters:
        folder: where to put it.
        tag: "py3-none-manylinux_2_28_x86_64".
        content: what is in the package, by path; files keep their mode.
        epoch: the time that everything in it has, in seconds.
    """
    info = f"{NAME}-{version}.dist-info"
    inside = {f"{NAME}/{name}": part for name, part in content.items()}
    inside[f"{info}/METADATA"] = METADATA.format(version=version, readme=readme).encode()
    inside[f"{info}/WHEEL"] = f"Wheel-Version: 1.0\nGenerator: dockermagic\nRoot-Is-Purelib: false\nTag: {tag}\n".encode()
    inside[f"{info}/licenses/NOTICE"] = content["NOTICE"]
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{NAME}-{version}-{tag}.whl"
    date = time.gmtime(epoch)[:6]
    listed = []
    with zipfile.ZipFile(path, "w") as archive:
        for name, part in sorted(inside.items()):
            _add(archive, name, part, date, listed)
        record = "".join(f"{line}\n" for line in [*listed, f"{info}/RECORD,,"])
        _add(archive, f"{info}/RECORD", record.encode(), date, [])
    return path


def _add(archive: zipfile.ZipFile, name: str, part: Path | bytes, date: tuple, listed: list[str]) -> None:
    content = part if isinstance(part, bytes) else part.read_bytes()
    runs = isinstance(part, Path) and bool(part.stat().st_mode & stat.S_IXUSR)
    entry = zipfile.ZipInfo(name, date)
    entry.create_system = 3
    entry.external_attr = (stat.S_IFREG | (0o755 if runs else 0o644)) << 16
    # What is compressed already is only stored: unpacking is quicker.
    entry.compress_type = zipfile.ZIP_STORED if name.endswith((".sqsh", ".z")) else zipfile.ZIP_DEFLATED
    archive.writestr(entry, content, compresslevel=9)
    hashed = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
    listed.append(f"{name},sha256={hashed},{len(content)}")
