"""What `%compose` does with each command: `up` and its stack, builds, `down` and what is lost, and all others with their output."""

from __future__ import annotations

import os
import sys
import time
from dataclasses import replace
from typing import Any

from dockermagic.compose import events as ev
from dockermagic.compose.building import build_services, to_build
from dockermagic.compose.cell import Given
from dockermagic.compose.errors import ComposeCancelled, ComposeFailed
from dockermagic.compose.failures import explain
from dockermagic.compose.handle import LiveStack
from dockermagic.compose.loss import loss, nameless_volumes
from dockermagic.compose.masks import Masks
from dockermagic.compose.messages import Reader
from dockermagic.compose.model import Stack, service_of
from dockermagic.compose.passing import pass_on
from dockermagic.compose.picture import StackDrawer
from dockermagic.compose.project import Project
from dockermagic.compose.run import Ran, run_compose
from dockermagic.compose.walled import prepare, tell_conflicts
from dockermagic.containers.model import Containers
from dockermagic.engine.reach import find_reach
from dockermagic.views import shown
from dockermagic.views.show import View, open_view
from dockermagic.views.standing import open_standing

__all__ = ["carry_out"]

DEAF = 5.0
"""Seconds."""
_LIVE: dict[tuple[str, str], LiveStack] = {}
"""The last stack of each project, by engine and name: a second `up` goes on with it."""


def carry_out(given: Given, shell: Any) -> Any:
    """Do what a request asks for; see `cell.compose_cell`."""
    match given.request.verb:
        case "up":
            return _up(given, shell)
        case "build":
            return _build(given, shell)
        case "down" | "rm":
            return _down(given)
    return pass_on(given)


def _opened(given: Given) -> LiveStack:
    """Open the project's stack; the one before it gives way."""
    engine, watch = given.session.engine, given.session.watch
    known = _LIVE.pop((engine.address.url, given.project().name), None)
    if known is not None:
        known.rest()
    stack = Stack(
        given.project(),
        Containers(engine=engine.about.title),
        command=given.request.command,
        folder=given.request.folder,
        reach=find_reach(engine.address.url, os.environ),
        began=watch.now(),
    )
    live = LiveStack(engine, watch, stack, given.labels)
    live.masks = given.masks()
    _LIVE[engine.address.url, stack.project.name] = live
    given.session.hold(live)
    if stack.project.name:
        given.session.note_project(given.labels, stack.project.name)
    live.learn()
    return live


def _refused(given: Given) -> Exception:
    said = given.masks().text(_plain(given.refused))
    return given.error(said) or ComposeFailed(*explain(Stack(), said, 1))


def _plain(said: str) -> str:
    """Give what Compose said, without its warnings."""
    reader = Reader(Masks())
    reader.feed(said, 0.0)
    reader.close(0.0)
    return reader.last_words or said


def _may_build(text: str) -> bool:
    """Say whether it takes Compose's answer to know that nothing is to be built."""
    return any(word in text for word in ("build", "include", "extends"))


def _up(given: Given, shell: Any) -> LiveStack:
    request = given.request
    first = not request.detached or not given.name or request.cell is None or _may_build(given.text)
    first = first or given.session.engine.walls is not None
    given.ask(polite=not first)
    if first and not given.answered():
        raise _refused(given)
    prepare(given)
    live = _opened(given)
    live.probe_ports()
    view: View[Stack] = open_view(StackDrawer(progress=request.detached and _kernel(shell)), shell=shell)
    work = _Up(given, live, view)
    try:
        built = work.build() if first and not request.given("--no-build") else False
        ran = work.run(built) if not work.cancelled else Ran(130, 1)
    except ComposeFailed as failed:
        failed.stack = live
        raise
    finally:
        live.end_probe() if not request.detached else None
        view.close(live.model)
    if request.detached and _kernel(shell):
        standing = open_standing(StackDrawer(following=True), shell=shell, act=live.act)
        live.follow(standing.update)
    shown.mark(live)
    if ran.exit_code and not ran.interrupts:
        raise given.error(work.reader.last_words) or ComposeFailed(
            *explain(live.model, work.reader.last_words, ran.exit_code), stack=live, exit_code=ran.exit_code
        )
    if ran.interrupts and request.detached:
        raise ComposeCancelled("What Compose had begun is left as it is.", "%compose down removes it.", stack=live)
    tell_conflicts(live)
    return live


def _kernel(shell: Any) -> bool:
    return getattr(shell, "kernel", None) is not None


