"""Watching an engine: what happens to containers, told to whoever asked, for as long as the engine answers.

One thread reads `GET /events`, another asks (inspect, and the names for completion), so that a slow answer holds no event up.
Nothing is lost between two connections: each asks for what came since the last message, and what comes twice is told once.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, Literal

from dockermagic.containers import events as ev
from dockermagic.containers import inspected, messages
from dockermagic.containers.asking import Asker, Gone
from dockermagic.engine.engine import reason
from dockermagic.errors import EngineError

if TYPE_CHECKING:
    from dockermagic.containers.parts import Seen
    from dockermagic.engine import Engine

__all__ = ["Subscription", "Watch"]

Kind = Literal["container", "image", "network", "volume"]
KINDS: tuple[Kind, ...] = ("container", "image", "network", "volume")

_AGAIN = (0.25, 0.5, 1.0, 2.0)
"""Seconds before an engine that went away is tried again."""
_SOON = 0.05
"""Seconds in which several reasons to ask about one container become one."""
_LATER = 0.75
"""Seconds in which several reasons to ask for names become one: nobody waits for them, and lists are dear."""
_OLD = 2.0
"""Seconds after which names are asked for again when somebody wants them."""
_REMEMBERED = 4096
_WORTH_ASKING = {"create", "start", "die", "pause", "unpause", "rename", "health_status", "restart", "update", "oom"}


class Subscription:
    """Somebody's interest in containers; `ids` None means all of them. Closing it ends the calls."""

    def __init__(self, watch: Watch, tell: Callable[[ev.Event], None], ids: Iterable[str] | None) -> None:
        self._watch = watch
        self.tell = tell
        self.ids = None if ids is None else set(ids)

    def add(self, id: str) -> None:
        """Be interested in one more container, and ask about it."""
        if self.ids is not None:
            self.ids.add(id)
        self._watch.refresh(id)

    def wants(self, event: ev.Event) -> bool:
        """Say whether an event is of interest."""
        id = getattr(event, "id", "")
        return not id or self.ids is None or id in self.ids

    def close(self) -> None:
        """End it."""
        self._watch.forget(self)


