"""Docker contexts: which one is current, and where its engine listens.

docker-py reads them as well, but finds none while the folder of Docker's settings has no config.json.
Source: docker/cli, cli/context/store: contexts/meta/SHA256/meta.json and contexts/tls/SHA256/docker/*.pem below that folder.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dockermagic.errors import EngineNotFound

DEFAULT = "default"


@dataclass(frozen=True, slots=True)
class DockerContext:
    """A context's engine: its address as written, the TLS files there are ("" for each that is missing), and whether to verify."""

    name: str
    host: str
    ca: str = ""
    cert: str = ""
    key: str = ""
    verify: bool = True

    @property
    def has_tls(self) -> bool:
        """Whether its engine is to be spoken to over TLS."""
        return bool(self.ca or self.cert or self.key or not self.verify)


def settings_folder(environ: Mapping[str, str], home: Path) -> Path:
    """Give the folder of Docker's settings."""
    return Path(environ.get("DOCKER_CONFIG", "") or home / ".docker")


def current_context(environ: Mapping[str, str], home: Path) -> str:
    """Give the name of the current context; "default" when none was chosen."""
    named = environ.get("DOCKER_CONTEXT", "")
    if named:
        return named
    found = _read(settings_folder(environ, home) / "config.json")
    return str(found.get("currentContext") or DEFAULT) if isinstance(found, dict) else DEFAULT


def load_context(name: str, environ: Mapping[str, str], home: Path) -> DockerContext:
    """Read a context.

    Raises:
        EngineNotFound: there is none of that name, or it names no engine.
    """
    place = hashlib.sha256(name.encode("utf-8", "surrogateescape")).hexdigest()
    folder = settings_folder(environ, home) / "contexts"
    found = _read(folder / "meta" / place / "meta.json")
    endpoints = found.get("Endpoints") if isinstance(found, dict) else None
    endpoint = endpoints.get("docker") if isinstance(endpoints, dict) else None
    host = endpoint.get("Host") if isinstance(endpoint, dict) else None
    if found is None:
        raise EngineNotFound(
            f"The docker context “{name}” does not exist.",
            "See which do: docker context ls. Or go back: docker context use default",
        )
    if not isinstance(host, str) or not host or not isinstance(endpoint, dict):
        raise EngineNotFound(f"The docker context “{name}” names no engine.", f"Look at it with: docker context inspect {name}")
    files = (folder / "tls" / place / "docker" / each for each in ("ca.pem", "cert.pem", "key.pem"))
    ca, cert, key = (str(file) if file.is_file() else "" for file in files)
    return DockerContext(name, host, ca, cert, key, verify=not endpoint.get("SkipTLSVerify"))


def _read(path: Path) -> Any:
    """Read a JSON file; None when there is none, {} when it is damaged."""
    try:
        return json.loads(path.read_bytes())
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError, RecursionError):
        return {}
