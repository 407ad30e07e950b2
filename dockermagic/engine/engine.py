"""An engine that was found: what it is, and the two ways to speak to it."""

from __future__ import annotations

import contextlib
import os
import ssl
import threading
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

from dockermagic.engine.address import Address
from dockermagic.engine.http import Exchange, upgrade
from dockermagic.errors import EngineError

if TYPE_CHECKING:
    import socket
    from collections.abc import Iterable

    from docker import APIClient

    from dockermagic.engine.embedded.walls import Walls

BUILDKIT_API = (1, 39)
PING_WITHIN = 10.0
"""Seconds that an engine has to say that it is there."""


@dataclass(frozen=True, slots=True)
class About:
    """What an engine says of itself.

    `product` is "Docker Engine" or "Podman"; `store` names where layers live ("overlay2", "containerd: overlayfs"); `id` is stable
    for an installation; `memory` is bytes.
    """

    product: str
    version: str
    api_version: str
    os: str
    arch: str
    kernel: str
    store: str
    id: str
    name: str
    cpus: int
    memory: int

    @property
    def title(self) -> str:
        """The engine's name for people: "Docker Engine 28.5.2"."""
        return f"{self.product} {self.version}"


class Engine:
    """A Docker Engine (or Podman's likeness of one) at an address.

    Parameters:
        address: where it listens.
        source: how it was found, for people: "DOCKER_HOST", "context “colima”", "/var/run/docker.sock".
    """

    def __init__(self, address: Address, source: str = "") -> None:
        self.address = address
        self.source = source or address.url
        self.walls: Walls | None = None
        self._api_lock = threading.Lock()
        self._api: APIClient | None = None
        self._hello = ("", "")

    @property
    def api(self) -> APIClient:
        """The docker-py client, with its API version negotiated; made on first use."""
        with self._api_lock:
            if self._api is None:
                self._api = self._connect()
            return self._api

    def _connect(self) -> APIClient:
        from docker import APIClient
        from docker.errors import DockerException, InvalidVersion, TLSParameterError
        from docker.tls import TLSConfig

        self._hello = self._ping()
        tls: Any = False
        files = self.address.tls
        if files is not None:
            pair = (files.cert, files.key) if files.cert and files.key else None
            tls = TLSConfig(client_cert=pair, ca_cert=files.ca or None, verify=files.verify)
        # docker-py reaches through ssh only with a library of its own; ours is mounted in its stead.
        through_ssh = self.address.url.startswith("ssh://")
        url = "unix:///ssh" if through_ssh else self.address.url
        try:
            client = APIClient(base_url=url, version=self._hello[0], tls=tls, timeout=60)
        except (InvalidVersion, TLSParameterError) as error:
            raise EngineError(f"The engine at {self.address.url} cannot be used: {reason(error)}.") from error
        except (DockerException, ValueError, TypeError, AttributeError, LookupError) as error:
            # The engine has answered already; what is left to go wrong is the file that docker-py reads meanwhile.
            raise EngineError(
                "Docker's own config file cannot be read.",
                "Mend config.json in ~/.docker, or in the folder that DOCKER_CONFIG names.",
            ) from error
        # The other connections to the engine go straight to it, so these must not take a proxy.
        client.trust_env = False
        if through_ssh:
            from dockermagic.engine.pool import carry

            carry(client, self.address)
        return client

    def _ping(self) -> tuple[str, str]:
        """Ask the engine whether it is there (GET /_ping), and give its API version and what it calls itself."""
        exchange = Exchange(self.address, timeout=PING_WITHIN)
        try:
            exchange.send("GET", "/_ping")
            version = exchange.header("Api-Version")
            if not version:
                raise EngineError(
                    f"What answers at {self.address.url} is no Docker engine, or one from before 2017.", "See DOCKER_HOST."
                )
            return version, exchange.header("Server")
        except OSError as error:
            raise EngineError(f"The engine at {self.address.url} does not answer: {reason(error)}.") from error
        except EngineError as error:
            if error.hint:
                raise
            raise EngineError(f"The engine at {self.address.url} refuses: {error.message.rstrip('.')}.") from error
        finally:
            exchange.close()

    def unchanged(self) -> bool:
        """Whether it still answers, and is what it was: between two cells it may end, or another version take its place."""
        try:
            return self._api is not None and self._ping() == self._hello
        except EngineError:
            return False

    def is_back_as(self, other: Engine) -> bool:
        """Say whether another handle leads to this engine, which had gone away; then take its connections over."""
        if other is self or (other.address, other._hello) != (self.address, self._hello):
            return other is self
        with self._api_lock:
            self._api, other._api = other._api, None
        return True

    @cached_property
    def about(self) -> About:
        """What the engine says of itself (GET /version and /info).

        Raises:
            EngineError: it does not answer.
        """
        from docker.errors import DockerException

        version: Any
        info: Any
        try:
            version, info = self.api.version(), self.api.info()
        except (DockerException, OSError, ValueError) as error:
            raise EngineError(f"The engine at {self.address.url} does not answer: {reason(error)}.") from error
        if not isinstance(version, dict) or not isinstance(info, dict):
            raise EngineError(f"What answers at {self.address.url} is no Docker engine.")
        parts = {part.get("Name", ""): part for part in version.get("Components") or []}
        podman = "Podman Engine" in parts
        driver = str(info.get("Driver", ""))
        contained = any(pair[:1] == ["driver-type"] and "containerd" in str(pair[1:]) for pair in info.get("DriverStatus") or [])
        return About(
            product="Podman" if podman else "Docker Engine",
            version=str(parts["Podman Engine"].get("Version", "") if podman else version.get("Version", "")),
            api_version=str(self.api.api_version),
            os=str(version.get("Os", "")),
            arch=str(version.get("Arch", "")),
            kernel=str(version.get("KernelVersion", "")),
            store=f"containerd: {driver}" if contained else driver,
            id=str(info.get("ID", "")),
            name=str(info.get("Name", "")),
            cpus=int(info.get("NCPU") or 0),
            memory=int(info.get("MemTotal") or 0),
        )

    @property
    def build_path(self) -> Literal["buildkit", "classic", "podman"]:
        """How this engine builds; `DOCKER_BUILDKIT=0` asks for the classic builder, as it does for the docker CLI."""
        if self.about.product == "Podman":
            return "podman"
        api = tuple(int(part) for part in self.about.api_version.split("."))
        if self.about.os == "windows" or api < BUILDKIT_API or os.environ.get("DOCKER_BUILDKIT") in ("0", "false"):
            return "classic"
        return "buildkit"

    def path(self, path: str) -> str:
        """Put the negotiated API version before a path."""
        return f"/v{self.api.api_version}{path}"

    def exchange(self, timeout: float | None = None) -> Exchange:
        """Make a request of one's own, on a connection of its own; `timeout` as for `Exchange`."""
        return Exchange(self.address, timeout)

    def upgrade(self, path: str, headers: Iterable[tuple[str, str]]) -> socket.socket:
        """Open a connection that speaks another protocol."""
        return upgrade(self.address, self.path(path), headers)

    def close(self) -> None:
        """Let go of pooled connections."""
        with self._api_lock:
            if self._api is not None:
                with contextlib.suppress(OSError):
                    self._api.close()
            self._api = None

    def __repr__(self) -> str:
        return f"<Engine {self.address.url}>"


def reason(error: BaseException) -> str:
    """Say in a few words why a connection failed: the innermost cause, without the library's wrapping."""
    seen: BaseException = error
    while (inner := seen.__cause__ or (None if seen.__suppress_context__ else seen.__context__)) is not None:
        seen = inner
    if isinstance(seen, FileNotFoundError):
        return "no such socket"
    if isinstance(seen, ssl.SSLCertVerificationError):
        return f"its TLS certificate is not trusted: {seen.verify_message}"
    if isinstance(seen, PermissionError):
        return "permission denied"
    if isinstance(seen, ConnectionRefusedError):
        return "connection refused (nobody listens there)"
    if isinstance(seen, TimeoutError):
        return "no answer in time"
    return str(seen).strip().rstrip(".") or type(seen).__name__
