"""Standing views without a browser: what is sent to whom, and what is saved."""

from __future__ import annotations

import io
import threading
from types import SimpleNamespace
from typing import Any

import pytest

from dockermagic.errors import DockerMagicError
from dockermagic.views import attended, channel
from dockermagic.views.standing import open_standing
from tests.browser.counter import Count, CountDrawer
from tests.unit.standing import Events, Kernel, Outputs, eventually, outputs, page

__all__ = ["outputs"]


def opened(act: Any = None, kernel: Kernel | None = None) -> tuple[Any, str]:
    shell = SimpleNamespace(kernel=kernel or Kernel(), events=Events())
    view: Any = open_standing(CountDrawer(), shell=shell, act=act)
    view.update(Count(0))
    return view, view.id


def test_a_page_gets_the_newest_markup_and_the_notebook_the_picture(outputs: Outputs) -> None:
    view, name = opened()
    assert set(outputs.bundles[0]) == {attended.MIME, "text/html", "text/plain"}
    comm = page(name)
    eventually(lambda: comm.got("html"))
    assert "dm-root" in comm.got("css")[0]
    for number in range(1, 200):
        view.update(Count(number))
    eventually(lambda: ">199<" in comm.got("html")[-1])
    eventually(lambda: "static 199" in outputs.bundles[-1]["text/html"])
    assert len(comm.got("html")) < 20, "a message for each model would be too many"
    assert comm.got("saved")[-1] == outputs.bundles[-1]


def test_closed_it_is_a_picture_and_nobody_can_ask_for_it(outputs: Outputs) -> None:
    view, name = opened()
    comm = page(name)
    view.close(Count(7))
    view.update(Count(8))
    view.close(Count(9))
    assert view.closed
    assert comm.got("done") == [outputs.bundles[-1]]
    assert set(outputs.bundles[-1]) == {"text/html", "text/plain"}
    assert "static 7" in outputs.bundles[-1]["text/html"]
    assert page(name).got("gone") == [True]


def test_models_from_many_threads(outputs: Outputs) -> None:
    view, name = opened()
    comm = page(name)
    threads = [threading.Thread(target=lambda: [view.update(Count(number)) for number in range(500)]) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    view.update(Count(1000))
    eventually(lambda: ">1000<" in comm.got("html")[-1])
    eventually(lambda: "static 1000" in outputs.bundles[-1]["text/html"])
    eventually(lambda: view._worker is None)


def test_no_thread_waits_while_nothing_happens(outputs: Outputs) -> None:
    view, name = opened()
    page(name)
    eventually(lambda: view._worker is None)
    assert not [thread for thread in threading.enumerate() if thread.name == "dockermagic view"]


def test_time_alone_moves_a_picture_that_is_looked_at(outputs: Outputs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attended, "TICK", 0.02)
    view, name = opened()
    view.update(Count(1, ticking=True))
    comm = page(name)
    eventually(lambda: len(comm.got("html")) > 5)
    comm.say(leave=name)
    eventually(lambda: view._worker is None)


def test_buttons(outputs: Outputs) -> None:
    done: list[str] = []
    go_on = threading.Event()

    def act(what: str) -> None:
        done.append(what)
        assert threading.current_thread() is not threading.main_thread()
        if what == "wait":
            go_on.wait(5)
        if what == "refuse":
            raise DockerMagicError("No <b>.", "Try.")
        if what == "break":
            raise KeyError("x")

    view, name = opened(act)
    comm = page(name)
    comm.say(id=name, do="wait")
    comm.say(id=name, do="wait")  # a second click while the first is being done
    comm.say(id=name, do=7)
    comm.say(id="unknown", do="wait")
    go_on.set()
    eventually(lambda: not view._doing)
    assert done == ["wait"]
    comm.say(id=name, do="refuse")
    eventually(lambda: "No &lt;b&gt;.\nTry." in comm.got("html")[-1])
    comm.say(id=name, do="break")
    eventually(lambda: "KeyError" in comm.got("html")[-1])
    comm.say(id=name, do="well")
    eventually(lambda: "alert" not in comm.got("html")[-1])


def test_a_cell_that_is_run_again_ends_its_views(outputs: Outputs) -> None:
    kernel = Kernel()
    first, name = opened(kernel=kernel)
    second, _ = opened(kernel=kernel)
    assert not first.closed
    kernel.request["header"] = {"msg_id": "run2"}
    third, _ = opened(kernel=kernel)
    assert (first.closed, second.closed, third.closed) == (True, True, False)
    before = len(outputs.bundles)
    first.update(Count(5))
    first.close(Count(5))
    assert len(outputs.bundles) == before
    assert page(name).got("gone") == [True]


def test_pages_that_are_silent_are_let_go(outputs: Outputs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(channel, "PATIENCE", 0.05)
    view, name = opened()
    silent, alive = page(name), page(name)
    asked = len(alive.got("there"))
    page(name)
    assert silent.got("there")
    assert len(alive.got("there")) > asked
    alive.say(here=True)
    eventually(lambda: silent.closed == {"again": True})
    assert alive.closed is None
    assert len(view._pages) == 2


def test_a_page_that_says_bye_is_let_go_once(outputs: Outputs) -> None:
    view, name = opened()
    comm = page(name)
    comm.say(bye=True)
    assert comm.closed == {}
    assert len(view._pages) == 0
    comm.end({})  # the page's own word that it has closed, where it comes too
    view.update(Count(7))
    assert not any("7" in html for html in comm.got("html"))


def test_what_pages_say_may_be_anything(outputs: Outputs) -> None:
    _, name = opened(lambda what: None)
    comm = page(name)
    for said in (None, 3, [], {"join": 3}, {"join": [None]}, {"leave": 9}, {"id": name}, {"id": name, "do": {}}, {"id": []}):
        comm.hear({"content": {"data": said}})
    comm.end({})
    comm.end({})


def test_where_nobody_looks_it_is_the_picture_at_the_end_of_the_cell(outputs: Outputs) -> None:
    shell: Any = SimpleNamespace(kernel=Kernel(attended=False), events=Events())
    view: Any = open_standing(CountDrawer(), shell=shell)
    view.update(Count(1))
    view.update(Count(2))
    (ended,) = shell.events.callbacks
    ended(None)
    view.update(Count(3))
    view.close(Count(4))
    assert [bundle["text/plain"] for bundle in outputs.bundles] == ["count 1", "count 2"]
    assert all(attended.MIME not in bundle for bundle in outputs.bundles)
    assert shell.events.callbacks == []


def test_in_a_pipe_it_is_printed_once(capsys: pytest.CaptureFixture[str]) -> None:
    view: Any = open_standing(CountDrawer(), shell=SimpleNamespace(kernel=None))
    view.update(Count(1))
    view.update(Count(2))
    view.close(Count(3))
    assert capsys.readouterr().out == "count 1\n"


def test_in_a_terminal_it_is_printed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    out = io.StringIO()
    monkeypatch.setattr(out, "isatty", lambda: True)
    monkeypatch.setattr("sys.stdout", out)
    view: Any = open_standing(CountDrawer(), shell=SimpleNamespace(kernel=None))
    view.update(Count(1))
    view.update(Count(2))
    assert out.getvalue().count("count") == 1
    assert "1\n" in out.getvalue()
