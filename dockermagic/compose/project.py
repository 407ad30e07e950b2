"""A Compose project as data, read from what `docker compose config --format json` gives. Pure.

Compose's own answer is the only parser of Compose files here: profiles, extends, include, anchors and variables are settled in it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

__all__ = ["Dependency", "Joined", "Mounted", "Named", "Project", "Published", "Service", "read_project"]

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Dependency:
    """A service that another one waits for, until it is started, healthy, or has ended well."""

    service: str
    condition: str = "service_started"
    required: bool = True


@dataclass(frozen=True, slots=True)
class Joined:
    """A network that a service is on, by its key in the file; `aliases` and `address` as the file gives them."""

    network: str
    aliases: tuple[str, ...] = ()
    address: str = ""


@dataclass(frozen=True, slots=True)
class Published:
    """A port of a service: `target` inside, `published` on the host ("", "8080", "8000-8010")."""

    target: int
    published: str = ""
    host_ip: str = ""
    protocol: str = "tcp"


@dataclass(frozen=True, slots=True)
class Mounted:
    """What lies over a folder of a service's image; `source` is a volume's key or a path, empty for an anonymous volume."""

    type: str
    target: str
    source: str = ""
    read_only: bool = False


@dataclass(frozen=True, slots=True)
class Service:
    """A service as its file describes it; `test` is its health check, empty for none, `exposed` are ports such as "5432/tcp"."""

    name: str
    image: str = ""
    built: bool = False
    replicas: int = 1
    depends: tuple[Dependency, ...] = ()
    networks: tuple[Joined, ...] = ()
    ports: tuple[Published, ...] = ()
    mounts: tuple[Mounted, ...] = ()
    exposed: tuple[str, ...] = ()
    test: tuple[str, ...] = ()
    profiles: tuple[str, ...] = ()
    container_name: str = ""
    restart: str = ""
    network_mode: str = ""


@dataclass(frozen=True, slots=True)
class Named:
    """A network or a volume: its key in the file, its name on the engine, and whether it must be there already."""

    key: str
    name: str
    external: bool = False
    driver: str = ""
    internal: bool = False


@dataclass(frozen=True, slots=True)
class Project:
    """A project: its name, services, networks and volumes, each in the order of the file's keys."""

    name: str = ""
    services: tuple[Service, ...] = ()
    networks: tuple[Named, ...] = ()
    volumes: tuple[Named, ...] = ()

    def service(self, name: str) -> Service | None:
        """Give a service by its name."""
        return next((each for each in self.services if each.name == name), None)

    @property
    def edges(self) -> Iterator[tuple[str, Dependency]]:
        """Every pair of a service and what it depends on."""
        return ((service.name, dependency) for service in self.services for dependency in service.depends)


def _map(value: object) -> Json:
    return cast(Json, value) if isinstance(value, Mapping) else {}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _text(value: object) -> str:
    return value if isinstance(value, str) else str(value) if isinstance(value, int) and not isinstance(value, bool) else ""


def _texts(value: object) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(map(_text, _list(value)))


def _count(value: object) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else 1


def read_project(config: Json) -> Project:
    """Read the answer of `config --format json`; a part of another shape counts as absent."""
    return Project(
        _text(config.get("name")),
        tuple(_service(name, _map(each)) for name, each in _map(config.get("services")).items()),
        tuple(_named(key, _map(each)) for key, each in _map(config.get("networks")).items()),
        tuple(_named(key, _map(each)) for key, each in _map(config.get("volumes")).items()),
    )


def _service(name: str, each: Json) -> Service:
    networks = each.get("networks")
    scale, replicas = each.get("scale"), _map(each.get("deploy")).get("replicas")
    return Service(
        name,
        image=_text(each.get("image")),
        built="build" in each,
        replicas=_count(scale if scale is not None else replicas),
        depends=tuple(_dependency(key, _map(value)) for key, value in _map(each.get("depends_on")).items()),
        networks=tuple(_joined(key, _map(value)) for key, value in _map(networks).items()),
        ports=tuple(_published(_map(port)) for port in _list(each.get("ports"))),
        mounts=tuple(_mounted(_map(mount)) for mount in _list(each.get("volumes"))) + _tmpfs(each),
        exposed=tuple(port if "/" in port else f"{port}/tcp" for port in _texts(each.get("expose"))),
        test=_test(_map(each.get("healthcheck"))),
        profiles=_texts(each.get("profiles")),
        container_name=_text(each.get("container_name")),
        restart=_text(each.get("restart")),
        network_mode=_text(each.get("network_mode")),
    )


def _dependency(name: str, each: Json) -> Dependency:
    return Dependency(name, _text(each.get("condition")) or "service_started", each.get("required") is not False)


def _joined(key: str, each: Json) -> Joined:
    return Joined(key, _texts(each.get("aliases")), _text(each.get("ipv4_address")))


def _published(each: Json) -> Published:
    target = each.get("target")
    return Published(
        target if isinstance(target, int) else 0,
        _text(each.get("published")),
        _text(each.get("host_ip")),
        _text(each.get("protocol")) or "tcp",
    )


def _mounted(each: Json) -> Mounted:
    return Mounted(
        _text(each.get("type")) or "volume", _text(each.get("target")), _text(each.get("source")), each.get("read_only") is True
    )


def _tmpfs(each: Json) -> tuple[Mounted, ...]:
    return tuple(Mounted("tmpfs", path.partition(":")[0]) for path in _texts(each.get("tmpfs")))


def _test(check: Json) -> tuple[str, ...]:
    test = _texts(check.get("test"))
    return () if check.get("disable") is True or test[:1] == ("NONE",) else test


def _named(key: str, each: Json) -> Named:
    external = each.get("external")
    return Named(
        key,
        _text(each.get("name")) or key,
        external is True or isinstance(external, Mapping),
        _text(each.get("driver")),
        each.get("internal") is True,
    )
