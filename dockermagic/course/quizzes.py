"""`quiz`: questions before an answer, bound to what really happens.

    from dockermagic import quiz
    quiz.state("my-app", after="docker pause my-app")       # judged when it has happened
    quiz.port("my-app", 3000)                               # judged by what the engine says
    quiz.order("Which order saves time?", *lines, seal="…") # judged by a sealed answer: `dockermagic seal` makes one

Live with buttons in JupyterLab; elsewhere the question is text, and `.answer(2)` answers it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from dockermagic import session
from dockermagic.course.check import notebooks_progress
from dockermagic.course.ports import read_published
from dockermagic.course.question_picture import QuestionDrawer
from dockermagic.course.questions import Question
from dockermagic.course.seals import fits, shuffled
from dockermagic.course.watching import look_at
from dockermagic.errors import DockerMagicError, UsageError
from dockermagic.views.show import running_shell
from dockermagic.views.standing import open_standing

if TYPE_CHECKING:
    from dockermagic.course.progress import Progress
    from dockermagic.engine import Engine

__all__ = ["Asked", "Quiz", "quiz"]

STATES = ("created", "running", "paused", "exited", "removed")
NOWHERE = "none: it cannot be reached from here"
Judge = Callable[[Question], Question]


class Asked:
    """A question that was asked.

    Parameters:
        question: what is asked; `judge`: judges an answer; None when it is judged by what happens.
        wait: said after an answer that waits; `happened`: gives the question judged, once it has happened, else None.
    """

    def __init__(
        self,
        question: Question,
        judge: Judge | None = None,
        *,
        wait: str = "",
        happened: Callable[[Question], Question | None] | None = None,
        progress: Progress | None = None,
    ) -> None:
        self._question, self._judge, self._wait, self._happened, self._progress = question, judge, wait, happened, progress
        self._lock = threading.RLock()
        self._shell = running_shell()
        self._view: Any = open_standing(QuestionDrawer(), shell=self._shell, act=self._act)
        self._view.update(question)
        if happened is not None and self._shell is not None:
            self._shell.events.register("post_run_cell", self._cell_ended)
        session.CURRENT.hold(self)

    @property
    def text(self) -> str:
        """The answer so far; for an order, its lines: a Dockerfile that can be built."""
        return self._question.answer

    @property
    def right(self) -> bool:
        """Whether it was answered right."""
        return self._question.verdict == "right"

    def answer(self, *numbers: int) -> Asked:
        """Answer by typing.

        Parameters:
            numbers: the option's number, counted from 1; for an order, all numbers in your order.

        Raises:
            UsageError: there are no such numbers.
        """
        question, places = self._question, tuple(number - 1 for number in numbers)
        wanted = sorted(places) == list(range(len(question.options))) if question.ordering else len(places) == 1
        if not wanted or not all(0 <= place < len(question.options) for place in places):
            kind = (
                f"the numbers 1 to {len(question.options)}, in your order"
                if question.ordering
                else f"a number from 1 to {len(question.options)}"
            )
            raise UsageError(f"An answer is {kind}.", "answer.answer(2, 1, 3)" if question.ordering else "answer.answer(1)")
        with self._lock:
            self._take(question.put(places) if question.ordering else question.choose(places[0], self._wait))
            self._settle()
        return self

    def _act(self, what: str) -> None:
        """Do what a button asks for."""
        word, _, place = what.partition(" ")
        with self._lock:
            if word in ("up", "down"):
                self._take(self._question.move(int(place), -1 if word == "up" else 1))
                return
            if word == "choose":
                self._take(self._question.choose(int(place), self._wait))
            self._settle()

    def _settle(self) -> None:
        if self._judge is not None and self._question.answerable and self._question.answer:
            self._judged(self._judge(self._question))

    def _judged(self, question: Question) -> None:
        self._take(question)
        (self._progress or notebooks_progress(self._shell)).note(
            f"Question: {question.text}", "answered", question.verdict == "right"
        )

    def _take(self, question: Question) -> None:
        self._question = question
        self._view.update(question)

    def _cell_ended(self, result: Any) -> None:
        if getattr(result, "error_before_exec", None) is not None or self._happened is None:
            return
        with self._lock:
            try:
                question = self._happened(self._question)
            except DockerMagicError:
                return
            if question is None:
                return
            self._unhook()
            if question.verdict in ("right", "wrong"):
                self._judged(question)
            else:
                self._take(question)

    def _unhook(self) -> None:
        if self._happened is not None and self._shell is not None:
            self._happened = None
            self._shell.events.unregister("post_run_cell", self._cell_ended)

    def close(self) -> None:
        """Leave the picture as it is."""
        self._unhook()
        self._view.close(self._question)

    def __repr__(self) -> str:
        return QuestionDrawer().text(self._question, 0.0, 100)

    def _ipython_display_(self) -> None:
        """Show nothing more: the view is there already; in a terminal, the question as it is now."""
        if getattr(self._shell, "kernel", None) is None and self._question.verdict != "open":
            print(repr(self))  # noqa: T201  # a terminal's way to show it


class Quiz:
    """What can be asked.

    Parameters:
        engine: where to look; None for the notebook's. `progress`: where answers are written down; None for the notebook's own.
    """

    def __init__(self, *, engine: Engine | None = None, progress: Progress | None = None) -> None:
        self._engine, self._progress = engine, progress

    @property
    def engine(self) -> Engine:
        """The engine that is looked at."""
        return self._engine or session.CURRENT.engine

    def state(self, container: str, after: str, text: str = "") -> Asked:
        """Ask in which state a container will be; it is judged when a cell has changed it.

        Parameters:
            container: its name; it need not be there yet. `after`: the command that comes. `text`: the question, in other words.
        """
        before, _ = look_at(self.engine, container)

        def happened(question: Question) -> Question | None:
            now, _ = look_at(self.engine, container)
            if now == before:
                return None
            code = f" Its exit code is {now.exit_code}." if now.state == "exited" else ""
            if question.verdict == "open":
                return question.missed(f"By now {container} is {now.state}.{code} Next time, answer first.")
            right = question.answer == now.state
            return question.judge(right, f"The engine says: {container} is {now.state}.{code}", last=True)

        asked = Question(text or f"In which state will {container} be after {after}?", STATES)
        return Asked(asked, wait="Now run the next cell: the engine will tell.", happened=happened, progress=self._progress)

    def port(self, container: str, inside: int) -> Asked:
        """Ask which port of this machine leads to a port of a container; the engine judges.

        Parameters:
            inside: the container's port.
        """
        there, about = look_at(self.engine, container)
        if there.state == "removed":
            raise UsageError(f"There is no container called {container} to ask about.", "Ask once it is there: %docker ps -a")
        published = read_published(about)
        ports = {each.host for each in published if each.host} | {each.container for each in published} | {inside, inside + 1}
        options = (*map(str, sorted(ports)), NOWHERE)

        def judge(question: Question) -> Question:
            hosts = {str(each.host) for each in read_published(look_at(self.engine, container)[1]) if each.container == inside}
            right = question.answer in hosts or (not hosts and question.answer == NOWHERE)
            if right:
                return question.judge(
                    True, f"The engine says: {', '.join(sorted(hosts)) or 'no port'} of this machine leads to it."
                )
            hint = (
                "-p HOST:CONTAINER: which side is this machine's?" if hosts else "EXPOSE is a note. Was anything published with -p?"
            )
            return question.judge(False, f"{hint} %docker_ports {container} draws it.")

        text = f"Which port of this machine leads to port {inside} of {container}?"
        return Asked(Question(text, options), judge, progress=self._progress)

    def choice(self, text: str, *options: str, seal: str | Sequence[str], hint: str = "") -> Asked:
        """Ask for one of several answers.

        Parameters:
            seal: of the right one, or of each; `dockermagic seal` makes them. `hint`: said after a wrong answer.
        """
        return Asked(Question(text, options), _sealed(seal, hint or "Think again."), progress=self._progress)

    def order(self, text: str, *lines: str, seal: str | Sequence[str], hint: str = "") -> Asked:
        """Ask for an order of lines, which are shuffled.

        Parameters:
            seal: of the lines in a right order, or of each such order. `hint`: said after a wrong one.
        """
        salt = seal if isinstance(seal, str) else seal[0]
        question = Question(text, shuffled(lines, salt), ordering=True)
        return Asked(question, _sealed(seal, hint or "What changes most often? It belongs further down."), progress=self._progress)


def _sealed(seal: str | Sequence[str], hint: str) -> Judge:
    def judge(question: Question) -> Question:
        right = fits(question.answer, seal)
        return question.judge(right, "" if right else hint)

    return judge


quiz = Quiz()
