"""The thread that carries a build out: it listens to the engine, and queues what happens for whoever shows it."""

from __future__ import annotations

import queue
import re
import threading
import time
from typing import Any

from dockermagic.builds import events as ev
from dockermagic.builds.dockerfile import Dockerfile
from dockermagic.builds.measure import measure
from dockermagic.builds.model import Step
from dockermagic.builds.paths import Path_, build_args, open_path
from dockermagic.builds.request import BuildRequest
from dockermagic.builds.why.observe import Observer
from dockermagic.engine.engine import Engine, reason
from dockermagic.errors import DockerMagicError

__all__ = ["Worker"]

LOST_LAYER = re.compile(r"failed to prepare extraction snapshot .*parent snapshot .* does not exist", re.DOTALL)
"""How an engine with containerd's image store says that its own clean-up took a layer away while it unpacked the image
(https://github.com/moby/buildkit/issues/6521). The steps are done and in the cache; to ask once more is all that it takes."""
ASKED_AGAIN = "The engine's own clean-up took a layer away while it put the image together: it was asked for the image once more."


class Worker:
    """Carries one build out in a thread and queues what happens; None ends the queue."""

    def __init__(self, request: BuildRequest, engine: Engine, dockerfile: Dockerfile, steps: tuple[Step, ...]) -> None:
        self.events: queue.SimpleQueue[ev.Event | None] = queue.SimpleQueue()
        self._request, self._engine, self._dockerfile, self._steps = request, engine, dockerfile, steps
        self._why = Observer(request, engine, dockerfile, steps, self.events.put)
        self._kind, self._path = open_path(request, engine, dockerfile, steps, self._tell)
        self._cancelled = threading.Event()
        self.started = False
        self.bug: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="dockermagic build", daemon=True)

    def start(self) -> None:
        """Begin, in the thread."""
        self.started = True
        self._thread.start()

    def cancel(self) -> None:
        """Stop the build in the engine; the worker then ends by itself."""
        self._cancelled.set()
        self._why.stop()
        if self.started:
            threading.Thread(target=self._path.cancel, name="dockermagic cancel", daemon=True).start()

    def _run(self) -> None:
        error = "The build did not come to an end."
        try:
            error = self._work()
        except DockerMagicError as refused:
            error = str(refused)
        except OSError as broken:
            error = f"The connection to the engine broke: {reason(broken)}."
        except Exception as bug:  # carried to the main thread, which raises it with its traceback
            self.bug = None if self._cancelled.is_set() else bug
            error = f"dockermagic met a bug of its own: {bug!r}"
        finally:
            outcome: ev.Outcome = "cancelled" if self._cancelled.is_set() else "failed" if error else "succeeded"
            if outcome != "cancelled":
                self._why.explain()
            ended = ev.BuildFinished(time.time(), outcome, "" if outcome == "cancelled" else error)
            self._why.keep(lambda: self._end(ended))

    def _work(self) -> str:
        """Build, measure the image, and give the error, if there is one."""
        try:
            self.events.put(ev.BuildStarted(time.time(), self._engine.about.title, self._kind))
            self._why.start()
            error = self._listen(self._path)
            if LOST_LAYER.search(error) and not self._cancelled.is_set():
                error = self._once_more()
            if not error and not self._cancelled.is_set():
                self._measure(self._path.decoder.image_id)
        finally:
            self._path.close()
        return error

    def _once_more(self) -> str:
        """Ask for the image again, which the engine lost while it put it together; what the steps did stays as it was told."""
        self._path.close()
        self.events.put(ev.Noted(time.time(), ASKED_AGAIN))
        _, self._path = open_path(self._request, self._engine, self._dockerfile, self._steps, self._tell)
        if self._cancelled.is_set():
            self._path.cancel()
        return self._listen(self._path, again=True)

    def _listen(self, path: Path_, again: bool = False) -> str:
        for data in path.slices():
            for event in path.decoder.feed(data, time.time()):
                if not (again and self._why.knows(event)):
                    self._tell(event)
        for event in path.decoder.close(time.time()):
            self._tell(event)
        return path.decoder.error

    def _end(self, ended: ev.BuildFinished) -> None:
        self.events.put(ended)
        self.events.put(None)

    def _tell(self, event: ev.Event) -> None:
        self._why.heard(event)
        self.events.put(event)

    def _measure(self, image: str) -> None:
        """Ask the engine how large the image and its layers are (GET /images/{name}/json and /history)."""
        if not image:
            return
        from docker.errors import DockerException

        try:
            found: dict[str, Any] = self._engine.api.inspect_image(image)
            # An image of no layers and no settings has no history at all.
            history: list[dict[str, Any]] = self._engine.api.history(image) or []
        except (DockerException, OSError, ValueError):
            # Another builder keeps the image to itself, or the engine is busy; that it exists is all that is known.
            self.events.put(ev.ImageBuilt(time.time(), image))
            return
        sizes = measure(history, self._dockerfile, self._request.target, build_args(self._request))
        for step, size in sizes.items():
            self.events.put(ev.LayerMeasured(time.time(), step, size))
        self.events.put(ev.ImageBuilt(time.time(), str(found.get("Id") or image), found.get("Size")))
