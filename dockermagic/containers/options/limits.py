"""Limits, policies and options of the host's side: --ulimit, --sysctl, --restart, --log-opt, --security-opt, --storage-opt.

Source: docker/cli, opts/ulimit.go, opts/opts.go, opts/parse.go; docker/go-units, ulimit.go.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any

from dockermagic.containers.options.numbers import read_integer

ULIMITS = (
    "core",
    "cpu",
    "data",
    "fsize",
    "locks",
    "memlock",
    "msgqueue",
    "nice",
    "nofile",
    "nproc",
    "rss",
    "rtprio",
    "rttime",
    "sigpending",
    "stack",
)
_SYSCTLS = frozenset(
    f"kernel.{name}" for name in ("msgmax", "msgmnb", "msgmni", "sem", "shmall", "shmmax", "shmmni", "shm_rmid_forced")
)


def read_ulimit(text: str) -> dict[str, Any]:
    """Read the value of --ulimit: NAME=SOFT[:HARD]; -1 means no limit.

    Raises:
        ValueError: says what to write.
    """
    name, equals, limits = text.partition("=")
    if not equals:
        raise ValueError(f"“{text}” does not read NAME=SOFT or NAME=SOFT:HARD.")
    if name not in ULIMITS:
        raise ValueError(f"“{name}” is no limit; there are {', '.join(ULIMITS)}.")
    parts = limits.split(":")
    if len(parts) > 2:
        raise ValueError(f"“{limits}” has too many colons; it reads SOFT:HARD.")
    soft, hard = read_integer(parts[0]), read_integer(parts[-1])
    if hard != -1 and (soft == -1 or soft > hard):
        raise ValueError(f"The soft limit {soft} is above the hard limit {hard}.")
    return {"Name": name, "Hard": hard, "Soft": soft}


def check_sysctl(text: str) -> None:
    """Refuse kernel settings that a container cannot have for itself."""
    name, equals, _ = text.partition("=")
    if not equals or not name:
        raise ValueError(f"“{text}” does not read NAME=VALUE.")
    if name not in _SYSCTLS and not name.startswith(("net.", "fs.mqueue.")):
        raise ValueError(f"“{name}” cannot be set for a container; only net.…, fs.mqueue.… and a few of kernel.… can.")


def read_restart(text: str) -> dict[str, Any]:
    """Read the value of --restart: no, always, unless-stopped or on-failure[:TIMES].

    Raises:
        ValueError: says what to write.
    """
    name, colon, times = text.partition(":")
    if colon and not name:
        raise ValueError(f"“{text}” names no policy before the colon; it reads on-failure:3.")
    try:
        count = read_integer(times) if times else 0
    except ValueError:
        raise ValueError(f"“{times}” is no number of times; it reads on-failure:3.") from None
    return {"Name": name, "MaximumRetryCount": count}


def check_label(text: str) -> None:
    """Refuse a label without a name, or with a space in it."""
    name = text.partition("=")[0].lstrip(" \t")
    if not name:
        raise ValueError(f"“{text}” names no label; it reads NAME=VALUE.")
    if " " in name or "\t" in name:
        raise ValueError(f"The name “{name}” holds a space.")


def check_attach(text: str) -> None:
    """Refuse what is no stream."""
    if text.lower() not in ("stdin", "stdout", "stderr"):
        raise ValueError(f"“{text}” is no stream; there are stdin, stdout and stderr.")


def check_pair(text: str) -> None:
    """Refuse what is no NAME=VALUE."""
    if "=" not in text:
        raise ValueError(f"“{text}” does not read NAME=VALUE.")


def check_security(text: str) -> None:
    """Refuse a security option that has no value."""
    name, value = split_security(text)
    if not value and name != "no-new-privileges":
        raise ValueError(f"“{text}” does not read NAME=VALUE, such as seccomp=unconfined.")


def split_security(text: str) -> tuple[str, str]:
    """Split a security option at its equals sign, or in the older form at its colon."""
    name, equals, value = text.partition("=")
    if not equals and name != "no-new-privileges":
        name, _, value = text.partition(":")
    return name, value


def security(values: Iterable[str], profile: Callable[[str], str]) -> tuple[list[str] | None, list[str] | None]:
    """Give SecurityOpt, and MaskedPaths (which ReadonlyPaths equals).

    Parameters:
        profile: reads the file of a seccomp profile.
    """
    sent: list[str] = []
    masked: list[str] | None = None
    for text in values:
        name, value = split_security(text)
        if name == "seccomp" and value not in ("builtin", "unconfined"):
            text = f"seccomp={compact(profile(value))}"
        if text == "systempaths=unconfined":
            masked = []
        else:
            sent.append(text)
    return sent if sent or masked is not None else None, masked


def compact(text: str) -> str:
    """Take the spaces out of JSON, and change nothing else.

    Raises:
        ValueError: it is no JSON.
    """
    json.loads(text, parse_constant=_no_constant)
    out: list[str] = []
    for place, piece in enumerate(_strings(text)):
        out.append(piece if place % 2 else "".join(piece.split()))
    return "".join(out)


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON")


def _strings(text: str) -> Iterable[str]:
    """Yield what stands outside and inside of strings in turn."""
    start, inside, escaped = 0, False, False
    for place, char in enumerate(text):
        if escaped:
            escaped = False
        elif inside and char == "\\":
            escaped = True
        elif char == '"':
            end = place + 1 if inside else place
            yield text[start:end]
            start, inside = end, not inside
    yield text[start:]


def check_userns(text: str) -> None:
    """Refuse a user namespace mode that there is not."""
    _one_of(text, "host")


def check_uts(text: str) -> None:
    """Refuse a UTS namespace mode that there is not."""
    _one_of(text, "host")


def check_cgroupns(text: str) -> None:
    """Refuse a cgroup namespace mode that there is not."""
    _one_of(text, "host", "private")


def check_pid(text: str) -> None:
    """Refuse a PID namespace mode that there is not."""
    if not (text.startswith("container:") and text != "container:"):
        _one_of(text, "host", "container:NAME")


def _one_of(text: str, *known: str) -> None:
    if text and text not in known:
        raise ValueError(f"“{text}” is not known; there is {' or '.join(known)}.")


def check_pull(text: str) -> None:
    """Refuse a pull policy that there is not."""
    if text not in ("always", "missing", "never", ""):
        raise ValueError(f"“{text}” is not known; it is always, missing or never.")


def check_swappiness(text: str) -> None:
    """Refuse a swappiness that is no percentage."""
    if text.lstrip("+-").isdigit() and not -1 <= int(text) <= 100:
        raise ValueError(f"{text} is not between 0 and 100.")


def check_small(text: str) -> None:
    """Refuse a number that does not fit into 16 bits, or has a sign."""
    if not text[:1].isdigit() or (text.isdigit() and int(text) >= 2**16):
        raise ValueError(f"{text} is not between 0 and 65535.")


def check_env(text: str) -> None:
    """Refuse an environment variable without a name."""
    if not text.partition("=")[0]:
        raise ValueError(f"“{text}” names no variable; it reads NAME=VALUE.")
