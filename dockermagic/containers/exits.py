"""What an exit code means, for people: the end of a program that was run in a container.

Source: docker/cli, `docker run` reference, "Exit status"; POSIX shells' 128 and the signal's number.
"""

from __future__ import annotations

from dockermagic.containers.model import Container
from dockermagic.containers.signals import ended_by, signal_name

__all__ = ["explain_exit"]

OUT_OF_MEMORY = "It wanted more memory than the container may have: give it more (-m), or let it use less."


def explain_exit(code: int, command: str, container: Container | None = None) -> tuple[str, str]:
    """Say how a program ended, and what to do about it.

    Parameters:
        code: its exit code; command: the line that ran it.
        container: what is known of it, None for a program of `docker exec`.

    Returns:
        Message and hint.
    """
    last = container.history[-1] if container is not None and container.history else None
    message = f"{command} ended with exit code {code}"
    if (container is not None and container.seen.out_of_memory) or (last is not None and last.cause == "out of memory"):
        return f"{message}: it was out of memory and killed (SIGKILL).", OUT_OF_MEMORY
    signal = ended_by(code)
    if signal == 9:
        asked = {"stop": "by docker stop, after its grace period", "kill": "by docker kill"}.get(last.cause if last else "", "")
        return f"{message}: it was killed (SIGKILL){f' {asked}' if asked else ''}.", "" if asked else OUT_OF_MEMORY
    if signal:
        return f"{message}: {signal_name(signal)} ended it.", ""
    if code == 127:
        return f"{message}, which a shell gives for a command that it does not find.", "Is the name right, and is it in the image?"
    if code == 126:
        return f"{message}, which a shell gives for a file that it cannot execute.", "In the Dockerfile: RUN chmod +x FILE"
    return f"{message}.", f"If that is meant: --ok-exit {code}, or --no-raise for any exit code."
