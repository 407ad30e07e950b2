"""`%docker pull`, `push` and `login`, `logout`.

Sources: docker/cli cli/command/image/pull.go and push.go, cli/command/registry/login.go; Engine API POST /images/create, /auth.
"""

from __future__ import annotations

import base64
import getpass
import json
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any
from urllib.parse import quote, urlencode

from dockermagic.commands.call import Call, Told, Verb
from dockermagic.commands.follow import asked, follow
from dockermagic.commands.hints import for_image
from dockermagic.commands.transfer import Transfer, changed
from dockermagic.commands.transfer_view import TransferDrawer
from dockermagic.containers.options.references import registry_of, split_image
from dockermagic.engine.credentials import HUB_KEY, credentials_for, forget, keep
from dockermagic.engine.http import Exchange
from dockermagic.errors import EngineError, UsageError
from dockermagic.flags import Command, Example, Flag

__all__ = ["VERBS"]

LONGEST = 1 << 20
_HINTS = (
    (
        ("no such host", "dial tcp", "i/o timeout", "connection refused", "unreachable"),
        "Can the engine reach the registry? Is there a network?",
    ),
    (("toomanyrequests", "rate limit"), "The registry asks to wait, or to log in: %docker login"),
    (
        ("denied", "unauthorized", "authentication required", "no basic auth"),
        "Is the name right? Private images need a login: %docker login",
    ),
    (("manifest unknown", "not found", "does not exist"), "Is the name right, and its tag?"),
    (("no matching manifest", "platform"), "The image is not made for this platform; --platform names another."),
)


def _login_header(image: str) -> dict[str, str]:
    """Give the header that carries the login for an image's registry; what cannot be read counts as none."""
    host = registry_of(image)
    try:
        user, secret = credentials_for(host)
    except EngineError:
        user = secret = ""
    if not secret:
        # The engine wants the header for a push even when nobody is logged in.
        return {"X-Registry-Auth": base64.urlsafe_b64encode(b"{}").decode()}
    login = {"username": user, "password": secret} if user else {"identitytoken": secret}
    packed = json.dumps({**login, "serveraddress": host}).encode()
    return {"X-Registry-Auth": base64.urlsafe_b64encode(packed).decode()}


def _messages(exchange: Exchange) -> Iterator[dict[str, Any]]:
    rest = b""
    for data in exchange:
        *lines, rest = (rest + data).split(b"\n")
        rest = rest if len(rest) < LONGEST else b""
        for line in (*lines, *([rest] if rest.endswith(b"}") else [])):
            try:
                message = json.loads(line)
            except (ValueError, RecursionError):
                continue
            rest = b"" if line is rest else rest
            if isinstance(message, dict):
                yield message


def _moving(call: Call, path: str, image: str, hold: Callable[[Exchange], None]) -> Iterator[Callable[[Transfer, float], Transfer]]:
    with asked(call, "POST", path, hold, _login_header(image)) as exchange:
        for message in _messages(exchange):
            detail = message.get("errorDetail")
            error = message.get("error") or (detail.get("message") if isinstance(detail, dict) else "")
            if error:
                raise EngineError(str(error), _hint(str(error)))
            yield lambda transfer, _, message=message: changed(transfer, message)  # type: ignore[misc]  # a default, to keep this message


def _hint(message: str) -> str:
    lower = message.lower()
    return next((hint for signs, hint in _HINTS if any(sign in lower for sign in signs)), "")


def _transfer(direction: str, call: Call) -> Transfer | Told:
    image = call.names[0]
    name, tag = split_image(image)
    shown = " ".join(["docker", direction, *call.words])
    if direction == "pull":
        query = {"fromImage": name, **({} if call.on("all-tags") else {"tag": tag})}
        query |= {"platform": call.parsed.text("platform")} if call.parsed.text("platform") else {}
        path = f"/images/create?{urlencode(query)}"
    else:
        path = f"/images/{quote(name, safe='/:')}/push" + ("" if call.on("all-tags") else f"?{urlencode({'tag': tag})}")
    begun = Transfer(image, shown, "pull" if direction == "pull" else "push", time.time())
    try:
        if call.on("quiet"):
            for _ in _moving(call, path, image, lambda _: None):
                pass
            return Told(f"{image}\n", image)
        ended = follow(call, partial(_moving, call, path, image), begun, TransferDrawer())
    except EngineError as error:
        hint = error.hint or _hint(error.message) or (for_image(call, error, image) if direction == "push" else "")
        raise EngineError(error.message, hint, status=error.status) from error
    if ended.how == "interrupted":
        raise KeyboardInterrupt
    return ended


