"""Reading what `docker inspect` tells of a container: `read(answer) -> Seen`.

Source: `GET /containers/{id}/json` of the Engine API, as Docker 20.10 to 28 and Podman answer it. Nothing in it is relied upon: a
part that is missing or of another type counts as absent.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, cast, get_args

from dockermagic.containers.parts import Attachment, Health, Mount, MountType, Port, Probe, RestartPolicy, Seen, State

__all__ = ["process_one", "read", "time_of"]

_TIME = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d+)?(Z|[+-]\d\d:\d\d)?")
_ANONYMOUS = re.compile(r"[0-9a-f]{64}")
_STATES = {"stopped": "exited", "configured": "created", "initialized": "created", "stopping": "running", "unknown": "exited"}
"""Podman's words for states, in Docker's."""

Json = Mapping[str, Any]


def _map(value: object) -> Json:
    return cast(Json, value) if isinstance(value, Mapping) else {}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _texts(value: object) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) and value else tuple(each for each in _list(value) if isinstance(each, str))


def _number(value: object) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else 0


def time_of(text: object) -> float | None:
    """Give seconds since the epoch from a time as Docker writes it; None for the year 1, which means never."""
    found = _TIME.match(text) if isinstance(text, str) else None
    if found is None or found[1].startswith("0001"):
        return None
    try:
        moment = datetime.fromisoformat(found[1] + (found[3] or "+00:00").replace("Z", "+00:00"))
        return moment.astimezone(UTC).timestamp() + float(found[2] or 0)
    except (ValueError, OverflowError):
        return None


def read(answer: Json) -> Seen:
    """Read the answer to an inspect."""
    state, config, host = _map(answer.get("State")), _map(answer.get("Config")), _map(answer.get("HostConfig"))
    policy, network = _map(host.get("RestartPolicy")), _map(answer.get("NetworkSettings"))
    health = _map(state.get("Health"))
    timeout = config.get("StopTimeout")
    return Seen(
        name=_text(answer.get("Name")).removeprefix("/"),
        image=_text(config.get("Image")) or _text(answer.get("ImageName")),
        image_id=_text(answer.get("Image")),
        state=_state(state),
        exit_code=_number(state.get("ExitCode")),
        error=_text(state.get("Error")),
        out_of_memory=state.get("OOMKilled") is True,
        pid=_number(state.get("Pid")),
        created=time_of(answer.get("Created")),
        started=time_of(state.get("StartedAt")),
        finished=time_of(state.get("FinishedAt")),
        argv=(_text(answer.get("Path")), *_texts(answer.get("Args"))) if answer.get("Path") else (),
        entrypoint=_texts(config.get("Entrypoint")),
        cmd=_texts(config.get("Cmd")),
        tty=config.get("Tty") is True,
        open_stdin=config.get("OpenStdin") is True,
        init=host.get("Init") is True,
        auto_remove=host.get("AutoRemove") is True,
        stop_signal=_text(config.get("StopSignal")),
        stop_timeout=timeout if isinstance(timeout, int) and not isinstance(timeout, bool) else None,
        memory=_number(host.get("Memory")),
        hostname=_text(config.get("Hostname")),
        network_mode=_text(host.get("NetworkMode")),
        restart_policy=RestartPolicy(_text(policy.get("Name")) or "no", _number(policy.get("MaximumRetryCount"))),
        restarts=_number(answer.get("RestartCount")),
        health=_health(health),
        probes=tuple(probe for probe in map(_probe, _list(health.get("Log"))) if probe is not None),
        health_test=_texts(_map(config.get("Healthcheck")).get("Test")),
        ports=_ports(_map(network.get("Ports")), _map(host.get("PortBindings")), _map(config.get("ExposedPorts"))),
        mounts=tuple(_mount(_map(each)) for each in _list(answer.get("Mounts"))) + _tmpfs(host, _list(answer.get("Mounts"))),
        networks=tuple(_attachment(name, _map(each)) for name, each in _map(network.get("Networks")).items()),
        labels=tuple((name, _text(value)) for name, value in _map(config.get("Labels")).items()),
    )


def _state(state: Json) -> State:
    word = _text(state.get("Status")).lower()
    word = _STATES.get(word, word)
    return cast(State, word) if word in get_args(State) else "created"


def _health(health: Json) -> Health:
    word = _text(health.get("Status")).lower()
    return cast(Health, word) if word in get_args(Health) else "none"


def _probe(entry: object) -> Probe | None:
    each = _map(entry)
    started = time_of(each.get("Start"))
    if started is None:
        return None
    return Probe(started, time_of(each.get("End")) or started, _number(each.get("ExitCode")), _text(each.get("Output"))[:4096])


def _ports(live: Json, wanted: Json, exposed: Json) -> tuple[Port, ...]:
    """Give the ports: where they are bound now; of a container that does not run, where they are to be bound.

    A binding without a host port is one that the engine chooses with the next start.
    """
    found: list[Port] = []
    for name in [*exposed, *(name for name in (*wanted, *live) if name not in exposed)]:
        number, _, protocol = name.partition("/")
        if not number.isdigit() or any(port.port == int(number) and port.protocol == (protocol or "tcp") for port in found):
            continue
        plain = Port(int(number), protocol or "tcp", exposed=name in exposed)
        bindings = _list(live.get(name)) or _list(wanted.get(name))
        bound = [_bound(plain, _map(each)) for each in bindings]
        found += bound or [plain]
    return tuple(found)


def _bound(plain: Port, binding: Json) -> Port:
    port = _text(binding.get("HostPort"))
    address = _text(binding.get("HostIp")) or "0.0.0.0"  # noqa: S104 - what an empty address means to Docker
    return Port(plain.port, plain.protocol, address, int(port) if port.isdigit() else 0, plain.exposed, True)


def _mount(each: Json) -> Mount:
    kind, name = _text(each.get("Type")), _text(each.get("Name"))
    return Mount(
        type=cast(MountType, kind) if kind in get_args(MountType) else "bind",
        destination=_text(each.get("Destination")),
        source=_text(each.get("Source")),
        name=name,
        read_only=each.get("RW") is False,
        anonymous=_ANONYMOUS.fullmatch(name) is not None,
    )


def _tmpfs(host: Json, mounts: list[Any]) -> tuple[Mount, ...]:
    """Give what --tmpfs asked for: some engines do not count it among the mounts."""
    known = {_map(each).get("Destination") for each in mounts}
    return tuple(Mount("tmpfs", path) for path in _map(host.get("Tmpfs")) if path not in known)


def _attachment(name: str, each: Json) -> Attachment:
    aliases = dict.fromkeys((*_texts(each.get("DNSNames")), *_texts(each.get("Aliases"))))
    return Attachment(
        network=name,
        network_id=_text(each.get("NetworkID")),
        address=_text(each.get("IPAddress")),
        address6=_text(each.get("GlobalIPv6Address")),
        gateway=_text(each.get("Gateway")),
        aliases=tuple(aliases),
    )


def process_one(answer: Json, pid: int) -> str:
    """Give the command line of process 1 from the answer to `GET /containers/{id}/top`; empty if it is not in it.

    Parameters:
        pid: its number outside the container; Podman counts inside.
    """
    titles = _texts(answer.get("Titles"))
    if "PID" not in titles:
        return ""
    for row in _list(answer.get("Processes")):
        words = _texts(row)
        if len(words) == len(titles) and words[titles.index("PID")] in (str(pid), "1"):
            return words[-1]
    return ""
