"""The lives of containers that are recorded, each for one thing that can happen, and what every engine must tell of it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from docker.errors import APIError

if TYPE_CHECKING:
    from tests.rig.record_containers import Recorder

Told = tuple[tuple[str, str, int | None], ...]
"""State, cause and exit code of each moment."""

IMAGE = "busybox:latest"
HEEDS = ["sh", "-c", "trap 'exit 0' TERM; echo ready; while :; do sleep 0.05; done"]
IGNORES = ["sleep", "1000"]
BEGUN: Told = (("created", "create", None), ("running", "start", None))


@dataclass(frozen=True, slots=True)
class Case:
    """A life to record.

    Parameters:
        name: also the recording's file name.
        play: what is done.
        told: what must be told of it; `differs` for an engine ("podman") that truly tells something else.
    """

    name: str
    play: Callable[[Recorder], None]
    told: Told
    differs: dict[str, Told] = field(default_factory=dict)


def create(recorder: Recorder, command: list[str], **more: Any) -> str:
    """Create the case's container, ask about it, and give its id."""
    recorder.command("run", f"docker run -d {IMAGE} …")
    host = recorder.api.create_host_config(**more.pop("host", {}))
    id = str(recorder.api.create_container(IMAGE, command, host_config=host, **more)["Id"])
    recorder.ids.append(id)
    recorder.inspect()
    return id


def start(recorder: Recorder, command: list[str], **more: Any) -> str:
    """Create and start the case's container."""
    id = create(recorder, command, **more)
    recorder.api.start(id)
    recorder.await_told("start")
    return id


def ended(recorder: Recorder, *actions: str, times: int = 1) -> None:
    """Wait until the end was told, and ask once more."""
    recorder.await_told(*(actions or ("die",)), times=times)
    recorder.inspect()


def stop_asked(recorder: Recorder, id: str, grace: int) -> None:
    """`docker stop`, noted as given here."""
    recorder.command("stop", f"docker stop -t {grace} web", grace)
    recorder.api.stop(id, timeout=grace)
    # Podman leaves the stop event out when its own clean-up was quicker.
    ended(recorder)
    if not recorder.podman:
        recorder.await_told("stop")


def _ready(recorder: Recorder, id: str) -> None:
    while b"ready" not in recorder.api.logs(id):
        time.sleep(0.02)


def run(recorder: Recorder) -> None:
    """`docker run` of a program that ends by itself."""
    start(recorder, ["sh", "-c", "echo hello; exit 3"])
    ended(recorder)


def stop(recorder: Recorder) -> None:
    """`docker stop` of a program that heeds SIGTERM."""
    id = start(recorder, HEEDS)
    _ready(recorder, id)
    stop_asked(recorder, id, 5)


def stop_forced(recorder: Recorder) -> None:
    """`docker stop` of a program that does not heed SIGTERM."""
    id = start(recorder, IGNORES)
    stop_asked(recorder, id, 1)


def kill(recorder: Recorder) -> None:
    """`docker kill`."""
    id = start(recorder, IGNORES)
    recorder.command("kill", "docker kill web")
    recorder.api.kill(id)
    ended(recorder)


def kill_signal(recorder: Recorder) -> None:
    """`docker kill --signal` with one that the program does not survive."""
    id = start(recorder, ["sh", "-c", "trap 'exit 5' USR1; echo ready; while :; do sleep 0.05; done"])
    _ready(recorder, id)
    recorder.command("kill", "docker kill -s USR1 web")
    recorder.api.kill(id, "USR1")
    ended(recorder)


def pause(recorder: Recorder) -> None:
    """`docker pause` and `docker unpause`."""
    id = start(recorder, IGNORES)
    recorder.command("pause", "docker pause web")
    recorder.api.pause(id)
    recorder.await_told("pause")
    recorder.inspect()
    recorder.command("unpause", "docker unpause web")
    recorder.api.unpause(id)
    ended(recorder, "unpause")


def out_of_memory(recorder: Recorder) -> None:
    """A program that wants more memory than the container may have."""
    start(recorder, ["tail", "/dev/zero"], host={"mem_limit": "8m"})
    ended(recorder)
    # Podman's conmon leaves an empty file of this name in the folder that the service was started in.
    Path("oom").unlink(missing_ok=True)


