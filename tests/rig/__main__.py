"""The rig by hand.

python -m tests.rig install          the packages that the tests need and this machine lacks
python -m tests.rig up [IMAGE...]    find an engine or start one that stays, with base images (busybox by default)
python -m tests.rig down             end what `up` started, remove the images that it put there
python -m tests.rig run COMMAND...   up, the command, and then down again, if it was not up before
python -m tests.rig check            start every kind of engine and registry, say what each is, end it
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from ctypes.util import find_library

from tests.rig import embedded, engines, images, packages, processes, registry
from tests.rig.places import IN_CI, RigError, say, state

NEEDED = {"podman": "podman", "debootstrap": "debootstrap", "ip": "iproute2", "iptables": "iptables", "ssh": "openssh-client"}
BROWSERS = ("chromium", "google-chrome", "chrome")


def install() -> None:
    """Install what the tests need, or say what is missing; in CI what is missing is an error."""
    missing = [package for program, package in NEEDED.items() if not packages.installed(program)]
    debian = "ID=debian" in _release()
    if debian and not any(packages.installed(name) for name in BROWSERS):
        missing.append("chromium")
    if shutil.which("apt-get") and find_library("atomic") is None:
        missing.append("libatomic1")  # what drives the browser is linked with it
    try:
        packages.install(*missing)
        if not debian and not any(packages.installed(name) for name in BROWSERS):
            _fetch_browser()
    except RigError as error:
        if IN_CI:
            raise
        say(f"{error}; tests that need it are skipped")


def _release() -> str:
    try:
        with open("/etc/os-release", encoding="utf-8") as file:
            return file.read()
    except OSError:
        return ""


def _fetch_browser() -> None:
    """Fetch Playwright's own Chromium, where the system has no package of it (Ubuntu's is a snap)."""
    say("fetching Chromium (a minute)")
    done = subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], stdin=subprocess.DEVNULL, check=False)
    if done.returncode:
        raise RigError("Playwright could not fetch Chromium")


def up(names: list[str]) -> None:
    """Find an engine or start one that stays; put base images on it."""
    engine = engines.provide() if os.geteuid() == 0 or engines.here() else _without_root()
    added = images.provide(engine, tuple(names) or (images.BUSYBOX,))
    note = state("images.json")
    known = json.loads(note.read_text()) if note.exists() else []
    note.write_text(json.dumps(sorted({*known, *added})))
    made = f", with {', '.join(added)} put there" if added else ""
    say(f"engine {engine.version} at {engine.url}{made}")


def _without_root() -> engines.Engine:
    """Give the embedded engine, which needs neither root nor Docker."""
    try:
        address = embedded.start()
    except RigError as error:
        raise RigError(
            "no engine answers at /var/run/docker.sock. Start Docker, or, on Debian or Ubuntu: "
            "sudo apt-get install docker.io && sudo usermod -aG docker $USER, then log in again. "
            f"An engine that needs no root cannot be had either: {error}"
        ) from error
    say("the embedded engine runs, without root")
    engine = engines.answers(address)
    if engine is None:
        raise RigError(f"the embedded engine does not answer at {address}")
    return engine


def down() -> None:
    """Remove the images that `up` put there, and end the engine that it started."""
    note = state("images.json")
    engine = engines.here()
    if note.exists():
        if engine is not None:
            images.remove(engine, json.loads(note.read_text()))
        note.unlink()
    _end(processes.remembered())
    if embedded.stop():
        say("ended the embedded engine; its images stay")


def _end(programs: list[processes.Program]) -> None:
    for program in programs:
        say(f"ending {program.name} ({program.pid})")
        program.end()
        processes.forget(program)


def run(command: list[str]) -> int:
    """Run a command while there is an engine, and leave the machine as it was."""
    before = processes.remembered()
    try:
        engine = engines.provide()
        say(f"engine {engine.version} at {engine.url}")
    except RigError as error:
        if IN_CI:
            raise
        say(f"{error}; tests with an engine are skipped")
    try:
        return subprocess.run(command, check=False).returncode
    finally:
        _end([program for program in processes.remembered() if program not in before])


def check() -> None:
    """Start every kind of engine and registry once."""
    for make in (engines.provide, lambda: engines.private("20.10"), lambda: engines.private("28"), engines.podman):
        engine = make()
        try:
            added = images.provide(engine)
            word = engine.client().containers.run(images.BUSYBOX, ["echo", "runs"], remove=True).decode().strip()
            info = engine.client().info()
            print(f"{engine.name} {engine.version}, {info['Driver']}: {word} a container; {engine.url}", flush=True)
            if not engine.url.startswith("tcp"):
                for tokens in (False, True):
                    depot = registry.beside(engine, tokens=tokens)
                    reference = depot.push(images.BUSYBOX, "public/base:1")
                    print(f"    registry{' with tokens' if tokens else ''}: took and gives {reference}", flush=True)
                    engine.client().images.pull(reference)
                    depot.forget(reference)
                    depot.end()
            images.remove(engine, added)
        finally:
            engine.end()


def main(arguments: list[str]) -> int:
    """Do what the command line says."""
    match arguments:
        case ["install"]:
            install()
        case ["up", *names]:
            up(names)
        case ["down"]:
            down()
        case ["run", *command] if command:
            return run(command)
        case ["check"]:
            check()
        case _:
            print(__doc__)
            return 2
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except RigError as error:
        sys.exit(f"rig: {error}")
