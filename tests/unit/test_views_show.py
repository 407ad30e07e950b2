"""When and where a view paints."""

from __future__ import annotations

import io
import sys
from collections.abc import Mapping, Sequence
from types import SimpleNamespace
from typing import Any

import pytest

from dockermagic.views import notebook, show
from dockermagic.views.show import INTERVAL, Line, Plain, Quiet, open_view


class Drawer:
    """Draws a model that is a number; says what it was asked for."""

    def __init__(self) -> None:
        self.drawn: list[int] = []
        self.running = True

    def html(self, model: int, now: float) -> str:
        self.drawn.append(model)
        return f"<p>{model}</p>"

    def text(self, model: int, now: float, width: int) -> str:
        return str(model)

    def rows(self, model: int, now: float, width: int, height: int) -> Sequence[Line]:
        self.drawn.append(model)
        return [[(f"model {model}", "title")], [("\x1b]0;x\x07"[:0] + "second", "muted")]]

    def lines(self, old: int | None, new: int) -> Sequence[str]:
        return [f"{old} to {new} →"] if old != new else []

    def bundle(self, model: int) -> Mapping[str, str]:
        return {"text/html": f"<b>{model}</b>", "text/plain": str(model)}

    def busy(self, model: int) -> bool:
        return self.running


class Clock:
    """A clock that a test sets."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 100.0
        monkeypatch.setattr(show.time, "monotonic", lambda: self.now)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


@pytest.fixture
def displayed(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, dict[str, Any]]]:
    shown: list[tuple[str, dict[str, Any]]] = []

    class Handle:
        def update(self, bundle: dict[str, Any], raw: bool) -> None:
            shown.append(("update", bundle))

    def display(bundle: dict[str, Any], raw: bool, display_id: bool) -> Handle:
        shown.append(("display", bundle))
        return Handle()

    monkeypatch.setattr("IPython.display.display", display)
    return shown


class Widget:
    """Stands for the widget: no kernel is here to take its messages."""

    model_id = "abc"

    def __init__(self, html: str) -> None:
        self.sent = [html]
        self.closed = False

    def __setattr__(self, name: str, value: Any) -> None:
        if name == "html":
            self.sent.append(value)
        else:
            super().__setattr__(name, value)

    def close(self) -> None:
        self.closed = True


def test_the_first_model_is_painted_at_once_and_then_one_an_interval(
    clock: Clock, displayed: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notebook, "_widget_class", lambda: Widget)
    drawer = Drawer()
    view = notebook.open_view(drawer)
    for model in range(100):
        view.update(model)
        clock.now += 0.01
    assert drawer.drawn[0] == 0
    assert 0.7 / INTERVAL <= len(drawer.drawn) <= 1 / INTERVAL + 1
    clock.now += 1
    view.update(1000)
    assert drawer.drawn[-1] == 1000


def test_a_tick_paints_what_waits_and_moves_what_is_busy(clock: Clock, displayed: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notebook, "_widget_class", lambda: Widget)
    drawer = Drawer()
    view = notebook.open_view(drawer)
    view.tick()
    assert drawer.drawn == []
    view.update(1)
    view.update(2)
    view.tick()
    assert drawer.drawn == [1]
    clock.now += 0.11
    view.tick()
    assert drawer.drawn == [1, 2]
    clock.now += 0.11
    view.tick()
    assert drawer.drawn == [1, 2, 2]
    drawer.running = False
    clock.now += 0.11
    view.tick()
    assert drawer.drawn == [1, 2, 2]


def test_slow_painting_slows_the_pace(clock: Clock) -> None:
    pace = show.Pace()
    clock.now += 0.2
    pace.painted(clock.now - 0.2)
    # The first one opens the widget, and so takes long only once.
    assert pace.due()
    clock.now += 0.2
    pace.painted(clock.now - 0.2)
    clock.now += 0.5
    assert not pace.due()
    clock.now += 0.2
    assert pace.due()


def test_the_widget_is_replaced_and_closed(clock: Clock, displayed: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notebook, "_widget_class", lambda: Widget)
    view = notebook.open_view(Drawer())
    assert isinstance(view, notebook.Notebook)
    view.update(1)
    widget = view.widget
    (kind, first), *_ = displayed
    assert kind == "display"
    assert first["application/vnd.jupyter.widget-view+json"]["model_id"] == "abc"
    assert first["text/plain"] == "1"
    view.close(2)
    view.close(3)
    view.update(4)
    view.tick()
    assert displayed[1:] == [("update", {"text/html": "<b>2</b>", "text/plain": "2"})]
    assert widget.closed


def test_a_view_that_never_painted_still_leaves_its_picture(displayed: Any) -> None:
    notebook.open_view(Drawer()).close(7)
    assert displayed == [("display", {"text/html": "<b>7</b>", "text/plain": "7"})]


def test_where_nobody_looks_there_is_no_widget(clock: Clock, displayed: Any) -> None:
    view = notebook.open_view(Drawer(), attended=False)
    for model in range(5):
        view.update(model)
        clock.now += 1
    view.close(9)
    assert [kind for kind, _ in displayed] == ["display", "update"]
    assert all("application/vnd.jupyter.widget-view+json" not in bundle for _, bundle in displayed)


@pytest.mark.parametrize(("stdin", "kind"), [(True, notebook.Notebook), (False, notebook.Unattended)])
def test_a_kernel_with_and_without_a_person(stdin: bool, kind: type) -> None:
    kernel = SimpleNamespace(get_parent=lambda channel: {"content": {"allow_stdin": stdin}})
    assert type(open_view(Drawer(), shell=SimpleNamespace(kernel=kernel))) is kind


def test_a_kernel_that_does_not_say() -> None:
    assert show.attended(SimpleNamespace())


class Terminal(io.StringIO):
    """Standard output that is a terminal."""

    def isatty(self) -> bool:
        return True


def test_the_places(monkeypatch: pytest.MonkeyPatch) -> None:
    from dockermagic.views.terminal import Terminal as TerminalView

    shell = SimpleNamespace()
    monkeypatch.setattr(sys, "stdout", Terminal())
    assert isinstance(open_view(Drawer(), shell=shell), TerminalView)
    assert isinstance(open_view(Drawer(), shell=shell, plain=True), Plain)
    assert isinstance(open_view(Drawer(), shell=shell, plain=True, quiet=True), Quiet)
    monkeypatch.setattr(sys, "stdout", io.StringIO())
    assert isinstance(open_view(Drawer(), shell=shell), Plain)
    monkeypatch.setattr(sys, "stdout", None)
    assert isinstance(open_view(Drawer(), shell=shell), Plain)


def test_plain_lines_tell_each_fact_once(capsys: pytest.CaptureFixture[str]) -> None:
    view = open_view(Drawer(), plain=True)
    view.update(1)
    view.tick()
    view.update(2)
    view.close(2)
    view.close(3)
    assert capsys.readouterr().out == "None to 1 →\n1 to 2 →\n"


def test_plain_lines_on_a_narrow_encoding(monkeypatch: pytest.MonkeyPatch) -> None:
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding="ascii"))
    open_view(Drawer(), plain=True).update(1)
    assert raw.getvalue() == b"None to 1 ?\n"


def test_quiet_says_nothing(capsys: pytest.CaptureFixture[str], displayed: Any) -> None:
    view = open_view(Drawer(), quiet=True)
    view.update(1)
    view.tick()
    view.close(2)
    assert capsys.readouterr().out == ""
    assert displayed == []


def test_the_terminal_is_painted_in_place_and_keeps_the_last_picture(clock: Clock) -> None:
    from rich.console import Console

    from dockermagic.views.terminal import Terminal as TerminalView

    out = io.StringIO()
    view = TerminalView(Drawer(), Console(file=out, force_terminal=True, width=40, height=10, legacy_windows=False))
    view.update(1)
    clock.now += 1
    view.update(2)
    view.close(3)
    text = out.getvalue()
    assert "model 1" in text
    assert "\x1b[1A" in text
    assert text.rstrip().endswith("second\x1b[0m")
    assert text.count("model 3") == 1
    assert "\x1b[?25h" in text


def test_importing_show_imports_nothing_heavy() -> None:
    import subprocess

    names = "('rich', 'htpy', 'anywidget', 'IPython', 'markupsafe', 'docker')"
    code = f"import sys, dockermagic.views.show, dockermagic.builds.picture; print([m for m in {names} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_script_is_one_module() -> None:
    script = notebook.script()
    assert script.count("export default") == 1
    assert "import " not in "".join(line for line in script.splitlines() if line.startswith("import "))
    assert "http" not in script.split("// The live view")[1]


def test_the_vendored_library_is_the_released_one() -> None:
    import hashlib
    from importlib import resources

    source = resources.files("dockermagic.views").joinpath("static/vendor/morphdom-esm.js").read_bytes()
    assert hashlib.sha256(source).hexdigest() == "b5ecceffde9493a3e5f6d1ca80277f580a1146ca3b3e0091cb3c398d6b2754b3"
