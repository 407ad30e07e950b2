"""Completing in IPython: in notebooks, where the front end asks the kernel, and in a terminal."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from dockermagic.completions.complete import complete
from dockermagic.completions.world import Completion, World

__all__ = ["MATCHER", "hook", "listing"]

MATCHER = "dockermagic"
ENTRIES = 500
"""Files of a folder that are looked at."""
HELP = 70
"""Characters of help that are shown beside a completion."""

LOG = logging.getLogger(__name__)


def hook(shell: Any, world: Callable[[], World]) -> Callable[[], None]:
    """Let Tab know Docker's words; gives the function that takes it back.

    Parameters:
        shell: IPython's shell.
        world: gives what can be named; called at every Tab, so it must be quick.
    """
    from IPython.core.completer import CompletionContext, SimpleCompletion, context_matcher

    @context_matcher(identifier=MATCHER, priority=200)  # type: ignore[untyped-decorator]  # IPython types it in part
    def docker(context: CompletionContext) -> Any:
        try:
            rows = context.full_text.split("\n")
            cursor = sum(len(row) + 1 for row in rows[: context.cursor_line]) + context.cursor_position
            found = complete(context.full_text, cursor, world())
        except Exception:  # Tab must never be a traceback
            LOG.debug("completing", exc_info=True)
            found = []
        if not found:
            return {"completions": [], "suppress": False}
        return {
            "completions": [SimpleCompletion(text=one.text, type=_shown(one)) for one in found],
            "matched_fragment": context.full_text[found[0].start : found[0].end],
            "suppress": True,
            "ordered": True,
        }

    completer = shell.Completer
    completer.custom_matchers.append(docker)

    def unhook() -> None:
        if docker in completer.custom_matchers:
            completer.custom_matchers.remove(docker)

    return unhook


def _shown(one: Completion) -> str:
    """Give what stands beside a completion as its type: there is no other place for help. JupyterLab's icon is its first letter."""
    kind = "flag: " if one.text.startswith("-") else ""
    return f"{kind}{one.help}"[:HELP] or "docker"


def listing(folder: Callable[[], Path]) -> Callable[[str, str], Sequence[str]]:
    """Give a `World.files` that looks at this machine's folders.

    Parameters:
        folder: gives the folder that relative paths begin in: the notebook's.
    """

    def files(context: str, inside: str) -> Sequence[str]:
        if context == "-":
            return ()
        place = folder() / os.path.expanduser(context) / os.path.expanduser(inside)
        try:
            with os.scandir(place) as entries:
                return sorted(entry.name + ("/" if entry.is_dir() else "") for entry in islice(entries, ENTRIES))
        except (OSError, ValueError):  # not there, or no name for a file
            return ()

    return files
