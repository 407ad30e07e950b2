"""Why a container is in the state it is in: its history, found from the facts that the engine states.

An engine says that a program died, not why. What it says beside that (signals, a stop, a restart, out of memory) comes in another
order from one engine to the next, within milliseconds, sometimes twice; Podman leaves most of it out. So the history is worked out
anew from all facts, sorted by time; no rule depends on which of them was heard first.

A run is what lies between a start and the next one; it has one end at most. Its end was brought about by:

1. `docker restart`: a restart event lies before its end (Podman), or right after the next start, which came within two seconds of a
   signal and the end (Docker); or the command was given here. A `docker stop` that was given here goes before.
2. `docker rm -f`, if that was given here; or if the removal followed within a second of an end by SIGKILL that no stop explains,
   and the container was not made with --rm. (Podman reports a stop for `rm -f`, but no signal.)
3. `docker stop`, if a stop event lies within 10 seconds of the end (Docker 20.10 sends it after the end, 28 and Podman just
   before). It was forced if SIGKILL was sent or the exit code is 137; else the program heeded the signal in time.
4. Out of memory, if the kernel's verdict is in the run, the exit code is 137, and nobody sent SIGKILL.
5. `docker kill`, if SIGKILL was sent.
6. Another signal (`docker kill --signal`), if the exit code names it (128 + number), or the program ended within 2 seconds of it.
   Podman does not name the signal; then the exit code does.
7. SIGKILL that nobody sent through the engine, if the exit code is 137: the kernel for want of memory (Podman does not tell), or
   somebody on the host.
8. Otherwise the program itself: it ended.

A start was brought about by:

1. `docker restart`, if a restart event follows at once (Docker), or rule 1 holds for the run before it.
2. The restart policy, if one applies to the end before it (rules 4 and 6 to 8; "on-failure" only for other codes than 0, and as
   often as it says), and no start was asked for here meanwhile.
3. Otherwise `docker start`.

A command that was given here labels the next change of its kind; without one, the label is the docker command that does the same.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from dockermagic.containers.facts import Run
from dockermagic.containers.model import Cause, Fact
from dockermagic.containers.parts import Seen
from dockermagic.containers.signals import SIGKILL, SIGTERM, ended_by, signal_number

__all__ = ["End", "end_of", "policy_applies", "restart_asked", "restarted"]

_STOP_NEAR = 10.0
_RESTARTED_WITHIN = 2.0
_ECHO = 0.02
_AT_ONCE = 0.005
_LATE = 0.5
_REMOVED_AFTER = 1.0
_SIGNAL_BEFORE = 2.0
_BY_POLICY: frozenset[Cause] = frozenset({"exit", "out of memory", "signal", "killed", "start failed", "unknown"})


@dataclass(frozen=True, slots=True)
class End:
    """Why a run ended: by which signal (None: none), and since when somebody waited for it (None: not told)."""

    cause: Cause
    signal: int | None = None
    since: float | None = None
    forced: bool = False


def end_of(run: Run, following: Run | None, seen: Seen, typed: Callable[[str, float], Fact | None]) -> End:
    """Say why a run ended.

    Parameters:
        following: the run after it, if there is one.
        typed: gives the command of a kind that was given here shortly before a time.
    """
    end = run.end
    if end is None:
        return End("unknown")
    exit_code = int(end.number) if end.number is not None else None
    sent = [fact for fact in run.all("kill") if fact.time <= end.time + _LATE]
    numbers = [int(fact.number or 0) for fact in sent]
    killed = SIGKILL in numbers or (exit_code == 128 + SIGKILL and not run.all("oom"))
    asked = _asked(sent, seen)
    by_hand = typed("stop", end.time) is not None
    if not by_hand and (restart_asked(run, following) or (typed("restart", end.time) and asked is not None)):
        return _stopped("restart", asked, typed("restart", end.time), killed, seen)
    gone = next((fact for fact in (*run.facts, *(following.facts if following else [])) if fact.kind == "destroy"), None)
    stop = next((fact for fact in run.all("stop") if abs(fact.time - end.time) <= _STOP_NEAR), None)
    if killed and gone is not None and _forced_removal(end, gone, stop, sent, seen, typed):
        return End("remove", SIGKILL, sent[0].time if sent else None, True)
    if stop is not None or by_hand:
        return _stopped("stop", asked, typed("stop", end.time), killed, seen)
    if run.all("oom") and exit_code == 128 + SIGKILL and SIGKILL not in numbers:
        return End("out of memory", SIGKILL, None, True)
    return _signalled(end, exit_code, sent, numbers)


def restart_asked(run: Run, following: Run | None) -> bool:
    """Say whether a restart ended this run: asked for before its end (Podman), or told right after the next start (Docker)."""
    end = run.end
    if end is None:
        return False
    if any(fact.time <= end.time and not _echo(run, fact) for fact in run.all("restart")):
        return True
    return following is not None and restarted(following) and bool(run.all("kill")) and _near(end, following)


def restarted(run: Run) -> bool:
    """Say whether a restart event tells of the start that this run began with, as Docker's do."""
    return any(_echo(run, fact) for fact in run.all("restart"))


