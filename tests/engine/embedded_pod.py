"""What a learner does in a pod, from a cold start: run inside it, by the tests; prints what it saw as lines of JSON."""

from __future__ import annotations

import contextlib
import http.server
import json
import os
import signal
import socket
import stat
import sys
import threading
import time
import urllib.request
from pathlib import Path

BEGAN = time.monotonic()


def told(**facts: object) -> None:
    print("\nfact", json.dumps({**facts, "at": round(time.monotonic() - BEGAN, 2)}), flush=True)


def answer(url: str, within: float = 10.0) -> str:
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError), urllib.request.urlopen(url, timeout=2) as page:
            return page.read().decode()
        time.sleep(0.02)
    return ""


def listening() -> list[str]:
    """Give the TCP addresses that anybody listens on in this pod, as hexadecimal text."""
    found = []
    for name in ("/proc/net/tcp", "/proc/net/tcp6"):
        with contextlib.suppress(OSError), open(name) as file:
            found += [line.split()[1] for line in file.readlines()[1:] if line.split()[3] == "0A"]
    return sorted(found)


def processes() -> dict[int, str]:
    found = {}
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            found[int(path.parent.name)] = path.read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
    return {pid: line for pid, line in found.items() if line and pid != os.getpid()}


def the(word: str) -> int:
    return next(pid for pid, line in sorted(processes().items()) if word in line)


def turned_away(path: str, count: int = 40) -> int:
    """Count who is turned away when many come to the engine's socket at once."""
    away = 0
    with contextlib.ExitStack() as all_of_them:
        for _ in range(count):
            each = all_of_them.enter_context(socket.socket(socket.AF_UNIX))
            each.setblocking(False)
            try:
                each.connect(path)
            except BlockingIOError:
                away += 1
    return away


def learner():  # type: ignore[no-untyped-def]
    """Give a shell, and what runs a cell in it; a cell that fails ends the program, and that is told."""
    from IPython.core.interactiveshell import InteractiveShell

    shell = InteractiveShell()

    def cell(text: str) -> object:
        ran = shell.run_cell(text)
        if ran.error_in_exec or ran.error_before_exec:
            told(failed=text, error=str(ran.error_in_exec or ran.error_before_exec))
            sys.exit(1)
        return ran.result

    return shell, cell


def main() -> None:
    shell, cell = learner()
    before = set(processes())
    cell("%load_ext dockermagic")
    from dockermagic import session
    from dockermagic.engine.embedded import need

    engine = session.CURRENT.engine
    told(ready=True, title=engine.about.title, source=engine.source)
    state = need.HERE.link.state  # type: ignore[union-attr]
    told(rung=state.rung, confined=state.confined, refusals=[each.rung for each in state.refusals])
    engine.api.load_image(Path(sys.argv[1]).read_bytes())
    build = cell(
        '%%dockerfile -t app:1\nFROM busybox\nRUN mkdir /www && echo built > /www/index.html\nCMD ["httpd", "-f", "-h", "/www"]'
    )
    told(built=build.succeeded)  # type: ignore[attr-defined]
    cell("%docker run -d --name web -p 8080:80 app:1")
    cell("%docker run -d --name near -p 127.0.0.1:8081:80 app:1")
    told(page=answer("http://127.0.0.1:8080/"), near=answer("http://127.0.0.1:8081/"))
    told(
        listening=listening(),
        modes=[oct(stat.S_IMODE(os.stat(path).st_mode)) for path in (engine.address.url[7:], Path(engine.address.url[7:]).parent)],
    )
    told(turned_away=turned_away(engine.address.url[7:]))
    cell('%docker run --rm -v keep:/data busybox sh -c "echo kept > /data/file"')
    closed(cell, shell)
    crashes(cell)
    cell("%docker_engine stop")
    told(left=[line for pid, line in processes().items() if pid not in before], open=listening())


def refusal(shell, text: str) -> str:  # type: ignore[no-untyped-def]
    """Run a cell that is to fail, and give what is told."""
    return str(shell.run_cell(text).error_in_exec)


def behind() -> str:
    """Ask the engine for a folder that is not shared, as Compose would, past all that dockermagic checks."""
    from docker.errors import APIError

    from dockermagic import session

    api = session.CURRENT.engine.api
    made = api.create_container("busybox", host_config=api.create_host_config(binds=["/nowhere/data:/data"]))
    try:
        api.start(made)
    except APIError as error:
        return str(error)
    finally:
        api.remove_container(made, force=True)
    return ""


def closed(cell, shell) -> None:  # type: ignore[no-untyped-def]
    """See what a container reaches of the API, of the pod's loopback and of its files."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 9999), http.server.SimpleHTTPRequestHandler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    secret, shared = Path.home() / "secret", Path.cwd() / "shared.txt"
    secret.write_text("not for containers\n")
    shared.write_text("shared\n")
    tries = "set -- $(ip route | grep default); " + "; ".join(
        f"nc -w 2 {where} </dev/null && echo reached {where}" for where in ("10.0.2.15 2375", "$3 2375", "10.0.2.2 9999")
    )
    told(reached=said(cell, f"busybox sh -c '{tries}; true'"))
    here = Path.cwd()
    climbs = (f"{here}/..", f"{here}/../..", "/", "/etc", f"{here}/link")
    os.symlink("/", here / "link")
    # Without the kernel's patch a mount may come about; what counts is that nothing can be read through it.
    script = "mkdir /m; " + "; ".join(
        f"mount -t hostfs none /m -o {climb} && ls /m | grep -q . && echo got into {climb}; umount /m 2>/dev/null"
        for climb in (*climbs, here)
    )
    told(climbed=said(cell, f"--privileged busybox sh -c '{script}; true'"))
    told(
        bound=said(cell, f"-v {here}:/here busybox sh -c 'cat /here/shared.txt; echo back > /here/back.txt'"),
        back=(here / "back.txt").read_text(),
    )
    told(
        outside=refusal(shell, f"%docker run --rm -v {Path.home()}:/data busybox ls /data"),
        behind=behind(),
        taken=refusal(shell, "%docker run -d -p 9999:80 app:1"),
    )
    server.shutdown()
    server.server_close()


def said(cell, line: str) -> str:  # type: ignore[no-untyped-def]
    """Run a container, and give what it wrote."""
    from dockermagic import session

    name = f"said-{time.monotonic_ns()}"
    cell(f"%docker run --name {name} {line}")
    text = session.CURRENT.engine.api.logs(name).decode()
    cell(f"%docker rm {name}")
    return text


def crashes(cell) -> None:  # type: ignore[no-untyped-def]
    """End the network's program, then the guest, as a machine short of memory would."""
    from dockermagic.engine.embedded import need

    os.kill(the("network.py"), signal.SIGKILL)
    told(after_network=answer("http://127.0.0.1:8080/"))
    link = need.HERE.link
    os.kill(the("parts/linux"), signal.SIGKILL)
    began = time.monotonic()
    while link.state.crashes == 0 and time.monotonic() - began < 10:  # type: ignore[union-attr]
        time.sleep(0.01)
    told(noticed_after=time.monotonic() - began, said=link.state.said)  # type: ignore[union-attr]
    told(kept=said(cell, "-v keep:/data app:1 cat /data/file"), again_after=round(time.monotonic() - began, 1))


if __name__ == "__main__":
    main()
