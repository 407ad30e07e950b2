"""The magics about the layer cache: what a build would do, what it gets to see, two builds side by side."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from dockermagic.builds.flags import DOCKERFILE
from dockermagic.builds.model import Build
from dockermagic.builds.options import check_context, read_options
from dockermagic.builds.run import planned
from dockermagic.builds.why import recent
from dockermagic.builds.why.look import foresee
from dockermagic.builds.why.xray import xray
from dockermagic.commands.call import Call, Verb
from dockermagic.errors import UsageError
from dockermagic.flags import Command, Example, Flag

__all__ = ["CONTEXT", "IGNORE", "PREDICT", "WHATIF"]


def build_named(call: Call, name: str) -> Build:
    """Give the build that a variable holds; the newest one for no name.

    Raises:
        UsageError: there is none.
    """
    if not name:
        build = recent.last()
        if build is None:
            raise UsageError(
                "Nothing was built yet in this notebook.", "Build something first, with a cell that begins %%dockerfile"
            )
        return build
    found = call.shell.user_ns.get(name) if call.shell is not None else None
    if not isinstance(found, Build):
        raise UsageError(f"{name} is no build.", "Keep a build with %%dockerfile --as NAME, and name it here.")
    return found


def _predict(call: Call) -> Any:
    if call.cell is None:
        return build_named(call, call.names[0] if call.names else "").predict()
    line = " ".join(f"--build-arg {each!r}" for each in call.parsed.list("build-arg"))
    line += "".join(f" --{name} {call.parsed.text(name)!r}" for name in ("target", "context") if call.parsed.text(name))
    request = read_options(line, call.cell, call.folder, call.environ)
    if request is None:
        raise AssertionError(line)
    dockerfile, plan = planned(request)
    return foresee(request, call.engine, dockerfile, plan.steps, ())


def _whatif(call: Call) -> Any:
    return build_named(call, call.parsed.text("build")).predict(*call.names)


def _folder(call: Call) -> str:
    named = call.names[0] if call.names else ""
    path = Path(os.path.abspath(os.path.expanduser(named))) if named else call.folder
    return check_context(path, named or str(call.folder))


def _context(call: Call) -> Any:
    return xray(_folder(call), call.parsed.text("file"))


def _ignore(call: Call) -> Any:
    if call.cell is None:
        raise UsageError("%%dockerignore reads the file from its cell.", "Write %%dockerignore, and the patterns below it.")
    folder = _folder(call)
    path = Path(folder, ".dockerignore")
    beside = path.with_name(f".dockerignore.{os.getpid()}")
    try:
        beside.write_text(call.cell, encoding="utf-8", errors="surrogateescape", newline="")
        beside.replace(path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise UsageError(f"{path} cannot be written: {error.strerror}.", "Name a folder that you may write to.") from error
    return xray(folder)


PREDICT = Verb(
    ("predict",),
    Command(
        "%docker_predict",
        "[OPTIONS] [BUILD]",
        "Say which steps of a build would come from the cache now, which would run, and why. Nothing is built.",
        tuple(flag for flag in DOCKERFILE.flags if flag.long in ("build-arg", "target", "context")),
        most=1,
        examples=(
            Example("%docker_predict", "the newest build of this notebook, as its files are now"),
            Example("%docker_predict build", "the one that %%dockerfile --as build has kept"),
            Example("%%docker_predict --context ./app", "the Dockerfile in the cell, without building it"),
        ),
        notes=(
            "The answer has .steps, each with .status (cached, ran), .certain and .cause; .cached and .ran are indices of steps.",
            "In Python: build.predict(). After every real build, what was expected is compared with what happened.",
        ),
    ),
    _predict,
    reads_cell=True,
)
WHATIF = Verb(
    ("whatif",),
    Command(
        "%docker_whatif",
        "[OPTIONS] FILE [FILE…]",
        "Say which steps would run again if these files changed. Nothing is built, and no file is touched.",
        (
            Flag(
                "build",
                metavar="NAME",
                example="build",
                ours=True,
                help="The variable that holds the build; the newest one otherwise.",
            ),
        ),
        least=1,
        examples=(
            Example("%docker_whatif src/index.js", "one file"),
            Example("%docker_whatif package.json src", "a file, and a folder"),
        ),
        notes=("Paths are those of the build context.",),
    ),
    _whatif,
)
CONTEXT = Verb(
    ("context",),
    Command(
        "%docker_context",
        "[OPTIONS] [DIR]",
        "Look at a build context: every file that is sent or left out, by which line of .dockerignore, and what it weighs.",
        (
            Flag(
                "file", "f", metavar="NAME", example="Dockerfile", help="The Dockerfile in it, whose NAME.dockerignore comes first."
            ),
        ),
        most=1,
        examples=(
            Example("%docker_context", "the notebook's folder"),
            Example("%docker_context ./app --as seen", "another one, kept"),
        ),
        notes=("The answer has .included, .excluded (path: rule), .bytes, .secrets.",),
    ),
    _context,
)
IGNORE = Verb(
    ("ignore",),
    Command(
        "%%dockerignore",
        "[DIR]",
        "Write the cell as the .dockerignore of a folder, and show what it leaves out.",
        (),
        most=1,
        examples=(Example("%%dockerignore", "in the notebook's folder"), Example("%%dockerignore ./app", "in another one")),
    ),
    _ignore,
    reads_cell=True,
)
