"""Registry credentials, from Docker's own config file and credential helpers; never kept, never shown."""

from __future__ import annotations

DOCKER_HUB = ("docker.io", "index.docker.io", "registry-1.docker.io")
HUB_KEY = "https://index.docker.io/v1/"


def credentials_for(host: str) -> tuple[str, str]:
    """Give the user and the secret for a registry; both empty for an anonymous one.

    Parameters:
        host: the registry's host, with its port if it has one.

    Source: moby/buildkit session/auth: an identity token goes in the secret's place, with no user.
    """
    from docker.auth import load_config
    from docker.errors import DockerException

    try:
        config = load_config()
        found = config.resolve_authconfig(HUB_KEY if host in DOCKER_HUB else host) or {}
    except DockerException:
        # A helper that is broken or not installed is, for the registry, the same as no login.
        return "", ""
    token = found.get("IdentityToken") or found.get("identitytoken")
    if token:
        return "", str(token)
    user = found.get("username") or found.get("Username") or ""
    secret = found.get("password") or found.get("Password") or ""
    return str(user), str(secret)


def registry_config() -> str:
    """Give the X-Registry-Config header of the classic builder: all logins of Docker's config file, as base64 JSON.

    Source: Engine API, `POST /build`.
    """
    import base64
    import json

    from docker.auth import load_config
    from docker.errors import DockerException

    try:
        logins = load_config().get_all_credentials()
    except DockerException:
        logins = {}
    return base64.urlsafe_b64encode(json.dumps(logins).encode()).decode()
