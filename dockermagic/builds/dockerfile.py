"""A Dockerfile as data: its instructions, and the stages they make."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

from dockermagic.builds import checks
from dockermagic.builds.syntax import Heredoc, Reader, Statement
from dockermagic.builds.words import Lexer, WordError
from dockermagic.errors import DockerfileError

__all__ = ["Dockerfile", "Heredoc", "Instruction", "StageSource", "expand_base", "read_dockerfile"]

DOCKERS_FRONTEND = re.compile(r"(^|/)docker/dockerfile[\w.-]*(:|@|$)")


@dataclass(frozen=True, slots=True)
class Instruction:
    """One instruction.

    `keyword` is in capitals; `name` is the instruction as written, heredoc bodies included; `line`, `last_line` and `column`
    count from 1; `arguments` are what follows keyword and flags, continued lines joined; `flags` are written "--from=build";
    `stage` is the index of its stage, -1 before the first FROM.
    """

    keyword: str
    name: str
    line: int
    last_line: int
    column: int = 1
    arguments: str = ""
    flags: tuple[str, ...] = ()
    heredocs: tuple[Heredoc, ...] = ()
    stage: int = -1

    def flag(self, name: str) -> tuple[str, ...]:
        """Give the values of a flag, in order: `flag("mount")`."""
        prefix = f"--{name}="
        return tuple(flag.removeprefix(prefix) for flag in self.flags if flag.startswith(prefix))


@dataclass(frozen=True, slots=True)
class StageSource:
    """A stage as written: `name` in small letters ("stage-1" when `named` is False), `base` with its variables not expanded."""

    index: int
    name: str
    base: str
    platform: str
    line: int
    named: bool


@dataclass(frozen=True, slots=True)
class Dockerfile:
    """A Dockerfile that was read.

    `directives` are the `# syntax=`, `# escape=` and `# check=` lines, as pairs of name and value. `frontend` is the image that
    `# syntax=` names, empty when there is none; `foreign` says that it is not Docker's own, so that anything may stand in the file.
    """

    text: str
    instructions: tuple[Instruction, ...]
    stages: tuple[StageSource, ...]
    directives: tuple[tuple[str, str], ...] = ()
    frontend: str = ""
    escape: str = "\\"

    @property
    def foreign(self) -> bool:
        """Whether another frontend than Docker's reads this file."""
        return bool(self.frontend) and not DOCKERS_FRONTEND.search(self.frontend)

    def global_arguments(self, given: Mapping[str, str] | None = None) -> dict[str, str]:
        """Give the values of the ARGs above the first FROM.

        Parameters:
            given: build arguments, and the platform arguments (TARGETARCH…) where they are known.
        """
        given = given or {}
        values = {name: value for name, value in given.items() if name in PLATFORM_ARGUMENTS}
        for instruction in self.instructions:
            if instruction.stage >= 0:
                break
            if instruction.keyword != "ARG":
                continue
            for word in checks.parse_words(instruction.arguments, self.escape):
                name, equals, value = word.partition("=")
                if name in given:
                    values[name] = given[name]
                elif equals:
                    try:
                        values[name] = Lexer(values, escape=self.escape).expand(value)
                    except WordError:
                        values.pop(name, None)
        return values


PLATFORM_ARGUMENTS = frozenset(
    f"{side}{what}" for side in ("BUILD", "TARGET") for what in ("PLATFORM", "OS", "OSVERSION", "ARCH", "VARIANT", "STAGE")
)


def read_dockerfile(text: str) -> Dockerfile:
    """Read a Dockerfile as BuildKit does.

    Parameters:
        text: the whole file.
    Raises:
        DockerfileError: BuildKit would refuse it; the message says where and why. A file whose `# syntax=` directive names
            another frontend than Docker's is never refused, unless it is empty.
    Source: https://github.com/moby/buildkit, frontend/dockerfile/parser and frontend/dockerfile/instructions.
    """
    if not text.strip():
        raise DockerfileError("The Dockerfile is empty.", "Begin with the image to start from: FROM busybox", line=1)
    frontend = _frontend(text)
    blank = Dockerfile(text, (), (), frontend=frontend)
    reader = Reader(text, lenient=blank.foreign)
    instructions: list[Instruction] = []
    stages: list[StageSource] = []
    for statement in reader.statements():
        if not blank.foreign:
            checks.check(statement, bool(stages), reader.escape)
        if statement.word.upper() == "FROM":
            stages.append(_stage(statement, len(stages)))
        instructions.append(_instruction(statement, len(stages) - 1))
    if not blank.foreign:
        checks.check_whole(len(instructions), len(stages), text)
    return Dockerfile(text, tuple(instructions), tuple(stages), tuple(reader.directives), frontend, reader.escape)


def _instruction(statement: Statement, stage: int) -> Instruction:
    return Instruction(
        statement.word.upper(),
        statement.source,
        statement.line,
        statement.last_line,
        statement.column,
        statement.arguments,
        statement.flags,
        statement.heredocs,
        stage,
    )


def _stage(statement: Statement, index: int) -> StageSource:
    words = statement.arguments.split()
    named = len(words) == 3 and words[1].upper() == "AS"
    platform = next((flag.partition("=")[2] for flag in statement.flags if flag.startswith("--platform=")), "")
    name = words[2].lower() if named else f"stage-{index}"
    return StageSource(index, name, words[0] if words else "", platform, statement.line, named)


def expand_base(dockerfile: Dockerfile, base: str, values: Mapping[str, str]) -> tuple[str, bool]:
    """Expand the variables in what a FROM names.

    Parameters:
        values: the global arguments, from `Dockerfile.global_arguments`.
    Returns:
        the name, and whether every variable in it was known.
    """
    lexer = Lexer(values, escape=dockerfile.escape)
    try:
        expanded = lexer.expand(base)
    except WordError:
        return base, False
    return expanded, not (lexer.unset - set(values))


def _frontend(text: str) -> str:
    """Find the frontend that a file asks for: `# syntax=`, `// syntax=`, or a member of a JSON object, below a #! line or not."""
    text = text.removeprefix("\ufeff")
    if text.startswith("#!"):
        text = text.partition("\n")[2]
    for mark in ("#", "//"):
        for line in text.split("\n"):
            match = line.startswith(mark) and re.fullmatch(r"\s*([a-zA-Z][a-zA-Z0-9]*)\s*=\s*(.+?)\s*", line[len(mark) :])
            if not match or match[1].lower() not in ("syntax", "escape", "check"):
                break
            if match[1].lower() == "syntax":
                return str(match[2].split(" ")[0])
    if text.lstrip().startswith("{"):
        try:
            found = json.loads(text)
        except (ValueError, RecursionError):
            return ""
        syntax = found.get("syntax") if isinstance(found, dict) else ""
        return syntax if isinstance(syntax, str) else ""
    return ""
