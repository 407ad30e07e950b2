"""Completing inside a Dockerfile: instructions, their flags, stages, variables, files of the context."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from dockermagic.completions.lines import Offer, cell_names, matching, paths
from dockermagic.completions.values import PLATFORMS, SIGNALS
from dockermagic.completions.world import World

__all__ = ["INSTRUCTIONS", "offers"]

INSTRUCTIONS: Mapping[str, str] = {
    "FROM": "begin a stage with an image",
    "RUN": "run a command, keep what it changes as a layer",
    "COPY": "copy files of the context, or of another stage",
    "ADD": "copy files; fetch addresses, unpack archives",
    "CMD": "what a container runs if nothing else is asked for",
    "ENTRYPOINT": "what a container always runs",
    "ENV": "set a variable, in the build and in containers",
    "ARG": "declare a variable of the build",
    "WORKDIR": "go to a folder, make it if it is not there",
    "USER": "run what follows as this user",
    "EXPOSE": "say which port the program listens on",
    "VOLUME": "keep this folder outside the container",
    "LABEL": "note something about the image",
    "HEALTHCHECK": "how to tell that the program is well",
    "SHELL": "the shell of RUN, CMD and ENTRYPOINT",
    "STOPSIGNAL": "the signal that asks the program to end",
    "ONBUILD": "an instruction for images that are made from this one",
    "MAINTAINER": "who made it; LABEL has taken its place",
}

FLAGS: Mapping[str, Mapping[str, str]] = {
    "FROM": {"--platform=": "the image for another platform"},
    "RUN": {"--mount=": "lend files to this step", "--network=": "the network of this step", "--security=": "insecure or sandbox"},
    "COPY": {
        "--from=": "copy out of a stage or an image",
        "--chown=": "owner of the copies",
        "--chmod=": "mode of the copies",
        "--link": "a layer of its own, whatever is below",
        "--parents": "keep the folders above",
        "--exclude=": "leave these out",
    },
    "ADD": {
        "--chown=": "owner of the copies",
        "--chmod=": "mode of the copies",
        "--link": "a layer of its own, whatever is below",
        "--checksum=": "what the fetched file must be",
        "--keep-git-dir=": "keep .git of a repository",
        "--exclude=": "leave these out",
    },
    "HEALTHCHECK": {
        "--interval=": "time between two checks",
        "--timeout=": "time that a check may take",
        "--start-period=": "time to start in",
        "--start-interval=": "time between two checks while it starts",
        "--retries=": "failures in a row that count",
    },
}
VALUES: Mapping[str, tuple[str, ...]] = {
    "--network=": ("default", "none", "host"),
    "--security=": ("sandbox", "insecure"),
    "--platform=": ("$BUILDPLATFORM", "$TARGETPLATFORM", *PLATFORMS),
}
MOUNTS = {
    "type=cache": "kept from build to build",
    "type=bind": "files of the context or a stage",
    "type=secret": "a secret that is lent",
    "type=ssh": "the ssh agent",
    "type=tmpfs": "memory",
}
MOUNT_KEYS = (
    "target=",
    "source=",
    "from=",
    "id=",
    "sharing=",
    "readonly",
    "rw",
    "required",
    "mode=",
    "uid=",
    "gid=",
    "env=",
    "size=",
)

_CONTINUED = re.compile(r"\\\s*$")
_COMMENT = re.compile(r"^\s*#")
_HEREDOC = re.compile(r"<<-?\s*([\"']?)(\w+)\1")
_VARIABLE = re.compile(r"\$\{?(\w*)$", re.ASCII)
_DECLARED = re.compile(r"^\s*(?:ARG|ENV)\s+([A-Za-z_]\w*)", re.IGNORECASE | re.MULTILINE)


def offers(before: str, cell: str, context: str, world: World) -> tuple[list[Offer], int]:
    """Give what fits at the cursor, and how many characters before it are replaced.

    Parameters:
        before: the Dockerfile up to the cursor; `cell`: the whole of it.
        context: the build context as the magic's line names it, empty for the one that goes without saying.
    """
    line = _instruction(before)
    if line is None:
        return [], 0
    word = re.split(r"\s", line)[-1]
    if variable := _VARIABLE.search(word):
        names = sorted({*_DECLARED.findall(cell), "PATH", "TARGETARCH", "TARGETPLATFORM", "BUILDPLATFORM"})
        return list(matching(((name, "variable") for name in names), variable[1])), len(variable[1])
    words = line.split()
    done = words[:-1] if word else words
    while done and done[0].upper() == "ONBUILD":
        done = done[1:]
    if not done:
        return list(matching(INSTRUCTIONS.items(), word.upper())), len(word)
    found = list(_after(done[0].upper(), done[1:], word, before, (context, world)))
    return found, _replaced(word)


def _replaced(word: str) -> int:
    """Give how much of the word a value takes the place of: what follows the last "=" of a flag, or the comma in --mount."""
    if word.startswith("--mount="):
        word = word[len("--mount=") :].rpartition(",")[2]
        return len(word.partition("=")[2]) if word.startswith("from=") else len(word)
    return len(word.partition("=")[2]) if word.startswith("--") and "=" in word else len(word)


def _instruction(before: str) -> str | None:
    """Give the instruction that is being written, its lines joined; nothing in a comment or a here-document."""
    ends: list[str] = []
    joined = ""
    lines = before.split("\n")
    for number, line in enumerate(lines):
        last = number == len(lines) - 1
        if ends:
            if line.strip() == ends[0] and not last:
                ends.pop(0)
            continue
        if _COMMENT.match(line):
            if last:
                return None
            continue
        joined += line
        if not last and _CONTINUED.search(line):
            joined = _CONTINUED.sub(" ", joined)
        elif not last:
            ends = [found[1] for found in _HEREDOC.findall(joined)] if re.match(r"\s*(RUN|COPY|ADD)\b", joined, re.I) else []
            joined = ""
    return None if ends else joined


def _after(name: str, done: list[str], word: str, before: str, place: tuple[str, World]) -> Iterator[Offer]:
    """Give what fits after an instruction's name and the words that are done."""
    context, world = place
    if word.startswith("--mount="):
        yield from _mount(word[len("--mount=") :], before)
    elif word.startswith("--") and "=" in word:
        flag = word[: word.index("=") + 1]
        value = word[len(flag) :]
        if flag == "--from=":
            yield from _sources(value, before, world)
        yield from matching(((known, flag.strip("-=")) for known in VALUES.get(flag, ())), value)
    elif word.startswith("-"):
        if all(flag.startswith("--") for flag in done):
            yield from matching(FLAGS.get(name, {}).items(), word)
    else:
        yield from _arguments(name, [other for other in done if not other.startswith("--")], word, before, place)
        if name in ("COPY", "ADD") and not any(other.startswith("--from=") for other in done):
            yield from paths(word.lstrip("/"), context, world)


def _arguments(name: str, done: list[str], word: str, before: str, place: tuple[str, World]) -> Iterator[Offer]:
    if name == "FROM" and not done:
        yield from _sources(word, before, place[1])
        yield from matching([("scratch", "nothing at all")], word)
    elif name == "FROM" and len(done) == 1:
        yield from matching([("AS", "name this stage")], word.upper())
    elif name == "STOPSIGNAL" and not done:
        yield from matching(((signal, "signal") for signal in SIGNALS), word)
    elif name == "HEALTHCHECK" and not done:
        yield from matching([("CMD", "the command that checks"), ("NONE", "no check")], word.upper())


def _sources(word: str, before: str, world: World) -> Iterator[Offer]:
    yield from matching(((stage, "stage") for stage in cell_names("target", before)), word)
    yield from matching(((image, "image") for image in world.names("image")), word)


def _mount(value: str, before: str) -> Iterator[Offer]:
    key = value.rpartition(",")[2]
    if key.startswith("from="):
        yield from matching(((stage, "stage") for stage in cell_names("target", before)), key[len("from=") :])
    elif "," in value:
        yield from matching(((known, "part of the mount") for known in MOUNT_KEYS), key)
    else:
        yield from matching(MOUNTS.items(), key)
