"""`%compose` and `%%compose`: from the line to a request, complete before anything is run. Pure.

1. The words before the command are Compose's own flags; those with a value are known, so that the command is found.
2. `--as` and `--no-raise` are ours, and are taken out, wherever Compose's own flags may stand; never out of the words of a program
   that `exec` or `run` starts.
3. A cell is the Compose file, and goes to Compose's input: nothing is written to a disk. Paths in it count from the notebook's
   folder.
4. The project's name: -p, else COMPOSE_PROJECT_NAME, else `name:` in the file (left to Compose), else the notebook's name.
"""

from __future__ import annotations

import keyword
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from dockermagic.compose.flags import GLOBAL_SWITCHES, GLOBAL_VALUES, PROGRAM_VALUES, VERBS
from dockermagic.errors import UsageError
from dockermagic.flags import split

__all__ = ["ComposeRequest", "project_name", "read_compose"]

_WITHOUT_FILE = frozenset({"ls", "version"})


@dataclass(frozen=True, slots=True)
class ComposeRequest:
    """What was asked for.

    Parameters:
        verb: the command; `words`: what follows it, as typed, ours left out; `flags`: Compose's flags before it.
        cell: the Compose file's text; None when a file is meant.
        files: the files of -f.
        folder: where relative paths count from.
        project: the name that was asked for, with -p or COMPOSE_PROJECT_NAME; empty when none was.
        notebook: the name that the project gets if nobody asks for another one, and the file does not either.
        save_as: the variable that receives the result; `no_raise`: a failure is no exception.
    """

    verb: str
    words: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    cell: str | None = None
    files: tuple[str, ...] = ()
    folder: str = "."
    project: str = ""
    notebook: str = ""
    save_as: str = ""
    no_raise: bool = False

    def given(self, *names: str) -> bool:
        """Say whether one of these switches is on the line, also within a cluster such as -dV."""
        for word in self.words:
            if word == "--":
                return False
            name, equals, value = word.partition("=")
            if name in names:
                return not equals or value.lower() in ("true", "1", "t")
            if re.fullmatch(r"-[A-Za-z]{2,}", word) and any(f"-{letter}" in names for letter in word[1:]):
                return True
        return False

    @property
    def detached(self) -> bool:
        """Whether `up` returns while the services go on."""
        return self.given("-d", "--detach", "--wait")

    def before(self, name: str = "") -> list[str]:
        """Give the arguments that Compose gets before its command: project, file, its own flags.

        Parameters:
            name: the project's name; empty to leave it to Compose.
        """
        place = ["-f", "-", "--project-directory", self.folder] if self.cell is not None and not self._directory else []
        place = ["-f", "-"] if self.cell is not None and self._directory else place
        named = ["-p", name] if name else []
        return [*named, *place, *self.flags]

    def line(self, name: str = "") -> list[str]:
        """Give all arguments that Compose gets."""
        return [*self.before(name), self.verb, *self.words]

    @property
    def _directory(self) -> bool:
        return any(flag.startswith("--project-directory") for flag in self.flags)

    @property
    def command(self) -> str:
        """What would be typed in a terminal."""
        import shlex

        file = ["-f", "-"] if self.cell is not None else []
        return shlex.join(["docker", "compose", *file, *self.flags, self.verb, *self.words])


def project_name(notebook: str) -> str:
    """Give a name that Compose takes for a project: lower-case letters, digits, - and _, the first one a letter or a digit."""
    return re.sub(r"[^a-z0-9_-]+", "-", notebook.lower()).strip("-_") or "notebook"


