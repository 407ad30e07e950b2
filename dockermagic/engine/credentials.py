"""Registry credentials, from Docker's own config file and credential helpers; never kept, never shown.

docker-py reads them too, but waits for a helper without end, and stumbles over entries that the docker CLI skips.
Source: docker/cli, cli/config/configfile and cli/config/credentials; docker/docker-credential-helpers for the helpers.
"""

from __future__ import annotations

import base64
import contextlib
import json
import os
import shutil
import signal
import subprocess
from pathlib import Path
from typing import Any

from dockermagic.errors import EngineError

DOCKER_HUB = ("docker.io", "index.docker.io", "registry-1.docker.io")
HUB_KEY = "https://index.docker.io/v1/"
TOKEN_USER = "<token>"  # noqa: S105  # what a helper gives in the user's place when the secret is an identity token
HELPER_WITHIN = 20.0
"""Seconds that a helper has: it may ask somebody to unlock a keychain."""

Login = dict[str, str]
"""What is known of a login: "username" and "password", or "identitytoken"."""


def credentials_for(host: str) -> tuple[str, str]:
    """Give the user and the secret for a registry; both empty for an anonymous one.

    Parameters:
        host: the registry's host, with its port if it has one.

    Raises:
        EngineError: the config file or the helper cannot be used; says why, and never what it holds.

    Source: moby/buildkit session/auth: an identity token goes in the secret's place, with no user.
    """
    key = HUB_KEY if host in DOCKER_HUB else host
    config = docker_config()
    helper = _section(config, "credHelpers").get(key) or config.get("credsStore")
    login = _ask(str(helper), key) if helper else {}
    login = login or _from_file(_section(config, "auths"), key)
    if login.get("identitytoken"):
        return "", login["identitytoken"]
    return login.get("username", ""), login.get("password", "")


def registry_config() -> str:
    """Give the X-Registry-Config header of the classic builder: all logins of Docker's config file, as base64 JSON.

    Raises:
        EngineError: as for `credentials_for`.

    Source: Engine API, `POST /build`.
    """
    config = docker_config()
    logins = {key: _from_file(_section(config, "auths"), key) for key in _section(config, "auths")}
    helpers = {str(key): str(helper) for key, helper in _section(config, "credHelpers").items()}
    store = config.get("credsStore")
    if store:
        helpers = {**dict.fromkeys(_run(str(store), "list", ""), str(store)), **helpers}
    logins.update({key: login for key, helper in helpers.items() if (login := _ask(helper, key))})
    return base64.urlsafe_b64encode(json.dumps({key: login for key, login in logins.items() if login}).encode()).decode()


def docker_config() -> dict[str, Any]:
    """Read Docker's config file; an empty one when there is none.

    Raises:
        EngineError: it cannot be read, or is damaged.
    """
    path = Path(os.environ.get("DOCKER_CONFIG", "") or Path.home() / ".docker") / "config.json"
    try:
        config = json.loads(path.read_bytes())
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except OSError as error:
        raise EngineError(f"Docker's config file {path} cannot be read: {error.strerror}. So nobody is logged in.") from error
    except (ValueError, RecursionError):
        config = None
    if not isinstance(config, dict):
        # No "from": what the parser says may quote the file, and the file holds secrets.
        raise EngineError(f"Docker's config file {path} is not JSON. So nobody is logged in.") from None
    return config


def _section(config: dict[str, Any], name: str) -> dict[str, Any]:
    found = config.get(name)
    return found if isinstance(found, dict) else {}


def _from_file(auths: dict[str, Any], key: str) -> Login:
    """Give the login that the config file itself holds; an entry that cannot be read counts as none."""
    entry = auths.get(key)
    if entry is None:
        entry = next((each for name, each in auths.items() if _host(name) == _host(key)), None)
    if not isinstance(entry, dict):
        return {}
    if isinstance(token := entry.get("identitytoken"), str) and token:
        return {"identitytoken": token}
    user, password = entry.get("username"), entry.get("password")
    if isinstance(packed := entry.get("auth"), str) and packed:
        with contextlib.suppress(ValueError):
            user, _, password = base64.b64decode(packed).decode().partition(":")
            password = password.rstrip("\0")
    return {"username": user, "password": password} if isinstance(user, str) and isinstance(password, str) and user else {}


