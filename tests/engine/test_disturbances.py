"""What may happen to a build while it goes on: interrupts, files that change under it, other builds beside it."""

from __future__ import annotations

import asyncio
import os
import secrets
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

import dockermagic
from dockermagic.builds.model import Build
from dockermagic.builds.request import BuildRequest
from dockermagic.builds.run import run_build
from dockermagic.engine import Engine
from dockermagic.engine.address import Address
from tests.engine.making import MADE, failing, make, salted
from tests.rig.registry import Registry

pytestmark = [pytest.mark.engine, pytest.mark.again("engine20", "podman"), pytest.mark.usefixtures("alone")]


class Silent:
    """A view that shows nothing."""

    def update(self, model: Build) -> None: ...

    def tick(self) -> None: ...

    def close(self, model: Build) -> None: ...


def test_inside_a_running_event_loop(engine20: str) -> None:
    engine = Engine(Address(engine20))

    async def cell() -> Build:
        return make(f"FROM busybox\n{salted()}\n", engine=engine, context=None)

    assert asyncio.run(cell()).succeeded


def test_builds_in_several_threads_at_once(engine20: str, context: Path) -> None:
    engine = Engine(Address(engine20))
    done: list[Build] = []

    def one() -> None:
        done.append(make(f"FROM busybox\nCOPY . /app\n{salted()}\n", engine=engine, context=context))

    threads = [threading.Thread(target=one) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [build.succeeded for build in done] == [True] * 4


def test_a_process_that_forked_builds_on_both_sides(engine20: str) -> None:
    engine = Engine(Address(engine20))
    make("FROM busybox\nENV A=1\n", engine=engine, context=None)
    program = (
        "import os, sys, dockermagic\n"
        "from dockermagic.engine import Engine\n"
        "from dockermagic.engine.address import Address\n"
        "engine = Engine(Address(sys.argv[1]))\n"
        "build = lambda: dockermagic.build('FROM busybox\\nENV A=1\\n', engine=engine, context=None)\n"
        "assert build().succeeded\n"
        "child = os.fork()\n"
        "if child == 0:\n"
        "    os._exit(7 if build().succeeded else 1)\n"
        "assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7\n"
        "engine.api.remove_image(build().image_id, force=True)\n"
    )
    subprocess.run([sys.executable, "-c", program, engine20], check=True, timeout=60)


def test_files_that_vanish_while_they_are_sent(engine20: str, tmp_path: Path) -> None:
    for number in range(300):
        (tmp_path / f"{number:03}").write_bytes(secrets.token_bytes(20_000))
    engine = Engine(Address(engine20))

    class Remover(Silent):
        def update(self, model: Build) -> None:
            if model.transfer is not None and model.transfer.current:
                for each in tmp_path.iterdir():
                    each.unlink(missing_ok=True)

    build = run_build(BuildRequest(dockerfile="FROM busybox\nCOPY . /app\n", context=str(tmp_path)), engine, Remover())
    MADE.append((engine, build.image_id))
    assert build.transfer is not None
    assert build.transfer.current == build.transfer.total


def test_a_file_that_grows_without_end_does_not_hold_the_build_up(everywhere: Engine, tmp_path: Path) -> None:
    path, stop = tmp_path / "log", threading.Event()
    path.write_bytes(secrets.token_bytes(30_000_000))

    def grow() -> None:
        with path.open("ab", buffering=0) as file:
            while not stop.is_set():
                file.write(bytes(500_000))
                time.sleep(0.001)

    thread = threading.Thread(target=grow, name="test")
    thread.start()
    try:
        build = make("FROM busybox\nCOPY log /log\n", engine=everywhere, context=tmp_path)
    finally:
        stop.set()
        thread.join()
    assert build.succeeded
    assert build.transfer is not None
    assert build.transfer.current == build.transfer.total


def test_everything_that_is_no_plain_file(here: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    os.mkfifo(tmp_path / "fifo")
    monkeypatch.chdir(tmp_path)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("socket")
        for name, target in (("itself", "itself"), ("there", "back"), ("back", "there"), ("up", ".."), ("away", "/etc/passwd")):
            (tmp_path / name).symlink_to(target)
        for name in ("new\nline", 'quo"te', "back\\slash", "*star", "[br]", " space ", "é"):
            (tmp_path / name).write_text("x")
        build = make(
            "FROM busybox\nCOPY . /app\nRUN ls -A /app | grep -vc fifo; ls -l /app/socket\n", engine=here, context=tmp_path
        )
    assert build.steps[2].log.startswith("13\n")  # Engine 20.10 drops the pipe, whoever sends it


def test_folders_as_deep_as_a_path_may_be(engine20: str, tmp_path: Path) -> None:
    at = os.open(tmp_path, os.O_RDONLY)
    for _ in range(1200):
        os.mkdir("d", dir_fd=at)
        below = os.open("d", os.O_RDONLY, dir_fd=at)
        os.close(at)
        at = below
    os.close(at)
    try:
        # Taken in but for what no layer could hold quickly: the walk itself is what goes deep.
        (tmp_path / ".dockerignore").write_text("d\n!d/**/nothing\n")
        assert make("FROM busybox\nCOPY . /app\n", engine=Engine(Address(engine20)), context=tmp_path).succeeded
    finally:
        subprocess.run(["rm", "-rf", tmp_path / "d"], check=True)


def test_a_context_that_is_gone_is_told(here: Engine, tmp_path: Path) -> None:
    folder = tmp_path / "app"
    folder.mkdir()
    request = BuildRequest(dockerfile="FROM busybox\nCOPY . /app\n", context=str(folder))
    shutil.rmtree(folder)
    with pytest.raises(dockermagic.BuildFailed, match="is gone"):
        run_build(request, here, Silent())


def test_a_working_directory_that_is_gone_is_told(engine20: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    engine = Engine(Address(engine20))
    assert make("FROM busybox\nENV A=1\n", engine=engine, context=None).succeeded
    with pytest.raises(dockermagic.UsageError, match="working directory was removed"):
        dockermagic.build("FROM busybox\n", engine=engine)


AS_NOBODY = """
import os, sys
import dockermagic
from dockermagic.engine import Engine
from dockermagic.engine.address import Address
engine = Engine(Address(sys.argv[1]))
# What a build imports may lie where nobody else may look, so one goes first.
engine.api.remove_image(dockermagic.build("FROM busybox\\nENV A=1\\n", engine=engine, context=None).image_id, force=True)
os.setgroups([int(sys.argv[3])]); os.setgid(65534); os.setuid(65534)
os.environ["HOME"] = "/nonexistent"
try:
    dockermagic.build("FROM busybox\\nCOPY . /app\\n", engine=engine, context=sys.argv[2])
except dockermagic.DockerMagicError as error:
    print(type(error).__name__, error)
"""


@pytest.mark.parametrize("kind", ["file", "folder", "searching"])
def test_what_may_not_be_read_is_told(
    kind: str, here: Engine, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another user, in a process of its own: for root there is nothing that may not be read."""
    folder = Path("/var/tmp") / f"dm-test-{secrets.token_hex(4)}"
    folder.mkdir(mode=0o755)
    path = Path(here.address.url.removeprefix("unix://"))
    before, home = path.stat(), path.parent.stat().st_mode
    try:
        (folder / "closed").mkdir()
        (folder / "closed" / "inside").write_text("x")
        (folder / "one.txt").write_text(secrets.token_hex(8))
        closed, mode = {"file": ("one.txt", 0), "folder": ("closed", 0), "searching": ("closed", 0o744)}[kind]
        (folder / closed).chmod(mode)
        path.parent.chmod(0o755)
        path.chmod(0o666)
        words = [sys.executable, "-c", AS_NOBODY, here.address.url, str(folder), str(before.st_gid)]
        done = subprocess.run(words, capture_output=True, text=True, timeout=60, check=False)
    finally:
        path.chmod(before.st_mode & 0o777)
        path.parent.chmod(home & 0o777)
        shutil.rmtree(folder)
    assert done.stdout.startswith("BuildFailed"), done.stderr
    assert "permission denied" in done.stdout
    assert ("one.txt" if kind == "file" else "closed") in done.stdout
    assert ".dockerignore" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr


@pytest.fixture
def helper(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Give a function that installs a credential helper with this shell script."""
    folder = tmp_path_factory.mktemp("helper")

    def install(script: str) -> None:
        (folder / "docker-credential-odd").write_text(f"#!/bin/sh\n{script}\n")
        (folder / "docker-credential-odd").chmod(0o755)
        (folder / "config.json").write_text('{"credsStore": "odd"}')

    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
    monkeypatch.setenv("DOCKER_CONFIG", str(folder))
    return install


def test_a_helper_that_hangs_does_not_hold_the_build_up(
    engine20: str, token_registry_of: str, helper: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dockermagic.engine.credentials.HELPER_WITHIN", 1.0)
    helper("sleep 1000")
    began = time.monotonic()
    error = failing(f"FROM {token_registry_of}\n", Engine(Address(engine20)), context=None, pull=True)
    assert time.monotonic() - began < 15
    assert any("docker-credential-odd did not answer" in note for note in error.build.notes)


def test_a_helper_that_fails_is_told_and_its_words_are_not(
    engine20: str, token_registry_of: str, helper: Callable[[str], None], tmp_path: Path
) -> None:
    helper('echo "the secret is hunter2"; echo "hunter2" >&2; exit 3')
    error = failing(f"FROM {token_registry_of}\n", Engine(Address(engine20)), context=None, pull=True)
    assert any("exit code 3" in note for note in error.build.notes)
    assert "hunter2" not in f"{error}{error!r}{error.build.save(tmp_path / 'b').read_text()}"


@pytest.fixture
def token_registry_of(engine20: str, registry_beside: Callable[..., Registry]) -> str:
    """Give the name of an image that only somebody who is logged in may pull, and that the engine does not hold."""
    registry = registry_beside(engine20, tokens=True)
    reference = registry.push("busybox:latest", f"team/private-{secrets.token_hex(3)}:1")
    registry.forget(reference)
    return reference
