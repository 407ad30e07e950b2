"""A terminal in an output: what a program prints goes to every page that shows it, keys come back, the cell has long returned.

Three threads: one reads from the program, one sends to the pages as `views.flow` says, one types. What is saved with the notebook
is a picture of the last lines, brought up to date while the terminal is open, and for good when the program has ended.
"""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Mapping
from typing import Any, Protocol

import htpy as h

from dockermagic.views import channel, notebook, reruns
from dockermagic.views.flow import Flow
from dockermagic.views.hostile import one_line
from dockermagic.views.look import KEYS, Look
from dockermagic.views.show import attended
from dockermagic.views.transcript import picture

__all__ = ["MIME", "Console", "Stream", "can_open", "open_console"]

MIME = "application/vnd.dockermagic.console+json"
"""The MIME type that the lab extension shows: an object with the `console`'s id."""
SAVE_EVERY = 2.0
"""Seconds between two pictures."""
PAUSE = 0.01
"""Seconds between two rounds of sending: a server drops messages when there are more than a thousand a second."""
FIRST = 10.0
"""Seconds that a program which prints much waits for the first page."""
ALONE = 2 * 1024 * 1024
"""Bytes a second that are read while no page shows them."""
TYPED = 1024 * 1024
"""Characters that may wait for a program that does not read; more is thrown away."""

UNOPENED = (
    "A terminal opens here in JupyterLab and Notebook 7. If none does, dockermagic is missing where Jupyter itself is installed, "
    "or the page is older than it: install it there, and load the page again. VS Code and Colab have no terminals here: run the "
    "command without -t."
)
OPEN = "The terminal was open when this was saved."

LOG = logging.getLogger(__name__)


class Stream(Protocol):
    """A program on a terminal of its own. Each method is called by one thread at a time, but at the same time as the others."""

    def read(self) -> bytes:
        """Wait for output and give it; nothing at its end."""

    def write(self, data: bytes) -> object:
        """Type something."""

    def resize(self, columns: int, rows: int) -> object:
        """Tell the program how large its terminal is."""

    def close(self) -> object:
        """Hang up; `read` then comes to its end."""

    def finish(self) -> str:
        """Say how it ended, in a sentence; called once, after the end of the output."""


def can_open(shell: Any) -> bool:
    """Say whether a terminal can be shown here: in a notebook that somebody looks at."""
    kernel = getattr(shell, "kernel", None)
    return kernel is not None and attended(kernel)


def open_console(stream: Stream, *, shell: Any, title: str, command: str, transcript_limit: int = 256 * 1024) -> Console:
    """Show a terminal in the running cell's output, and return while it goes on.

    Parameters:
        stream: the program.
        shell: IPython's shell; `can_open` says whether there is a place for a terminal.
        title: what it is, in a few words: a container's name.
        command: the command line that it stands for.
        transcript_limit: bytes of output that are kept.
    """
    console = Console(stream, title, command, transcript_limit)
    reruns.opened(shell.kernel, console)
    console.begin()
    return console


