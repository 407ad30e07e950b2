"""What `%docker_progress` says."""

from __future__ import annotations

from typing import Any

from dockermagic import session
from dockermagic.course.check import notebooks_progress
from dockermagic.course.progress_card import Card
from dockermagic.flags import Command, Example, Flag, parse
from dockermagic.labels import NOTEBOOK

__all__ = ["PROGRESS", "report"]

PROGRESS = Command(
    name="%docker_progress",
    usage="[--reset]",
    summary="Show which exercises of this notebook are done. It is kept when the kernel is restarted.",
    flags=(Flag("reset", "", "bool", help="Forget what this notebook's checks found, and begin anew.", ours=True),),
    most=0,
    examples=(
        Example("%docker_progress", "show it"),
        Example("%docker_progress --reset", "begin anew"),
    ),
    notes=(
        (
            "Only sentences, counts and times are kept, in a file of yours, and sent nowhere. "
            "%docker_reset removes what the notebook made, and leaves this."
        ),
    ),
)


def report(line: str, shell: Any = None) -> Card | None:
    """Carry the line out; None when it asks for help.

    Raises:
        UsageError: a flag that there is not.
    """
    parsed = parse(PROGRESS, line)
    if parsed.help:
        return None
    progress = notebooks_progress(shell)
    if parsed.on("reset"):
        progress.forget()
    return Card(dict(session.own_labels(shell)).get(NOTEBOOK, "notebook"), tuple(progress.exercises.values()))
