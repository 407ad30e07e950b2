"""The reference of all magics, made of the tables that their lines are read with: it cannot say anything else than they do.

python tools/reference.py        print it
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

from dockermagic import tabs
from dockermagic.commands.registry import verbs
from dockermagic.compose.flags import HELP
from dockermagic.console.main import parsers
from dockermagic.flags import Command, help_text
from dockermagic.magics import DockerMagic

__all__ = ["reference"]

_LEADS = {
    "Magics": "Each explains itself in a notebook as well: `%docker_run --help`, `%%dockerfile?`.",
    "%docker COMMAND": "What the docker command line has, through the Engine API. `%docker` alone lists them.",
}


def reference() -> str:
    """Give the whole reference as Markdown."""
    return "\n".join(["# Reference", "", "Made from the commands' own tables.", "", *_magics(), *_verbs(), *_console()])


def _magics() -> Iterator[str]:
    yield from ("## Magics", "", _LEADS["Magics"], "")
    known = tabs._commands()
    for name in sorted(DockerMagic.magics["line"] | DockerMagic.magics["cell"]):
        cell_only = name in DockerMagic.magics["cell"] and name not in DockerMagic.magics["line"]
        typed = f"%%{name}" if cell_only else f"%{name}"
        command = known.get(typed) or known.get(f"%{name}")
        if name == "docker":
            continue
        if name == "compose":
            yield from (f"### `{typed}`", "", "```text", HELP.rstrip(), "```", "")
        elif command is None:
            raise LookupError(f"{typed} has no table of flags")
        else:
            yield from _section(typed, command)
    yield from _configuration()


def _configuration() -> Iterator[str]:
    yield from ("### Configuration", "", "`%config DockerMagic.NAME = VALUE`, or `c.DockerMagic.NAME` in a file of IPython's.", "")
    for name, trait in sorted(DockerMagic.class_own_traits(config=True).items()):
        yield f"- `{name}` (`{trait.default_value!r}`): {trait.help}"
    yield ""


def _verbs() -> Iterator[str]:
    yield from ("## `%docker COMMAND`", "", _LEADS["%docker COMMAND"], "")
    for verb in {id(verb): verb for verb in verbs().values()}.values():
        others = [f"`%docker {name}`" for name in verb.names[1:]]
        yield from _section(f"%docker {verb.names[0]}", verb.command, f"Also: {', '.join(others)}." if others else "")


def _section(typed: str, command: Command, more: str = "") -> Iterator[str]:
    yield from (f"### `{typed}`", "", *([more, ""] if more else []), "```text", help_text(command).rstrip(), "```", "")


def _console() -> Iterator[str]:
    yield from ("## The script `dockermagic`", "", "For authors and instructors, in a terminal.", "")
    for name, each in parsers().items():
        yield from (f"### `dockermagic {name}`", "", "```text", each.format_help().rstrip(), "```", "")


if __name__ == "__main__":
    sys.stdout.write(reference())
