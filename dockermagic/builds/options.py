"""The command line of `%%dockerfile`: Docker's flags of `docker build`, and ours."""

from __future__ import annotations

import csv
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Literal, cast

from dockermagic.builds.request import BuildRequest, Secret
from dockermagic.errors import UsageError
from dockermagic.flags import Command, Example, Flag, Parsed, parse

PROGRESS = ("auto", "plain", "tty", "quiet", "rawjson")
# Source: distribution/reference: a name in small letters with an optional registry before it, and an optional tag behind.
PART = r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*"
TAG = re.compile(rf"(?:[a-zA-Z0-9.\-\[\]:]+(?::\d+)?/)?{PART}(?:/{PART})*(?::[\w][\w.-]{{0,127}})?", re.ASCII)


def _tag(value: str) -> None:
    if not TAG.fullmatch(value):
        lower = value.lower()
        better = f"write it in small letters: {lower}" if lower != value and TAG.fullmatch(lower) else "tags look like hello:1 or registry:5000/team/hello:1"
        raise ValueError(f"“{value}” is no name for an image; {better}")


def _progress(value: str) -> None:
    if value not in PROGRESS:
        raise ValueError(f"it is one of {', '.join(PROGRESS)}")


def _pair(value: str) -> None:
    if not value or value.startswith("="):
        raise ValueError("a name comes first, as in NAME=VALUE")


def _host(value: str) -> None:
    if not re.fullmatch(r"[^:=\s]+[:=]\S+", value):
        raise ValueError("it is written name:address, as in db:10.0.0.5")


def _secret_words(value: str) -> None:
    read_secret(value, {})


# Flags of `docker build` that a cell does not take, and why; the text ends a sentence.
ELSEWHERE: Mapping[str, str] = {
    "file": "the cell is the Dockerfile, so there is no other to name; --write PATH saves the cell to a file",
    "output": "the image goes to the engine; take files out of it with a container",
    "load": "the image always goes to the engine",
    "push": "a cell builds; push the image afterwards",
    **dict.fromkeys(
        ("allow", "annotation", "attest", "build-context", "cache-from", "cache-to", "call", "cgroup-parent", "check", "cpu-period"),
        "%%dockerfile does not carry it out",
    ),
    **dict.fromkeys(
        ("cpu-quota", "cpu-shares", "cpuset-cpus", "cpuset-mems", "iidfile", "isolation", "memory", "memory-swap", "metadata-file"),
        "%%dockerfile does not carry it out",
    ),
    **dict.fromkeys(
        ("no-cache-filter", "provenance", "sbom", "security-opt", "shm-size", "squash", "ssh", "ulimit", "compress"),
        "%%dockerfile does not carry it out",
    ),
}

DOCKERFILE = Command(
    name="%%dockerfile",
    usage="[OPTIONS] [PATH]",
    summary="Build the cell as a Dockerfile, for real, on this machine's Docker Engine, and watch every step of it.",
    flags=(
        Flag("tag", "t", "list", "NAME[:TAG]", "Name the image; may be given several times.", example="hello:1", check=_tag),
        Flag("build-arg", "", "list", "NAME[=VALUE]", "Set a variable that the Dockerfile declares with ARG.", example="VERSION=3", check=_pair),
        Flag("target", "", "string", "STAGE", "Build up to this stage of a multi-stage Dockerfile.", example="build"),
        Flag("no-cache", "", "bool", help="Run every step again, whatever the cache holds."),
        Flag("pull", "", "bool", help="Ask the registry for newer base images."),
        Flag("label", "", "list", "KEY=VALUE", "Put a label on the image.", example="maintainer=me", check=_pair),
        Flag("platform", "", "string", "OS/ARCH", "Build for another platform, such as linux/arm64; several need --builder.", example="linux/arm64"),
        Flag(
            "secret",
            "",
            "list",
            "id=ID[,src=FILE|,env=VAR]",
            "Lend a secret to RUN --mount=type=secret; it does not end up in the image.",
            example="id=token,env=TOKEN",
            check=_secret_words,
        ),
        Flag("network", "", "string", "MODE", "Network of the RUN steps: default, none or host.", example="none"),
        Flag("add-host", "", "list", "HOST:IP", "Make a host name known to the RUN steps.", example="db:10.0.0.5", check=_host),
        Flag("progress", "", "string", "KIND", "auto: the timeline; plain: lines of text.", default="auto", example="plain", check=_progress),
        Flag("builder", "", "string", "NAME", "Build with this buildx builder (needs docker and its buildx plugin).", example="mybuilder"),
        Flag("quiet", "q", "bool", help="Show nothing but the image's ID."),
        Flag(
            "context",
            "",
            "string",
            "DIR",
            "The folder that COPY and ADD take files from; the notebook's own when not given, - for an empty one. PATH means the same.",
            ours=True,
            example="./app",
        ),
        Flag("no-context", "", "bool", help="Build with an empty context.", ours=True),
        Flag("as", "", "string", "NAME", "Put the result into this variable.", ours=True, example="build"),
        Flag("write", "", "string", "PATH", "Save the cell as a file, too.", ours=True, example="Dockerfile"),
        *(
            Flag(name, "f" if name == "file" else "", "bool" if name in ("load", "push", "squash", "compress", "check") else "string", hidden=True)
            for name in ELSEWHERE
        ),
    ),
    most=1,
    examples=(
        Example("%%dockerfile -t hello:1", "build with the notebook's folder as context"),
        Example("%%dockerfile -t api:dev --target dev --context ./api", "one stage, another folder"),
        Example("%%dockerfile -t hello:1 --no-cache --as build", "run every step; keep the result in `build`"),
        Example("%%dockerfile --secret id=token,env=TOKEN -t private:1", "lend a secret, keep it out of the image"),
    ),
    notes=(
        "The cell below the line is the Dockerfile. The result is also the cell's value (_): build.steps holds, for each instruction, .name, .line, "
        ".stage, .status (cached, ran, failed, skipped, cancelled, metadata), .seconds, .bytes, .log and .digest; build.image_id, .tags, .size, "
        ".seconds and .succeeded the whole. build.save(PATH) keeps it as JSON; dockermagic.Build.load(PATH) draws it again.",
        "A failed build stops Run All. In a lesson that fails on purpose, give the cell the tag raises-exception. Interrupt the kernel to "
        "cancel a build.",
        "Images get two labels (dev.dockermagic.notebook, dev.dockermagic.version), so that what a notebook made can be found and removed.",
    ),
)


