"""Volumes of -v and --tmpfs.

1. TARGET alone is an anonymous volume; SOURCE:TARGET[:OPTIONS] binds a folder of the host or a named volume.
2. A source that begins with a dot is made absolute, from the notebook's folder; one that begins with a dot, a slash or ~ is a path.
3. One letter before a colon is a Windows drive and no section of its own.
4. What a shell would have put in before the docker command saw it (~, $PWD, ${PWD}, $(pwd)) is put in here: no name of a volume
   begins like that.

Source: docker/cli, cli/compose/loader/volume.go and cli/command/container/opts.go.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

_HERE = re.compile(r"\$PWD(?![A-Za-z0-9_])|\$\{PWD\}|\$\(pwd\)")


def read_volume(text: str, folder: Path = Path("/"), environ: Mapping[str, str] | None = None) -> tuple[str, bool]:
    """Read the value of -v.

    Parameters:
        folder: what relative paths start from.
        environ: the environment, for the home folder.

    Returns:
        What the engine is sent, and whether it is an anonymous volume.

    Raises:
        ValueError: says what to write.
    """
    text = as_a_shell(text, folder, environ or {})
    sections = _sections(text)
    if len(sections) == 1:
        return text, True
    source, colon, rest = text.partition(":")
    if is_path(sections[0]) and source.startswith(".") and colon:
        source = absolute(source, folder)
    return f"{source}{colon}{rest}", False


def _sections(text: str) -> list[str]:
    if not text:
        raise ValueError("It is empty; write HOST:CONTAINER, such as ./data:/data.")
    if len(text) <= 2:
        return [text]
    sections = [""]
    for char in text:
        if char == ":" and not (len(sections[-1]) == 1 and sections[-1].isalpha()):
            sections.append("")
        else:
            sections[-1] += char
    if not all(sections):
        raise ValueError(f"“{text}” has nothing between two colons; it reads HOST:CONTAINER or HOST:CONTAINER:ro.")
    if len(sections) > 3:
        raise ValueError(f"“{text}” has too many colons; it reads HOST:CONTAINER or HOST:CONTAINER:ro.")
    return sections


def is_path(source: str) -> bool:
    """Say whether the source of a volume is a path of the host, not a volume's name."""
    return source[0] in "./~" or source.startswith("\\\\") or (len(source) > 1 and source[0].isalpha() and source[1] == ":")


def absolute(path: str, folder: Path) -> str:
    """Make a path absolute, without asking the file system."""
    clean = posixpath.normpath(posixpath.join(folder.as_posix(), path))
    return clean[1:] if clean.startswith("//") else clean


def as_a_shell(text: str, folder: Path, environ: Mapping[str, str]) -> str:
    """Put in what a shell would have put in at the beginning of a path."""
    if text == "~" or text.startswith(("~/", "~:")):
        return environ.get("HOME", "~") + text[1:]
    return _HERE.sub(lambda _: folder.as_posix(), text, count=1) if text.startswith("$") else text


def volumes(values: Iterable[str], folder: Path, environ: Mapping[str, str]) -> tuple[dict[str, dict[str, str]], list[str] | None]:
    """Give Volumes (the anonymous ones) and Binds (the rest; None when there are none)."""
    anonymous: dict[str, dict[str, str]] = {}
    binds: list[str] = []
    for text in dict.fromkeys(values):
        sent, alone = read_volume(text, folder, environ)
        if alone:
            anonymous[sent] = {}
        else:
            binds.append(sent)
    return anonymous, binds or None


def tmpfs(values: Iterable[str]) -> dict[str, str]:
    """Give Tmpfs: paths in the container and their mount options."""
    return {path: options for path, _, options in (each.partition(":") for each in values)}
