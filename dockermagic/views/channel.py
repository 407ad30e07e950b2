"""What goes to and fro between the kernel and the pages that look at something which outlives its cell.

A page (one notebook in one window) opens one comm and names what it shows. From then on either side may speak:

    page → kernel     join: ids; leave: an id; bye: it shows nothing any more; or what a person did in one of them, under its id
    kernel → page     what one of them sends, under its id; gone: an id that this kernel does not know

A page may go without a word (a lid closed, a browser ended). So when a new page comes, the others are asked whether they are
still there; one that says nothing for `PATIENCE` seconds is let go. If it was only slow it comes again: it is told to.
"""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

__all__ = ["PATIENCE", "TARGET", "Page", "Shown", "listen", "offer", "silence", "withdraw"]

TARGET = "dockermagic"
"""The comm target's name, which the lab extension knows too."""

PATIENCE = 60.0
"""Seconds that a page has to answer."""

_ID = "id"


class Shown(Protocol):
    """Something that pages show. Calls come from whatever thread the kernel reads messages in; none may block."""

    def joined(self, page: Page) -> None:
        """Take note of a page that now shows it, or shows it anew: send it everything."""

    def heard(self, page: Page, said: Mapping[str, Any]) -> None:
        """Take note of what a person did there."""

    def left(self, page: Page) -> None:
        """Take note of a page that shows it no longer."""


class Page:
    """One page's end of a comm."""

    def __init__(self, comm: Any) -> None:
        self.comm = comm
        self.shows: set[str] = set()
        self.answered = True

    def send(self, shown: str, data: Mapping[str, Any], buffers: Sequence[bytes] = ()) -> None:
        """Send it something of one of the things that it shows; from any thread."""
        self.comm.send({_ID: shown, **data}, buffers=list(buffers))


_LOCK = threading.RLock()
_SHOWN: dict[str, Shown] = {}
_PAGES: dict[str, Page] = {}


def offer(shown: Shown) -> str:
    """Let pages show this; gives the id that they ask for it with."""
    listen()
    with _LOCK:
        name = uuid.uuid4().hex
        _SHOWN[name] = shown
        return name


def withdraw(name: str) -> None:
    """Take an offer back; whoever still shows it has been told before."""
    with _LOCK:
        _SHOWN.pop(name, None)
        for page in _PAGES.values():
            page.shows.discard(name)


def listen() -> None:
    """Take pages in; a second call does nothing. Done when the extension is loaded, so that no page asks in vain."""
    import comm

    manager = comm.get_comm_manager()
    if TARGET not in manager.targets:
        manager.register_target(TARGET, _opened)


def silence() -> None:
    """Let all pages go, and take no more in: when the extension is unloaded."""
    import comm

    manager = comm.get_comm_manager()
    if manager.targets.get(TARGET) is _opened:
        manager.unregister_target(TARGET, _opened)
    for page in list(_PAGES.values()):
        _let_go(page, {})


def _opened(comm: Any, message: Mapping[str, Any]) -> None:
    if hasattr(comm, "_reply_subshell_for"):
        # ipykernel 7.4 lets the loop that spoke last hear what a page says next. Threads of ours speak, which have no loop:
        # messages would be heard by one or another, in any order. Let the one hear that the page has addressed.
        comm._reply_subshell_for = lambda data, addressed: addressed
    page = Page(comm)
    with _LOCK:
        others = list(_PAGES.values())
        _PAGES[comm.comm_id] = page
    comm.on_msg(lambda message: _heard(page, message["content"]["data"]))
    comm.on_close(lambda message: _forget(page))
    _heard(page, message["content"]["data"])
    if others:
        _ask(others)


def _ask(pages: Sequence[Page]) -> None:
    for page in pages:
        page.answered = False
        page.comm.send({"there": True})
    timer = threading.Timer(PATIENCE, _let_silent_go, [pages])
    timer.daemon = True
    timer.start()


def _let_silent_go(pages: Sequence[Page]) -> None:
    for page in pages:
        if not page.answered:
            _let_go(page, {"again": True})


def _let_go(page: Page, last: Mapping[str, Any]) -> None:
    _forget(page)
    page.comm.close(dict(last))


def _forget(page: Page) -> None:
    with _LOCK:
        _PAGES.pop(page.comm.comm_id, None)
        left = [_SHOWN[name] for name in page.shows if name in _SHOWN]
        page.shows.clear()
    for shown in left:
        shown.left(page)


def _heard(page: Page, said: Any) -> None:
    page.answered = True
    if not isinstance(said, Mapping):
        return
    join = said.get("join")
    for name in join if isinstance(join, list) else ():
        _told(page, str(name), Shown.joined)
    if said.get("leave"):
        name = str(said["leave"])
        with _LOCK:
            page.shows.discard(name)
            shown = _SHOWN.get(name)
        if shown is not None:
            shown.left(page)
    if said.get("bye"):
        _let_go(page, {})
    elif said.get(_ID):
        _told(page, str(said[_ID]), lambda shown, page: shown.heard(page, said))


def _told(page: Page, name: str, tell: Callable[[Any, Page], None]) -> None:
    with _LOCK:
        shown = _SHOWN.get(name)
        if shown is not None:
            page.shows.add(name)
    if shown is None:
        page.send(name, {"gone": True})
    elif tell is Shown.joined:
        shown.joined(page)
    else:
        tell(shown, page)