class Console:
    """A program's terminal. `ended` is set when the program has ended and its last picture is there."""

    def __init__(self, stream: Stream, title: str, command: str, limit: int) -> None:
        self.stream = stream
        self.title = one_line(title)
        self.command = one_line(command, 2000)
        self.ended = threading.Event()
        self.id = channel.offer(self)
        self._flow: Flow[channel.Page] = Flow(limit)
        self._change = threading.Condition()
        self._over = self._replaced = self._joined = False
        self._typed: queue.SimpleQueue[str | tuple[int, int] | None] = queue.SimpleQueue()
        self._waiting = 0
        self._size: tuple[int, int] | None = None
        self._handle: Any = None
        self._saving = threading.Lock()  # what is saved last is the newest
        self._saved = (0, False)
        self._save_at = 0.0

    def begin(self) -> None:
        """Show it, and begin to read and to write."""
        from IPython.display import display

        self._handle = display(self._bundle(), raw=True, display_id=True)  # type: ignore[no-untyped-call]  # IPython has no types
        for work in (self._read, self._send, self._type):
            threading.Thread(target=work, name=f"dockermagic terminal {self.title}", daemon=True).start()

    # What pages say comes in threads of the kernel: nothing here waits.

    def joined(self, page: channel.Page) -> None:
        """Give a page the frame at once, and soon all that is kept."""
        page.send(self.id, {"css": notebook.stylesheet(), "head": frame(self.command), "title": self.title})
        with self._change:
            self._flow.join(page, time.monotonic())
            self._joined = True
            self._change.notify_all()

    def left(self, page: channel.Page) -> None:
        """Wait for this page no longer."""
        with self._change:
            self._flow.leave(page)
            self._change.notify_all()

    def heard(self, page: channel.Page, said: Mapping[str, Any]) -> None:
        """Take keys, a new size, how much was drawn, or the wish to close."""
        keys, size, drawn = said.get("keys"), said.get("size"), said.get("drawn")
        if isinstance(keys, str):
            with self._change:
                fits = self._waiting + len(keys) <= TYPED
                self._waiting += len(keys) if fits else 0
            if fits:
                self._typed.put(keys)
        if isinstance(size, list) and len(size) == 2 and all(isinstance(number, int) and 0 < number < 10_000 for number in size):
            self._size = (size[0], size[1])
            self._typed.put(self._size)
        if isinstance(drawn, int):
            with self._change:
                self._flow.drawn(page, drawn, time.monotonic())
                self._change.notify_all()
        if said.get("do") == "close":
            self.hang_up()

    def hang_up(self) -> None:
        """End the terminal; what the program makes of it is its own business."""
        threading.Thread(target=self.stream.close, name="dockermagic terminal", daemon=True).start()

    def replaced(self) -> None:
        """End without a last picture: the cell was run again, so the output is gone."""
        self._replaced = True
        self.hang_up()

    # The threads.

    def _read(self) -> None:
        began = time.monotonic()
        try:
            while data := self.stream.read():
                if self._flow.transcript.end == 0 and self._size is not None:
                    self._typed.put(self._size)  # said before the program was there, it may not have been heard
                with self._change:
                    self._flow.transcript.add(data)
                    self._change.notify_all()
                    self._wait(began, len(data))
        except Exception:  # a connection that broke is an end of the output like any other; `finish` knows how it ended
            LOG.debug("reading from %s", self.title, exc_info=True)
        self._end()

    def _wait(self, began: float, size: int) -> None:
        """Let the program wait for those who read along."""
        while not self._over:
            now = time.monotonic()
            full = self._flow.transcript.end >= self._flow.transcript.limit
            if not self._flow.waits(now) and not (full and not self._joined and now - began < FIRST):
                break
            self._change.wait(0.5)
        if not self._flow.pages:
            self._change.wait(size / ALONE)

    def _send(self) -> None:
        while True:
            with self._change:
                if self._over:
                    return
                now = time.monotonic()
                pieces = [(page, piece) for page in self._flow.pages if (piece := self._flow.piece(page, now))]
                unsaved = self._saved != (self._flow.transcript.end, self._joined)
                if not pieces and not (unsaved and now >= self._save_at):
                    self._change.wait(self._save_at - now if unsaved else None)
                    continue
            for page, piece in pieces:
                page.send(self.id, {"end": piece.end, "afresh": piece.afresh, "again": piece.again}, [piece.data])
            if unsaved and now >= self._save_at:
                self._save()
            time.sleep(PAUSE)

    def _type(self) -> None:
        while (typed := self._typed.get()) is not None:
            try:
                if isinstance(typed, str):
                    with self._change:
                        self._waiting -= len(typed)
                    self.stream.write(typed.encode("utf-8", "replace"))
                else:
                    self.stream.resize(*typed)
            except Exception:  # the program has gone; the reader says so
                LOG.debug("typing into %s", self.title, exc_info=True)

    def _save(self) -> None:
        with self._saving:
            if self._over:
                return
            began = time.monotonic()
            bundle = self._bundle()
            self._handle.update(bundle, raw=True)
            for page in self._flow.pages:
                page.send(self.id, {"saved": bundle})
            self._save_at = began + max(SAVE_EVERY, 20 * (time.monotonic() - began))

    def _bundle(self) -> dict[str, Any]:
        with self._change:
            self._saved = (self._flow.transcript.end, self._joined)
            text, start = self._flow.transcript.text(), self._flow.transcript.start
        return {MIME: {"console": self.id}, **picture(text, start > 0, self.command, OPEN if self._joined else UNOPENED)}

    def _end(self) -> None:
        try:
            last = self.stream.finish()
        except Exception as error:
            LOG.debug("how %s ended", self.title, exc_info=True)
            last = f"It is not known how it ended: {one_line(str(error))}"
        with self._change:
            self._over = True
            self._change.notify_all()
        self._typed.put(None)
        with self._saving:
            if not self._replaced:
                transcript = self._flow.transcript
                bundle = picture(transcript.text(), transcript.start > 0, self.command, last)
                self._handle.update(bundle, raw=True)
                for page in self._flow.pages:
                    page.send(self.id, {"done": bundle})
        channel.withdraw(self.id)
        self.ended.set()


def frame(command: str) -> str:
    """Give the line above the terminal."""
    look = Look(inline=False)
    close = {"data_do": "close", "title": "Close the terminal: what runs in it is told that nobody is there any more"}
    return str(h.div(look("header"))[h.code(look("code"))[command], h.button(look("button"), KEYS, **close)["close"]])