class Watch:
    """What one engine says, from now on until `close`.

    Parameters:
        engine: it need not answer; then `EngineLost` is the first that subscribers are told.
    """

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        # A subscription may end wherever the garbage collector runs, also in a thread that holds the lock.
        self._lock = threading.RLock()
        self._subscriptions: list[Subscription] = []
        self._names: dict[Kind, list[str]] = {kind: [] for kind in KINDS}
        self._asked: dict[Kind, float] = dict.fromkeys(KINDS, 0.0)
        self._stale: dict[str, float] = {}
        self._wake = threading.Condition(self._lock)
        self._closed = threading.Event()
        self._ahead = 0.0
        self._last = 0.0
        self._known: deque[tuple[Any, ...]] = deque(maxlen=_REMEMBERED)
        self._asker = Asker(engine)
        self.lost: str | None = None
        self.connected = threading.Event()
        self._threads = [
            threading.Thread(target=self._read, name="dockermagic events", daemon=True),
            threading.Thread(target=self._ask, name="dockermagic inspect", daemon=True),
        ]
        for thread in self._threads:
            thread.start()

    def now(self) -> float:
        """Give the time on the engine's clock, seconds since the epoch."""
        return time.time() + self._ahead

    def subscribe(self, tell: Callable[[ev.Event], None], ids: Iterable[str] | None = None) -> Subscription:
        """Call `tell` with every event of the containers `ids` (None: of all) and of the engine, from threads of the watch."""
        made = Subscription(self, tell, ids)
        with self._lock:
            self._subscriptions.append(made)
            lost = self.lost
        if lost is not None:
            tell(ev.EngineLost(self.now(), lost))
        for id in made.ids or ():
            self.refresh(id)
        return made

    def forget(self, subscription: Subscription) -> None:
        """End a subscription."""
        with self._lock, contextlib.suppress(ValueError):
            self._subscriptions.remove(subscription)

    def names(self, kind: Kind) -> list[str]:
        """Give the names of what the engine has, from memory: containers, images with their tags, networks, volumes."""
        # Podman does not tell of every change; so who asks makes the next answer newer.
        with self._wake:
            if kind in self._stale or time.monotonic() - self._asked[kind] > _OLD:
                self._stale[kind] = 0.0
                self._wake.notify_all()
        return self._names[kind]

    def refresh(self, id: str) -> None:
        """Ask about a container soon; subscribers are told with `Inspected`."""
        with self._wake:
            self._stale.setdefault(f"container {id}", time.monotonic() + _SOON)
            self._wake.notify_all()

    def inspect(self, name: str) -> tuple[str, Seen] | None:
        """Ask about a container now: its id, and what is told of it; None if there is none of that name.

        Raises:
            EngineError: the engine does not answer.
        """
        asked = self.now()
        try:
            id, seen = self._asker.seen(name)
        except Gone:
            return None
        self._tell(ev.Inspected(asked, id, seen))
        return id, seen

    def past(self, ids: str | Iterable[str], since: float) -> list[ev.Event]:
        """Give what the engine remembers of containers: events between `since` (seconds since the epoch) and now."""
        wanted = {ids} if isinstance(ids, str) else set(ids)
        until = self.now() + (0.05 if self.engine.about.product == "Podman" else 0.0)  # Podman wants a moment to come
        query: dict[str, Any] = {"since": str(int(since)), "until": f"{until:.9f}"}
        if len(wanted) == 1:
            query["filters"] = {"container": sorted(wanted)}
        found = (messages.read(message) for message in self._asker.lines("/events", query))
        return [event for event in found if event is not None and getattr(event, "id", "") in wanted]

    def tell(self, event: ev.Event) -> None:
        """Tell subscribers a fact that the engine does not state: a command given here, output that arrived."""
        self._tell(event)

    def close(self) -> None:
        """End both threads, whatever they are waiting for."""
        self._closed.set()
        self._asker.close()
        with self._wake:
            self._wake.notify_all()
        for thread in self._threads:
            if thread is not threading.current_thread():
                thread.join(5)

    def _tell(self, event: ev.Event) -> None:
        with self._lock:
            wanting = [each for each in self._subscriptions if each.wants(event)]
        for each in wanting:
            each.tell(event)

    def _read(self) -> None:
        """Read events until closed; when the connection breaks, say so and try again."""
        tries = 0
        while not self._closed.is_set():
            why = "it hung up"
            try:
                self._meet()
                for message in self._asker.lines("/events", {"since": str(int(self._last))}, opened=self._found_again):
                    tries = 0
                    self._take(message)
            except (OSError, EngineError, ValueError) as error:
                why = reason(error) if isinstance(error, OSError) else str(error)
            if self._closed.is_set():
                return
            self.connected.clear()
            with self._lock:
                first, self.lost = self.lost is None, why
            if first:
                self._tell(ev.EngineLost(self.now(), why))
            self._closed.wait(_AGAIN[min(tries, len(_AGAIN) - 1)])
            tries += 1

    def _meet(self) -> None:
        """Learn how far the engine's clock is ahead of ours."""
        before = time.time()
        told = inspected.time_of(self._asker.get("/info").get("SystemTime"))
        took = time.time() - before
        ahead = told - before - took / 2 if told is not None else 0.0
        # A difference smaller than the question took is none.
        self._ahead = ahead if abs(ahead) > took else 0.0
        if not self._last:
            self._last = self.now() - 1

    def _found_again(self) -> None:
        """Say that the engine is back, and ask anew about all that may have changed meanwhile."""
        with self._wake:
            back, self.lost = self.lost is not None, None
            ids = {id for each in self._subscriptions for id in each.ids or ()}
            self._stale.update(dict.fromkeys(KINDS, 0.0) | {f"container {id}": 0.0 for id in ids})
            self._wake.notify_all()
        self.connected.set()
        if back:
            self._tell(ev.EngineBack(self.now()))

    def _take(self, message: dict[str, Any]) -> None:
        kind, action, id = messages.subject(message)
        at = messages.time_of(message)
        key = (at, kind, str(message.get("Action")), id)
        if key in self._known:
            return
        self._known.append(key)
        self._last = max(self._last, at)
        if not action.startswith("exec_") and action not in ("top", "attach", "resize"):
            self._note(kind, action, id)
        event = messages.read(message)
        if event is not None:
            self._tell(event)

    def _note(self, kind: str, action: str, id: str) -> None:
        """Note what is to be asked because of a message."""
        due = time.monotonic() + _SOON
        with self._wake:
            if kind in KINDS and action not in ("start", "die", "kill", "stop", "pause", "unpause", "health_status", "oom"):
                self._stale.setdefault(kind, due + _LATER)
            if kind == "container" and action in _WORTH_ASKING and self._interesting(id):
                self._stale.setdefault(f"container {id}", due)
            self._wake.notify_all()

    def _interesting(self, id: str) -> bool:
        return any(each.ids is None or id in each.ids for each in self._subscriptions)

    def _ask(self) -> None:
        """Ask about what is stale, one after the other, until closed."""
        while True:
            with self._wake:
                due = min(self._stale.values(), default=None)
                if self._closed.is_set():
                    return
                if due is None or due > time.monotonic():
                    self._wake.wait(None if due is None else max(0.001, due - time.monotonic()))
                    continue
                what = min(self._stale, key=self._stale.__getitem__)
                del self._stale[what]
            # An engine that does not answer is noticed, and told, by whoever reads its events.
            with contextlib.suppress(OSError, EngineError, ValueError):
                self._ask_about(what)

    def _ask_about(self, what: str) -> None:
        kind, _, id = what.partition(" ")
        if id:
            if self.inspect(id) is None:
                self._tell(ev.Removed(self.now(), id))
            return
        for each in KINDS:
            if each == kind:
                self._asked[each] = time.monotonic()
                self._names[each] = self._asker.names(each)
