"""The `build:` section of a service, as `config` gives it, read as a request for our own build path. Pure.

What our build path does not do is left to Compose: further contexts, SSH agents, several platforms, caches to import or export,
privileges, remote contexts. Such a service is built by Compose itself, without a timeline.
"""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dockermagic.builds.request import BuildRequest, Secret

__all__ = ["BuildSection", "image_of", "read_build"]

_DONE = {
    "context",
    "dockerfile",
    "dockerfile_inline",
    "args",
    "target",
    "labels",
    "network",
    "no_cache",
    "pull",
    "tags",
    "secrets",
    "extra_hosts",
}


@dataclass(frozen=True, slots=True)
class BuildSection:
    """What to build for a service: everything but the Dockerfile's text, which is in `path`, or inline in the request already."""

    service: str
    request: BuildRequest
    path: str = ""


def image_of(config: Mapping[str, Any], service: str) -> str:
    """Give the name that Compose expects a service's image to have."""
    described = config["services"][service]
    return str(described.get("image") or f"{config.get('name', '')}-{service}")


def read_build(config: Mapping[str, Any], service: str, version: str) -> BuildSection | None:
    """Read a service's build section; None if Compose has to build it by itself.

    Parameters:
        version: of Compose; it goes into a label.
    """
    section = config["services"][service].get("build") or {}
    context = str(section.get("context") or ".")
    if set(section) - _DONE or "://" in context or context.startswith("git@"):
        return None
    secrets = _secrets(config, section)
    if secrets is None:
        return None
    inline = section.get("dockerfile_inline")
    dockerfile = str(section.get("dockerfile") or "Dockerfile")
    labels = {
        **_texts(section.get("labels")),
        "com.docker.compose.project": str(config.get("name", "")),
        "com.docker.compose.service": service,
        "com.docker.compose.version": version,
    }
    arguments = section.get("args") or {}
    request = BuildRequest(
        str(inline or ""),
        context,
        tags=(image_of(config, service), *map(str, section.get("tags") or ())),
        labels=tuple(labels.items()),
        build_args=tuple((str(name), None if value is None else str(value)) for name, value in arguments.items()),
        secrets=secrets,
        target=str(section.get("target") or ""),
        network=str(section.get("network") or ""),
        add_hosts=_hosts(section.get("extra_hosts")),
        no_cache=section.get("no_cache") is True,
        pull=section.get("pull") is True,
        dockerfile_path="" if inline else dockerfile,
    )
    return BuildSection(service, request, "" if inline else posixpath.join(context, dockerfile))


def _texts(value: object) -> dict[str, str]:
    return {str(name): str(each) for name, each in value.items()} if isinstance(value, Mapping) else {}


def _hosts(value: object) -> tuple[str, ...]:
    if not isinstance(value, list):
        return ()
    return tuple(str(each).replace("=", ":", 1) for each in value)


def _secrets(config: Mapping[str, Any], section: Mapping[str, Any]) -> tuple[Secret, ...] | None:
    """Give the references to secrets; None if one of them is of a kind that only Compose knows."""
    found = []
    known = config.get("secrets") or {}
    for each in section.get("secrets") or ():
        source = str(each.get("source", "")) if isinstance(each, Mapping) else str(each)
        target = str(each.get("target") or source) if isinstance(each, Mapping) else source
        described = known.get(source) or {}
        if not (described.get("file") or described.get("environment")):
            return None
        found.append(Secret(posixpath.basename(target), str(described.get("file") or ""), str(described.get("environment") or "")))
    return tuple(found)
