"""The view in a terminal: a text picture that is painted over in place, and stays when the work ends."""

from __future__ import annotations

from typing import Any

from dockermagic.views.show import Drawer, Line, Painter
from dockermagic.views.theme import TERMINAL

__all__ = ["Terminal"]


class Terminal(Painter):
    """A text picture in place, no taller than the terminal; at the end the whole of it, once."""

    def __init__(self, drawer: Drawer[Any], console: Any = None) -> None:
        super().__init__(drawer)
        from rich.console import Console

        self.console = console if console is not None else Console(highlight=False, emoji=False, markup=False)
        self.live: Any = None

    def paint(self, model: Any, now: float) -> None:
        """Paint over the last picture."""
        from rich.live import Live

        if self.live is None:
            self.live = Live(console=self.console, auto_refresh=False, transient=True, redirect_stderr=False, redirect_stdout=False)
            self.live.start()
        size = self.console.size
        self.live.update(self._styled(self.drawer.rows(model, now, size.width, size.height - 1)), refresh=True)

    def finish(self, model: Any) -> None:
        """Take the live picture away and print the whole one."""
        if self.live is not None:
            self.live.stop()
            self.live = None
        from time import time

        self.console.print(self._styled(self.drawer.rows(model, time(), self.console.size.width, 0)))

    def _styled(self, lines: Any) -> Any:
        from rich.text import Text

        text = Text(no_wrap=True, overflow="crop", end="")
        for number, line in enumerate(lines):
            if number:
                text.append("\n")
            self._append(text, line)
        return text

    @staticmethod
    def _append(text: Any, line: Line) -> None:
        for piece, role in line:
            text.append(piece, style=TERMINAL.get(role, ""))
