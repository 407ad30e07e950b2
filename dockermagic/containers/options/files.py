"""Files that a command line names: --env-file, --label-file and seccomp profiles.

1. A line is NAME=VALUE or NAME alone; quotes and $ mean nothing. Spaces before it, empty lines and lines that begin with # are left
   out.
2. A name alone takes its value from the environment (--env-file); without one, or in --label-file, it is left out.

Source: docker/cli, pkg/kvfile/kvfile.go.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from dockermagic.errors import UsageError

LONGEST = 64 * 1024
"""Bytes of a line."""


def read_file(flag: str, path: str, folder: Path) -> bytes:
    """Read a file that a flag names.

    Raises:
        UsageError: it cannot be read.
    """
    try:
        return (folder / path).read_bytes()
    except FileNotFoundError:
        raise UsageError(
            f"{flag} {path}: there is no such file in {folder}.", "Give its path from the notebook's folder."
        ) from None
    except IsADirectoryError:
        raise UsageError(f"{flag} {path}: that is a folder.", f"Name a file in it: {flag} {path.rstrip('/')}/NAME") from None
    except (OSError, ValueError) as error:
        raise UsageError(
            f"{flag} {path}: it cannot be read: {getattr(error, 'strerror', None) or error}.", "Name another file."
        ) from None


def variables(flag: str, path: str, data: bytes, environ: Mapping[str, str] | None) -> list[str]:
    """Read a file of NAME=VALUE lines.

    Parameters:
        flag, path: for the error message.
        environ: where names without a value find one; None when they are left out.

    Raises:
        UsageError: says which line is wrong.
    """
    found: list[str] = []
    for number, raw in enumerate(data.split(b"\n"), 1):
        where = f"{flag} {path}, line {number}"
        try:
            line = raw.removesuffix(b"\r").removeprefix(b"\xef\xbb\xbf" if number == 1 else b"").decode()
        except UnicodeDecodeError:
            raise UsageError(f"{where}: it is not UTF-8.", "Save the file as UTF-8.") from None
        if len(raw) >= LONGEST:
            raise UsageError(f"{where}: it is longer than {LONGEST // 1024} KiB.", "Split it, or mount a file instead.")
        line = line.lstrip()
        if not line or line.startswith("#"):
            continue
        name, equals, _ = line.partition("=")
        if not name:
            raise UsageError(f"{where}: there is no name before the equals sign.", "A line reads NAME=VALUE.")
        if " " in name or "\t" in name:
            raise UsageError(f"{where}: the name “{name}” holds a space.", "A line reads NAME=VALUE, without spaces before the =.")
        if equals:
            found.append(line)
        elif environ is not None and name in environ:
            found.append(f"{name}={environ[name]}")
    return found
