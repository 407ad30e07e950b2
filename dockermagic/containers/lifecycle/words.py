"""What happened to a container, in words: short ones for an arrow, a sentence for the history."""

from __future__ import annotations

from dockermagic.containers.model import Container, Moment
from dockermagic.containers.parts import Seen
from dockermagic.containers.signals import SIGTERM, ended_by, signal_name, signal_number
from dockermagic.views.hostile import one_line
from dockermagic.views.units import bytes_text, total_text

__all__ = ["GLYPHS", "brief", "code_meaning", "role_of", "sentence", "state_word", "status"]

GLYPHS = {
    "created": "○",
    "running": "▶",
    "paused": "‖",
    "restarting": "↻",
    "exited": "■",
    "removing": "…",
    "dead": "✗",
    "removed": "∅",
}
_MEANINGS = {
    0: "it ended well",
    1: "an error",
    2: "wrong use of a command",
    125: "Docker could not run it",
    126: "the program cannot be executed",
    127: "the program was not found",
}


def state_word(container: Container) -> str:
    """Give the state as people call it: an exited container is stopped."""
    return {"exited": "stopped"}.get(container.state, container.state)


def role_of(container: Container) -> str:
    """Give the colour's role of a container's state."""
    if container.state == "exited":
        return "succeeded" if container.exit_code == 0 else "failed"
    roles = {"running": "running", "paused": "cancelled", "restarting": "warning", "dead": "failed"}
    return roles.get(container.state, "waiting")


def code_meaning(code: int) -> str:
    """Say what an exit code means, as far as it means something by itself; empty if it does not."""
    by = ended_by(code)
    return f"128 + {by}: {signal_name(by)}" if by else _MEANINGS.get(code, "")


def status(container: Container) -> str:
    """Give what `docker ps` says in its STATUS column, without the times, which would go by."""
    match container.state:
        case "running":
            return "up"
        case "exited":
            return f"exited with code {container.exit_code}"
        case "created" if container.history and container.history[-1].cause == "start failed":
            return "created, and could not be started"
        case state:
            return state


def brief(moment: Moment) -> str:
    """Say in two or three words what brought a change about, for an arrow; empty if its command says it all."""
    match moment.cause:
        case "stop" | "restart" if moment.state != "running":
            gentle = signal_name(_gentle(moment))
            if moment.forced:
                return f"{gentle}, {moment.grace or 0:g} s, SIGKILL"
            return f"{gentle} was heeded"
        case "kill":
            return "SIGKILL at once"
        case "remove" if moment.state != "removed":
            return "SIGKILL at once"
        case "signal":
            return signal_name(moment.signal or 0)
        case "exit":
            return "ended by itself"
        case "out of memory":
            return "out of memory"
        case "killed":
            return "SIGKILL, nobody’s command"
        case "restart policy":
            return "restart policy"
        case "unknown":
            return "nobody watched"
    return ""


def _gentle(moment: Moment) -> int:
    return next((sent.signal for sent in moment.signals if sent.signal not in (0, 9)), SIGTERM)


def sentence(moment: Moment, seen: Seen) -> str:
    """Say what happened, in a sentence without its full stop."""
    code = f" (exit code {moment.exit_code})" if moment.exit_code is not None else ""
    if moment.exit_code is None or moment.cause == "start failed":
        return _begun(moment, code)
    match moment.cause:
        case "stop" | "restart":
            return _stopped(moment, code)
        case "kill":
            return f"SIGKILL ended the program at once; it could not tidy up{code}"
        case "remove":
            return f"SIGKILL ended the program at once, so that it could be removed{code}"
        case "signal":
            return f"{signal_name(moment.signal or 0)} was sent, and the program ended{code}"
        case "out of memory":
            return f"out of memory: the kernel ended the program{_limit(seen)}{code}"
        case "killed":
            likely = f"; with a limit of {bytes_text(seen.memory)} it was most likely out of memory" if seen.memory else ""
            return f"SIGKILL ended the program, and the engine does not say from whom{likely}{code}"
        case "exit":
            meaning = code_meaning(moment.exit_code)
            return f"the program ended by itself (exit code {moment.exit_code}{': ' + meaning if meaning else ''})"
    return f"it was so when it was first asked about{code}"


_SENTENCES = {
    "create": "made from its image: a writable layer of its own, no process yet",
    "start": "its program was started",
    "restart": "its program was started again",
    "restart policy": "the engine started it again, as its restart policy asks",
    "pause": "every process is frozen, and keeps its memory",
    "unpause": "its processes go on where they were",
    "remove": "gone, with all that was written in it",
    "unknown": "it was so when it was first asked about",
}


def _begun(moment: Moment, code: str) -> str:
    """Say what happened where no program ended."""
    if moment.cause == "start failed":
        return f"could not be started: {one_line(moment.text, 400)}{code}" if moment.text else f"could not be started{code}"
    if moment.command == "--rm":
        return "removed by itself, as --rm asks"
    return _SENTENCES.get(moment.cause, moment.cause)


def _stopped(moment: Moment, code: str) -> str:
    gentle = signal_name(_gentle(moment))
    if moment.forced:
        return f"{gentle} changed nothing; after a grace period of {moment.grace or 0:g} s came SIGKILL{code}"
    took = f" {total_text(moment.waited)} later" if moment.waited is not None else ""
    return f"{gentle} was heeded: the program ended by itself{took}{code}"


def _limit(seen: Seen) -> str:
    return f", which wanted more than its limit of {bytes_text(seen.memory)}" if seen.memory else ""


def stop_signal(seen: Seen) -> str:
    """Give the name of the signal that a stop begins with."""
    return signal_name(signal_number(seen.stop_signal) or SIGTERM)
