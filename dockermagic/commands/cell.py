"""`%docker` from the line to the answer that is shown."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from difflib import get_close_matches
from keyword import iskeyword
from pathlib import Path
from shutil import which
from typing import Any

from dockermagic import leftovers
from dockermagic.commands.call import AS, Call, Session, Told, Verb
from dockermagic.commands.listing import Listing
from dockermagic.commands.plans import Plan
from dockermagic.commands.registry import verbs
from dockermagic.errors import ContainerFailed, EngineError, RunCancelled, UsageError
from dockermagic.flags import help_text, parse, split
from dockermagic.views import shown
from dockermagic.views.show import running_shell

__all__ = ["carry_out", "found_verb", "run_docker", "show"]

_REMOVING = {"prune", "rm", "remove", "down", "leave", "uninstall"}
"""Words of the docker CLI's commands that remove things."""


def found_verb(words: list[str]) -> tuple[Verb | None, list[str]]:
    """Find the command that a line begins with, and give it with the words after its name; the longest name counts."""
    table = verbs()
    for length in (2, 1):
        verb = table.get(" ".join(words[:length]))
        if verb is not None and len(words) >= length:
            return verb, words[length:]
    return None, words


def run_docker(
    line: str, session: Session, shell: Any, labels: tuple[tuple[str, str], ...], folder: Path, cell: str | None = None
) -> Any:
    """Carry out a line of `%docker`, show its answer, and give it; None when help was asked for, or nothing is to be said.

    Parameters:
        labels: what is put on all that is made.
        folder: the notebook's.
        cell: the cell below the line.

    Raises:
        UsageError: the line has a slip, or the command is not known.
        DockerMagicError: what the command raises.
    """
    words = split(line, "%docker")
    # A learner may well paste the whole line.
    words = words[1:] if words[:1] == ["docker"] else words
    if not words or words[0] in ("--help", "-h", "help"):
        from dockermagic.commands.registry import overview

        sys.stdout.write(overview())
        return None
    verb, rest = found_verb(words)
    if verb is None:
        return _by_cli(words, session, folder)
    return carry_out(verb, rest, session, shell, labels, folder, cell)


def carry_out(
    verb: Verb,
    words: list[str],
    session: Session,
    shell: Any,
    labels: tuple[tuple[str, str], ...],
    folder: Path,
    cell: str | None = None,
) -> Any:
    """Carry out one command, show its answer, keep it in the variable that `--as` names, and give it; see `run_docker`."""
    command = verb.command if verb.command.named("as") else replace(verb.command, flags=(*verb.command.flags, AS))
    parsed = parse(command, words)
    if parsed.help:
        sys.stdout.write(help_text(command))
        return None
    if cell is not None and not verb.reads_cell:
        raise UsageError(f"{command.name} reads no cell.", f"Write {command.name} with one %, and the rest in a cell of its own.")
    keep_as = parsed.text("as")
    if keep_as and (not keep_as.isidentifier() or iskeyword(keep_as)):
        raise UsageError(
            f"--as {keep_as}: “{keep_as}” cannot be the name of a variable.", "Write letters, digits and _: --as answer"
        )
    if verb.makes:
        leftovers.note(dict(labels))
    call = Call(verb, parsed, tuple(words), session, shell, labels, folder, os.environ, cell)
    try:
        answer = verb.run(call)
    except (ContainerFailed, RunCancelled) as ended:
        _keep(shell, keep_as, ended.container)
        raise
    except KeyboardInterrupt:
        raise RunCancelled(f"{command.name} was interrupted. What the engine had begun goes on there.") from None
    if answer is not None:
        show(answer, call)
    _keep(shell, keep_as, answer)
    return answer


def _keep(shell: Any, name: str, value: Any) -> None:
    if name and shell is not None and value is not None:
        shell.user_ns[name] = value


def show(answer: Any, call: Call) -> None:
    """Show an answer where the cell is, once; what the command has shown itself is shown."""
    if shown.marked(answer):
        return
    if isinstance(answer, Told):
        sys.stdout.write(answer.text)
    elif isinstance(answer, Listing):
        _show_listing(answer, call)
    elif isinstance(answer, Plan):
        _show_plan(answer)
    elif hasattr(answer, "_repr_mimebundle_") and isinstance(answer, shown.ShownOnce):
        _draw(answer)
    shown.mark(answer)


def _draw(answer: Any) -> None:
    """Show something that knows how it looks."""
    if getattr(running_shell(), "kernel", None) is None:
        sys.stdout.write(f"{answer._repr_mimebundle_()['text/plain']}\n")
        return
    from IPython.display import display

    display(answer._repr_mimebundle_(), raw=True)  # type: ignore[no-untyped-call]  # IPython has no types


def _show_listing(listing: Listing, call: Call) -> None:
    shell = call.shell if call.shell is not None else running_shell()
    if getattr(shell, "kernel", None) is None or not listing.tabular or not listing.rows:
        sys.stdout.write(listing.text)
        return
    from dockermagic.commands.browsing import show_listing

    show_listing(call, listing)


def _show_plan(plan: Plan) -> None:
    shell = running_shell()
    if getattr(shell, "kernel", None) is None:
        sys.stdout.write(f"{plan!r}\n")
        return
    from IPython.display import display

    from dockermagic.commands.plan_markup import plan_html

    display({"text/html": plan_html(plan), "text/plain": repr(plan)}, raw=True)  # type: ignore[no-untyped-call]  # IPython has no types


def _by_cli(words: list[str], session: Session, folder: Path) -> Told:
    """Hand a command that we do not know to the docker CLI, if there is one; nothing that removes, since it knows no labels.

    Raises:
        UsageError: there is none, or the command removes what nobody here has looked at.
        EngineError: it failed.
    """
    if words[0].startswith("-") and words[0] not in ("-v", "--version"):
        raise UsageError(
            f"%docker takes no options before the command: {words[0]}",
            "Leave it out. Another engine is chosen with the environment variables DOCKER_HOST or DOCKER_CONTEXT.",
        )
    if _REMOVING & set(words[1:3]):
        raise UsageError(
            f"%docker {' '.join(words[:2])} is not known, and the docker CLI would remove more than what the course made.",
            "%docker alone lists the commands; in a terminal, docker does it.",
        )
    program = which("docker")
    near = get_close_matches(" ".join(words[:2]), verbs(), n=1) or get_close_matches(words[0], verbs(), n=1)
    hint = f"Did you mean %docker {near[0]}?" if near else "%docker alone lists the commands."
    if program is None:
        raise UsageError(f'"{words[0]}" is no command of %docker, and there is no docker CLI here to pass it to.', hint)
    host = {"DOCKER_HOST": session.engine.address.url}
    done = subprocess.run(
        [program, *words], stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace", env={**os.environ, **host},
        cwd=folder, check=False,
    )  # fmt: skip
    sys.stdout.write(done.stdout)
    if done.returncode:
        unknown = "unknown command" in done.stderr or "is not a docker command" in done.stderr
        message = done.stderr.strip() or f"docker {words[0]} ended with exit code {done.returncode}."
        raise EngineError(message, hint if unknown else f"docker {words[0]} --help")
    sys.stderr.write(done.stderr)
    told = Told("", done.stdout)
    shown.mark(told)
    return told
