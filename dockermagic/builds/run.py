"""Running a build: a worker thread listens to the engine, the main thread folds what it hears and shows it.

1. The worker puts every event into a queue and never waits for the picture.
2. The main thread empties the queue, folds, and lets the view decide when to paint: painting is rate-limited, folding is not.
3. An interrupt reaches the main thread, which tells the engine to stop and waits a moment for its last words.
"""

from __future__ import annotations

import contextlib
import os
import queue
import time
from dataclasses import replace
from typing import Protocol

from dockermagic.builds import events as ev
from dockermagic.builds.cause import Prediction
from dockermagic.builds.command import docker_command, relative
from dockermagic.builds.dockerfile import Dockerfile, read_dockerfile
from dockermagic.builds.fold import apply
from dockermagic.builds.model import Build
from dockermagic.builds.paths import build_args
from dockermagic.builds.plan import plan_stages, plan_steps
from dockermagic.builds.request import BuildRequest
from dockermagic.builds.story import cancelled, explain
from dockermagic.builds.why import recent
from dockermagic.builds.why.look import foresee
from dockermagic.builds.worker import Worker
from dockermagic.engine.engine import Engine
from dockermagic.errors import BuildCancelled, BuildFailed, DockerfileError
from dockermagic.interrupts import Interrupts

LAST_WORDS = 1.0
TICK = 0.05


class View(Protocol):
    """What shows a build while it goes on."""

    def update(self, model: Build) -> None:
        """Take a newer build."""

    def tick(self) -> None:
        """Paint what waits."""

    def close(self, model: Build) -> None:
        """Paint the last one for good."""


def planned(request: BuildRequest, path: ev.BuildPath = "buildkit") -> tuple[Dockerfile, Build]:
    """Read a request's Dockerfile and give the build as it stands before anything happened.

    Raises:
        DockerfileError: the Dockerfile cannot be read.
        UsageError: the target is no stage of it.
    """
    try:
        dockerfile = read_dockerfile(request.dockerfile)
    except DockerfileError as error:
        lines = request.dockerfile.splitlines()
        error.source = lines[error.line - 1].rstrip() if 0 < error.line <= len(lines) else ""
        raise
    given = build_args(request)
    try:
        folder = os.getcwd()
    except FileNotFoundError:  # it was removed; only how paths are told depends on it
        folder = "/"
    build = Build(
        dockerfile=request.dockerfile,
        steps=plan_steps(dockerfile, request.target, given, path),
        stages=plan_stages(dockerfile, given),
        tags=request.tags,
        target=request.target,
        context="" if request.context is None else relative(request.context, folder),
        command=docker_command(request, folder),
    )
    return dockerfile, build


class _Follower:
    """Folds what the worker queues, in the main thread, and keeps the view up to date."""

    def __init__(self, worker: Worker, build: Build, view: View) -> None:
        self.worker, self.build, self.view = worker, build, view

    def follow(self, interrupts: Interrupts) -> None:
        """Fold until the worker has said its last word, or somebody interrupts."""
        going = True
        while going and not interrupts.count:
            try:
                going = self._fold_some(self.worker.events.get(timeout=TICK))
            except queue.Empty:
                self.view.tick()
            else:
                self.view.update(self.build)

    def last_words(self, patience: float = LAST_WORDS) -> None:
        """Fold what still comes within `patience` seconds, then call the build cancelled."""
        deadline = time.monotonic() + patience
        going = self.worker.started
        while going and (left := deadline - time.monotonic()) > 0:
            with contextlib.suppress(queue.Empty):
                going = self._fold_some(self.worker.events.get(timeout=left))
        if self.build.outcome is None:
            self.build = apply(self.build, ev.BuildFinished(time.time(), "cancelled"))

    def _fold_some(self, event: ev.Event | None) -> bool:
        """Fold an event and those queued behind it, for one tick at most; tell whether more is to come."""
        deadline = time.monotonic() + TICK
        while event is not None:
            self.build = apply(self.build, event)
            if time.monotonic() > deadline:
                return True
            try:
                event = self.worker.events.get_nowait()
            except queue.Empty:
                return True
        return False


def run_build(
    request: BuildRequest, engine: Engine, view: View, answers: tuple[str, ...] = (), stop: Interrupts | None = None
) -> Build:
    """Build, and show it meanwhile.

    Parameters:
        request: what to build.
        engine: where.
        view: what shows it; it is closed in every case in which it was given anything to show.
        answers: what a learner expects of each step.
        stop: counts what stops it, where that is not only the main thread's interrupts.

    Raises:
        DockerfileError, UsageError: before the engine is touched.
        BuildFailed: the build failed; carries it, and says where and what to look at.
        BuildCancelled: it was interrupted; carries it.
    """
    with stop or Interrupts() as interrupts:
        dockerfile, build = planned(request, "classic" if engine.build_path == "classic" and not request.builder else "buildkit")
        build = replace(build, prediction=Prediction((), answers)) if answers else build
        worker = Worker(request, engine, dockerfile, build.steps)
        follower = _Follower(worker, build, view)
        _build(follower, interrupts)
    build = follower.build
    recent.note(build, lambda touched: foresee(request, engine, dockerfile, build.steps, touched))
    if worker.bug is not None:
        raise worker.bug
    if interrupts.count and build.outcome != "failed":
        ended = "The interrupt came when the build had just ended: the image is there."
        raise BuildCancelled(ended if build.succeeded else cancelled(engine.build_path), build=build)
    if not build.succeeded:
        raise BuildFailed(*explain(build), build=build)
    return build


def _build(follower: _Follower, interrupts: Interrupts) -> None:
    """Start the build and show it until it has ended or was interrupted, and the picture is complete."""
    worker, view = follower.worker, follower.view
    try:
        view.update(follower.build)
        if not interrupts.count:
            worker.start()
            follower.follow(interrupts)
        if interrupts.count and follower.build.outcome is None:
            worker.cancel()
            follower.last_words()
        view.close(follower.build)
    except BaseException as error:
        # Nobody would hear of the build any more: the picture failed, or somebody insists.
        worker.cancel()
        if not isinstance(error, KeyboardInterrupt):
            with contextlib.suppress(Exception):
                view.close(follower.build)
            raise
        interrupts.count += 1
        follower.last_words(0.0)
        view.close(follower.build)
