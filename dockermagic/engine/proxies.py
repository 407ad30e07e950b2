"""Proxies that Docker's config file prescribes for builds and containers."""

from __future__ import annotations

from dockermagic.engine.credentials import docker_config
from dockermagic.errors import EngineError

NAMES = {
    "HTTP_PROXY": "httpProxy",
    "HTTPS_PROXY": "httpsProxy",
    "NO_PROXY": "noProxy",
    "FTP_PROXY": "ftpProxy",
    "ALL_PROXY": "allProxy",
}


def proxy_arguments(url: str) -> dict[str, str]:
    """Give the build arguments that the docker CLI adds to every build behind a proxy.

    Parameters:
        url: the engine's address; the config file may prescribe other proxies for each.

    Source: docker/cli, cli/config/configfile: section "proxies", by engine, else "default"; in capitals and in small letters.
    """
    try:
        every = docker_config().get("proxies")
    except EngineError:
        return {}  # that the file is damaged is told where logins are read from it
    if not isinstance(every, dict):
        return {}
    section = every.get(url, every.get("default"))
    if not isinstance(section, dict):
        return {}
    found: dict[str, str] = {}
    for name, key in NAMES.items():
        value = section.get(key)
        if isinstance(value, str) and value:
            found |= {name: value, name.lower(): value}
    return found
