"""Questions: sealed answers, orders, what happens next; as markup and as text."""

from __future__ import annotations

import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockermagic import UsageError
from dockermagic.course import quizzes
from dockermagic.course.progress import Progress
from dockermagic.course.question_picture import QuestionDrawer
from dockermagic.course.questions import Question
from dockermagic.course.quizzes import Quiz
from dockermagic.course.seals import fits, seal, shuffled
from dockermagic.course.watching import Seen
from tests.unit.standing import Events, Kernel, Outputs, eventually, outputs, page

__all__ = ["outputs"]

LINES = ("FROM node", "COPY package.json ./", "RUN npm install", "COPY . .")


@pytest.fixture
def quiz(tmp_path: Path) -> Quiz:
    return Quiz(engine=SimpleNamespace(), progress=Progress("test", tmp_path))  # type: ignore[arg-type]  # never asked


@given(answer=st.text(), other=st.text())
def test_a_seal_fits_its_answer_only_and_blanks_do_not_count(answer: str, other: str) -> None:
    made = seal(answer)
    assert fits(answer, made)
    assert fits(f"  {answer}\n", ["00000000:none", made])
    if " ".join(answer.split()) != " ".join(other.split()):
        assert not fits(other, made)
    assert seal(answer) != made, "each seal has a salt of its own"


@given(lines=st.lists(st.text(), unique=True), salt=st.text())
def test_shuffled_are_the_same_lines_each_time(lines: list[str], salt: str) -> None:
    found = shuffled(lines, salt)
    assert sorted(found) == sorted(lines)
    assert found == shuffled(found, salt)


@given(st.lists(st.tuples(st.sampled_from(["choose", "move", "put"]), st.integers(-2, 5), st.sampled_from([-1, 1]))), st.booleans())
def test_whatever_is_pressed_all_options_stay(presses: list[tuple[str, int, int]], ordering: bool) -> None:
    question = Question("?", LINES, ordering)
    for word, place, by in presses:
        question = (
            question.choose(place) if word == "choose" else question.move(place, by) if word == "move" else question.put((place,))
        )
        assert sorted(question.order) == [0, 1, 2, 3]
        QuestionDrawer().html(question, 0.0)
    done = question.judge(True, "")
    assert done.move(0, 1) == done.choose(1) == done.put((3, 2, 1, 0)) == done


def test_an_order_wrong_then_right(quiz: Quiz, capsys: Any) -> None:
    asked = quiz.order("Which order saves time?", *LINES, seal=seal("\n".join(LINES)))
    assert "Which order saves time?" in capsys.readouterr().out
    before = asked.text.splitlines()
    asked.answer(*reversed([before.index(line) + 1 for line in LINES]))
    assert "Not so." in repr(asked)
    asked.answer(*(before.index(line) + 1 for line in LINES))
    assert asked.right
    assert asked.text == "\n".join(LINES)
    assert asked._progress is not None
    (exercise,) = Progress("test", asked._progress.path.parent).exercises.values()
    assert (exercise.complete, exercise.failures) == (True, 1)


@pytest.mark.parametrize("numbers", [(), (0,), (5,), (1, 2)])
def test_an_answer_that_is_none_is_told(quiz: Quiz, numbers: tuple[int, ...]) -> None:
    with pytest.raises(UsageError, match="An answer is"):
        quiz.choice("?", "a", "b", "c", seal=seal("b")).answer(*numbers)
    with pytest.raises(UsageError, match="numbers 1 to 4"):
        quiz.order("?", *LINES, seal=seal("x")).answer(*numbers)


class Desk:
    """A shell in whose cells something happens to a container."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = (Seen("running", 0, ("1",)), {"Id": "1"})
        self.kernel, self.events = Kernel(), Events()
        monkeypatch.setattr(quizzes, "look_at", lambda engine, name: self.now)
        monkeypatch.setattr(quizzes, "running_shell", lambda: self)

    def cell(self, state: str, exit_code: int = 0) -> None:
        self.now = (Seen(state, exit_code, ("2",)), {})
        for callback in list(self.events.callbacks):
            callback(SimpleNamespace(error_before_exec=None))


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch) -> Desk:
    return Desk(monkeypatch)


def test_what_comes_next_is_judged_when_it_has_happened(quiz: Quiz, desk: Desk, outputs: Outputs) -> None:
    right, wrong, silent = (quiz.state("web", after="docker stop web") for _ in range(3))
    right.answer(4)
    wrong.answer(5)
    for callback in list(desk.events.callbacks):
        callback(SimpleNamespace(error_before_exec=None))
    assert "the engine will tell" in repr(right)
    desk.cell("exited", 137)
    assert right.right
    assert "web is exited. Its exit code is 137." in repr(right)
    assert "Not so." in repr(wrong)
    assert wrong._question.last
    assert "Next time, answer first" in repr(silent)
    assert not desk.events.callbacks


def test_a_click_answers_and_the_saved_picture_does_not_tell(quiz: Quiz, desk: Desk, outputs: Outputs) -> None:
    asked = quiz.choice("Which is it?", "one", "two", seal=seal("two"), hint="Count again.")
    comm = page(asked._view.id)
    eventually(lambda: comm.got("html"))
    live = comm.got("html")[-1]
    assert live.count("data-do") == 2
    assert "data-lm-suppress-shortcuts" in live
    saved = outputs.bundles[-1]
    assert "data-do" not in saved["text/html"]
    assert not re.search(r"right|✓", saved["text/html"] + saved["text/plain"], re.IGNORECASE)
    asked._act("choose 0")
    eventually(lambda: "Count again." in comm.got("html")[-1])
    asked._act("choose 1")
    eventually(lambda: "Right." in comm.got("html")[-1] and "data-do" not in comm.got("html")[-1])
    asked.close()
    assert "✓" in outputs.bundles[-1]["text/plain"]


@pytest.mark.parametrize(
    ("ports", "right"),
    [({"3000/tcp": [{"HostPort": "8123"}]}, "8123"), ({"3000/tcp": None}, quizzes.NOWHERE)],
)
def test_which_port_is_what_the_engine_says(quiz: Quiz, desk: Desk, outputs: Outputs, ports: Any, right: str) -> None:
    desk.now = (Seen("running"), {"NetworkSettings": {"Ports": ports}})
    asked = quiz.port("web", 3000)
    options = asked._question.options
    asked.answer(options.index("3000") + 1)
    assert "Not so." in repr(asked)
    assert right == quizzes.NOWHERE or right not in repr(asked).split("Not so.")[1]
    asked.answer(options.index(right) + 1)
    assert asked.right


def test_an_order_is_moved_with_arrows() -> None:
    question = Question("?", LINES, ordering=True).move(0, 1).move(3, -1)
    assert question.order == (1, 0, 3, 2)
    assert question.move(0, -1) == question
    html = QuestionDrawer().html(question, 0.0)
    assert html.index('data-key="up 1"') < html.index('data-key="up 0"'), (
        "a button keeps its name, and so the focus, as its line moves"
    )
