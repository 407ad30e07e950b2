"""The ways a build can take: what is sent to whom, and who reads the answer.

Every path gives slices of bytes and a decoder for them. Which one is taken:

1. buildx, when the request names a builder or several platforms.
2. Else what the engine offers: BuildKit over the Engine API; the classic builder; Podman's.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol
from urllib.parse import urlencode

from dockermagic.builds import events as ev
from dockermagic.builds.buildkit import BuildkitDecoder
from dockermagic.builds.context import Context
from dockermagic.builds.dockerfile import Dockerfile
from dockermagic.builds.model import Step
from dockermagic.builds.request import BuildRequest
from dockermagic.builds.services import Emit, session_services
from dockermagic.engine.engine import Engine
from dockermagic.engine.grpc import GrpcServer
from dockermagic.engine.proxies import proxy_arguments
from dockermagic.errors import DockerMagicError

CANCEL_WITHIN = 2.0
"""Seconds that an engine has to take note of a cancelled build."""


class Decoder(Protocol):
    """Turns a path's bytes into events; knows the image's ID and the error once they were said."""

    error: str
    image_id: str

    def feed(self, data: bytes, now: float) -> Iterator[ev.Event]:
        """Yield the events in a slice of the stream, cut anywhere."""

    def close(self, now: float) -> Iterator[ev.Event]:
        """Yield what the end of the stream settles."""


class Path_(Protocol):
    """One way to build."""

    decoder: Decoder

    def slices(self) -> Iterator[bytes]:
        """Start the build and yield the answer as it comes."""

    def cancel(self) -> None:
        """Stop the build in the engine, now; may be called from another thread."""

    def close(self) -> None:
        """Let go of everything that the build held open."""


def build_args(request: BuildRequest) -> dict[str, str]:
    """Give the build arguments that have a value."""
    return {name: value for name, value in request.build_args if value is not None}


def common_query(request: BuildRequest, engine: Engine) -> list[tuple[str, str]]:
    """Give the parameters of `POST /build` that every builder behind the Engine API understands."""
    query = [("t", tag) for tag in request.tags]
    query += [
        ("buildargs", json.dumps({**proxy_arguments(engine.address.url), **dict(request.build_args)})),
        ("labels", json.dumps(dict(request.labels))),
        ("rm", "1"),
        ("forcerm", "1"),
    ]
    query += [("nocache", "1")] if request.no_cache else []
    query += [("pull", "1")] if request.pull else []
    for name, value in (("target", request.target), ("platform", request.platform), ("networkmode", request.network)):
        query += [(name, value)] if value else []
    return query


def host_lines(request: BuildRequest) -> list[str]:
    """Give the --add-host values as "host:address"; Docker also takes "host=address"."""
    return [f"{host[: place.start()]}:{host[place.end() :]}" for host in request.add_hosts if (place := re.search("[:=]", host))]


class BuildkitPath:
    """BuildKit over the Engine API, as the docker CLI of 18.09 to 22 did it: no body, everything through a session.

    Source: Engine API, `POST /session` and `POST /build?version=2&remote=client-session`.
    """

    def __init__(self, request: BuildRequest, engine: Engine, dockerfile: Dockerfile, steps: tuple[Step, ...], emit: Emit) -> None:
        self._request, self._engine = request, engine
        self.decoder: Decoder = BuildkitDecoder(dockerfile, steps, build_args(request), request.target)
        self._context = Context(Path(request.context)) if request.context is not None else None
        self._emit = emit
        self._exchange = engine.exchange()
        self._session: GrpcServer | None = None
        self._build_id = uuid.uuid4().hex

    def _dockerfile_files(self) -> dict[str, bytes]:
        name = os.path.basename(self._request.dockerfile_path) or "Dockerfile"
        files = {name: self._request.dockerfile.encode("utf-8", "surrogateescape")}
        if self._context is not None and self._request.dockerfile_path:
            own = self._context.root / f"{self._request.dockerfile_path}.dockerignore"
            with contextlib.suppress(OSError):
                files[own.name] = own.read_bytes()
        return files

    def _open_session(self, name: str) -> GrpcServer:
        services = session_services(self._context, self._dockerfile_files(), self._request.secrets, self._emit)
        headers = [
            ("Upgrade", "h2c"),
            ("X-Docker-Expose-Session-Uuid", name),
            ("X-Docker-Expose-Session-Name", "dockermagic"),
            ("X-Docker-Expose-Session-Sharedkey", self._shared_key()),
            *(("X-Docker-Expose-Session-Grpc-Method", method) for method in services),
        ]
        session = GrpcServer(self._engine.upgrade("/session", headers), services)
        session.start()
        return session

    def _shared_key(self) -> str:
        """Name the folder, so that BuildKit finds again what it got from it the last time."""
        return uuid.uuid5(uuid.NAMESPACE_URL, f"{uuid.getnode()}:{self._request.context}").hex

    def slices(self) -> Iterator[bytes]:
        """Start the build and yield the answer as it comes."""
        name = uuid.uuid4().hex
        self._session = self._open_session(name)
        query = common_query(self._request, self._engine)
        query += [("extrahosts", host) for host in host_lines(self._request)]
        query += [("version", "2"), ("remote", "client-session"), ("session", name), ("buildid", self._build_id)]
        dockerfile = os.path.basename(self._request.dockerfile_path)
        query += [("dockerfile", dockerfile)] if dockerfile and dockerfile != "Dockerfile" else []
        self._exchange.send("POST", self._engine.path("/build?" + urlencode(query)), {"Content-Type": "application/json"})
        yield from self._exchange
        failure = self._session.failure
        if failure is not None and not self._exchange.closed and not self.decoder.image_id:
            raise failure

    def cancel(self) -> None:
        """Stop the build in the engine, now."""
        stop = self._engine.exchange(timeout=CANCEL_WITHIN)
        try:
            stop.send("POST", self._engine.path(f"/build/cancel?id={self._build_id}"))
        except (DockerMagicError, OSError):
            pass  # an engine that cannot be told cancels a build whose client goes away
        finally:
            stop.close()
            self._exchange.close()

    def close(self) -> None:
        """Let go of the session and the connection."""
        self._exchange.close()
        if self._session is not None:
            self._session.close()


def open_path(
    request: BuildRequest, engine: Engine, dockerfile: Dockerfile, steps: tuple[Step, ...], emit: Emit
) -> tuple[ev.BuildPath, Path_]:
    """Choose the way that a build takes."""
    if request.builder or "," in request.platform:
        from dockermagic.builds.buildx import BuildxPath

        return "buildx", BuildxPath(request, engine, dockerfile, steps, emit)
    if engine.build_path == "buildkit":
        return "buildkit", BuildkitPath(request, engine, dockerfile, steps, emit)
    from dockermagic.builds.tarpath import TarPath

    return engine.build_path, TarPath(request, engine, dockerfile, steps, emit)
