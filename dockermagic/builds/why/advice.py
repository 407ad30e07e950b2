"""A better order of the instructions, where one is safe and would have saved time.

1. A step that ran again only because a COPY above it brought changed files is looked at when it took a second or more.
2. It may go above that COPY when it is known to need nothing of what the COPY brings but the files that are copied first: an
   installer of a language's packages with its lists of packages, or the system's package manager.
3. Nothing but instructions without a layer may stand between the two, and the COPY must be a plain "COPY . FOLDER".
4. Lists of packages that refer to other files, or run the project's own scripts, make it unsafe; then nothing is advised.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from dockermagic.builds.cause import Advice, Cause
from dockermagic.builds.dockerfile import Dockerfile, Instruction
from dockermagic.builds.why.sentences import named
from dockermagic.views.units import seconds_text

__all__ = ["advise"]

WORTH = 1.0
"""Seconds below which no advice is given."""

Read = Callable[[str], str | None]


@dataclass(frozen=True, slots=True)
class _Installer:
    """A command, what it must have, what it takes when it is there, and what tells whether it needs nothing else."""

    command: re.Pattern[str]
    needs: tuple[str, ...]
    takes: tuple[str, ...]
    harmless: Callable[[Read], bool]


_OWN_SCRIPTS = frozenset(
    {"preinstall", "install", "postinstall", "prepare", "prepublish", "preprepare", "postprepare", "dependencies"}
)


def _package_json(read: Read) -> bool:
    try:
        found = json.loads(read("package.json") or "")
    except (ValueError, RecursionError):
        return False
    if not isinstance(found, dict) or "workspaces" in found:
        return False
    scripts = found.get("scripts") or {}
    text = json.dumps(found)
    return isinstance(scripts, dict) and not _OWN_SCRIPTS & scripts.keys() and '"file:' not in text and '"link:' not in text


def _lines(name: str, unsafe: str) -> Callable[[Read], bool]:
    expression = re.compile(unsafe, re.MULTILINE)

    def harmless(read: Read) -> bool:
        text = read(name)
        return text is not None and expression.search(text) is None

    return harmless


_WORD = r"(?:\s+--?[\w-]+(?:=[\w./:-]+)?)*"
INSTALLERS = (
    _Installer(
        re.compile(rf"npm\s+(?:install|ci|i){_WORD}"),
        ("package.json",),
        ("package-lock.json", "npm-shrinkwrap.json", ".npmrc"),
        _package_json,
    ),
    _Installer(re.compile(rf"yarn(?:\s+install)?{_WORD}"), ("package.json", "yarn.lock"), (".yarnrc", ".npmrc"), _package_json),
    _Installer(re.compile(rf"pnpm\s+(?:install|i){_WORD}"), ("package.json", "pnpm-lock.yaml"), (".npmrc",), _package_json),
    _Installer(
        re.compile(rf"(?:python3?\s+-m\s+)?pip3?\s+install{_WORD}\s+(?:-r\s+|--requirement[ =])requirements\.txt{_WORD}"),
        ("requirements.txt",),
        (),
        _lines("requirements.txt", r"^\s*(?:-[ercf]|--(?:editable|requirement|constraint|find-links)|[./~]|\S*file:)|@\s*file:"),
    ),
    _Installer(re.compile(r"go\s+mod\s+download"), ("go.mod",), ("go.sum",), _lines("go.mod", r"=>\s*\.")),
    _Installer(
        re.compile(rf"bundle\s+install{_WORD}"), ("Gemfile",), ("Gemfile.lock",), _lines("Gemfile", r"path|gemspec|eval|read")
    ),
    _Installer(
        re.compile(
            r"(?:apk\s+(?:--?[\w-]+\s+)*(?:update\s*&&\s*apk\s+)?add|(?:apt-get\s+update\s*&&\s*)apt-get\s+(?:-[\w-]+\s+)*install)"
            r"(?:\s+(?:--?[\w-]+|[a-z0-9][\w.+-]*(?:=[\w.+:~-]+)?))+(?:\s*&&\s*rm\s+-rf\s+/var/lib/apt/lists/\*)?"
        ),
        (),
        (),
        lambda read: True,
    ),
)


def advise(dockerfile: Dockerfile, causes: Mapping[int, Cause], seconds: Mapping[int, float], read: Read) -> Advice | None:
    """Give a better order for the build that was made, None when none is known to be safe.

    Parameters:
        causes: of the steps that ran; `seconds`: how long each step took; `read`: gives a file of the context, None without it.
    """
    for index, cause in causes.items():
        blamed = cause.step
        if (
            cause.kind != "above"
            or blamed is None
            or seconds.get(index, 0.0) < WORTH
            or index not in range(len(dockerfile.instructions))
        ):
            continue
        above = causes.get(blamed)
        if above is None or above.kind != "files-changed" or not above.certain:
            continue
        found = _reordered(dockerfile, blamed, index, {each.path for each in above.changes}, read)
        if found is not None:
            what = named(dockerfile.instructions[index].arguments, 60)
            text = f"{what} ran again: {seconds_text(seconds[index])} that a different order would have saved."
            return Advice(text, seconds[index], found)
    return None


def _reordered(dockerfile: Dockerfile, copy: int, run: int, changed: set[str], read: Read) -> str | None:
    one, other = dockerfile.instructions[copy], dockerfile.instructions[run]
    between = dockerfile.instructions[copy + 1 : run]
    dest = _plain_copy(one)
    if dest is None or other.keyword != "RUN" or other.flags or other.heredocs or one.stage != other.stage:
        return None
    if any(each.keyword not in ("ENV", "ARG", "LABEL", "EXPOSE") for each in between):
        return None
    command = re.sub(r"\\\n", " ", other.arguments).strip()
    installer = next((each for each in INSTALLERS if each.command.fullmatch(command)), None)
    if installer is None or any(read(each) is None for each in installer.needs) or not installer.harmless(read):
        return None
    first = [*installer.needs, *(each for each in installer.takes if read(each) is not None)]
    if changed & set(first):
        return None
    lines = dockerfile.text.split("\n")
    flags = "".join(f" {flag}" for flag in one.flags)
    head = [f"COPY{flags} {' '.join(first)} {dest}"] if first else []
    moved = lines[one.last_line : other.last_line]
    return "\n".join([*lines[: one.line - 1], *head, *moved, *lines[one.line - 1 : one.last_line], *lines[other.last_line :]])


def _plain_copy(instruction: Instruction) -> str | None:
    """Give where a "COPY . FOLDER" copies to, as a folder; None for any other instruction."""
    words = instruction.arguments.split()
    if instruction.keyword != "COPY" or len(words) != 2 or words[0] not in (".", "./") or "$" in words[1]:
        return None
    if any(not flag.startswith(("--chown=", "--chmod=")) for flag in instruction.flags):
        return None
    return words[1] if words[1].endswith("/") else f"{words[1]}/"
