"""The life of a dockerd of a pod's own: run inside the pod, by the tests; prints what it saw as lines of JSON.

python embedded_native.py alone BUSYBOX     all of it
python embedded_native.py beside BUSYBOX    while another dockerd runs in the pod, with a container that answers
"""

from __future__ import annotations

import contextlib
import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from embedded_pod import answer, learner, listening, processes, said, told

PARTS = ("dockerd", "containerd", "docker-proxy", "rootless", "slirp4netns", "unshare", "httpd", "embedded.supervisor")
"""Words of the command lines of an engine, of those who keep it, and of a container on it."""
BUILD = '%%dockerfile -t app:1\nFROM busybox\nRUN mkdir /www && echo built > /www/index.html\nCMD ["httpd", "-f", "-h", "/www"]'
Cell = Callable[[str], Any]


def engines() -> dict[int, str]:
    return {pid: line for pid, line in processes().items() if any(word in line for word in PARTS) and "docker-init" not in line}


def left(known: set[int], within: float = 10.0) -> list[str]:
    """Wait until none of an engine runs but those who did before; give what does not go."""
    deadline = time.monotonic() + within
    while (more := [line for pid, line in engines().items() if pid not in known]) and time.monotonic() < deadline:
        time.sleep(0.02)
    return more


def left_files() -> list[str]:
    """Give what there is in the run's folder besides lock and logs, and what bridges in the pod."""
    from dockermagic.engine.embedded import machine

    files = {path.name for path in machine.find_places().run.iterdir()} - {"lock", "engine.log", "guest"}
    return sorted([*files, *(path.parent.name for path in Path("/sys/class/net").glob("*/bridge"))])


def begin(cell: Cell) -> Any:
    """Have the engine started; give it, and what is known of it."""
    from dockermagic import session
    from dockermagic.engine.embedded import need

    cell("%docker_engine start")
    return session.CURRENT.engine, need.HERE.link.state  # type: ignore[union-attr]


def kill(word: str) -> None:
    """End the program of an engine that has this name."""
    os.kill(next(pid for pid, line in sorted(engines().items()) if line.split()[0].endswith(word)), signal.SIGKILL)


def lives(cell: Cell, shell: Any) -> None:
    """Use it as a learner does, and stop it."""
    known, bridges = set(engines()), left_files()
    engine, state = begin(cell)
    told(rung=state.rung, refusals={each.rung: each.why for each in state.refusals}, title=engine.about.title, apart=state.apart)
    engine.api.load_image(Path(sys.argv[2]).read_bytes())
    told(built=cell(BUILD).succeeded)
    cell("%docker run -d --name web -p 8080:80 app:1")
    told(page=answer("http://127.0.0.1:8080/", within=2 if state.apart else 10))
    told(low=str(shell.run_cell("%docker run -d --name low -p 80:80 app:1").error_in_exec or ""))
    cell('%docker run --rm -v keep:/data busybox sh -c "echo kept > /data/file"')
    (Path.home() / "given").write_text("given\n")
    told(bound=said(cell, f"-v {Path.home()}/given:/given busybox cat /given"))
    cell(f"%docker_engine start --share {Path.home()}")  # which is no other engine
    socket = Path(engine.address.url[7:])
    told(modes=[oct(stat.S_IMODE(path.stat().st_mode)) for path in (socket, socket.parent)])
    began = time.monotonic()
    cell("%docker_engine stop")
    told(left=left(known), files=[each for each in left_files() if each not in bridges], stopped_in=time.monotonic() - began)


def returns(cell: Cell) -> None:
    """Start it again, then have its dockerd crash."""
    from dockermagic.engine.embedded import need

    engine, state = begin(cell)
    told(rung_again=state.rung, images=sorted(tag for image in engine.api.images() for tag in image["RepoTags"] or []))
    told(kept=said(cell, "-v keep:/data busybox cat /data/file"))
    cell("%docker start web")
    told(page_again=answer("http://127.0.0.1:8080/"))
    kill("dockerd")
    deadline = time.monotonic() + 10
    while need.HERE.link.state.crashes == 0 and time.monotonic() < deadline:  # type: ignore[union-attr]
        time.sleep(0.01)
    told(crashed=need.HERE.link.state.said)  # type: ignore[union-attr]
    told(kept_after_crash=said(cell, "-v keep:/data busybox cat /data/file"))
    cell("%docker start web")
    told(page_after_crash=answer("http://127.0.0.1:8080/"))


def orphaned(cell: Cell, known: set[int]) -> None:
    """Kill who keeps it; what is left of it, and the next one."""
    from dockermagic.engine.embedded import need

    os.kill(need.HERE.link.state.pid, signal.SIGKILL)  # type: ignore[union-attr]
    told(left_by_kill=left(known))
    need.leave()
    _, state = begin(cell)
    told(rung_after_kill=state.rung, kept_after_kill=said(cell, "-v keep:/data busybox cat /data/file"))


def forgotten(cell: Cell, known: set[int]) -> None:
    from dockermagic.engine.embedded import machine

    cell("%docker_engine reset")
    data = machine.find_places().data
    told(left_by_reset=left(known), files_after_reset=left_files())
    told(data=sorted(path.name for path in data.iterdir()), open=listening())


def another() -> None:
    """Start another dockerd, and a container on it that answers at 8081."""
    import docker

    subprocess.Popen(["dockerd"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
    client, deadline = None, time.monotonic() + 30
    while client is None and time.monotonic() < deadline:
        with contextlib.suppress(OSError, docker.errors.DockerException):
            client = docker.DockerClient("unix:///var/run/docker.sock")
        time.sleep(0.05)
    assert client is not None, "no other dockerd comes up"
    client.images.load(Path(sys.argv[2]).read_bytes())
    script = "mkdir /www; echo other > /www/index.html; exec httpd -f -h /www"
    client.containers.run("busybox", ["sh", "-c", script], detach=True, ports={"80/tcp": 8081})
    told(other_before=answer("http://127.0.0.1:8081/"), other_bridge=Path("/sys/class/net/docker0").exists())


def main() -> None:
    shell, cell = learner()
    beside = sys.argv[1] == "beside"
    if beside:
        another()
    known = set(engines())
    cell("%load_ext dockermagic")
    lives(cell, shell)
    if beside:
        told(other_after_stop=answer("http://127.0.0.1:8081/"), other_bridge=Path("/sys/class/net/docker0").exists())
        begin(cell)
    else:
        returns(cell)
    orphaned(cell, known)
    if beside:
        told(other_after_kill=answer("http://127.0.0.1:8081/"))
    forgotten(cell, known)
    if beside:
        told(other_after_reset=answer("http://127.0.0.1:8081/"))


if __name__ == "__main__":
    main()
