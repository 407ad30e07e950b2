"""The flags of a container that say what runs in it, and what is known about it."""

from __future__ import annotations

from dockermagic.containers.options import limits
from dockermagic.containers.options.numbers import read_duration
from dockermagic.flags import Flag


def _span(name: str, text: str) -> Flag:
    return Flag(f"health-{name}", "", "string", "TIME", text, example="30s", check=_not_negative)


def _not_negative(text: str) -> None:
    if read_duration(text) < 0:
        raise ValueError(f"{text} is negative.")


def _retries(text: str) -> None:
    if text.startswith("-") and text.strip("-0"):
        raise ValueError(f"{text} is negative.")


FLAGS = (
    Flag(
        "env",
        "e",
        "list",
        "NAME=VALUE",
        "Set an environment variable; NAME alone takes its value from here.",
        example="LANG=C.UTF-8",
        check=limits.check_env,
    ),
    Flag("env-file", "", "list", "FILE", "Read environment variables from a file, one NAME=VALUE a line.", example="app.env"),
    Flag("entrypoint", "", "string", "PROGRAM", "Run this program instead of the image's ENTRYPOINT; '' for none.", example="sh"),
    Flag("workdir", "w", "string", "DIR", "The folder in the container that the program starts in.", example="/app"),
    Flag("user", "u", "string", "USER[:GROUP]", "Run as this user, by name or number.", example="1000:1000"),
    Flag("group-add", "", "list", "GROUP", "Add the user to another group.", example="audio"),
    Flag("interactive", "i", "bool", help="Keep the program's input open; a cell %%docker_run -i is that input."),
    Flag("tty", "t", "bool", help="Give the program a terminal."),
    Flag("attach", "a", "list", "STREAM", "Connect stdin, stdout or stderr only.", example="stdout", check=limits.check_attach),
    Flag("init", "", "bool", help="Run a small init before the program: it passes signals on and collects ended processes."),
    Flag("label", "l", "list", "NAME=VALUE", "Put a label on the container.", example="lesson=1", check=limits.check_label),
    Flag("label-file", "", "list", "FILE", "Read labels from a file, one NAME=VALUE a line.", example="labels.txt"),
    Flag("annotation", "", "list", "NAME=VALUE", "Put an annotation on the container, for the runtime.", example="note=1"),
    Flag(
        "restart",
        "",
        "string",
        "POLICY",
        "When the engine starts it again: no, on-failure[:N], always, unless-stopped.",
        default="no",
        example="on-failure:3",
        check=limits.read_restart,
    ),
    Flag(
        "stop-signal",
        "",
        "string",
        "SIGNAL",
        "What docker stop sends first; SIGTERM when neither this nor the image says.",
        example="SIGINT",
    ),
    Flag("stop-timeout", "", "int", "SECONDS", "How long docker stop waits before it kills.", example="5"),
    Flag(
        "health-cmd",
        "",
        "string",
        "COMMAND",
        "A command that tells whether the container is well (exit code 0).",
        example="wget -q -O- localhost",
    ),
    _span("interval", "Time between two health checks."),
    _span("timeout", "Longest time that a health check may take."),
    Flag("health-retries", "", "int", "N", "How many checks must fail in a row.", example="3", check=_retries),
    _span("start-period", "Time at the start in which failed checks do not count."),
    _span("start-interval", "Time between two checks in the start period."),
    Flag("no-healthcheck", "", "bool", help="Leave out the image's HEALTHCHECK."),
)
