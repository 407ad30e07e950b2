"""The first part of a new container's configuration: what runs in it (Config in the Engine API).

The keys, and which of them are left out when empty, are those that the docker command line sends.
Source: docker/cli, cli/command/container/opts.go (parse); Engine API, POST /containers/create.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dockermagic.containers.options.fields import pairs
from dockermagic.containers.options.files import read_file, variables
from dockermagic.containers.options.numbers import read_duration
from dockermagic.errors import UsageError
from dockermagic.flags import Parsed


def container_config(parsed: Parsed, folder: Path, environ: Mapping[str, str]) -> dict[str, Any]:
    """Give Config, without its ports and volumes.

    Parameters:
        folder: what relative paths start from.
        environ: where variables without a value find one.

    Raises:
        UsageError: options contradict each other, or a file cannot be read.
    """
    image, *command = parsed.positionals
    attach = {each.lower() for each in parsed.list("attach")}
    stdin, detached = parsed.on("interactive"), parsed.values.get("detach") is True
    attached = {name: not detached and (name in attach or not attach) for name in ("stdout", "stderr")}
    attach_stdin = not detached and (stdin or "stdin" in attach)
    config: dict[str, Any] = {
        "Hostname": parsed.text("hostname"),
        "Domainname": parsed.text("domainname"),
        "User": parsed.text("user"),
        "AttachStdin": attach_stdin,
        "AttachStdout": attached["stdout"],
        "AttachStderr": attached["stderr"],
        "Tty": parsed.on("tty"),
        "OpenStdin": stdin,
        "StdinOnce": stdin and attach_stdin,
        "Env": environment(parsed, folder, environ) or None,
        "Cmd": command or None,
        "Image": image,
        "WorkingDir": parsed.text("workdir"),
        "Entrypoint": [parsed.text("entrypoint")] if "entrypoint" in parsed.given else None,
        "OnBuild": None,
        "Labels": _labels(parsed, folder),
    }
    optional = {
        "Healthcheck": _health(parsed),
        "StopSignal": parsed.text("stop-signal") or None,
        "StopTimeout": parsed.number("stop-timeout") if "stop-timeout" in parsed.given else None,
    }
    return config | {key: value for key, value in optional.items() if value is not None}


def environment(parsed: Parsed, folder: Path, environ: Mapping[str, str]) -> list[str]:
    """Give the variables of --env-file, then those of -e; of two -e with one name the last one counts."""
    given: list[str] = []
    for path in parsed.list("env-file"):
        given += variables("--env-file", path, read_file("--env-file", path, folder), environ)
    named: dict[str, str] = {}
    for text in parsed.list("env"):
        name, equals, _ = text.partition("=")
        named[name] = text if equals or name not in environ else f"{name}={environ[name]}"
    return given + list(named.values())


def _labels(parsed: Parsed, folder: Path) -> dict[str, str]:
    given: list[str] = []
    for path in parsed.list("label-file"):
        given += variables("--label-file", path, read_file("--label-file", path, folder), None)
    return pairs([*given, *parsed.list("label")])


def _health(parsed: Parsed) -> dict[str, Any] | None:
    command = parsed.text("health-cmd")
    spans = {
        key: read_duration(parsed.text(f"health-{name}"))
        for key, name in (
            ("Interval", "interval"),
            ("Timeout", "timeout"),
            ("StartPeriod", "start-period"),
            ("StartInterval", "start-interval"),
        )
        if parsed.text(f"health-{name}")
    }
    every = {"Test": ["CMD-SHELL", command] if command else None, **spans, "Retries": parsed.number("health-retries")}
    given = {key: value for key, value in every.items() if value}
    if not parsed.on("no-healthcheck"):
        return given or None
    if given:
        raise UsageError("--no-healthcheck and --health-… cannot go together.", "Leave one of them out.")
    return {"Test": ["NONE"]}
