"""What an engine says when it will not make or start a container, in words that say what to try.

Source of the exit codes: docker/cli, cli/command/container/run.go (toStatusError).
"""

from __future__ import annotations

import re
from typing import Any

from dockermagic.containers.exec_request import AttachRequest, ExecRequest
from dockermagic.containers.request import RunRequest
from dockermagic.errors import ContainerFailed, EngineError

NOT_FOUND = ("executable file not found", "no such file or directory", "system cannot find the file specified", "executable file `")
NOT_EXECUTABLE = ("permission denied", "is a directory", "exec format error")
_NAME_TAKEN = re.compile(r"name \"?/?([\w.-]+)\"? is already in use", re.IGNORECASE)


def exit_code_of(message: str) -> int:
    """Give what the docker command line exits with when an engine refuses to start a container with these words."""
    lower = message.lower()
    if any(sign in lower for sign in NOT_FOUND):
        return 127
    return 126 if any(sign in lower for sign in NOT_EXECUTABLE[:2]) else 125


def explained(error: EngineError, request: RunRequest | ExecRequest | AttachRequest, container: Any = None) -> ContainerFailed:
    """Make the failure of a container of what an engine said."""
    code = exit_code_of(error.message)
    hint = _hint(error.message, request, code) or error.hint
    return ContainerFailed(f"{_plain(error.message)}.", hint, container=container, exit_code=code)


def _plain(message: str) -> str:
    """Leave out the layers of Docker's own parts that pass an error on."""
    text = " ".join(message.split()).rstrip(".")
    for part in (
        "OCI runtime create failed: ",
        "runc create failed: ",
        "unable to start container process: ",
        "failed to create shim: ",
    ):
        text = text.replace(part, "")
    text = re.sub(r"container_linux\.go:\d+: starting container process caused: |failed to create task for container: ", "", text)
    text = re.sub(r"(?:failed to create shim task|exec failed): ", "", text)
    return text.removesuffix(": unknown")


def _hint(message: str, request: RunRequest | ExecRequest | AttachRequest, code: int) -> str:
    lower = message.lower()
    if taken := _NAME_TAKEN.search(message):
        name = taken[1]
        return f"Remove the other one, %docker rm -f {name}, or take another name."
    if "port is already allocated" in lower or "address already in use" in lower:
        return "Something on this machine has the port already: %docker ps shows which container; or take another port: -p 8081:80"
    if isinstance(request, RunRequest) and ("no such image" in lower or "image not known" in lower):
        return f"%docker pull {request.image} fetches it, %docker images lists those that are here."
    if code == 127:
        return _program(request)
    if "permission denied" in lower and code == 126:
        return "The file is not executable: in the Dockerfile, RUN chmod +x FILE"
    if "is a directory" in lower:
        return "Name a program in the folder, not the folder."
    if "exec format error" in lower:
        return "The program is made for another kind of machine, or a script without a first line such as #!/bin/sh."
    for sign, hint in _HINTS:
        if sign in lower:
            return hint
    return ""


def _program(request: RunRequest | ExecRequest | AttachRequest) -> str:
    if isinstance(request, AttachRequest):
        return ""
    program = next(iter(request.body["Cmd"] or ()), "")
    if program.startswith("-") and isinstance(request, RunRequest):
        return f"Options go before the image: %docker_run {program} … {request.image}"
    if " " in program:
        return f"The whole of “{program}” was taken for the name of a program; leave the quotes out, or write sh -c '{program}'"
    return "Is the name right, and is the program in the image? %docker_run --rm -it IMAGE sh looks into it."


FULL = (
    "The engine's disk is full: %docker system df tells what takes the room, %docker system prune frees some. "
    "A private engine gets a bigger one with %docker_engine reset, then %docker_engine start --disk 16g."
)
_HINTS = (
    ("running containers", "%docker ps -a shows its state, %docker start starts it."),
    ("is not running", "%docker ps -a shows its state, %docker start starts it."),
    ("is paused", "%docker unpause lets it go on."),
    ("no such container", "%docker ps -a lists all there are."),
    ("network", "%docker network ls lists the networks; %docker network create NAME makes one."),
    ("could not select device driver", "This engine has no GPUs for containers; leave --gpus out."),
    ("invalid mount config", "A folder of this machine is given by its path: -v ./data:/data"),
    ("no space left on device", FULL),
    ("error while creating mount source path", "%docker_engine shows which folders the engine reaches."),
    ("bind source path does not exist", "Make the folder first; -v makes it by itself, --mount does not."),
    ("includes invalid characters for a local volume name", "A folder is written with a slash or a dot: -v ./data:/data"),
    ("invalid volume specification", "It reads -v HOST:CONTAINER, with an absolute path in the container."),
    ("minimum memory limit", "Give it more memory: -m 16m"),
    ("unknown runtime", "Leave --runtime out."),
    ("invalid restart policy", "--restart takes no, always, unless-stopped or on-failure:3."),
)
