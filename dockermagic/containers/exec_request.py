"""What a program in a container that runs is asked to be, and what `docker attach` is to connect to."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dockermagic.containers.flags import ATTACH, EXEC
from dockermagic.containers.options.config import environment
from dockermagic.containers.request import ok_exits, without_ours
from dockermagic.flags import Command, parse, split


@dataclass(frozen=True, slots=True)
class ExecRequest:
    """A program that is to run in a container that runs already.

    Parameters:
        container: its name or ID.
        body: what the docker command line sends to POST /containers/{id}/exec.
        The rest as in `RunRequest`.
    """

    container: str
    body: Mapping[str, Any]
    words: tuple[str, ...] = ()
    detach: bool = False
    interactive: bool = False
    tty: bool = False
    save_as: str = ""
    ok_exits: tuple[int, ...] = ()
    raises: bool = True

    @property
    def command(self) -> str:
        """The line as one would type it into a shell, after `docker exec`."""
        return shlex.join(self.words)


@dataclass(frozen=True, slots=True)
class AttachRequest:
    """A container, and how to connect to its program.

    Parameters:
        start: start it, once it is connected to (`docker start -a`).
        The rest as in `RunRequest`.
    """

    container: str
    start: bool = False
    no_stdin: bool = False
    sig_proxy: bool = True
    detach_keys: str = ""
    ok_exits: tuple[int, ...] = ()
    raises: bool = True

    @property
    def command(self) -> str:
        """The line as one would type it into a shell."""
        return f"docker start -a {self.container}" if self.start else f"docker attach {self.container}"


def read_exec(line: str, folder: Path, environ: Mapping[str, str], command: Command = EXEC) -> ExecRequest | None:
    """Turn the line of `%docker exec` into a request; as `read_run`."""
    words = split(line, command.name)
    parsed = parse(command, words)
    if parsed.help:
        return None
    container, *program = parsed.positionals
    attached = not parsed.on("detach")
    body = {
        "User": parsed.text("user"),
        "Privileged": parsed.on("privileged"),
        "Tty": parsed.on("tty"),
        "AttachStdin": attached and parsed.on("interactive"),
        "AttachStdout": attached,
        "AttachStderr": attached,
        "Detach": parsed.on("detach"),
        "DetachKeys": parsed.text("detach-keys"),
        "Env": environment(parsed, folder, environ) or None,
        "WorkingDir": parsed.text("workdir"),
        "Cmd": program,
    }
    return ExecRequest(
        container=container,
        body=body,
        words=without_ours(words, parsed),
        detach=parsed.on("detach"),
        interactive=parsed.on("interactive"),
        tty=parsed.on("tty"),
        save_as=parsed.text("as"),
        ok_exits=ok_exits(parsed),
        raises=not parsed.on("no-raise"),
    )


def read_attach(line: str, command: Command = ATTACH) -> AttachRequest | None:
    """Turn the line of `%docker attach` into a request; None when --help was asked for.

    Raises:
        UsageError: Docker would not accept it either.
    """
    parsed = parse(command, line)
    if parsed.help:
        return None
    return AttachRequest(
        container=parsed.positionals[0],
        no_stdin=parsed.on("no-stdin"),
        sig_proxy=parsed.on("sig-proxy"),
        detach_keys=parsed.text("detach-keys"),
        ok_exits=ok_exits(parsed),
        raises=not parsed.on("no-raise"),
    )
