"""An engine behind ssh: a server, keys and settings of the test's own."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import signal
import socket
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

import dockermagic
from dockermagic.engine import Engine
from dockermagic.engine.address import Address
from tests.engine.making import MADE, make, refused, running, salted, statuses
from tests.engine.relays import over_tcp, port
from tests.rig import clients, packages
from tests.rig.fixtures import had
from tests.rig.places import IN_CI
from tests.rig.processes import await_fact

pytestmark = [pytest.mark.engine, pytest.mark.usefixtures("alone")]


@pytest.fixture
def ssh_host(engine20: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Give the ssh:// address of this machine, with a server, keys and settings of the test's own."""
    if os.geteuid() or not shutil.which("ssh"):
        (pytest.fail if IN_CI else pytest.skip)("an ssh server of one's own needs root, and ssh")
    root = had(lambda: packages.unpack(packages.OLD, "openssh-server", "libwrap0"))
    docker = had(lambda: clients.old(engine20)).program
    for name in ("host", "user"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", tmp_path / name], check=True)
    with contextlib.closing(over_tcp()) as listener:
        number = port(listener)
    (tmp_path / "sshd").write_text(
        f"Port {number}\nListenAddress 127.0.0.1\nHostKey {tmp_path}/host\nAuthorizedKeysFile {tmp_path}/user.pub\n"
        "StrictModes no\nUsePAM no\nPidFile none\nPermitRootLogin yes\n"
        f"SetEnv PATH={docker.parent}:/usr/bin:/bin DOCKER_HOST={engine20}\n"
    )
    (tmp_path / "passwd").write_text(Path("/etc/passwd").read_text() + "sshd:x:65533:65534::/run/sshd:/usr/sbin/nologin\n")
    script = (
        f"mount --bind {tmp_path}/passwd /etc/passwd; mount -t tmpfs none /run; mkdir -m 755 /run/sshd; "
        f"LD_LIBRARY_PATH=$(echo {root}/usr/lib/*-linux-gnu*) exec {root}/usr/sbin/sshd -D -e -f {tmp_path}/sshd"
    )
    with (tmp_path / "log").open("wb") as log:
        server = subprocess.Popen(["unshare", "--mount", "sh", "-c", script], stderr=log, stdin=subprocess.DEVNULL)
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "ssh").write_text(
        f"#!/bin/sh\nexec /usr/bin/ssh -F none -i {tmp_path}/user -o IdentitiesOnly=yes "
        f'-o UserKnownHostsFile={tmp_path}/known "$@"\n'
    )
    (folder / "ssh").chmod(0o755)
    (tmp_path / "known").write_text(f"[127.0.0.1]:{number} {(tmp_path / 'host.pub').read_text()}")
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")

    def listens() -> bool:
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", number), timeout=1).close()
            return True
        return False

    try:
        assert await_fact(listens, 20), (tmp_path / "log").read_text()
        yield f"ssh://root@127.0.0.1:{number}"
    finally:
        server.terminate()
        server.wait(10)


def test_through_ssh(ssh_host: str, engine20: str, context: Path) -> None:
    engine = Engine(Address(ssh_host))
    build = make(f"FROM busybox\nCOPY . /app\n{salted()}\n", engine=engine, context=context)
    MADE[-1] = (Engine(Address(engine20)), build.image_id)
    assert statuses(build) == ["cached", "ran", "ran"]
    assert build.size
    assert build.steps[1].bytes
    assert engine.unchanged()
    engine.close()


def test_an_interrupt_through_ssh(ssh_host: str) -> None:
    engine = Engine(Address(ssh_host))
    mark = f"{secrets.randbelow(10**6) + 10**6}"

    def press() -> None:
        await_fact(lambda: running(mark), 30)
        os.kill(os.getpid(), signal.SIGINT)

    threading.Thread(target=press, name="test", daemon=True).start()
    with pytest.raises(dockermagic.BuildCancelled):
        dockermagic.build(f"FROM busybox\nRUN sleep {mark}\n", engine=engine, context=None)
    assert await_fact(lambda: not running(mark), 10)
    engine.close()


def test_what_ssh_says_is_told(ssh_host: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "known").write_text("")
    assert "Host key verification failed" in refused(monkeypatch, ssh_host).message


def test_nobody_at_the_other_end_of_ssh(monkeypatch: pytest.MonkeyPatch) -> None:
    with contextlib.closing(over_tcp()) as listener:
        number = port(listener)
    assert "Connection refused" in refused(monkeypatch, f"ssh://nobody@127.0.0.1:{number}").message
