"""Folding events into containers: `apply(containers, event) -> containers`, pure and replayable.

Events that change a state become facts; the history is what all facts together amount to (`life.live`), so that it does not
matter in which order they come, or how often. Everything else replaces what was known.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from dockermagic.containers import events as ev
from dockermagic.containers.lenses.sockets import MARK
from dockermagic.containers.life import live
from dockermagic.containers.model import Container, Containers, Exec, Fact, FactKind, Moment, Pull
from dockermagic.containers.parts import Attachment, Seen

__all__ = ["apply"]

MOST_FACTS = 200
MOST_EXECS = 200


def apply(containers: Containers, event: ev.Event) -> Containers:
    """Give the containers as they are after one more event; one about a container that is not among them changes nothing.

    `Created`, `Inspected`, and the command that creates one, add the container that they are about.
    """
    return _FOLDS[type(event)](containers, event)


def _changed(containers: Containers, id: str, change: Callable[[Container], Container]) -> Containers:
    items = tuple(change(each) if each.id == id else each for each in containers.items)
    return replace(containers, items=items)


def _lived(container: Container, *facts: Fact) -> Container:
    """Add facts, and work the history out anew."""
    fresh = tuple(fact for fact in facts if fact not in container.facts)
    known = (*container.facts, *fresh)
    earlier = container.earlier
    if len(known) > MOST_FACTS:
        # A container that crashes for days: its creation and its newest facts are kept.
        newest = sorted(known, key=lambda fact: fact.time)
        kept = tuple(fact for fact in newest[: MOST_FACTS // 4] if fact.kind == "create") + tuple(newest[MOST_FACTS // 4 :])
        earlier, known = earlier + len(known) - len(kept), kept
    life = live(known, container.seen, container.name or container.short_id)
    history, state, exit_code = life.history, life.state, life.exit_code
    seen, inspected = container.seen, container.inspected
    if inspected is not None and state not in ("removed", seen.state) and not any(fact.time > inspected for fact in known):
        if (state, seen.state) in (("restarting", "exited"), ("exited", "restarting")):
            # Whether a restart policy still applies is the engine's to say.
            history = (*history[:-1], replace(history[-1], state=seen.state))
        else:
            # It changed before anybody looked, and the engine does not remember how.
            code = seen.exit_code if seen.state == "exited" else None
            history = (*history, Moment(inspected, seen.state, "unknown", exit_code=code))
        state = seen.state
    alive = state in ("running", "paused")
    return replace(
        container,
        facts=known,
        earlier=earlier,
        history=history,
        state=state,
        exit_code=exit_code if exit_code is not None or alive else seen.exit_code if state in ("exited", "dead") else None,
        crashes=max(life.crashes, seen.restarts),
        stopping=life.stopping,
        health=container.health if alive else "none",
    )


def _fact(kind: FactKind, number: Callable[[Any], float | None] = lambda event: None) -> Callable[[Containers, Any], Containers]:
    def fold(containers: Containers, event: Any) -> Containers:
        return _changed(containers, event.id, lambda each: _lived(each, Fact(event.time, kind, number(event))))

    return fold


def _having(containers: Containers, id: str) -> Containers:
    known = any(each.id == id for each in containers.items)
    return containers if known else replace(containers, items=(*containers.items, Container(id)))


def _created(containers: Containers, event: ev.Created) -> Containers:
    containers = _having(containers, event.id)

    def change(each: Container) -> Container:
        named = replace(each, name=each.name or event.name, image=each.image or event.image)
        return _lived(named, Fact(event.time, "create"))

    return _changed(containers, event.id, change)


def _start_failed(containers: Containers, event: ev.StartFailed) -> Containers:
    fact = Fact(event.time, "refused", event.exit_code, text=event.message)
    return _changed(containers, event.id, lambda each: _lived(each, fact))


def _renamed(containers: Containers, event: ev.Renamed) -> Containers:
    def change(each: Container) -> Container:
        if each.name == event.name:
            return each
        return _lived(replace(each, name=event.name, names=(*each.names, each.name) if each.name else each.names))

    return _changed(containers, event.id, change)


def _command(containers: Containers, event: ev.CommandGiven) -> Containers:
    containers = _having(containers, event.id) if event.verb in ("run", "create") else containers
    fact = Fact(event.time, "command", event.grace, event.verb, event.command)
    return _changed(containers, event.id, lambda each: _lived(each, fact))


def _supposed(seen: Seen) -> list[Fact]:
    """Give what must have happened for inspect to tell this."""
    facts = []
    if seen.created is not None:
        facts.append(Fact(seen.created, "create", supposed=True))
    if seen.started is not None:
        facts.append(Fact(seen.started, "start", supposed=True))
    ended = seen.finished is not None and (seen.started is None or seen.finished >= seen.started)
    if ended and seen.finished is not None and seen.state in ("exited", "dead", "restarting"):
        if seen.out_of_memory:
            facts.append(Fact(seen.finished, "oom", supposed=True))
        facts.append(Fact(seen.finished, "die", seen.exit_code, supposed=True))
    return facts


def _inspected(containers: Containers, event: ev.Inspected) -> Containers:
    containers = _having(containers, event.id)

    def change(each: Container) -> Container:
        if each.inspected is not None and each.inspected > event.time:
            return each
        seen = event.seen
        if not seen.program and seen.started == each.seen.started:
            seen = replace(seen, program=each.seen.program)
        newer = replace(
            each,
            seen=seen,
            inspected=event.time,
            name=seen.name or each.name,
            image=seen.image or each.image,
            health=seen.health,
            probes=seen.probes or each.probes,
        )
        facts = _supposed(seen)
        if seen.state == "created" and seen.error and not any(fact.kind == "refused" for fact in each.facts):
            facts.append(Fact(event.time, "refused", seen.exit_code or 125, text=seen.error, supposed=True))
        return _lived(newer, *facts)

    return _changed(containers, event.id, change)


def _health(containers: Containers, event: ev.HealthChanged) -> Containers:
    def change(each: Container) -> Container:
        probes = each.probes if event.probe is None or event.probe in each.probes else (*each.probes, event.probe)[-10:]
        return replace(each, health=event.status, probes=probes)

    return _changed(containers, event.id, change)


def _exec_started(containers: Containers, event: ev.ExecStarted) -> Containers:
    def change(each: Container) -> Container:
        if any(one.id == event.exec_id for one in each.execs) or _is_probe(event.command, each.seen):
            return each
        return replace(each, execs=(*each.execs, Exec(event.exec_id, event.command, event.time))[-MOST_EXECS:])

    return _changed(containers, event.id, change)


def _is_probe(command: str, seen: Seen) -> bool:
    """Say whether nobody gave an exec: it is the container's own health check, or a lens that looks inside."""
    if MARK in command:
        return True
    kind, *rest = seen.health_test or ("",)
    words = ["/bin/sh", "-c", *rest] if kind == "CMD-SHELL" else rest
    return bool(rest) and command == " ".join(words)


