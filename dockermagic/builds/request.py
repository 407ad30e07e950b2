"""What a build is asked to do, complete before any engine is touched."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Secret:
    """A build secret by reference: its id and the file or environment variable that holds it, never its value."""

    id: str
    src: str = ""
    env: str = ""


@dataclass(frozen=True, slots=True)
class BuildRequest:
    """Everything that decides a build.

    Parameters:
        dockerfile: the Dockerfile's text.
        context: the context's absolute path, or None for an empty context.
        tags, labels, build_args: as given, in order; a build argument's value is None when it is to come from the environment
            and the environment has none.
        secrets: references to secrets.
        target, platform, network, builder: as Docker names them; empty when not given.
        add_hosts: "host:ip" lines.
        no_cache, pull, quiet: as Docker's flags.
        progress: "auto", "plain", "tty" or "quiet".
        save_as: the variable that receives the result; empty when none.
        write: the path that the Dockerfile is also saved to; empty when none.
        dockerfile_path: the name of the Dockerfile relative to the context when the text was read from (or saved into) it,
            so that `Dockerfile.dockerignore` is found; empty for a cell.
        predict: whether to ask first which steps will run.
    """

    dockerfile: str
    context: str | None = None
    tags: tuple[str, ...] = ()
    labels: tuple[tuple[str, str], ...] = ()
    build_args: tuple[tuple[str, str | None], ...] = ()
    secrets: tuple[Secret, ...] = ()
    target: str = ""
    platform: str = ""
    network: str = ""
    builder: str = ""
    add_hosts: tuple[str, ...] = ()
    no_cache: bool = False
    pull: bool = False
    quiet: bool = False
    progress: Literal["auto", "plain", "tty", "quiet"] = "auto"
    save_as: str = ""
    write: str = ""
    dockerfile_path: str = ""
    predict: bool = False
