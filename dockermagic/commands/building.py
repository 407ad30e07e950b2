"""`%docker build`: a Dockerfile that lies in a folder, built as `%%dockerfile` builds a cell."""

from __future__ import annotations

import os
import shlex
from dataclasses import replace
from pathlib import Path
from typing import Any

from dockermagic.builds.cell import build_cell
from dockermagic.builds.flags import DOCKERFILE
from dockermagic.builds.options import read_options
from dockermagic.commands.call import Call, Verb
from dockermagic.errors import UsageError
from dockermagic.flags import Command, Example, Flag, Parsed
from dockermagic.labels import KERNEL

__all__ = ["VERBS"]


def _build(call: Call) -> Any:
    parsed = call.parsed
    path = call.names[0]
    folder = Path(os.path.abspath(call.folder / os.path.expanduser(path))) if path != "-" else None
    file = parsed.text("file")
    text, place = _dockerfile(call, folder, path, file)
    line = shlex.join([*_words(parsed), "--context", "-" if folder is None else str(folder)])
    request = read_options(line, text, call.folder, call.environ)
    if request is None:  # --help was answered before
        raise AssertionError(line)
    inside = os.path.basename(place) if folder is not None and os.path.dirname(place) == str(folder) else ""
    labels = tuple(pair for pair in call.labels if pair[0] != KERNEL)
    request = replace(request, labels=(*request.labels, *labels), dockerfile_path=inside)
    return build_cell(request, call.session, call.shell)  # type: ignore[arg-type]  # all that it takes of a session is its engine


def _dockerfile(call: Call, folder: Path | None, path: str, file: str) -> tuple[str, str]:
    """Give the Dockerfile's text and where it lies.

    Raises:
        UsageError: there is none.
    """
    if folder is None or file == "-":
        if call.cell is None:
            raise UsageError(
                '"-" stands for standard input, and a line has none.',
                "Write %%docker build -t NAME - and the Dockerfile in the cell.",
            )
        return call.cell, ""
    place = os.path.abspath(call.folder / os.path.expanduser(file)) if file else str(folder / "Dockerfile")
    try:
        return Path(place).read_bytes().decode("utf-8", "surrogateescape"), place
    except IsADirectoryError:
        raise UsageError(f"{file} is a folder.", f"Name the Dockerfile in it: -f {file.rstrip('/')}/Dockerfile") from None
    except OSError as error:
        if not folder.is_dir():
            raise UsageError(
                f"The context {path} is no folder.", "Its name is the last word of the line: %docker build -t NAME ./app"
            ) from error
        shown = file or os.path.join(path, "Dockerfile")
        raise UsageError(
            f"There is no {shown}.", "-f names a Dockerfile that lies elsewhere; %%dockerfile builds one from a cell."
        ) from error


def _words(parsed: Parsed) -> list[str]:
    """Write the flags that were given once more, without -f."""
    found = []
    for name in parsed.given:
        value = parsed.values[name]
        if name != "file":
            values = value if isinstance(value, tuple) else (str(value).lower() if isinstance(value, bool) else value,)
            found += [f"--{name}={each}" for each in values]
    return found


_FLAGS = tuple(flag for flag in DOCKERFILE.flags if not flag.hidden and flag.long not in ("context", "no-context", "write"))

VERBS = (
    Verb(
        ("build", "image build"),
        Command(
            "%docker build",
            "[OPTIONS] PATH",
            "Build the Dockerfile in a folder, with the folder as context; %%dockerfile builds one from a cell.",
            (*_FLAGS, Flag("file", "f", metavar="PATH", help="The Dockerfile; PATH/Dockerfile when not given.")),
            least=1,
            most=1,
            examples=(Example("%docker build -t my-app:1.0 .", "the Dockerfile in the notebook's folder"),),
        ),
        _build,
        reads_cell=True,
    ),
)
