"""What Python programs call."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from dockermagic import session
from dockermagic.builds.cell import build_quietly
from dockermagic.builds.flags import check_tag
from dockermagic.builds.model import Build
from dockermagic.builds.options import check_context, check_secret
from dockermagic.builds.request import BuildRequest
from dockermagic.errors import UsageError

if TYPE_CHECKING:
    from dockermagic.engine import Engine


def build(
    text: str,
    *,
    tag: str | Iterable[str] = (),
    context: str | os.PathLike[str] | None = ".",
    build_args: Mapping[str, str | None] | None = None,
    target: str = "",
    labels: Mapping[str, str] | None = None,
    secrets: Iterable[str] = (),
    no_cache: bool = False,
    pull: bool = False,
    platform: str = "",
    network: str = "",
    add_hosts: Iterable[str] = (),
    builder: str = "",
    engine: Engine | None = None,
) -> Build:
    """Build a Dockerfile, as `%%dockerfile` does, without a picture while it goes on; the result draws one.

    Parameters:
        text: the Dockerfile's text.
        tag: a name for the image, or several.
        context: the folder that COPY and ADD take files from; None for an empty one.
        build_args, labels: by name; a build argument that is None comes from the environment.
        secrets: as for `docker build --secret`: "id=ID,src=FILE" or "id=ID,env=VAR".
        target, platform, network, builder, add_hosts, no_cache, pull: as for `docker build`.
        engine: where to build; the one that is found when not given.

    Raises:
        UsageError, DockerfileError: before any engine is touched.
        EngineNotFound: there is no engine.
        BuildFailed: the build failed; the exception carries it.
    """
    try:
        folder = None if context is None else check_context(Path(os.path.abspath(context)), os.fspath(context))
    except FileNotFoundError as error:
        raise UsageError("The working directory was removed.", "Name the context by its full path, or go elsewhere: %cd") from error
    tags = (tag,) if isinstance(tag, str) else tuple(tag)
    for name in tags:
        try:
            check_tag(name)
        except ValueError as error:
            raise UsageError(f"tag: {error}.", 'Tags look like "hello:1".') from error
    arguments = tuple((name, os.environ.get(name) if value is None else value) for name, value in (build_args or {}).items())
    request = BuildRequest(
        dockerfile=text,
        context=folder,
        tags=tags,
        labels=(*(labels or {}).items(), *session.labels()),
        build_args=arguments,
        secrets=tuple(check_secret(value, os.environ) for value in secrets),
        target=target,
        platform=platform,
        network=network,
        builder=builder,
        add_hosts=tuple(add_hosts),
        no_cache=no_cache,
        pull=pull,
    )
    return build_quietly(request, engine or session.CURRENT.engine)
