"""A stop, second by second: what is on its time axis, and why the signal was heeded or not. Pure.

Every time is in seconds from the moment that the stop was asked for.
"""

from __future__ import annotations

import posixpath
from dataclasses import dataclass

from dockermagic.containers.lifecycle.words import stop_signal
from dockermagic.containers.model import Container, Moment, Sent
from dockermagic.containers.parts import Seen
from dockermagic.containers.signals import SIGKILL, signal_name
from dockermagic.views.hostile import one_line
from dockermagic.views.units import tick_step, tick_text, total_text

__all__ = ["Flag", "StopPicture", "form_of", "stop_picture", "waits"]


_HOPELESS = 30.0
"""Seconds after its grace period in which a stop may still end."""


@dataclass(frozen=True, slots=True)
class Flag:
    """A mark on the axis: `at` seconds, what it is, and its colour's role."""

    at: float
    label: str
    role: str


@dataclass(frozen=True, slots=True)
class StopPicture:
    """The whole of it: `length` is the axis, `grace` the grace period, `end` when the program ended (None: it goes on)."""

    title: str
    length: float
    grace: float
    end: float | None
    elapsed: float
    flags: tuple[Flag, ...]
    ticks: tuple[tuple[float, str], ...]
    told: str
    form: str
    why: str


def waits(container: Container, now: float) -> bool:
    """Say whether a stop goes on; a signal that changed nothing long ago was no stop's."""
    stop = container.stopping
    return stop is not None and now - stop.time <= (stop.grace or 0) + _HOPELESS


def stop_picture(container: Container, now: float) -> StopPicture | None:
    """Give the picture of the stop that goes on, or of the last one; none if there was none, or its container runs again.

    Parameters:
        now: seconds since the epoch, on the engine's clock.
    """
    stop = container.stopping
    if stop is not None and waits(container, now):
        return _picture(container, stop.time, stop.signals, stop.grace or 0.0, None, now - stop.time, stop.command)
    for moment in reversed(container.history):
        if moment.cause in ("stop", "restart", "kill", "signal") and moment.exit_code is not None and moment.waited is not None:
            begun = moment.time - moment.waited
            return _picture(container, begun, moment.signals, moment.grace or 0.0, moment, moment.waited, moment.command)
        if moment.state in ("exited", "restarting", "created"):
            return None
    return None


def _picture(
    container: Container, begun: float, sent: tuple[Sent, ...], grace: float, end: Moment | None, elapsed: float, command: str
) -> StopPicture:
    elapsed = max(0.0, elapsed)
    during = [each for each in sent if -0.2 <= each.time - begun <= elapsed + 1]
    flags = [Flag(max(0.0, each.time - begun), signal_name(each.signal), _role(each)) for each in during]
    if not flags:
        # Podman tells of no signals; the command's time and the exit code say enough.
        first = signal_name(end.signal or 0) if end is not None and not end.forced else stop_signal(container.seen)
        flags = [Flag(0.0, first, "warning")]
        if end is not None and end.forced and end.cause != "kill":
            flags.append(Flag(min(grace, elapsed), "SIGKILL", "failed"))
    if end is not None:
        flags.append(Flag(elapsed, f"exit code {end.exit_code}", "succeeded" if end.exit_code == 0 else "failed"))
    length = max(grace, elapsed, 0.2) * 1.04
    step = tick_step(length, 10)
    ticks = tuple((number * step, tick_text(round(number * step, 3))) for number in range(int(length / step) + 1))
    return StopPicture(
        title=one_line(command, 300) or "a stop that was asked for elsewhere",
        length=length,
        grace=grace,
        end=elapsed if end is not None else None,
        elapsed=elapsed,
        flags=tuple(flags),
        ticks=ticks,
        told=_told(container.seen, grace, end, elapsed),
        form=form_of(container.seen),
        why=_why(container.seen, end, grace, elapsed),
    )


def _role(sent: Sent) -> str:
    return "failed" if sent.signal == SIGKILL else "warning"


def _told(seen: Seen, grace: float, end: Moment | None, elapsed: float) -> str:
    if end is None:
        left = grace - elapsed
        return f"{stop_signal(seen)} was sent {elapsed:.1f} s ago; " + (
            f"SIGKILL follows in {left:.1f} s unless the program ends" if left > 0 else "the grace period is over: SIGKILL"
        )
    if end.cause == "kill":
        return f"SIGKILL ended it within {total_text(elapsed)}: no grace period, no tidying up"
    if end.cause == "signal":
        return f"{signal_name(end.signal or 0)} was sent; the program ended {total_text(elapsed)} later"
    if end.forced:
        return f"{total_text(elapsed)} from the stop to the end: the whole grace period was waited for in vain"
    return f"{total_text(elapsed)} from the stop to the end, of {grace:g} s that it could have taken"


def form_of(seen: Seen) -> str:
    """Say what process 1 is: a shell (shell form), the program itself (exec form), or an init."""
    if not seen.argv:
        return ""
    words = one_line(" ".join(seen.argv), 90)
    if seen.init:
        return f"--init: process 1 is docker-init, which passes signals on to {words}"
    if not seen.shell_form:
        return f"exec form: process 1 is {words}"
    if seen.handed_over:
        return f"shell form: started as {words}, and the shell has handed over to process 1: {one_line(seen.program, 60)}"
    return f"shell form: process 1 is the shell in {words}"


def _why(seen: Seen, end: Moment | None, grace: float, elapsed: float) -> str:
    """Say why the signal was heeded or not."""
    signal = stop_signal(seen)
    if not seen.argv or end is None or end.cause not in ("stop", "restart"):
        return ""
    if not end.forced:
        return f"Process 1 handles {signal}, so a stop takes as long as the program needs to tidy up."
    if seen.init:
        return f"docker-init passed {signal} on; the program itself does not end at it."
    if seen.shell_form and not seen.handed_over:
        return (
            f"{signal} went to the shell. As process 1 it ends at no signal that it has no trap for, and it passes none on to the "
            'program that it started. In the exec form, CMD ["program", "argument"], the program gets the signal itself.'
        )
    program = one_line(posixpath.basename((seen.program.split(" ") if seen.program else seen.argv)[0]), 40)
    return (
        f"{signal} went to {program} itself, but process 1 ends at no signal that it has no handler for: Linux protects it so. "
        "Let the program handle the signal, or start the container with --init."
    )
