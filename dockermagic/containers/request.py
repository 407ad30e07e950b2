"""What a container is asked to be, complete before any engine is touched."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dockermagic.containers.flags import CREATE, RUN
from dockermagic.containers.options.config import container_config
from dockermagic.containers.options.host import host_config
from dockermagic.containers.options.networks import Endpoint, endpoints, read_network
from dockermagic.containers.options.ports import publishing, taken_twice
from dockermagic.containers.options.references import check_image, read_platform
from dockermagic.containers.options.volumes import volumes
from dockermagic.errors import UsageError
from dockermagic.flags import Command, Parsed, parse, split

OURS = ("as", "ok-exit", "no-raise")


@dataclass(frozen=True, slots=True)
class RunRequest:
    """Everything that decides how a container is made, and how it is run.

    Parameters:
        words: the command line, split, without our own flags: what one would type after `docker run`.
        image: as typed.
        body: what the docker command line sends to POST /containers/create: Config, with HostConfig and NetworkingConfig.
        given: the long names of the flags on the line.
        env_names: the variables that -e sets: Docker's configured proxies do not replace them.
        name, platform: as the engine takes them; empty when not given.
        pull: "always", "missing" or "never"; quiet: without showing it.
        cidfile: the absolute path that the ID is written to; empty when none.
        attach: the streams that are connected, of "stdin", "stdout" and "stderr"; none when detached.
        save_as: the variable that receives the result; empty when none.
        ok_exits: exit codes that count as success besides 0; raises: whether any other one is an error.
    """

    words: tuple[str, ...]
    image: str
    body: Mapping[str, Any]
    given: tuple[str, ...] = ()
    env_names: tuple[str, ...] = ()
    name: str = ""
    platform: str = ""
    pull: str = "missing"
    quiet: bool = False
    cidfile: str = ""
    detach: bool = False
    attach: tuple[str, ...] = ()
    interactive: bool = False
    tty: bool = False
    auto_remove: bool = False
    sig_proxy: bool = True
    detach_keys: str = ""
    save_as: str = ""
    ok_exits: tuple[int, ...] = ()
    raises: bool = True

    @property
    def command(self) -> str:
        """The line as one would type it into a shell, after `docker run`."""
        return shlex.join(self.words)


def read_run(line: str, folder: Path, environ: Mapping[str, str], command: Command = RUN) -> RunRequest | None:
    """Turn the line of `%docker_run` into a request.

    Parameters:
        line: as typed.
        folder: the notebook's folder, which relative paths start from.
        environ: the environment, for variables without a value.
        command: the table to read it with; `CREATE` for `%docker create`.

    Returns:
        The request; None when --help was asked for.

    Raises:
        UsageError: Docker would not accept it either; says what to type.
    """
    words = split(line, command.name)
    parsed = parse(command, words)
    if parsed.help:
        return None
    try:
        return _request(parsed, words, folder, environ)
    except ValueError as error:
        raise UsageError(str(error), f"{command.name} --help says more.") from None


def read_create(line: str, folder: Path, environ: Mapping[str, str], command: Command = CREATE) -> RunRequest | None:
    """Turn the line of `%docker create` into a request; as `read_run`."""
    return read_run(line, folder, environ, command)


def _request(parsed: Parsed, words: list[str], folder: Path, environ: Mapping[str, str]) -> RunRequest:
    image = parsed.positionals[0]
    check_image(image)
    _refuse(parsed)
    body = _body(parsed, folder, environ)
    platform = parsed.text("platform") or environ.get("DOCKER_DEFAULT_PLATFORM", "")
    return RunRequest(
        words=without_ours(words, parsed),
        image=image,
        body=body,
        given=parsed.given,
        env_names=tuple(dict.fromkeys(each.partition("=")[0] for each in parsed.list("env"))),
        name=_name(parsed.text("name")),
        platform=read_platform(platform) if platform else "",
        pull=parsed.text("pull"),
        quiet=parsed.on("quiet"),
        cidfile=_cidfile(parsed.text("cidfile"), folder),
        detach=_on(parsed, "detach"),
        attach=tuple(each for each in ("stdin", "stdout", "stderr") if body[f"Attach{each.capitalize()}"]),
        interactive=parsed.on("interactive"),
        tty=parsed.on("tty"),
        auto_remove=parsed.on("rm"),
        sig_proxy=_on(parsed, "sig-proxy", default=True),
        detach_keys=str(parsed.values.get("detach-keys", "")),
        save_as=parsed.text("as"),
        ok_exits=ok_exits(parsed),
        raises=not _on(parsed, "no-raise"),
    )


def _on(parsed: Parsed, flag: str, *, default: bool = False) -> bool:
    """Give a switch that not every command has."""
    return parsed.on(flag) if flag in parsed.values else default


def ok_exits(parsed: Parsed) -> tuple[int, ...]:
    """Give the exit codes of --ok-exit."""
    return tuple(int(each) for each in parsed.list("ok-exit")) if "ok-exit" in parsed.values else ()


def _refuse(parsed: Parsed) -> None:
    """Refuse what contradicts itself, and what we do not carry out."""
    if parsed.on("use-api-socket"):
        raise UsageError(
            "--use-api-socket would hand your logins to the container; dockermagic does not do that.",
            "If the container needs the engine itself: -v /var/run/docker.sock:/var/run/docker.sock",
        )
    if not parsed.on("disable-content-trust"):
        raise UsageError("Signed images cannot be checked from here.", "Leave --disable-content-trust=false out.")
    if _on(parsed, "detach") and parsed.list("attach"):
        raise UsageError("--attach and --detach contradict each other.", "Leave one of them out.")


def _body(parsed: Parsed, folder: Path, environ: Mapping[str, str]) -> dict[str, Any]:
    config = container_config(parsed, folder, environ)
    host = host_config(parsed, folder, environ)
    exposed, bound = publishing(parsed.list("publish"), parsed.list("expose"))
    if "detach" in parsed.values and (clash := taken_twice(bound)):
        raise UsageError(f"One port cannot lead to two places: {clash}.", "Give each its own: -p 8080:80 -p 8081:81")
    anonymous, binds = volumes(parsed.list("volume"), folder, environ)
    networks = [read_network(each) for each in parsed.list("network")]
    mac = parsed.text("mac-address")
    more = Endpoint(
        "",
        aliases=parsed.list("network-alias"),
        links=parsed.list("link"),
        ip=parsed.text("ip"),
        ip6=parsed.text("ip6"),
        mac=mac,
        link_local=parsed.list("link-local-ip"),
    )
    host |= {"PortBindings": bound, "Binds": binds, "NetworkMode": networks[0].target if networks else "default"}
    config |= {"Volumes": anonymous} | ({"ExposedPorts": exposed} if exposed else {})
    return {**config, "HostConfig": host, "NetworkingConfig": {"EndpointsConfig": endpoints(networks, more)}}


def _name(name: str) -> str:
    plain = name.removeprefix("/")
    if name and not (plain[:1].isalnum() and plain.isascii() and not set(plain) - _NAME):
        raise UsageError(
            f"--name: “{name}” cannot be the name of a container.",
            "Write letters, digits, _ . and -, a letter or digit first: --name web-1",
        )
    return name


_NAME = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-")


def _cidfile(path: str, folder: Path) -> str:
    if not path:
        return ""
    found = folder / path
    if found.exists():
        raise UsageError(
            f"--cidfile {path}: the file exists already.", "Remove it, if its container is gone, or name another file."
        )
    if not found.parent.is_dir():
        raise UsageError(f"--cidfile {path}: the folder {found.parent} does not exist.", "Make it, or name another file.")
    return str(found)


def without_ours(words: list[str], parsed: Parsed) -> tuple[str, ...]:
    """Leave our own flags out of a split command line."""
    flags, rest = words[: len(words) - len(parsed.positionals)], words[len(words) - len(parsed.positionals) :]
    kept: list[str] = []
    skip = False
    for word in flags:
        name, equals, _ = word.removeprefix("--").partition("=")
        if skip:
            skip = False
        elif word.startswith("--") and name in OURS:
            skip = not equals and name != "no-raise"
        else:
            kept.append(word)
    return (*kept, *rest)
