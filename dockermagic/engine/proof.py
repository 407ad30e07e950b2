"""Proof that an engine can run a container, and not only answer.

A daemon can answer every question and still be unable to start a container (no namespaces, no cgroups). So
a candidate counts only after a real one ran on it. The image is made here and needs no registry: one
program of a hundred bytes that exits with a number we choose.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import struct
import tarfile
from pathlib import Path
from typing import TYPE_CHECKING

from dockermagic.engine.engine import Engine, reason
from dockermagic.errors import EngineError

if TYPE_CHECKING:
    from docker import APIClient

EXIT_CODE = 42
LABELS = {"dev.dockermagic.proof": "1"}
# e_machine of the ELF header, and "exit(42)" in machine code, by the engine's name for its architecture.
PROGRAMS = {
    "amd64": (62, bytes.fromhex("b83c000000bf2a0000000f05")),
    "arm64": (183, bytes.fromhex("400580d2a80b80d2010000d4")),
    "riscv64": (243, bytes.fromhex("1305a0029308d00573000000")),
}


def program(arch: str) -> bytes:
    """Make a static Linux program that exits with `EXIT_CODE`.

    Parameters:
        arch: the engine's name for its architecture: "amd64", "arm64" or "riscv64".
    """
    machine, code = PROGRAMS[arch]
    base, head = 0x400000, 64 + 56
    size = head + len(code)
    elf = (
        b"\x7fELF\x02\x01\x01" + bytes(9) + struct.pack("<HHIQQQIHHHHHH", 2, machine, 1, base + head, 64, 0, 0, 64, 56, 1, 0, 0, 0)
    )
    segment = struct.pack("<IIQQQQQQ", 1, 5, 0, base, base, size, size, 0x1000)
    return elf + segment + code


def prove(engine: Engine, remembered: Path | None = None) -> None:
    """Run one container on an engine and remove every trace of it.

    Parameters:
        remembered: a file that keeps what was proven before, so that it is not done again for the same engine,
            version and kernel; None to always do it.

    Raises:
        EngineError: the engine could not run it; says what it answered.
    """
    about = engine.about
    if about.arch not in PROGRAMS or about.os != "linux":
        return
    key = hashlib.sha256(f"{engine.address.url}|{about.id}|{about.title}|{about.kernel}".encode()).hexdigest()[:16]
    if remembered is not None and key in _read(remembered):
        return
    from docker.errors import DockerException

    try:
        code = _run(engine.api, packed(about.arch))
    except (DockerException, OSError) as error:
        raise EngineError(f"{about.title} answers, but a container does not start on it: {reason(error)}.") from error
    if code != EXIT_CODE:
        raise EngineError(f"{about.title} answers, but a container on it ended with {code} where {EXIT_CODE} was due.")
    if remembered is not None:
        _write(remembered, {*_read(remembered), key})


def packed(arch: str) -> bytes:
    """Give a tar archive with the program; see `program`."""
    binary, archive = program(arch), io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w", format=tarfile.GNU_FORMAT) as tar:
        entry = tarfile.TarInfo("proof")
        entry.size, entry.mode = len(binary), 0o755
        tar.addfile(entry, io.BytesIO(binary))
    return archive.getvalue()


def _run(api: APIClient, archive: bytes) -> int:
    answer = api.import_image_from_data(archive, changes=['CMD ["/proof"]'])
    image = json.loads(answer.strip().splitlines()[-1])["status"]
    container = ""
    try:
        host = api.create_host_config(network_mode="none")
        container = api.create_container(image, command=["/proof"], host_config=host, labels=LABELS)["Id"]
        api.start(container)
        return int(api.wait(container, timeout=60)["StatusCode"])
    finally:
        from docker.errors import DockerException

        with contextlib.suppress(DockerException, OSError):
            if container:
                api.remove_container(container, force=True)
        with contextlib.suppress(DockerException, OSError):
            api.remove_image(image, force=True)


def _read(path: Path) -> set[str]:
    try:
        return set(json.loads(path.read_text()))
    except (OSError, ValueError, TypeError):
        return set()


def _write(path: Path, keys: set[str]) -> None:
    # A home that cannot be written to costs half a second the next time, nothing else.
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(sorted(keys)))