def _server(call: Call) -> str:
    server = call.names[0] if call.names else ""
    host = server.removeprefix("https://").removeprefix("http://").rstrip("/")
    return HUB_KEY if host in ("", "docker.io", "index.docker.io", "index.docker.io/v1") else host


def _login(call: Call) -> Told:
    server, parsed = _server(call), call.parsed
    user, secret = parsed.text("username"), parsed.text("password")
    if parsed.on("password-stdin"):
        if call.cell is None:
            raise UsageError(
                "--password-stdin reads the cell below the line.", "Write %%docker login …, and the password in the cell."
            )
        secret = call.cell.strip("\r\n")
    if not user:
        user = _prompt("Username: ", hidden=False)
    if not secret:
        secret = _prompt("Password: ", hidden=True)
    if not user or not secret:
        raise UsageError("A user name and a password are needed.", "%docker login -u NAME asks for the password.")
    answer = call.ask("POST", "/auth", body={"username": user, "password": secret, "serveraddress": server})
    where = keep(server, user, secret, str((answer or {}).get("IdentityToken") or ""))
    shown = f"{(answer or {}).get('Status') or 'Login Succeeded'}\n"
    if parsed.text("password"):
        sys.stderr.write("The password stands in this cell, and is saved with the notebook: remove it. -u alone asks for it.\n")
    return Told(shown + where)


def _prompt(text: str, *, hidden: bool) -> str:
    try:
        return getpass.getpass(text) if hidden else input(text)
    except (EOFError, OSError, RuntimeError) as error:
        raise UsageError("There is nobody to ask for the user name and password.", "Give them: -u NAME --password-stdin") from error
    except Exception as error:  # a kernel whose front end cannot ask raises an error of its own
        if type(error).__name__ != "StdinNotImplementedError":
            raise
        raise UsageError("This front end cannot ask for a password.", "Give it: %%docker login -u NAME --password-stdin") from error


def _logout(call: Call) -> Told:
    server = _server(call)
    return Told(f"Removing login credentials for {server}\n" if forget(server) else f"Not logged in to {server}\n")


_QUIET = Flag("quiet", "q", "bool", help="Print only the name.")
_PLATFORM = Flag("platform", metavar="OS/ARCH", example="linux/arm64", help="For another platform than the engine's.")

VERBS = (
    Verb(
        ("pull", "image pull"),
        Command(
            "%docker pull",
            "[OPTIONS] NAME[:TAG|@DIGEST]",
            "Fetch an image from a registry, layer by layer; layers that are here already are not fetched again.",
            (Flag("all-tags", "a", "bool", help="Every tag of the repository."), _PLATFORM, _QUIET),
            least=1,
            most=1,
            examples=(Example("%docker pull nginx", "from Docker Hub"),),
        ),
        partial(_transfer, "pull"),
    ),
    Verb(
        ("push", "image push"),
        Command(
            "%docker push",
            "[OPTIONS] NAME[:TAG]",
            "Send an image to the registry that its name begins with; layers that are there already are not sent again.",
            (Flag("all-tags", "a", "bool", help="Every tag of the repository."), _QUIET),
            least=1,
            most=1,
            examples=(Example("%docker push localhost:5000/my-app:1", "to a registry on this machine"),),
        ),
        partial(_transfer, "push"),
    ),
    Verb(
        ("login",),
        Command(
            "%docker login",
            "[OPTIONS] [SERVER]",
            "Log in to a registry; Docker Hub when none is named.",
            (
                Flag("username", "u", metavar="NAME", help="Who."),
                Flag("password", "p", metavar="PASSWORD", help="It is saved with the notebook; better leave it out, and be asked."),
                Flag("password-stdin", kind="bool", help="The password is the cell below the line."),
            ),
            most=1,
        ),
        _login,
        reads_cell=True,
    ),
    Verb(("logout",), Command("%docker logout", "[SERVER]", "Forget the login of a registry.", (), most=1), _logout),
)
