"""Looking at all that decides about a build: its files, its base images, the engine's cache, earlier builds."""

from __future__ import annotations

import os
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from dockermagic.builds.cause import Prediction
from dockermagic.builds.dockerfile import Dockerfile
from dockermagic.builds.ignore import read_ignore
from dockermagic.builds.links import follow
from dockermagic.builds.model import Step
from dockermagic.builds.request import BuildRequest
from dockermagic.builds.why.asking import CacheRecord, cache_records, read_bases
from dockermagic.builds.why.causes import Causes
from dockermagic.builds.why.chain import Chain, images_of
from dockermagic.builds.why.expected import Expected
from dockermagic.builds.why.facts import Facts
from dockermagic.builds.why.forecast import foretell
from dockermagic.builds.why.matching import Selection, Taken, starts, take
from dockermagic.builds.why.memory import Memory, default_path
from dockermagic.builds.why.past import Past, Seen
from dockermagic.builds.why.prints import Tree, digest
from dockermagic.builds.why.records import holds
from dockermagic.builds.why.walk import Known, Walker
from dockermagic.builds.why.whatif import inside, touch
from dockermagic.builds.why.writing import settle
from dockermagic.engine.engine import Engine

__all__ = ["Files", "Look", "foresee", "look", "patterns_of"]

IGNORE = ".dockerignore"
_WARM: OrderedDict[str, Known] = OrderedDict()
_WARM_LOCK = threading.Lock()
MOST_WARM = 4


def _forked() -> None:
    """Begin anew in a process that was forked: whoever held the lock is not in it."""
    global _WARM_LOCK  # noqa: PLW0603  # one for the process, and this is another one
    _WARM_LOCK = threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forked)


@dataclass(frozen=True, slots=True)
class Files:
    """The files of a context, and how they were looked at; `known` and `changed` are for the next time."""

    root: str = ""
    patterns: tuple[str, ...] = ()
    starts: frozenset[str] = frozenset()
    tree: Tree = field(default_factory=Tree)
    known: Known = field(default_factory=dict)
    changed: bool = False


@dataclass(frozen=True, slots=True)
class Look:
    """What was found; `records` is None where the engine does not tell."""

    engine: str
    project: str
    memory: Memory
    files: Files
    facts: dict[int, Facts]
    records: list[CacheRecord] | None
    seen: Seen
    past: Past | None
    causes: Causes
    prediction: Prediction


def look(
    request: BuildRequest,
    engine: Engine,
    dockerfile: Dockerfile,
    steps: tuple[Step, ...],
    stopped: Callable[[], bool] = lambda: False,
    changed: Callable[[Files], Tree] = lambda files: files.tree,
    ask: Callable[[Engine], list[CacheRecord] | None] = cache_records,
) -> Look:
    """Look, and work out what the build would do.

    Parameters:
        changed: pretends that files are other than they are. `ask`: gives the records of the cache.

    Raises:
        Stopped: it was told to stop.
    """
    args = {name: value for name, value in request.build_args if value is not None}
    memory = Memory(default_path())
    name = f"{engine.about.id}/{request.builder}"
    records = ask(engine)
    bases = read_bases(engine, images_of(dockerfile, args, request.target))

    def chain(taker: Callable[[Selection], Taken]) -> Chain:
        return Chain(dockerfile, args, request.target, bases, taker, _options(request))

    wanted: list[Selection] = []

    def gather(selection: Selection) -> Taken:
        wanted.append(selection)
        return Taken({}, "")

    chain(gather)
    files = _files(request, wanted, memory, stopped)
    tree = changed(files)
    facts = chain(lambda selection: take(selection, tree)).facts
    texts = tuple(each.name for each in steps)
    project = digest(request.context or "", request.target, request.dockerfile_path)
    seen = Seen(
        memory.known(name, [each.key for each in facts.values()]),
        frozenset(each.id for each in records if holds(each)) if records is not None else None,
    )
    past = memory.latest(name, project, texts, request.tags)
    causes = Causes(texts, tuple(each.line for each in steps), facts, past, seen, request.no_cache)
    prediction = foretell(facts, causes, seen, len(steps), request.no_cache)
    return Look(name, project, memory, replace(files, tree=tree), facts, records, seen, past, causes, prediction)


def _options(request: BuildRequest) -> tuple[tuple[str, str], ...]:
    """Give the options of the whole build that a RUN depends on; of added hosts only the names do."""
    hosts = sorted(host.replace("=", ":").partition(":")[0] for host in request.add_hosts)
    return (("--network", request.network), ("--platform", request.platform), ("--add-host", " ".join(hosts)))


def _files(request: BuildRequest, wanted: list[Selection], memory: Memory, stopped: Callable[[], bool]) -> Files:
    root = request.context or ""
    begins = _starts(root, wanted)
    if not root or not begins:
        return Files()
    patterns = patterns_of(root, request.dockerfile_path)
    known = _warm(root, memory)
    walker = Walker(root, patterns, begins, known, stopped)
    tree = walker.walk()
    fresh = walker.fresh if "" in begins else {**known, **walker.fresh}
    _keep_warm(root, fresh)
    return Files(root, patterns, frozenset(begins), tree, fresh, bool(walker.unread) or len(fresh) != len(known))


def patterns_of(root: str, dockerfile: str) -> tuple[str, ...]:
    """Give the patterns of the Dockerfile's own .dockerignore, or else of the context's."""
    for name in (f"{dockerfile}{IGNORE}" if dockerfile else "", IGNORE):
        if name:
            try:
                return read_ignore(Path(root, name).read_text(encoding="utf-8", errors="surrogateescape"))
            except FileNotFoundError:
                continue
    return ()


def _starts(root: str, wanted: list[Selection]) -> set[str]:
    """Give where to begin the walk: where something may be copied from, and where symlinks on the way there lead."""
    begins = starts(wanted)
    if not root or "" in begins or not begins:
        return begins if root else set()
    led = follow(Path(root), sorted(begins))
    return {"", *begins} if not led else begins | starts([Selection(led)])


def _warm(root: str, memory: Memory) -> Known:
    root = os.path.realpath(root)
    with _WARM_LOCK:
        if root in _WARM:
            _WARM.move_to_end(root)
            return _WARM[root]
    return memory.warm(root)


def _keep_warm(root: str, known: Known) -> None:
    if not root:
        return
    root = os.path.realpath(root)
    with _WARM_LOCK:
        _WARM[root] = known
        _WARM.move_to_end(root)
        while len(_WARM) > MOST_WARM:
            _WARM.popitem(last=False)


def foresee(
    request: BuildRequest, engine: Engine, dockerfile: Dockerfile, steps: tuple[Step, ...], touched: Sequence[str]
) -> Expected:
    """Say what a build would do now, or if files were other than they are; nothing is built.

    Parameters:
        touched: paths of the context, from its root.

    Raises:
        UsageError: a path lies outside the context, or .dockerignore cannot be read.
    """
    notes: tuple[str, ...] = ()
    root = request.context or ""
    paths = [inside(path, root, os.getcwd()) for path in touched]

    def change(files: Files) -> Tree:
        nonlocal notes
        tree, notes = touch(files.tree, paths, files.patterns)
        return tree

    settle()
    found = look(request, engine, dockerfile, steps, changed=change)
    if found.memory.trouble:
        notes = (*notes, f"The memory of earlier builds cannot be used ({found.memory.trouble}), so this is a guess.")
    texts, lines = tuple(each.name for each in steps), tuple(each.line for each in steps)
    return Expected(found.prediction.steps, texts, lines, tuple(touched), notes)
