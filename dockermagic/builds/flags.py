"""The flags of `%%dockerfile`: Docker's own of `docker build`, and ours."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping

from dockermagic.builds.request import Secret
from dockermagic.flags import Command, Example, Flag

PROGRESS = ("auto", "plain", "tty", "quiet")
# Source: distribution/reference: a name in small letters with an optional registry before it, and an optional tag behind.
PART = r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*"
TAG = re.compile(rf"(?:[a-zA-Z0-9.\-\[\]:]+(?::\d+)?/)?{PART}(?:/{PART})*(?::[\w][\w.-]{{0,127}})?", re.ASCII)


def check_tag(value: str) -> None:
    """Refuse what is no name for an image.

    Raises:
        ValueError: says what one looks like.
    """
    if not TAG.fullmatch(value):
        lower = value.lower()
        better = (
            f"write it in small letters: {lower}"
            if lower != value and TAG.fullmatch(lower)
            else "tags look like hello:1 or registry:5000/team/hello:1"
        )
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
        (
            "allow",
            "annotation",
            "attest",
            "build-context",
            "cache-from",
            "cache-to",
            "call",
            "cgroup-parent",
            "check",
            "cpu-period",
        ),
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
        Flag("tag", "t", "list", "NAME[:TAG]", "Name the image; may be given several times.", example="hello:1", check=check_tag),
        Flag(
            "build-arg",
            "",
            "list",
            "NAME[=VALUE]",
            "Set a variable that the Dockerfile declares with ARG.",
            example="VERSION=3",
            check=_pair,
        ),
        Flag("target", "", "string", "STAGE", "Build up to this stage of a multi-stage Dockerfile.", example="build"),
        Flag("no-cache", "", "bool", help="Run every step again, whatever the cache holds."),
        Flag("pull", "", "bool", help="Ask the registry for newer base images."),
        Flag("label", "", "list", "KEY=VALUE", "Put a label on the image.", example="maintainer=me", check=_pair),
        Flag(
            "platform",
            "",
            "string",
            "OS/ARCH",
            "Build for another platform, such as linux/arm64; several need --builder.",
            example="linux/arm64",
        ),
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
        Flag(
            "progress",
            "",
            "string",
            "KIND",
            "auto: the timeline; plain: lines of text.",
            default="auto",
            example="plain",
            check=_progress,
        ),
        Flag(
            "builder",
            "",
            "string",
            "NAME",
            "Build with this buildx builder (needs docker and its buildx plugin).",
            example="mybuilder",
        ),
        Flag("quiet", "q", "bool", help="Show nothing but the image's ID."),
        Flag(
            "context",
            "",
            "string",
            "DIR",
            "The folder that COPY and ADD read; the notebook's own when not given, - for an empty one. PATH is the same.",
            ours=True,
            example="./app",
        ),
        Flag("no-context", "", "bool", help="Build with an empty context.", ours=True),
        Flag("as", "", "string", "NAME", "Put the result into this variable.", ours=True, example="build"),
        Flag("write", "", "string", "PATH", "Save the cell as a file, too.", ours=True, example="Dockerfile"),
        Flag("predict", "", "bool", help="Ask first which steps will run, and say afterwards who was right.", ours=True),
        *(
            Flag(
                name,
                "f" if name == "file" else "",
                "bool" if name in ("load", "push", "squash", "compress", "check") else "string",
                hidden=True,
            )
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
        (
            "The cell below the line is the Dockerfile. The result is also the cell's value (_): build.steps holds, for each "
            "instruction, .name, .line, .stage, .status (cached, ran, failed, skipped, cancelled, metadata), .seconds, .bytes, "
            ".log, .digest and .cause, which says why it ran; build.image_id, .tags, .size, .seconds and .succeeded the whole. "
            "build.save(PATH) keeps it as JSON; dockermagic.Build.load(PATH) draws it again. build.predict() says what would run."
        ),
        (
            "A failed build stops Run All. In a lesson that fails on purpose, give the cell the tag raises-exception. Interrupt "
            "the kernel to cancel a build."
        ),
        (
            "Images get two labels (dev.dockermagic.notebook, dev.dockermagic.version), so that what a notebook made can be found "
            "and removed."
        ),
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