class _Up:
    """One `up`: builds, then Compose; the view is kept up to date meanwhile."""

    def __init__(self, given: Given, live: LiveStack, view: View[Stack]) -> None:
        self.given, self.live, self.view = given, live, view
        self.reader = Reader(live.masks)
        self.cancelled = False
        self._painted: Stack | None = None

    def tick(self) -> None:
        """Take Compose's answer to the file when it comes, and paint what is new."""
        if self.given.config and not self.live.model.project.services:
            self.live.masks = self.reader.masks = self.given.masks()
            self.live.take(ev.ProjectRead(self.live.watch.now(), self.given.project()))
        self.live.calm()
        if self.live.model is self._painted:
            self.view.tick()
        else:
            self._painted = self.live.model
            self.view.update(self._painted)

    def build(self) -> bool:
        """Build what has to be built, and say whether Compose is not to build."""
        given, live = self.given, self.live
        always = given.request.given("--build")
        wanted = [word for word in given.request.words if word in given.config.get("services", {})]
        sections = to_build(given.config, live.engine, given.program.text, wanted, always=always)
        if sections:
            self.cancelled = build_services(
                sections,
                live.engine,
                lambda service, build: live.take(ev.BuildChanged(live.watch.now(), service, build)),
                self.tick,
            )
        return sections is not None

    def run(self, built: bool) -> Ran:
        """Run Compose."""
        given, live = self.given, self.live
        words = tuple(word for word in given.request.words if word != "--build") if built else given.request.words
        words = ("--no-build", *words) if built and "--no-build" not in words else words
        request = replace(given.request, words=words)
        before = request.before(given.name or live.model.project.name)
        progress = [] if "--progress" in request.flags else ["--progress", given.program.progress]

        def tell(stream: int, text: str) -> None:
            now = live.watch.now()
            found = self.reader.feed(text, now) if stream == 2 else [ev.Printed(now, 1, live.masks.text(text))]
            for event in found:
                live.take(event)

        line = [*before, *progress, request.verb, *words]
        ran = run_compose(
            given.program, line, cell=given.cell, folder=request.folder, environ=given.environ,
            tell=tell, tick=self.tick, deaf=DEAF,
        )  # fmt: skip
        given.answered()
        self.tick()
        live.calm(ended=not ran.exit_code)
        for event in self.reader.close(live.watch.now()):
            live.take(event)
        self._settle(ran)
        return ran

    def _settle(self, ran: Ran) -> None:
        """Wait a moment for what the engine has still to say of the containers, then end."""
        live, deadline = self.live, time.monotonic() + 1.0
        if not live.model.project.services:
            return
        if not self._told(live.model):
            live.learn()
        live.take(ev.Ended(live.watch.now(), ran.exit_code, bool(ran.interrupts)))
        while time.monotonic() < deadline and not self._told(live.model):
            time.sleep(0.02)
            self.tick()

    @staticmethod
    def _told(stack: Stack) -> bool:
        """Whether the engine has said of every container, and of one of each service at least, how it is."""
        wanted = {service.name for service in stack.project.services if service.replicas}
        return wanted <= set(map(service_of, stack.containers)) and all(each.seen.state == each.state for each in stack.containers)


def _build(given: Given, shell: Any) -> Any:
    """`build`: our own build path, where it can do it; else Compose's."""
    request = given.request
    if any(word.startswith("-") for word in request.words):  # flags of the build are Compose's to understand
        return pass_on(given)
    if not given.answered():
        raise _refused(given)
    sections = to_build(given.config, given.session.engine, given.program.text, request.words, always=True)
    if not sections:
        return pass_on(given)
    live = _opened(given)
    view: View[Stack] = open_view(StackDrawer(), shell=shell)
    work = _Up(given, live, view)
    try:
        stopped = build_services(
            sections, live.engine, lambda service, build: live.take(ev.BuildChanged(live.watch.now(), service, build)), work.tick
        )
    finally:
        view.close(live.model)
    shown.mark(live)
    if stopped:
        raise ComposeCancelled("The builds were stopped.", stack=live)
    return live


def _down(given: Given) -> Any:
    """`down`: nothing of ours may be left on the project's networks; with -v, what is lost is shown first."""
    engine = given.session.engine
    answered = given.answered()
    if not answered and given.text:
        if given.request.files or given.typed or not given.name:
            raise _refused(given)
        # The last cell was no project; what runs under the project's name is found without it.
        given.request = replace(given.request, cell=None)
    name = given.project().name
    live = _LIVE.get((engine.address.url, name))
    if live is not None:
        live.end_probe(patience=20)
    if given.request.given("-v", "--volumes") and given.request.verb == "down":
        stack = live or LiveStack(engine, given.session.watch, Stack(Project(name) if not answered else given.project()), {})
        try:
            if live is None:
                stack.rest()  # it is only asked about its volumes, and listens to nobody
            stack.learn()
            sys.stdout.write(loss(engine, stack.model))
            sys.stdout.flush()
        finally:
            if live is None:
                stack.close()
    if given.request.verb != "down" or not name:
        return pass_on(given)
    wiped = given.request.given("-v", "--volumes")
    gone = wiped and any(word.startswith("--rmi") for word in given.request.words)  # else its images are still there
    nameless = [] if wiped else nameless_volumes(engine, name)
    result = pass_on(given)
    if gone or nameless:
        given.session.note_project(given.labels, name, nameless=nameless, gone=gone)
    return result
