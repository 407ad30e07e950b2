"""A build that is guessed first: the cell ends at once, and the build begins in its output when the learner presses the button.

1. Every click is a thread of its own (`views.standing`); one lock guards the answers, and the build begins once.
2. The build has no cell and no main thread, so an interrupt does not reach it: the picture has a button that stops it, and it stops
   when its cell is run again, since nobody could see it any more.
3. When it ends, `--as NAME` holds the build. Until then it holds the question, with `.answer(…)` for pages without buttons.
"""

from __future__ import annotations

import contextlib
import threading
import uuid
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from dockermagic.builds import picture
from dockermagic.builds.guessing_picture import GuessDrawer, Guesses
from dockermagic.builds.model import Build
from dockermagic.builds.request import BuildRequest
from dockermagic.builds.run import run_build
from dockermagic.builds.why import quiz
from dockermagic.engine import Engine
from dockermagic.errors import BuildCancelled, BuildFailed, UsageError
from dockermagic.interrupts import Interrupts
from dockermagic.views.shown import ShownOnce
from dockermagic.views.standing import open_standing

__all__ = ["Guessing"]


class Guessing(ShownOnce):
    """What `%%dockerfile --predict` gives in a notebook: the question, and once it is built, `.build`.

    Parameters:
        request: what to build; `plan`: the build as it is planned.
        engine: where.
        shell: IPython's.
        keep: takes the build when it has ended, however it did.
    """

    def __init__(self, request: BuildRequest, plan: Build, engine: Engine, shell: Any, keep: Callable[[Build], object]) -> None:
        self.build: Build | None = None
        self._request, self._engine, self._keep = request, engine, keep
        self._lock = threading.Lock()
        self._stop = Interrupts()
        self._plan = plan
        self._guesses = Guesses(plan, ("",) * len(plan.steps), uuid.uuid4().hex[:12])
        self._view: Any = open_standing(GuessDrawer(), shell=shell, act=self._act)
        self._view.update(self._guesses)

    def answer(self, *lines: int) -> Build:
        """Say by typing which lines will run, all others being taken to come from the cache, and build; gives the build.

        Raises:
            UsageError: a line has no step that can be guessed, or it was built already.
            BuildFailed, BuildCancelled: as `%%dockerfile`.
        """
        plan = self._plan
        known = sorted({plan.steps[index].line for index in quiz.asked(plan)})
        if not set(lines) <= set(known):
            raise UsageError(
                f"The lines that can be guessed are {', '.join(map(str, known))}.", f"For example: .answer({known[-1]})"
            )
        with self._lock:
            self._refuse_twice()
            self._set(replace(self._guesses, answers=quiz.answered(plan, lines), building=True))
        return self._run()

    def _act(self, what: str) -> None:
        """Do what a button asks for: guess ANSWER INDEX, build, stop."""
        word, _, rest = what.partition(" ")
        with self._lock:
            if word == "guess":
                answer, _, index = rest.partition(" ")
                self._set(self._guesses.choose(int(index), answer))
                return
            if word == "stop":
                self._stop.count += 1
                self._set(replace(self._guesses, stopping=True))
                return
            if self._guesses.building:
                return
            self._set(replace(self._guesses, building=True))
        with contextlib.suppress(BuildFailed, BuildCancelled):  # the picture tells it
            self._run()

    def _refuse_twice(self) -> None:
        if self._guesses.building:
            raise UsageError("It was built already, or is being built.", "Run the cell again to be asked again.")

    def _set(self, guesses: Guesses) -> None:
        self._guesses = guesses
        self._view.update(guesses)

    def _run(self) -> Build:
        shown = _Shown(self)
        try:
            self.build = run_build(self._request, self._engine, shown, self._guesses.answers, self._stop)
        except (BuildFailed, BuildCancelled) as ended:
            self.build = ended.build
            raise
        except BaseException:
            with self._lock:  # nothing was built: the question stands, and the reason is told above it
                self._set(replace(self._guesses, build=self._plan, building=False))
            raise
        finally:
            if self.build is not None and not shown.replaced:
                self._keep(self.build)
        return self.build

    def close(self) -> None:
        """Ask no more, and stop the build."""
        with self._lock:
            self._stop.count += 1
            if not self._guesses.building:
                self._view.close(self._guesses)

    def __repr__(self) -> str:
        return repr(self.build) if self.build is not None else GuessDrawer().text(self._guesses, 0.0, 100)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        """Draw the build, or the question while there is none."""
        return picture.bundle(self.build) if self.build is not None else dict(GuessDrawer().bundle(self._guesses))


class _Shown:
    """What a build is shown with: the output of the question."""

    def __init__(self, guessing: Guessing) -> None:
        self.guessing = guessing
        self.replaced = False

    def update(self, build: Build) -> None:
        """Take a newer build."""
        guessing = self.guessing
        with guessing._lock:
            guessing._set(replace(guessing._guesses, build=build))
        self.tick()

    def tick(self) -> None:
        """Stop where the cell was run again: nobody can see it any more."""
        if self.guessing._view.closed and not self.replaced:
            self.replaced = True
            self.guessing._stop.count += 1

    def close(self, build: Build) -> None:
        """Leave the picture of the build that has ended."""
        guessing = self.guessing
        with guessing._lock:
            guessing._guesses = replace(guessing._guesses, build=build)
            guessing._view.close(guessing._guesses)
