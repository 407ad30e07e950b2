"""What Tab completes from: all commands, the names that the engine has, the files of the notebook's folder."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import cache
from typing import Any

from dockermagic import session
from dockermagic.completions.hook import hook, listing
from dockermagic.completions.world import World
from dockermagic.flags import Command

__all__ = ["hook_tabs"]


@cache
def _commands() -> dict[str, Command]:
    """Give every command by what a person types."""
    from dockermagic.builds.flags import DOCKERFILE
    from dockermagic.commands import lenses
    from dockermagic.commands.registry import verbs
    from dockermagic.commands.removals import RESET
    from dockermagic.commands.running import RUN_VERB
    from dockermagic.engine_report import ENGINE

    found = {
        "%%dockerfile": DOCKERFILE,
        "%docker_engine": ENGINE,
        "%docker_run": RUN_VERB.command,
        "%%docker_run": RUN_VERB.command,
    }
    for verb in (lenses.LIFECYCLE, lenses.PORTS, lenses.VOLUMES, lenses.NETWORKS, lenses.EXPLAIN, RESET):
        found[verb.command.name] = verb.command
    for name, verb in verbs().items():
        found[f"%docker {name}"] = found[f"%%docker {name}"] = verb.command
    return found


def hook_tabs(shell: Any) -> Callable[[], None]:
    """Let Tab know Docker's words; gives the function that takes it back.

    Parameters:
        shell: IPython's shell.
    """
    # The first Tab must not wait until all commands are imported.
    threading.Thread(target=_commands, name="dockermagic tabs", daemon=True).start()
    files = listing(lambda: session.notebook_folder(shell))
    return hook(shell, lambda: World(_commands(), session.CURRENT.names, files))