def read_secret(value: str, environ: Mapping[str, str]) -> Secret:
    """Read the value of --secret.

    Parameters:
        value: "id=ID", with ",src=FILE", ",env=VAR" or neither: then the variable of that name counts, else the file.
        environ: the environment.

    Raises:
        ValueError: it is not of that form.
    """
    parts = next(csv.reader([value]), [])
    found: dict[str, str] = {}
    for part in parts:
        key, equals, text = part.partition("=")
        key = {"source": "src"}.get(key.lower(), key.lower())
        if not equals or key not in ("id", "src", "env", "type"):
            raise ValueError("it is written id=NAME,src=FILE or id=NAME,env=VARIABLE")
        found[key] = text
    if found.get("type", "file") not in ("file", "env"):
        raise ValueError("its type is file or env")
    if not found.get("id"):
        raise ValueError("it needs an id: id=NAME,src=FILE")
    if found.get("type") == "env" and "src" in found and "env" not in found:
        found["env"] = found.pop("src")
    if not found.get("src") and not found.get("env"):
        found["env" if found["id"] in environ else "src"] = found["id"]
    return Secret(found["id"], "" if found.get("env") else found["src"], found.get("env", ""))


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
    for name in parsed.given:
        if name in ELSEWHERE:
            raise UsageError(f"--{name} is a flag of docker build that a cell does not take: {ELSEWHERE[name]}.", "See %%dockerfile? for those that it does.")
    save_as = parsed.text("as")
    if save_as and not save_as.isidentifier():
        raise UsageError(f"--as {save_as}: “{save_as}” cannot be the name of a variable.", "Write letters, digits and _: --as build")
    context = _context(parsed, folder)
    write = os.path.abspath(os.path.expanduser(parsed.text("write"))) if parsed.text("write") else ""
    if write and not os.path.isdir(os.path.dirname(write)):
        raise UsageError(f"--write {parsed.text('write')}: the folder “{os.path.dirname(write)}” does not exist.", "Make it first, or name another path.")
    if write and os.path.isdir(write):
        raise UsageError(f"--write {parsed.text('write')} is a folder.", f"Name a file in it: --write {parsed.text('write').rstrip('/')}/Dockerfile")
    return BuildRequest(
        dockerfile=cell,
        context=context,
        tags=parsed.list("tag"),
        labels=tuple(_label(value) for value in parsed.list("label")),
        build_args=tuple(_argument(value, environ) for value in parsed.list("build-arg")),
        secrets=tuple(_secret(value, environ) for value in parsed.list("secret")),
        target=parsed.text("target"),
        platform=parsed.text("platform"),
        network=parsed.text("network"),
        builder=parsed.text("builder"),
        add_hosts=parsed.list("add-host"),
        no_cache=parsed.on("no-cache"),
        pull=parsed.on("pull"),
        quiet=parsed.on("quiet") or parsed.text("progress") == "quiet",
        progress=cast(Literal["auto", "plain", "tty", "quiet", "rawjson"], parsed.text("progress")),
        save_as=save_as,
        write=write,
        dockerfile_path=_inside(write, context),
    )


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
        raise UsageError(f"The context {named} is remote; a cell takes a folder.", "Fetch it first: !git clone URL, then --context FOLDER")
    if path.is_dir():
        return str(path)
    if path.exists():
        raise UsageError(f"The context {named} is a file.", f"Name the folder that it is in: --context {os.path.dirname(named) or '.'}")
    near = path.parent
    there = sorted(each.name for each in near.iterdir() if each.is_dir() and not each.name.startswith(".")) if near.is_dir() else []
    seen = f" In {near} there are: {', '.join(there[:8])}." if there else ""
    raise UsageError(f"The context {named} does not exist.{seen}", "Give a folder that does: --context ./app, or - for an empty context.")


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


def _secret(value: str, environ: Mapping[str, str]) -> Secret:
    secret = read_secret(value, environ)
    if secret.env and secret.env not in environ:
        raise UsageError(
            f"--secret {value}: the environment has no variable {secret.env}.", f"Set it in a cell of its own: %env {secret.env}=…, or import os and use getpass"
        )
    if secret.src:
        path = os.path.abspath(os.path.expanduser(secret.src))
        if not os.path.isfile(path):
            raise UsageError(f"--secret {value}: the file {secret.src} does not exist.", f"Write id={secret.id},src=FILE or id={secret.id},env=VARIABLE.")
        secret = Secret(secret.id, path, "")
    return secret
