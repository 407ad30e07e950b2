"""What Tab completes from: all commands, the names that the engine has, the files of the notebook's folder."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from dockermagic import session
from dockermagic.completions.hook import hook, listing
from dockermagic.completions.world import Kind, World
from dockermagic.flags import Command, Flag

__all__ = ["hook_tabs"]


SOON = 0.3
"""Seconds after loading until the commands are imported."""

COMPOSE_FLAGS = {
    "up": (
        Flag("detach", "d", "bool", help="Return at once; the stack goes on."),
        Flag("build", "", "bool", help="Build images first."),
        Flag("wait", "", "bool", help="Wait until all are running or healthy."),
        Flag("scale", metavar="SERVICE=N", help="How many of a service."),
        Flag("force-recreate", "", "bool", help="Make all containers anew."),
    ),
    "down": (Flag("volumes", "v", "bool", help="Remove volumes, too: their data is lost."),),
    "logs": (
        Flag("follow", "f", "bool", help="Go on as more comes."),
        Flag("tail", "n", metavar="N", help="The last lines."),
    ),
    "ps": (Flag("all", "a", "bool", help="Also those that do not run."),),
}
"""Flags of Compose that Tab offers; all others are passed on as well."""


@cache
def _commands() -> dict[str, Command]:
    """Give every command by what a person types."""
    from dockermagic.builds.flags import DOCKERFILE
    from dockermagic.commands import caching, comparing, lenses
    from dockermagic.commands.files import FILES
    from dockermagic.commands.layers import LAYERS
    from dockermagic.commands.registry import verbs
    from dockermagic.commands.removals import RESET
    from dockermagic.commands.running import RUN_VERB
    from dockermagic.compose.flags import VERBS
    from dockermagic.course.progress_report import PROGRESS
    from dockermagic.engine_report import ENGINE
    from dockermagic.recordings.magic import RECORD, REPLAY

    found = {
        "%%dockerfile": DOCKERFILE,
        "%docker_engine": ENGINE,
        "%docker_progress": PROGRESS,
        "%docker_record": RECORD,
        "%docker_replay": REPLAY,
        "%docker_run": RUN_VERB.command,
        "%%docker_run": RUN_VERB.command,
    }
    for word in VERBS:
        found[f"%compose {word}"] = found[f"%%compose {word}"] = Command(f"%compose {word}", "", "", COMPOSE_FLAGS.get(word, ()))
    for verb in (lenses.LIFECYCLE, lenses.PORTS, lenses.VOLUMES, lenses.NETWORKS, lenses.EXPLAIN, LAYERS, FILES, RESET):
        found[verb.command.name] = verb.command
    for verb in (caching.PREDICT, caching.WHATIF, caching.CONTEXT, caching.IGNORE, comparing.COMPARE):
        found[verb.command.name] = found[f"%{verb.command.name.lstrip('%')}"] = verb.command
    for name, verb in verbs().items():
        found[f"%docker {name}"] = found[f"%%docker {name}"] = verb.command
    return found


def _names(kind: Kind) -> Sequence[str]:
    if kind == "service":
        from dockermagic.compose.cell import known_services

        return known_services()
    return session.CURRENT.names(kind)


def hook_tabs(shell: Any) -> Callable[[], None]:
    """Let Tab know Docker's words; gives the function that takes it back.

    Parameters:
        shell: IPython's shell.
    """
    # The first Tab must not wait until all commands are imported, and what loads this extension must not wait for them either.
    soon = threading.Timer(SOON, _commands)
    soon.name, soon.daemon = "dockermagic tabs", True
    soon.start()
    files = listing(lambda: session.notebook_folder(shell))
    return hook(shell, lambda: World(_commands(), _names, files))
