"""A build that is guessed first: the question's picture, the answers, the build that follows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from dockermagic.builds import guessing
from dockermagic.builds.cause import Prediction
from dockermagic.builds.dockerfile import read_dockerfile
from dockermagic.builds.guessing_picture import GuessDrawer, Guesses
from dockermagic.builds.model import Build
from dockermagic.builds.plan import plan_steps
from dockermagic.builds.request import BuildRequest
from dockermagic.errors import BuildFailed, EngineError, UsageError

TEXT = "FROM busybox\nWORKDIR /app\nRUN echo '<b>'\nENV A=1\nCOPY . .\n"
PLAN = Build(TEXT, plan_steps(read_dockerfile(TEXT)))
NONE = ("",) * 5


def test_what_makes_no_layer_cannot_be_guessed_and_what_was_said_can_be_changed() -> None:
    asking = Guesses(PLAN, NONE)
    assert asking.open == 3
    for index, answer in ((0, "ran"), (3, "ran"), (1, "nonsense"), (9, "ran"), (-1, "ran")):
        assert asking.choose(index, answer) == asking
    chosen = asking.choose(1, "ran").choose(2, "cached").choose(2, "ran")
    assert (chosen.answers, chosen.open) == (("", "ran", "ran", "", ""), 1)
    assert replace(chosen, building=True).choose(4, "ran").answers == chosen.answers


def test_the_live_question_has_choices_and_the_saved_one_says_how_to_type() -> None:
    drawer, asking = GuessDrawer(), Guesses(PLAN, NONE, "k").choose(1, "ran")
    live = drawer.html(asking, 0.0)
    assert live.count('type="radio"') == 6
    assert live.count("checked") == 1
    assert 'name="k-1"' in live
    assert "<b>" not in live
    saved = drawer.bundle(asking)
    assert "<input" not in saved["text/html"]
    assert "data-do" not in saved["text/html"]
    assert "_.answer(3, 4)" in saved["text/html"]
    assert "2  WORKDIR /app  ← will run" in saved["text/plain"]


class View:
    closed = False

    def __init__(self, drawer: Any, *, shell: Any, act: Callable[[str], None]) -> None:
        self.act = act
        self.seen: list[Guesses] = []

    def update(self, model: Guesses) -> None:
        self.seen.append(model)

    def close(self, model: Guesses) -> None:
        self.seen.append(model)
        self.closed = True


def asked(monkeypatch: pytest.MonkeyPatch, run: Callable[..., Build], kept: list[Build]) -> tuple[guessing.Guessing, View]:
    views: list[View] = []

    def opened(drawer: Any, **given: Any) -> View:
        views.append(View(drawer, **given))
        return views[0]

    monkeypatch.setattr(guessing, "open_standing", opened)
    monkeypatch.setattr(guessing, "run_build", run)
    made = guessing.Guessing(BuildRequest(TEXT), PLAN, None, None, kept.append)  # type: ignore[arg-type]
    return made, views[0]


def done(request: Any, engine: Any, view: Any, answers: tuple[str, ...], stop: Any) -> Build:
    build = replace(PLAN, outcome="succeeded", prediction=Prediction((), answers))
    view.update(build)
    view.close(build)
    return build


def test_clicks_answer_and_the_button_builds_once(monkeypatch: pytest.MonkeyPatch) -> None:
    kept: list[Build] = []
    made, view = asked(monkeypatch, done, kept)
    for what in ("guess ran 1", "guess cached 2", "build", "build", "guess ran 2"):
        view.act(what)
    assert [build.prediction for build in kept] == [Prediction((), ("", "ran", "cached", "", ""))]
    assert made.build is kept[0]
    assert view.closed
    assert "text/html" in made._repr_mimebundle_()
    with pytest.raises(UsageError, match="already"):
        made.answer(2)


def test_typed_answers_are_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    made, _ = asked(monkeypatch, done, [])
    with pytest.raises(UsageError, match="2, 3, 5"):
        made.answer(1)
    prediction = made.answer(5).prediction
    assert prediction is not None
    assert prediction.answers == ("", "cached", "cached", "", "ran")


def test_what_failed_is_kept_and_what_never_began_can_be_begun_again(monkeypatch: pytest.MonkeyPatch) -> None:
    kept: list[Build] = []
    failed = replace(PLAN, outcome="failed")
    ends: list[Exception] = [EngineError("The engine is gone."), BuildFailed("Failed.", build=failed)]

    def run(request: Any, engine: Any, view: Any, answers: Any, stop: Any) -> Build:
        raise ends.pop(0)

    made, view = asked(monkeypatch, run, kept)
    with pytest.raises(EngineError):
        view.act("build")
    assert not view.seen[-1].building
    assert kept == []
    view.act("build")
    assert kept == [failed]
    assert made.build is failed


def test_a_view_that_was_replaced_stops_its_build(monkeypatch: pytest.MonkeyPatch) -> None:
    kept: list[Build] = []

    def run(request: Any, engine: Any, view: Any, answers: Any, stop: Any) -> Build:
        assert stop.count == 0
        shown.closed = True
        view.tick()
        view.tick()
        assert stop.count == 1
        return PLAN

    _, shown = asked(monkeypatch, run, kept)
    shown.act("build")
    assert kept == []