def read_compose(
    line: str, cell: str | None, folder: str | Path, environ: Mapping[str, str], project: str
) -> ComposeRequest | None:
    """Read a line of `%compose`, or of `%%compose` with its cell; None when help is asked for.

    Parameters:
        cell: the Compose file's text; None for `%compose`.
        folder: the notebook's.
        project: the name that the notebook gives to a project.

    Raises:
        UsageError: the line has a slip.
    """
    words = split(line, "%compose" if cell is None else "%%compose")
    for prefix in (["docker", "compose"], ["docker-compose"], ["compose"]):  # a learner may well paste the whole line
        if words[: len(prefix)] == prefix:
            words = words[len(prefix) :]
    head, verb, rest = _parts(words, cell)
    if verb in ("--help", "-h", "help"):
        return None
    head, save_head, raise_head = _ours(head)
    rest, save_rest, raise_rest = _split_program(verb, rest)
    files, flags, named = _globals(head)
    if cell is not None and files:
        raise UsageError("The cell is the Compose file, and -f names another one.", "Use %compose, without a cell, for files.")
    if cell is not None and verb in _WITHOUT_FILE:
        raise UsageError(f"{verb} reads no Compose file.", f"Type it without a cell: %compose {verb}")
    save_as = save_rest or save_head
    if save_as and (not save_as.isidentifier() or keyword.iskeyword(save_as)):
        raise UsageError(f"--as {save_as}: that cannot be the name of a variable.", "Write letters, digits and _: --as stack")
    return ComposeRequest(
        verb, tuple(rest), tuple(flags), cell, tuple(files), str(folder),
        named or environ.get("COMPOSE_PROJECT_NAME", ""), project_name(project), save_as, raise_head or raise_rest,
    )  # fmt: skip


def _parts(words: list[str], cell: str | None) -> tuple[list[str], str, list[str]]:
    """Divide a line into Compose's flags, the command, and what follows it. A cell without a command means `up`."""
    at = 0
    while at < len(words):
        word = words[at]
        if word in GLOBAL_VALUES or word == "--as":
            at += 2
        elif word.partition("=")[0] in GLOBAL_VALUES or word in GLOBAL_SWITCHES or word.startswith(("--as=", "--no-raise")):
            at += 1
        elif word in VERBS or word in ("--help", "-h", "help"):
            return words[:at], word, words[at + 1 :]
        elif cell is not None:
            return words[:at], "up", words[at:]
        elif re.match(r"-[fp].", word):  # -fFILE
            at += 1
        else:
            raise _unknown(word)
    if cell is not None:
        return words, "up", []
    return words, "--help", []


def _unknown(word: str) -> UsageError:
    from difflib import get_close_matches

    near = get_close_matches(word, VERBS, n=1)
    hint = f"Did you mean %compose {near[0]}?" if near else "%compose --help lists the commands."
    what = "flag" if word.startswith("-") else "command"
    return UsageError(f"“{word}” is no {what} of Docker Compose.", hint)


def _ours(words: list[str]) -> tuple[list[str], str, bool]:
    kept: list[str] = []
    save_as, no_raise, at = "", False, 0
    while at < len(words):
        word = words[at]
        at += 1
        if word == "--as":
            if at == len(words):
                raise UsageError("--as needs a value, and the line ends there.", "For example: --as stack")
            save_as = words[at]
            at += 1
        elif word.startswith("--as="):
            save_as = word[5:]
        elif word == "--no-raise":
            no_raise = True
        else:
            kept.append(word)
    return kept, save_as, no_raise


def _split_program(verb: str, words: list[str]) -> tuple[list[str], str, bool]:
    """Take ours out of what follows the command; the words of a program are left alone."""
    values = PROGRAM_VALUES.get(verb)
    end = words.index("--") if "--" in words else len(words)
    if values is not None:
        at = 0
        while at < end and words[at].startswith("-") and words[at] != "-":
            at += 2 if words[at] in values or words[at] == "--as" else 1
        end = min(at, len(words))
    head, save_as, no_raise = _ours(words[:end])
    return head + words[end:], save_as, no_raise


def _globals(words: list[str]) -> tuple[list[str], list[str], str]:
    """Give the files of -f, all flags but -p, and the project's name of -p."""
    files: list[str] = []
    flags: list[str] = []
    named, at = "", 0
    while at < len(words):
        name, equals, value = words[at].partition("=")
        if name not in GLOBAL_VALUES and re.match(r"-[fp].", name) and not name.startswith("--"):
            name, equals, value = words[at][:2], "=", words[at][2:].removeprefix("=")
        at += 1
        if name in GLOBAL_VALUES and not equals:
            if at == len(words):
                raise UsageError(f"{name} needs a value, and the line ends there.", f"For example: {name} VALUE")
            value = words[at]
            at += 1
        kind = GLOBAL_VALUES.get(name, "")
        if kind == "project":
            named = value
            continue
        if kind == "file":
            files.append(value)
        flags += [name, value] if name in GLOBAL_VALUES else [name]
    return files, flags, named
