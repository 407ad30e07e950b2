"""Docker-style command lines, read as Docker's own CLI reads them.

Docker's CLI is written in Go with the pflag library, and argparse reads several of its lines otherwise: `--memory-swap -1`,
`--no-cache=false`, `-qt name`, options that end at the first argument of `docker run`. So a command is a table of flags here,
and `parse` follows pflag word by word. Source: https://github.com/spf13/pflag, flag.go.
"""

from __future__ import annotations

from dockermagic.flags.help import help_text
from dockermagic.flags.reader import parse, split
from dockermagic.flags.table import Command, Example, Flag, Kind, Parsed, Value

__all__ = ["Command", "Example", "Flag", "Kind", "Parsed", "Value", "help_text", "parse", "split"]
