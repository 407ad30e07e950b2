"""A build from a cell, or from Python: from request to picture."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dockermagic.builds.model import Build
from dockermagic.builds.picture import BuildDrawer
from dockermagic.builds.request import BuildRequest
from dockermagic.builds.run import planned, run_build
from dockermagic.builds.why import quiz
from dockermagic.errors import UsageError
from dockermagic.views import show, shown

if TYPE_CHECKING:
    from dockermagic.builds.guessing import Guessing
    from dockermagic.engine import Engine
    from dockermagic.session import Session


def build_cell(request: BuildRequest, session: Session, shell: Any) -> Build | Guessing:
    """Build what a cell asks for, and show it in the cell's output; or, in a notebook, ask first what will run.

    Parameters:
        request: what to build.
        session: where the engine comes from; it is not asked before the Dockerfile was read.
        shell: IPython's shell.

    Raises:
        DockerMagicError: see `run_build`.
    """
    _, plan = planned(request)
    write_dockerfile(request)
    engine = session.engine
    if request.predict and _asks_in_rows(request, plan, shell):
        return _guessed(request, plan, session, shell)
    answers = quiz.ask(plan, shell) if request.predict else ()
    view = show.open_view(BuildDrawer(), shell=shell, plain=request.progress == "plain", quiet=request.quiet)
    build = run_build(request, engine, view, answers)
    if request.quiet:
        sys.stdout.write(f"{build.image_id}\n")
    shown.mark(build)
    return build


def _asks_in_rows(request: BuildRequest, plan: Build, shell: Any) -> bool:
    there = getattr(shell, "kernel", None) is not None and quiz.can_answer(shell) and show.attended(shell.kernel)
    return there and bool(quiz.asked(plan)) and not request.quiet and request.progress != "plain"


def _guessed(request: BuildRequest, plan: Build, session: Session, shell: Any) -> Guessing:
    def keep(build: Build) -> None:
        if request.save_as:
            shell.user_ns[request.save_as] = build

    from dockermagic.builds.guessing import Guessing

    guessing = Guessing(request, plan, session.engine, shell, keep)
    session.hold(guessing)
    shown.mark(guessing)
    return guessing


def build_quietly(request: BuildRequest, engine: Engine) -> Build:
    """Build without showing anything; see `dockermagic.build`."""
    planned(request)
    return run_build(request, engine, show.Quiet())


def write_dockerfile(request: BuildRequest) -> None:
    """Save the cell as a file, where the request says so.

    Raises:
        UsageError: the file cannot be written.
    """
    if not request.write:
        return
    path = Path(os.path.realpath(request.write))
    # Written beside it and put in its place whole: a full disk or an interrupt leaves the old file as it was.
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        beside.write_bytes(request.dockerfile.encode("utf-8", "surrogateescape"))
        beside.replace(path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise UsageError(
            f"--write {request.write}: the file cannot be written: {error.strerror}.",
            "Name a path that you may write to, on a disk with room.",
        ) from error
