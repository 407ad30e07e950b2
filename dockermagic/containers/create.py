"""Making a container in an engine: POST /containers/create, the image fetched when that is asked for.

1. What the engine is too old for is refused before anything else.
2. --pull always fetches the image first; missing fetches it when the engine says that it has none, and then tries once more.
3. Proxies that Docker's config file prescribes become variables, unless -e sets them.
4. The labels of the session are added; a label of the user's own with the same name goes before.

Source: docker/cli, cli/command/container/create.go.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from dockermagic.containers.options.older import adapted, read_version
from dockermagic.containers.pull import Hold, Tell, broken, nobody, pull
from dockermagic.containers.refusals import explained
from dockermagic.containers.request import RunRequest
from dockermagic.engine.engine import Engine
from dockermagic.engine.proxies import proxy_arguments
from dockermagic.errors import ContainerFailed, EngineError

NO_IMAGE = ("no such image", "image not known", "does not provide the specified platform", "does not match the specified platform")
PLATFORM_API = (1, 41)


@dataclass(frozen=True, slots=True)
class Created:
    """A container that was made: its whole ID, and what the engine warns of."""

    id: str
    warnings: tuple[str, ...] = ()


def create(
    engine: Engine, request: RunRequest, labels: Iterable[tuple[str, str]] = (), tell: Tell = nobody, hold: Hold = nobody
) -> Created:
    """Make the container that a request describes, and do not start it.

    Parameters:
        labels: those of the session.
        tell: is told how an image is fetched.
        hold: is given the connection that fetches an image; closing it ends that.

    Raises:
        ContainerFailed: the engine cannot or will not; says why and what to try.
    """
    api = read_version(str(engine.api.api_version))
    body = adapted(request.body, request.given, api, _system(engine, request))
    body["Labels"] = {**dict(labels), **body["Labels"]}
    body["Env"] = [*(body["Env"] or ()), *_proxies(engine, request)] or None
    if engine.walls is not None:
        try:
            body = engine.walls.checked(body)
        except EngineError as error:
            raise ContainerFailed(error.message, error.hint, exit_code=125) from None
    query = {"name": request.name, "platform": request.platform if api >= PLATFORM_API else ""}
    path = engine.path("/containers/create?" + urlencode({key: value for key, value in query.items() if value}))
    tell = nobody if request.quiet else tell
    cidfile = _open_cidfile(request.cidfile)
    try:
        if request.pull == "always":
            pull(engine, request.image, request.platform, tell, hold)
        made = _post(engine, path, body, request, tell, hold)
        if cidfile is not None:
            os.write(cidfile, made.id.encode())
    except BaseException:
        if cidfile is not None:
            with contextlib.suppress(OSError):
                os.unlink(request.cidfile)
        raise
    finally:
        if cidfile is not None:
            os.close(cidfile)
    return made


def check_ports(engine: Engine, request: RunRequest) -> None:
    """Say before a container is made that a port of this machine is taken, where the engine itself cannot see that.

    Raises:
        ContainerFailed: somebody else has the port.
    """
    if engine.walls is not None:
        try:
            engine.walls.check_ports(request.body["HostConfig"]["PortBindings"] or {})
        except EngineError as error:
            raise ContainerFailed(error.message, error.hint, exit_code=125) from None


def _system(engine: Engine, request: RunRequest) -> str:
    """Give the engine's operating system, which only Windows' flags ask for."""
    return engine.about.os if any(flag.startswith(("cpu-", "io-")) for flag in request.given) else "linux"


def _proxies(engine: Engine, request: RunRequest) -> list[str]:
    found = proxy_arguments(engine.address.url)
    return [f"{name}={value}" for name, value in found.items() if name not in request.env_names]


def _post(engine: Engine, path: str, body: dict[str, Any], request: RunRequest, tell: Tell, hold: Hold) -> Created:
    try:
        return _ask(engine, path, body)
    except EngineError as error:
        missing = any(sign in error.message.lower() for sign in NO_IMAGE)
        if not missing or request.pull != "missing":
            raise explained(error, request) from error
    except OSError as error:
        raise broken(error) from error
    try:
        pull(engine, request.image, request.platform, tell, hold)
        return _ask(engine, path, body)
    except EngineError as error:
        raise explained(error, request) from error
    except OSError as error:
        raise broken(error) from error


def _ask(engine: Engine, path: str, body: dict[str, Any]) -> Created:
    # Nobody holds this connection: an engine whose client goes away makes the container all the same.
    exchange = engine.exchange()
    try:
        exchange.send("POST", path, {"Content-Type": "application/json"}, json.dumps(body).encode())
        answer = json.loads(b"".join(exchange))
        return Created(str(answer["Id"]), tuple(str(each) for each in answer.get("Warnings") or ()))
    except (ValueError, KeyError, TypeError, AttributeError):
        raise ContainerFailed("What the engine answered is no container.", "See %docker_engine.") from None
    finally:
        exchange.close()


def _open_cidfile(path: str) -> int | None:
    if not path:
        return None
    try:
        return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
    except OSError as error:
        raise ContainerFailed(f"--cidfile {path}: it cannot be written: {error.strerror}.", "Name another file.") from None
