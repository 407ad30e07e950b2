"""Two commands as Docker has them, cut short: one whose flags may stand anywhere, one whose flags end at the image."""

from __future__ import annotations

from dockermagic.flags import Command, Example, Flag


def memory(text: str) -> str:
    if not text.strip("-0123456789bkmg"):
        return text
    raise ValueError("a size is a number with b, k, m or g behind it.")


BUILD = Command(
    "%%dockerfile",
    "[FLAGS]",
    "Build the cell as a Dockerfile.",
    (
        Flag("tag", "t", "list", "NAME[:TAG]", "Name the image.", example="hello:1"),
        Flag("quiet", "q", "bool", help="Print only the image's ID."),
        Flag("no-cache", kind="bool", help="Run every step anew."),
        Flag("build-arg", kind="list", metavar="KEY=VALUE", help="Set an ARG."),
        Flag("target", metavar="STAGE", help="Stop at this stage."),
        Flag("cache-from", kind="csv", help="Where a cache is."),
        Flag("as", metavar="NAME", help="Put the result in this variable.", ours=True),
    ),
    most=0,
    examples=(Example("%%dockerfile -t hello:1", "build and name the image"),),
    notes=("The cell's text is the Dockerfile.",),
)
RUN = Command(
    "%docker_run",
    "[FLAGS] IMAGE [COMMAND...]",
    "Run a container.",
    (
        Flag("tty", "t", "bool"),
        Flag("interactive", "i", "bool"),
        Flag("env", "e", "list"),
        Flag("memory-swap", metavar="SIZE", check=memory),
        Flag("network", aliases=("net",)),
        Flag("cpu-shares", "c", "int"),
        Flag("cpus", kind="float"),
        Flag("hostname", "h"),
        Flag("pull", default="missing", bare="always"),
        Flag("label", "l", "list", default=("a",)),
    ),
    interspersed=False,
    least=1,
)
