"""Fetching an image: POST /images/create, told as facts while it goes on."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlencode

from dockermagic.containers.events import Event, PullProgress
from dockermagic.containers.options.references import registry_of, split_image
from dockermagic.engine.credentials import credentials_for
from dockermagic.engine.engine import Engine, reason
from dockermagic.engine.http import Exchange
from dockermagic.errors import ContainerFailed, EngineError

Tell = Callable[[Event], None]
Hold = Callable[[Exchange], None]
"""Is given every connection before it is used, so that somebody else can close it."""

LONGEST = 1 << 20
"""Bytes of a line of the engine's answer."""


def nobody(_: object) -> None:
    """Tell nobody."""


def pull(engine: Engine, image: str, platform: str = "", tell: Tell = nobody, hold: Hold = nobody) -> None:
    """Fetch an image, as `docker pull` does.

    Parameters:
        image: its name; "latest" when it names no tag.
        platform: "linux/arm64"; empty for the engine's own.
        tell: is told of every layer's progress (`PullProgress`), the whole image's end last.
        hold: is given the connection.

    Raises:
        ContainerFailed: the image cannot be had; says why.
        OSError: the connection broke.

    Source: POST /images/create?fromImage=…&tag=…
    """
    name, tag = split_image(image)
    query = {"fromImage": name, "tag": tag} | ({"platform": platform} if platform else {})
    exchange = engine.exchange()
    hold(exchange)
    try:
        exchange.send("POST", engine.path(f"/images/create?{urlencode(query)}"), _login(image))
        for message in _messages(exchange):
            if (error := message.get("error")) or isinstance(message.get("errorDetail"), dict):
                raise _refused(image, str(error or message["errorDetail"].get("message", "")))
            if (fact := read_progress(message, image, time.time())) is not None:
                tell(fact)
    except EngineError as error:
        raise _refused(image, error.message) from error
    finally:
        exchange.close()
    tell(PullProgress(time.time(), image, done=True))


def _login(image: str) -> dict[str, str]:
    """Give the header that carries a login, as `RetrieveAuthTokenFromImage` makes it; what cannot be read counts as none."""
    host = registry_of(image)
    try:
        user, secret = credentials_for(host)
    except EngineError:
        return {}
    if not secret:
        return {}
    login = {"username": user, "password": secret} if user else {"identitytoken": secret}
    packed = json.dumps({**login, "serveraddress": host}).encode()
    return {"X-Registry-Auth": base64.urlsafe_b64encode(packed).decode()}


def _messages(slices: Exchange) -> Iterator[dict[str, Any]]:
    rest = b""
    for data in slices:
        *lines, rest = (rest + data).split(b"\n")
        for line in lines:
            yield from _message(line)
        rest = rest if len(rest) < LONGEST else b""
    yield from _message(rest)


def _message(line: bytes) -> Iterator[dict[str, Any]]:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return
    if isinstance(found, dict):
        yield found


_ARRIVED = ("Download complete", "Pull complete", "Already exists", "Extracting", "Verifying Checksum")


def read_progress(message: dict[str, Any], image: str, now: float) -> PullProgress | None:
    """Read one message of POST /images/create; None when it tells of no layer.

    Parameters:
        now: seconds since the epoch.
    """
    layer, status, detail = message.get("id"), str(message.get("status", "")), message.get("progressDetail")
    if not isinstance(layer, str) or not layer or status.startswith("Pulling from"):
        return None
    done = status.startswith(_ARRIVED)
    counted = isinstance(detail, dict) and status == "Downloading"
    current, total = (detail.get("current"), detail.get("total")) if counted and detail else (None, None)
    return PullProgress(
        now,
        image,
        layer,
        current if isinstance(current, int) and current >= 0 else 0,
        total if isinstance(total, int) and total > 0 else None,
        done,
    )


_HINTS = (
    (
        ("no such host", "dial tcp", "i/o timeout", "connection refused", "network is unreachable"),
        "The registry cannot be reached from the engine; is there a network?",
    ),
    (("toomanyrequests", "rate limit"), "The registry asks to wait, or to log in: %docker login"),
    (
        ("manifest unknown", "not found", "does not exist", "denied", "unauthorized"),
        "Is the name right? Private images need a login: %docker login",
    ),
    (("no matching manifest", "platform"), "The image is not made for this platform; --platform names another."),
)


def _refused(image: str, message: str) -> ContainerFailed:
    lower = message.lower()
    hint = next((hint for signs, hint in _HINTS if any(sign in lower for sign in signs)), "")
    return ContainerFailed(f"The image {image} cannot be fetched: {message.rstrip('.')}.", hint, exit_code=125)


def broken(error: OSError) -> ContainerFailed:
    """Say that the connection to the engine broke."""
    return ContainerFailed(f"The connection to the engine broke: {reason(error)}.", "See %docker_engine.", exit_code=125)
