"""Watching a build for its causes: what is looked at before and beside it, and what is remembered after it.

1. The look (files, base images, cache records) is taken in a thread while the engine already builds: nothing waits for it. It
   begins when the context is on its way, since both read the same folder, and Python lets only one of them work at a time.
2. When the build has ended, the causes are told within the patience that is left; the build is never held up for long.
3. What was built is written down after the build was reported, and gives way to a build that begins. The next look waits for that.
4. Whatever goes wrong here costs the explanation, never the build.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import replace

from dockermagic.builds import events as ev
from dockermagic.builds.dockerfile import Dockerfile
from dockermagic.builds.model import Step
from dockermagic.builds.request import BuildRequest
from dockermagic.builds.why.advice import advise
from dockermagic.builds.why.asking import CacheRecord, cache_records
from dockermagic.builds.why.causes import BUILT
from dockermagic.builds.why.look import Look, look
from dockermagic.builds.why.past import WITNESS, Past, PastStep
from dockermagic.builds.why.reading import read_text
from dockermagic.builds.why.records import match_records
from dockermagic.builds.why.walk import Stopped, Walker
from dockermagic.builds.why.writing import HELD, begins, give_way, settle, writing
from dockermagic.engine.engine import Engine
from dockermagic.errors import DockerMagicError

__all__ = ["Observer"]

PATIENCE = 3.0
"""Seconds that the end of a build waits for the look, at most."""


class Observer:
    """Watches one build.

    Parameters:
        request, engine, dockerfile, steps: the build.
        emit: takes what was found, as events.
    """

    def __init__(
        self,
        request: BuildRequest,
        engine: Engine,
        dockerfile: Dockerfile,
        steps: tuple[Step, ...],
        emit: Callable[[ev.Event], None],
    ) -> None:
        self._request, self._engine, self._file, self._steps, self._emit = request, engine, dockerfile, steps, emit
        self._stopped = threading.Event()
        self._sending = threading.Event()
        self._look: Look | None = None
        self._statuses: dict[int, ev.StepFinished] = {}
        self._begins: dict[int, float] = {}
        self._thread = threading.Thread(target=self._run, name="dockermagic why", daemon=True)
        self._useful = not dockerfile.foreign and not request.platform.count(",")

    def start(self) -> None:
        """Begin to look."""
        if self._useful:
            begins(self._sending)
            self._thread.start()

    def stop(self) -> None:
        """Stop looking: nobody waits for it any more."""
        self._stopped.set()
        self._sending.set()

    def heard(self, event: ev.Event) -> None:
        """Take note of what happened to a step."""
        if isinstance(event, ev.StepFinished):
            self._statuses[event.step] = event
        elif isinstance(event, ev.StepStarted):
            self._begins.setdefault(event.step, event.time)
        elif isinstance(event, ev.BytesMoved) and event.step is None and (event.current or event.finished):
            self._sending.set()

    def knows(self, event: ev.Event) -> bool:
        """Tell whether an event says nothing new: a step that had ended is taken from the cache when it is asked for again."""
        if isinstance(event, ev.StepFinished):
            return event.step in self._statuses and event.status == "cached"
        return isinstance(event, ev.StepStarted) and event.step in self._statuses

    def _run(self) -> None:
        records = cache_records(self._engine)  # before this build adds its own
        if self._request.context is not None:
            self._sending.wait(HELD)
        self._sending.set()
        settle()
        try:
            found = look(self._request, self._engine, self._file, self._steps, self._stopped.is_set, ask=lambda engine: records)
        except (Stopped, DockerMagicError):  # the build itself tells what is wrong with a request
            return
        except Exception as bug:  # the explanation is lost, the build is not
            self._emit(ev.Noted(time.time(), f"Why steps run again cannot be told this time: {bug!r}."))
            return
        self._look = found
        self._emit(ev.Predicted(time.time(), found.prediction))

    def explain(self) -> None:
        """Tell the causes of what ran; call it when every step has ended, and before the build is reported as ended."""
        if not self._useful:
            return
        self._sending.set()
        self._thread.join(PATIENCE)
        found = self._look
        if found is None:
            if self._thread.is_alive():
                self._emit(ev.Noted(time.time(), "Why steps ran again is not told: looking at the context's files took too long."))
            self.stop()
            return
        try:
            statuses = {step: event.status for step, event in self._statuses.items()}
            causes = found.causes.explain(statuses)
            seconds = {step: self._seconds(step) for step in causes}
            advice = advise(self._file, causes, seconds, lambda path: read_text(found.files.root, path))
        except Exception as bug:  # as above
            self._emit(ev.Noted(time.time(), f"Why steps ran again cannot be told this time: {bug!r}."))
            return
        self._emit(ev.Explained(time.time(), tuple(sorted(causes.items())), advice))

    def keep(self, tell_end: Callable[[], object]) -> None:
        """Report the end of the build, and write down what was built."""
        with writing():
            tell_end()
            try:
                if self._look is not None:
                    self._write(self._look)
            except Exception:  # noqa: S110  # nobody listens any more; the next build knows less
                pass

    def _write(self, found: Look) -> None:
        built = {step: event for step, event in self._statuses.items() if event.status in BUILT}
        ran = [event for event in built.values() if event.status == "ran" and event.step in found.facts]
        after: list[CacheRecord] | None = cache_records(self._engine) if ran else found.records
        records = match_records(ran, found.facts, found.records, after)
        moved = self._moved(found)
        keys, lost = {}, []
        sound: dict[int, bool] = {}
        for index in sorted(found.facts):
            facts = found.facts[index]
            files = facts.taken.files.keys() if facts.taken is not None else ()
            whole = not facts.doubts and not moved & set(files)
            sound[index] = whole and all(sound.get(each, True) for each in (facts.above, *facts.sources) if each is not None)
            if index in built and sound[index]:
                keys[facts.key] = records.get(index, "")
                if built[index].status == "cached" and found.seen.gone(facts.key):
                    lost.append(facts.key)  # somebody else has built it since: its record has another name now
            elif index in self._statuses:
                lost.append(facts.key)
        for index in sorted(found.facts, reverse=True):
            facts, above = found.facts[index], found.facts.get(found.facts[index].above or 0)
            own = keys.get(facts.key, "")
            if above is not None and own and not facts.link and keys.get(above.key) == "":
                keys[above.key] = own if own.startswith(WITNESS) else WITNESS + own
        steps = tuple(
            PastStep(replace(facts, taken=None), self._status(index), self._seconds(index)) for index, facts in found.facts.items()
        )
        past = Past(tuple(each.name for each in self._steps), steps, found.files.tree, time.time())
        give_way()
        found.memory.keep(found.engine, found.project, self._request.tags, past, keys, lost)
        if found.files.changed:
            give_way()
            found.memory.keep_warm(found.files.root, found.files.known)

    def _moved(self, found: Look) -> set[str]:
        """Give the files that changed since they were looked at: the engine may have got them as they are now."""
        if not found.files.root or not found.files.tree.files:
            return set()

        def gave_way() -> bool:
            give_way()
            return False

        walker = Walker(found.files.root, found.files.patterns, found.files.starts, found.files.known, gave_way)
        again = walker.walk()
        paths = again.files.keys() | found.files.tree.files.keys()
        return {path for path in paths if again.files.get(path) != found.files.tree.files.get(path)}

    def _status(self, index: int) -> str:
        return self._statuses[index].status if index in self._statuses else "skipped"

    def _seconds(self, index: int) -> float:
        event = self._statuses.get(index)
        return max(0.0, event.time - self._begins.get(index, event.time)) if event is not None else 0.0