def _exec_died(containers: Containers, event: ev.ExecDied) -> Containers:
    """End an exec. Podman does not say which one: then it is the oldest that runs."""

    def change(each: Container) -> Container:
        running = [one for one in each.execs if one.finished is None and event.exec_id in ("", one.id)]
        if not running:
            return each
        ended = replace(running[0], finished=event.time, exit_code=event.exit_code)
        return replace(each, execs=tuple(ended if one is running[0] else one for one in each.execs))

    return _changed(containers, event.id, change)


def _networks(containers: Containers, id: str, change: Callable[[list[Attachment]], list[Attachment]]) -> Containers:
    def changed(each: Container) -> Container:
        return replace(each, seen=replace(each.seen, networks=tuple(change(list(each.seen.networks)))))

    return _changed(containers, id, changed)


def _joined(containers: Containers, event: ev.NetworkJoined) -> Containers:
    def change(networks: list[Attachment]) -> list[Attachment]:
        known = any(each.network == event.network for each in networks)
        return networks if known else [*networks, Attachment(event.network)]

    return _networks(containers, event.id, change)


def _left(containers: Containers, event: ev.NetworkLeft) -> Containers:
    """Take a network away, unless the container stops: then it comes back to it with its next start."""
    found = containers.find(event.id)
    if found is None or not found.alive:
        return containers
    return _networks(containers, event.id, lambda networks: [each for each in networks if each.network != event.network])


def _printed(containers: Containers, event: ev.OutputArrived) -> Containers:
    return _changed(containers, event.id, lambda each: replace(each, output=each.output.append(event.stream, event.text)))


def _pulled(containers: Containers, event: ev.PullProgress) -> Containers:
    known = next((each for each in containers.pulls if each.image == event.image), Pull(event.image))
    if event.layer:
        layers = {name: (current, total) for name, current, total in known.layers}
        current, total = layers.get(event.layer, (0, 0))
        layers[event.layer] = max(current, event.current), max(total, event.total or 0)
        known = replace(known, layers=tuple((name, have, whole) for name, (have, whole) in layers.items()))
    elif event.done:
        known = replace(known, done=True)
    return replace(containers, pulls=(*(each for each in containers.pulls if each.image != event.image), known))


def _lost(containers: Containers, event: ev.EngineLost) -> Containers:
    return replace(containers, lost=event.time, lost_reason=event.reason) if containers.lost is None else containers


def _back(containers: Containers, event: ev.EngineBack) -> Containers:
    return replace(containers, lost=None, lost_reason="")


def _unchanged(containers: Containers, event: ev.Event) -> Containers:
    return containers


_FOLDS: dict[type, Callable[[Containers, Any], Containers]] = {
    ev.Created: _created,
    ev.Started: _fact("start"),
    ev.StartFailed: _start_failed,
    ev.Paused: _fact("pause"),
    ev.Unpaused: _fact("unpause"),
    ev.Signalled: _fact("kill", lambda event: event.signal),
    ev.Died: _fact("die", lambda event: event.exit_code),
    ev.OutOfMemory: _fact("oom"),
    ev.Stopped: _fact("stop"),
    ev.Restarted: _fact("restart"),
    ev.Renamed: _renamed,
    ev.Removed: _fact("destroy"),
    ev.HealthChanged: _health,
    ev.ExecStarted: _exec_started,
    ev.ExecDied: _exec_died,
    ev.NetworkJoined: _joined,
    ev.NetworkLeft: _left,
    ev.Resized: _unchanged,
    ev.Inspected: _inspected,
    ev.CommandGiven: _command,
    ev.OutputArrived: _printed,
    ev.PullProgress: _pulled,
    ev.EngineLost: _lost,
    ev.EngineBack: _back,
}