def _echo(run: Run, fact: Fact) -> bool:
    if run.start is None or not 0 <= fact.time - run.start.time <= _ECHO:
        return False
    # Podman's policy says "restart" after the end of a run, which may have been as short.
    return run.end is None or run.end.time >= fact.time or fact.time - run.start.time <= _AT_ONCE


def _near(end: Fact, following: Run) -> bool:
    return following.start is not None and following.start.time - end.time <= _RESTARTED_WITHIN


def _forced_removal(
    end: Fact, gone: Fact, stop: Fact | None, sent: list[Fact], seen: Seen, typed: Callable[[str, float], Fact | None]
) -> bool:
    if typed("rm", end.time) is not None:
        return typed("kill", end.time) is None and typed("stop", end.time) is None
    near = gone.time - end.time <= _REMOVED_AFTER and not seen.auto_remove
    explained = typed("kill", end.time) or typed("stop", end.time) or (stop is not None and sent)
    return near and not explained


def _asked(sent: list[Fact], seen: Seen) -> Fact | None:
    """Give the signal with which a stop began: the newest one of the container's stop signal, else the first of all."""
    wanted = signal_number(seen.stop_signal) or SIGTERM
    return next((fact for fact in reversed(sent) if fact.number == wanted), sent[0] if sent else None)


def _stopped(cause: Cause, asked: Fact | None, command: Fact | None, forced: bool, seen: Seen) -> End:
    since = asked.time if asked is not None else command.time if command is not None else None
    gentle = int(asked.number or 0) if asked is not None else signal_number(seen.stop_signal) or SIGTERM
    return End(cause, SIGKILL if forced else gentle, since, forced)


def _signalled(end: Fact, exit_code: int | None, sent: list[Fact], numbers: list[int]) -> End:
    named = ended_by(exit_code)
    if SIGKILL in numbers:
        return End("kill", SIGKILL, sent[0].time, True)
    for fact in reversed(sent):
        number = int(fact.number or 0)
        near = end.time - fact.time <= _SIGNAL_BEFORE
        if number == 0 and named and near:
            return End("kill" if named == SIGKILL else "signal", named, fact.time, named == SIGKILL)
        if (number and number == named) or near:
            return End("signal", number, fact.time)
    if named == SIGKILL:
        return End("killed", SIGKILL, None, True)
    return End("exit")


def policy_applies(end: End, exit_code: int | None, restarted: int, seen: Seen) -> bool:
    """Say whether the engine starts the container again after such an end.

    Parameters:
        restarted: how often it has done so since somebody started the container.
    """
    policy = seen.restart_policy
    if end.cause not in _BY_POLICY or seen.state == "removed":
        return False
    if policy.name == "on-failure":
        return exit_code != 0 and (policy.most <= 0 or restarted < policy.most)
    return policy.name in ("always", "unless-stopped")
