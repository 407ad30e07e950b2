"""The view in a notebook: one widget while the work goes on, then the same picture as plain output.

The widget has one synced trait, the markup. Messages cost more than bytes here (a front end drops events that come one
message each), so the whole markup is replaced, and the browser changes only what differs.
"""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import Any

from dockermagic.views import look
from dockermagic.views.show import Drawer, Painter

__all__ = ["Notebook", "Unattended", "open_view"]


def open_view(drawer: Drawer[Any], *, attended: bool = True) -> Painter:
    """Open a live view, or one that shows only the end where nobody looks."""
    return Notebook(drawer) if attended else Unattended(drawer)


def _static(name: str) -> str:
    return resources.files("dockermagic.views").joinpath("static", name).read_text(encoding="utf-8")


@cache
def script() -> str:
    """Give the live view's JavaScript module, with the library that patches the page in it."""
    return _static("vendor/morphdom-esm.js").replace("export default morphdom;", "") + _static("live.js")


@cache
def stylesheet() -> str:
    """Give the live view's stylesheet."""
    return look.stylesheet() + _static("live.css")


@cache
def _widget_class() -> type[Any]:
    import anywidget
    import traitlets

    class LiveMarkup(anywidget.AnyWidget):
        """Markup that Python replaces and the browser patches into the page.

        A detached container's view will take clicks with `on_msg`: the script has one place to send them from.
        """

        _esm = script()
        _css = stylesheet()
        html = traitlets.Unicode("").tag(sync=True)

    return LiveMarkup


class Unattended(Painter):
    """A first output at the start, the picture at the end, and no widget between."""

    def __init__(self, drawer: Drawer[Any]) -> None:
        super().__init__(drawer)
        self.handle: Any = None

    def paint(self, model: Any, now: float) -> None:
        """Show the first model only."""
        if self.handle is None:
            self._show(dict(self.drawer.bundle(model)))

    def finish(self, model: Any) -> None:
        """Put the picture that stays in the place of the first output."""
        bundle = dict(self.drawer.bundle(model))
        if self.handle is None:
            self._show(bundle)
        else:
            self.handle.update(bundle, raw=True)

    def _show(self, bundle: dict[str, Any]) -> None:
        from IPython.display import display

        self.handle = display(bundle, raw=True, display_id=True)  # type: ignore[no-untyped-call]  # IPython has no types


class Notebook(Unattended):
    """A live widget, replaced by the picture that stays when the work ends."""

    def __init__(self, drawer: Drawer[Any]) -> None:
        super().__init__(drawer)
        self.widget: Any = None

    def paint(self, model: Any, now: float) -> None:
        """Send the markup; the first time, with a fallback for front ends without widgets."""
        html = look.presented(self.drawer.html(model, now))
        if self.widget is not None:
            self.widget.html = html
            return
        self.widget = _widget_class()(html=html)
        view = {"version_major": 2, "version_minor": 0, "model_id": self.widget.model_id}
        self._show({**self.drawer.bundle(model), "application/vnd.jupyter.widget-view+json": view})

    def finish(self, model: Any) -> None:
        """Replace the widget by the picture that stays, then close it: its state must not outlive it."""
        super().finish(model)
        if self.widget is not None:
            self.widget.close()
            self.widget = None
