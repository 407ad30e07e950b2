"""The command line of `%%dockerfile`, turned into a request."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from keyword import iskeyword
from pathlib import Path
from typing import Literal, cast

from dockermagic.builds.flags import DOCKERFILE, ELSEWHERE, read_secret
from dockermagic.builds.request import BuildRequest, Secret
from dockermagic.errors import UsageError
from dockermagic.flags import Parsed, parse


def read_options(line: str, cell: str, folder: Path, environ: Mapping[str, str]) -> BuildRequest | None:
    """Turn the line and the cell of `%%dockerfile` into a request, without touching any engine.

    Parameters:
        line, cell: as typed.
        folder: the notebook's folder, which is the context when none is named.
        environ: the environment, for build arguments and secrets that come from it.

    Returns:
        The request; None when --help was asked for.

    Raises:
        UsageError: says what to type instead.
    """
    parsed = parse(DOCKERFILE, line)
    if parsed.help:
        return None
    _refuse_elsewhere(parsed)
    context = _context(parsed, folder)
    write = _write(parsed)
    return BuildRequest(
        dockerfile=cell,
        context=context,
        tags=parsed.list("tag"),
        labels=tuple(_label(value) for value in parsed.list("label")),
        build_args=tuple(_argument(value, environ) for value in parsed.list("build-arg")),
        secrets=tuple(check_secret(value, environ) for value in parsed.list("secret")),
        target=parsed.text("target"),
        platform=parsed.text("platform"),
        network=parsed.text("network"),
        builder=parsed.text("builder"),
        add_hosts=parsed.list("add-host"),
        no_cache=parsed.on("no-cache"),
        pull=parsed.on("pull"),
        quiet=parsed.on("quiet") or parsed.text("progress") == "quiet",
        progress=cast(Literal["auto", "plain", "tty", "quiet"], parsed.text("progress")),
        save_as=_save_as(parsed),
        write=write,
        dockerfile_path=_inside(write, context),
        predict=parsed.on("predict"),
    )


def _refuse_elsewhere(parsed: Parsed) -> None:
    for name in parsed.given:
        if name in ELSEWHERE:
            raise UsageError(
                f"--{name} is a flag of docker build that a cell does not take: {ELSEWHERE[name]}.",
                "See %%dockerfile? for those that it does.",
            )


def _save_as(parsed: Parsed) -> str:
    name = parsed.text("as")
    if name and (not name.isidentifier() or iskeyword(name)):
        raise UsageError(f"--as {name}: “{name}” cannot be the name of a variable.", "Write letters, digits and _: --as build")
    return name


def _write(parsed: Parsed) -> str:
    """Give the absolute path that the cell is saved to; empty when it is not."""
    named = parsed.text("write")
    if not named:
        return ""
    path = os.path.abspath(os.path.expanduser(named))
    if not os.path.isdir(os.path.dirname(path)):
        raise UsageError(f"--write {named}: the folder “{os.path.dirname(path)}” does not exist.", "Make it, or name another path.")
    if os.path.isdir(path):
        raise UsageError(f"--write {named} is a folder.", f"Name a file in it: --write {named.rstrip('/')}/Dockerfile")
    return path


def _context(parsed: Parsed, folder: Path) -> str | None:
    named = parsed.text("context")
    if parsed.positionals:
        if named and named != parsed.positionals[0]:
            raise UsageError(f"Two contexts were named: {named} and {parsed.positionals[0]}.", "Leave one of them out.")
        named = parsed.positionals[0]
    if parsed.on("no-context") or named == "-":
        if parsed.on("no-context") and named not in ("", "-"):
            raise UsageError(f"--no-context and the context {named} exclude each other.", "Leave one of them out.")
        return None
    path = Path(os.path.abspath(os.path.expanduser(named))) if named else folder
    return check_context(path, named or str(folder))


def check_context(path: Path, named: str) -> str:
    """Give a context's absolute path.

    Raises:
        UsageError: there is no such folder; says what would be one.
    """
    if re.match(r"(https?|git|ssh)://|git@", named):
        raise UsageError(
            f"The context {named} is remote; a cell takes a folder.", "Fetch it first: !git clone URL, then --context FOLDER"
        )
    if path.is_dir():
        return str(path)
    if path.exists():
        raise UsageError(
            f"The context {named} is a file.", f"Name the folder that it is in: --context {os.path.dirname(named) or '.'}"
        )
    near = path.parent
    there = sorted(each.name for each in near.iterdir() if each.is_dir() and not each.name.startswith(".")) if near.is_dir() else []
    seen = f" In {near} there are: {', '.join(there[:8])}." if there else ""
    raise UsageError(
        f"The context {named} does not exist.{seen}", "Give a folder that does: --context ./app, or - for an empty context."
    )


def _inside(path: str, context: str | None) -> str:
    if not path or context is None or os.path.dirname(path) != context:
        return ""
    return os.path.basename(path)


def _label(value: str) -> tuple[str, str]:
    key, _, text = value.partition("=")
    return key, text


def _argument(value: str, environ: Mapping[str, str]) -> tuple[str, str | None]:
    name, equals, text = value.partition("=")
    return name, text if equals else environ.get(name)


def check_secret(value: str, environ: Mapping[str, str]) -> Secret:
    """Read the value of --secret, and see that the file or the variable is there.

    Raises:
        UsageError: it cannot be read, or names nothing; says what to write.
    """
    try:
        secret = read_secret(value, environ)
    except ValueError as error:
        raise UsageError(f"--secret {value}: {error}.", "Write id=NAME,src=FILE or id=NAME,env=VARIABLE.") from error
    if secret.env and secret.env not in environ:
        raise UsageError(
            f"--secret {value}: the environment has no variable {secret.env}.",
            f"Set it in a cell of its own: %env {secret.env}=…, or import os and use getpass",
        )
    if secret.src:
        path = os.path.abspath(os.path.expanduser(secret.src))
        if not os.path.isfile(path):
            raise UsageError(
                f"--secret {value}: the file {secret.src} does not exist.",
                f"Write id={secret.id},src=FILE or id={secret.id},env=VARIABLE.",
            )
        secret = Secret(secret.id, path, "")
    return secret
