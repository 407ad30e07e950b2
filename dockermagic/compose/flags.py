"""The flags of Docker Compose that we have to know: those with a value before the command, and those that decide what is shown.

All others pass through as they were typed, and Compose says whether it knows them. Source: docker/compose, cmd/compose/*.go.
"""

from __future__ import annotations

__all__ = ["GLOBAL_SWITCHES", "GLOBAL_VALUES", "HELP", "PROGRAM_VALUES", "VERBS"]

GLOBAL_VALUES = {
    "-f": "file", "--file": "file", "-p": "project", "--project-name": "project", "--profile": "", "--env-file": "",
    "--project-directory": "directory", "--parallel": "", "--ansi": "", "--progress": "",
}  # fmt: skip
GLOBAL_SWITCHES = frozenset({"--all-resources", "--compatibility", "--dry-run", "--verbose", "--no-ansi", "--insecure-registry"})

VERBS = frozenset({
    "attach", "bridge", "build", "commit", "config", "convert", "cp", "create", "down", "events", "exec", "export", "images",
    "kill", "logs", "ls", "pause", "port", "ps", "publish", "pull", "push", "restart", "rm", "run", "scale", "start", "stats",
    "stop", "top", "unpause", "up", "version", "volumes", "wait", "watch",
})  # fmt: skip

PROGRAM_VALUES = {
    "exec": frozenset({"-e", "--env", "--index", "-u", "--user", "-w", "--workdir"}),
    "run": frozenset({
        "--cap-add", "--cap-drop", "--entrypoint", "-e", "--env", "--env-from-file", "-l", "--label", "--name", "-p", "--publish",
        "--pull", "-u", "--user", "-v", "--volume", "-w", "--workdir",
    }),
}  # fmt: skip
"""Commands whose line ends with a program's own words, and their flags that take a value."""

HELP = """\
%compose COMMAND: real Docker Compose, on this notebook's engine.

    %%compose [-d] [--build] [--wait] [SERVICE …]   the cell is the Compose file; up
    %compose up -d | down [-v] | ps | logs [-f] [SERVICE] | exec SERVICE CMD … | run | build | pull | stop | start | restart
             rm | config | ls | events | top | port | kill | cp | watch | images | version …

Without -f, the commands after a %%compose cell mean that cell; before one, compose.yaml in the notebook's folder. The project's
name is the notebook's, unless -p, COMPOSE_PROJECT_NAME or the file's own name: says otherwise. All flags are Docker Compose's own,
but for these:

    --as NAME     put the result into this variable (dockermagic's own)
    --no-raise    a failure does not stop the notebook (dockermagic's own)
"""
