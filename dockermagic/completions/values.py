"""Which values flags take, and which arguments commands take: the names of Docker's own words."""

from __future__ import annotations

from collections.abc import Mapping

from dockermagic.completions.world import Kind

__all__ = ["CHOICES", "FILES", "KINDS", "arguments"]

SIGNALS = ("SIGTERM", "SIGKILL", "SIGINT", "SIGHUP", "SIGQUIT", "SIGUSR1", "SIGUSR2", "SIGSTOP", "SIGCONT", "SIGWINCH")
PLATFORMS = ("linux/amd64", "linux/arm64", "linux/arm/v7", "linux/386", "linux/ppc64le", "linux/s390x", "linux/riscv64")

CHOICES: Mapping[str, Mapping[str, str]] = {
    "network": {
        "bridge": "the engine's default",
        "host": "no network of its own",
        "none": "none at all",
        "container:": "another one's",
    },
    "pull": {"always": "ask the registry", "missing": "only if it is not here", "never": "only what is here"},
    "restart": {
        "no": "stay ended",
        "on-failure": "after another exit code than 0",
        "always": "whatever happens",
        "unless-stopped": "unless somebody stopped it",
    },
    "progress": {"auto": "the timeline", "plain": "lines of text", "tty": "the timeline", "quiet": "nothing"},
    "platform": dict.fromkeys(PLATFORMS, "platform"),
    "signal": dict.fromkeys(SIGNALS, "signal"),
    "stop-signal": dict.fromkeys(SIGNALS, "signal"),
    "pid": {"host": "the host's processes", "container:": "another container's"},
    "ipc": {
        "private": "its own",
        "shareable": "its own, for others too",
        "host": "the host's",
        "none": "none",
        "container:": "another's",
    },
    "uts": {"host": "the host's name"},
    "userns": {"host": "the host's users"},
    "cgroupns": {"private": "its own", "host": "the host's"},
    "log-driver": dict.fromkeys(("json-file", "local", "none", "journald", "syslog", "fluentd", "gelf"), "log driver"),
    "gpus": {"all": "all of them"},
    "format": {"json": "JSON, an object a line", "table ": "a table of your own", "{{json .}}": "everything as JSON"},
    "mount": {"type=bind,": "a folder of the host", "type=volume,": "a volume", "type=tmpfs,": "memory"},
    "driver": {"bridge": "network", "host": "network", "none": "network", "local": "volume"},
    "filter": {
        "name=": "part of the name",
        "label=": "a label, or label=value",
        "status=": "state of containers",
        "ancestor=": "containers of this image",
        "dangling=true": "images without a name",
        "driver=": "kind of network or volume",
    },
    "status": dict.fromkeys(("created", "running", "paused", "restarting", "exited", "dead"), "state"),
    "cap-add": dict.fromkeys(("ALL", "NET_ADMIN", "NET_RAW", "SYS_ADMIN", "SYS_PTRACE", "SYS_TIME", "CHOWN", "KILL"), "capability"),
    "cap-drop": dict.fromkeys(
        ("ALL", "NET_ADMIN", "NET_RAW", "SYS_ADMIN", "SYS_PTRACE", "SYS_TIME", "CHOWN", "KILL"), "capability"
    ),
}
"""Values of flags that take one of a few, each with a word of help."""

KINDS: Mapping[str, Kind] = {"network": "network", "volume": "volume", "volumes-from": "container", "link": "container"}
"""Flags whose values are names of what the engine has."""

FILES = frozenset({"context", "write", "file", "env-file", "cidfile", "label-file", "output", "input", "iidfile"})
"""Flags whose values are paths."""

_IMAGES = "run create push rmi tag history save image layers files compare"
_CONTAINERS = (
    "start stop restart kill pause unpause wait rm logs exec cp top stats port diff attach rename commit export update container "
    "lifecycle ports networks"
)
_IMAGE: tuple[Kind, ...] = ("image",)
_CONTAINER: tuple[Kind, ...] = ("container",)
_ARGUMENTS: Mapping[str, tuple[Kind, ...]] = {
    **dict.fromkeys(_IMAGES.split(), _IMAGE),
    **dict.fromkeys(_CONTAINERS.split(), _CONTAINER),
    "inspect": ("container", "image", "volume", "network"),
    "volume": ("volume",),
    "volumes": ("volume", "container"),
    "network": ("network",),
    "network connect": ("network", "container"),
    "network disconnect": ("network", "container"),
}


_TAKE_SERVICES = (
    "attach build create events exec images kill logs pause port ps pull push restart rm run scale start stats stop top unpause",
    "up wait watch",
)
_SERVICES = frozenset(" ".join(_TAKE_SERVICES).split())
"""Commands of Compose that take services."""


def arguments(command: str, place: int) -> tuple[Kind, ...]:
    """Give the kinds of names that a command takes as its argument.

    Parameters:
        command: as it is typed: "%docker_run", "%docker network connect".
        place: of the argument, counted from 0.
    """
    words = command.lstrip("%").removeprefix("docker_").removeprefix("docker ").strip()
    if words.startswith("compose "):
        return ("service",) if words.partition(" ")[2] in _SERVICES else ()
    found = _ARGUMENTS.get(words) or _ARGUMENTS.get(words.partition(" ")[0], ())
    if words.startswith("network ") and len(found) > 1:
        return found[min(place, 1) :][:1]
    return found