def _host(key: str) -> str:
    return key.removeprefix("https://").removeprefix("http://").partition("/")[0]


def _ask(helper: str, key: str) -> Login:
    """Ask a helper for one login; none when it knows of none."""
    found = _run(helper, "get", key)
    user, secret = str(found.get("Username") or ""), str(found.get("Secret") or "")
    if user == TOKEN_USER:
        return {"identitytoken": secret}
    return {"username": user, "password": secret} if user or secret else {}


def _run(helper: str, verb: str, text: str) -> dict[str, Any]:
    """Run a credential helper; {} when it says that it has nothing.

    Raises:
        EngineError: it is not installed, fails, or does not answer in time. What it printed is not repeated: it may hold secrets.
    """
    name = f"docker-credential-{helper}"
    program = shutil.which(name) if os.path.basename(helper) == helper else None
    if program is None:
        raise EngineError(
            f"Docker's config file names the credential helper {name}, which is not installed. So nobody is logged in."
        )
    try:
        # In a group of its own: an interrupt is not meant for it, and what it starts is ended with it.
        process = subprocess.Popen(
            [program, verb],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    except OSError as error:
        raise EngineError(f"The credential helper {name} cannot be run: {error.strerror}. So nobody is logged in.") from error
    with process:
        try:
            said, _ = process.communicate(text.encode(), timeout=HELPER_WITHIN)
        except subprocess.TimeoutExpired:
            _end(process)
            raise EngineError(
                f"The credential helper {name} did not answer within {HELPER_WITHIN:.0f} s. So nobody is logged in."
            ) from None
    if process.returncode:
        if b"credentials not found" in said:
            return {}
        raise EngineError(f"The credential helper {name} failed (exit code {process.returncode}). So nobody is logged in.")
    try:
        found = json.loads(said or b"{}")
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise EngineError(f"The credential helper {name} gave no JSON. So nobody is logged in.") from None
    return found


def _end(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(OSError):
        if os.name == "nt":
            process.kill()
        else:
            os.killpg(process.pid, signal.SIGKILL)


def keep(key: str, user: str, secret: str, token: str = "") -> str:
    """Keep a login as `docker login` does: with the credential helper if one is configured, else in Docker's config file.

    Parameters:
        key: the registry: its host, or Docker Hub's key.
        token: an identity token that the registry gave, which then takes the password's place.

    Returns:
        A sentence that says where it is kept, when that should be known.

    Raises:
        EngineError: it cannot be kept.
    """
    config = docker_config()
    helper = _section(config, "credHelpers").get(key) or config.get("credsStore")
    if helper:
        login = {"ServerURL": key, "Username": TOKEN_USER if token else user, "Secret": token or secret}
        _run(str(helper), "store", json.dumps(login))
        return ""
    entry = {"auth": base64.b64encode(f"{user}:{'' if token else secret}".encode()).decode()}
    _write(config, {**_section(config, "auths"), key: {**entry, **({"identitytoken": token} if token else {})}})
    return "The password is kept unencrypted in Docker's config file: no credential helper is configured.\n"


def forget(key: str) -> bool:
    """Forget a login, and say whether there was one.

    Raises:
        EngineError: it cannot be removed.
    """
    config = docker_config()
    helper = _section(config, "credHelpers").get(key) or config.get("credsStore")
    if helper and _ask(str(helper), key):
        _run(str(helper), "erase", key)
        return True
    auths = _section(config, "auths")
    if key not in auths:
        return False
    _write(config, {name: entry for name, entry in auths.items() if name != key})
    return True


def _write(config: dict[str, Any], auths: dict[str, Any]) -> None:
    """Write Docker's config file anew, whole or not at all, readable by its owner only."""
    path = Path(os.environ.get("DOCKER_CONFIG", "") or Path.home() / ".docker") / "config.json"
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with open(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            json.dump({**config, "auths": auths}, file, indent="\t")
        beside.replace(os.path.realpath(path))
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise EngineError(f"Docker's config file {path} cannot be written: {error.strerror}.") from error
