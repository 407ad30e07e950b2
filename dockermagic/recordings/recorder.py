"""Writing down what the views of this notebook show, while they show it.

1. A view's models are kept by reference as they come, the newest one of each view; frozen, they do not change any more.
2. One thread takes them every `INTERVAL` seconds, and writes what changed. So a picture does not wait for the file.
3. Every line is written whole and at once: a kernel that is killed loses at most the last one.
4. A view that would fill the disk is written less and less often: after each `PLENTY` characters, half as often.
5. A file that cannot be written ends the recording; the views go on.
"""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

from dockermagic.errors import UsageError
from dockermagic.recordings.delta import delta
from dockermagic.recordings.kinds import Kind, kind_of
from dockermagic.recordings.recording import FORMAT, VERSION, is_recording
from dockermagic.recordings.secrets import safe, safe_text
from dockermagic.views import tap
from dockermagic.views.show import INTERVAL

__all__ = ["PLENTY", "Recorder", "follow_cells"]

LOG = logging.getLogger(__name__)

PLENTY = 1_000_000
"""Characters."""


class Recorder:
    """One recording that goes on, until it is closed.

    Parameters:
        path: the file.
        notebook, engine: for the header; `engine` "" where none is known yet.
        replace: an existing recording is replaced.

    Raises:
        UsageError: there is such a file, or it cannot be written.
    """

    def __init__(self, path: Path, notebook: str, engine: str = "", *, replace: bool = False) -> None:
        self.path = path
        self.cells = self.views = 0
        self.trouble = ""
        self._began = time.time()
        self._begun = time.monotonic()
        self._source, self._cell = "", 0
        self._change = threading.Condition()  # held by whoever writes
        self._waiting: dict[_Tap, Any] = {}
        self._closed = False
        self._file = _opened(path, replace=replace)
        with self._change:
            self._write({"format": FORMAT, "version": VERSION, "began": self._began, "notebook": notebook, "engine": engine})
        self._thread = threading.Thread(target=self._work, name="dockermagic recording", daemon=True)
        self._thread.start()

    @property
    def closed(self) -> bool:
        """Whether it has ended."""
        return self._closed

    def began_cell(self, source: str) -> None:
        """Take note that a cell begins; it is written once it shows something."""
        with self._change:
            self._source, self._cell = source, 0

    def ended_cell(self) -> None:
        """Take note that the cell has ended."""
        with self._change:
            if self._cell:
                self._write({"ended": self._cell, "at": self._now()})
            self._source, self._cell = "", 0

    def opened(self, drawer: Any, *, standing: bool) -> tap.Tap | None:
        """Take note that a view is opened, and give what takes its models."""
        kind = kind_of(drawer)
        with self._change:
            if kind is None or self._closed:
                return None
            if not self._cell:
                self.cells += 1
                self._cell = self.cells
                self._write({"cell": self._cell, "at": self._now(), "source": _title(self._source)})
            self.views += 1
            options = getattr(drawer, "options", {})
            self._write(
                {
                    "view": self.views,
                    "cell": self._cell,
                    "at": self._now(),
                    "kind": kind.name,
                    "standing": standing,
                    "options": options,
                }
            )
            return _Tap(self, self.views, kind)

    def take(self, view: _Tap, model: Any) -> None:
        """Take a view's newest model; it is written soon."""
        with self._change:
            if self._closed:
                return
            if view.last is None:  # how it began is never left out
                self._put(view, model)
                return
            self._waiting[view] = model
            self._change.notify()

    def finish(self, view: _Tap, model: Any) -> None:
        """Take a view's last model, and write it at once."""
        with self._change:
            if not self._closed:
                self._waiting.pop(view, None)
                self._put(view, model)
                self._write({"closed": view.number, "at": self._now()})

    def close(self) -> None:
        """End it; what waits is written first."""
        with self._change:
            if not self._closed:
                for view, model in self._waiting.items():
                    self._put(view, model)
            self._end()
        self._thread.join(10)
        if tap.listened_to() is self:
            tap.listen(None)

    def _work(self) -> None:
        while True:
            with self._change:
                self._change.wait_for(lambda: self._closed or bool(self._waiting))
                if self._closed:
                    return
                wait = min(view.next for view in self._waiting) - time.monotonic()
                if wait > 0:
                    self._change.wait(wait)
                    continue
                for view in [view for view in self._waiting if view.next <= time.monotonic()]:
                    self._put(view, self._waiting.pop(view))

    def _put(self, view: _Tap, model: Any) -> None:
        try:
            plain = safe(model)
            change = delta(view.last, plain)
        except Exception as error:  # whatever it is, it must not cost the cell its picture
            LOG.exception("a %s cannot be recorded", view.kind.noun)
            self._give_up(f"{type(error).__name__}: {error}")
            return
        if change is None:
            return
        view.last = plain
        view.written += self._write({"frame": view.number, "at": self._now(), "delta": change})
        view.next = time.monotonic() + INTERVAL * 2 ** (view.written // PLENTY)

    def _write(self, fact: dict[str, Any]) -> int:
        line = json.dumps(fact, ensure_ascii=False, separators=(",", ":"), allow_nan=False) + "\n"
        if not self.trouble:
            try:
                self._file.write(line)
                self._file.flush()
            except (OSError, ValueError) as error:
                self._give_up(str(getattr(error, "strerror", "") or error))
        return len(line)

    def _give_up(self, trouble: str) -> None:
        self.trouble, self._closed = trouble, True
        self._change.notify_all()

    def _end(self) -> None:
        self._closed = True
        self._waiting.clear()
        self._change.notify_all()
        try:
            self._file.close()
        except OSError as error:
            self.trouble = self.trouble or str(error.strerror)

    def _now(self) -> float:
        return round(time.monotonic() - self._begun, 3)


class _Tap:
    """Takes one view's models."""

    def __init__(self, recorder: Recorder, number: int, kind: Kind) -> None:
        self.recorder, self.number, self.kind = recorder, number, kind
        self.last: Any = None
        self.written = 0
        self.next = 0.0

    def update(self, model: Any) -> None:
        """Take a newer model."""
        self.recorder.take(self, model)

    def close(self, model: Any) -> None:
        """Take the last one."""
        self.recorder.finish(self, model)


def _title(source: str) -> str:
    """Give a cell's first line that says something, fit for a file that is passed on."""
    lines = [line.strip() for line in source.split("\n")]
    return safe_text(next((line for line in lines if line and not line.startswith("#")), ""))[:200]


def _opened(path: Path, *, replace: bool) -> IO[str]:
    if path.exists() and not is_recording(path):
        raise UsageError(f"“{path}” is there already, and is no recording.", "Name another file: %docker_record demo.recording")
    try:
        return path.open("w" if replace else "x", encoding="utf-8", errors="surrogatepass", newline="\n")
    except FileExistsError as error:
        raise UsageError(
            f"“{path}” is there already.",
            f"%docker_record --replace {path.name} begins it anew; %docker_replay {path.name} shows it.",
        ) from error
    except OSError as error:
        raise UsageError(f"“{path}” cannot be written: {error.strerror}.", "Name a file that you may write.") from error


def follow_cells(recorder: Recorder, shell: Any) -> Callable[[], None]:
    """Let the recorder know of the cells that run; gives what ends that.

    Parameters:
        shell: IPython's shell.
    """

    def begins(info: Any) -> None:
        recorder.began_cell(str(getattr(info, "raw_cell", "") or ""))

    def ends(result: Any) -> None:
        recorder.ended_cell()

    def leave() -> None:
        for name, function in (("pre_run_cell", begins), ("post_run_cell", ends)):
            shell.events.unregister(name, function)

    shell.events.register("pre_run_cell", begins)
    shell.events.register("post_run_cell", ends)
    return leave