def crash_loop(recorder: Recorder) -> None:
    """A program that fails again and again, under a restart policy with a limit."""
    policy = {"Name": "on-failure", "MaximumRetryCount": 2}
    start(recorder, ["sh", "-c", "exit 3"], host={"restart_policy": policy})
    ended(recorder, "die", times=3)


def auto_remove(recorder: Recorder) -> None:
    """`docker run --rm`."""
    start(recorder, ["true"], host={"auto_remove": True})
    recorder.await_told("destroy", "remove")


def exec_(recorder: Recorder) -> None:
    """`docker exec` of a program that fails."""
    id = start(recorder, IGNORES)
    made = recorder.api.exec_create(id, ["sh", "-c", "exit 7"])
    recorder.api.exec_start(str(made["Id"]))
    ended(recorder, "exec_die", "exec_died")


def rename(recorder: Recorder) -> None:
    """`docker rename`."""
    id = start(recorder, IGNORES, name="dm-life-before")
    recorder.api.rename(id, "dm-life-after")
    ended(recorder, "rename")


def unhealthy(recorder: Recorder) -> None:
    """A health check that fails. Podman leaves its running to systemd, which is not there."""
    check = {"test": ["CMD-SHELL", "echo no answer; exit 1"], "interval": 300_000_000, "timeout": 2_000_000_000, "retries": 2}
    start(recorder, IGNORES, healthcheck=check)
    if not recorder.podman:
        recorder.await_told("health_status")
    recorder.inspect()


def restart(recorder: Recorder) -> None:
    """`docker restart` of a program that heeds SIGTERM."""
    id = start(recorder, HEEDS)
    _ready(recorder, id)
    recorder.command("restart", "docker restart -t 5 web", 5)
    recorder.api.restart(id, timeout=5)
    recorder.await_told("start", times=2)
    ended(recorder, "restart")


def removed_by_force(recorder: Recorder) -> None:
    """`docker rm -f` of a container that runs."""
    id = start(recorder, IGNORES)
    recorder.command("rm", "docker rm -f web")
    recorder.api.remove_container(id, force=True)
    recorder.await_told("destroy", "remove")


def removed(recorder: Recorder) -> None:
    """`docker stop` and, a while later, `docker rm`."""
    id = start(recorder, HEEDS)
    _ready(recorder, id)
    stop_asked(recorder, id, 5)
    time.sleep(1.2)
    recorder.command("rm", "docker rm web")
    recorder.api.remove_container(id)
    recorder.await_told("destroy", "remove")


def not_startable(recorder: Recorder) -> None:
    """A program that is not in the image."""
    id = create(recorder, ["/nonesuch"])
    try:
        recorder.api.start(id)
    except APIError as error:
        del error
    recorder.inspect()


CASES = (
    Case("run", run, (*BEGUN, ("exited", "exit", 3))),
    Case("stop", stop, (*BEGUN, ("exited", "stop", 0))),
    Case("stop-forced", stop_forced, (*BEGUN, ("exited", "stop", 137))),
    Case("kill", kill, (*BEGUN, ("exited", "kill", 137))),
    Case("kill-signal", kill_signal, (*BEGUN, ("exited", "signal", 5))),
    Case("pause", pause, (*BEGUN, ("paused", "pause", None), ("running", "unpause", None))),
    Case(
        "oom",
        out_of_memory,
        (*BEGUN, ("exited", "out of memory", 137)),
        {"podman": (*BEGUN, ("exited", "killed", 137))},
    ),
    Case(
        "crash-loop",
        crash_loop,
        (
            *BEGUN,
            ("restarting", "exit", 3),
            ("running", "restart policy", None),
            ("restarting", "exit", 3),
            ("running", "restart policy", None),
            ("exited", "exit", 3),
        ),
    ),
    Case("rm", auto_remove, (*BEGUN, ("exited", "exit", 0), ("removed", "remove", None))),
    Case("exec", exec_, BEGUN),
    Case("rename", rename, BEGUN),
    Case("unhealthy", unhealthy, BEGUN),
    Case("restart", restart, (*BEGUN, ("exited", "restart", 0), ("running", "restart", None))),
    Case("rm-force", removed_by_force, (*BEGUN, ("exited", "remove", 137), ("removed", "remove", None))),
    Case("stop-rm", removed, (*BEGUN, ("exited", "stop", 0), ("removed", "remove", None))),
    Case(
        "start-failed",
        not_startable,
        (("created", "create", None), ("created", "start failed", 127)),
        {"podman": (("created", "create", None),)},
    ),
)
