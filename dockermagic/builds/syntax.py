"""The lines of a Dockerfile joined into instructions, as BuildKit's parser joins them.

Source: https://github.com/moby/buildkit, frontend/dockerfile/parser.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from dockermagic.builds.words import SPACE, Lexer, WordError
from dockermagic.errors import DockerfileError

LONGEST_LINE = 65535
"""Bytes: what fits in the buffer that BuildKit reads lines into."""

_BLANK = "\t\n\v\f\r "
_GAP = re.compile(r"[\t\v\f\r ]+")
_DIRECTIVE = re.compile(r"([a-zA-Z][a-zA-Z0-9]*)\s*=\s*(.+?)\s*", re.ASCII | re.DOTALL)
_HEREDOC = re.compile(r"([0-9]*)<<(-?)[\t\n\f\r ]*([^<]*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Heredoc:
    """Text that an instruction brings along: `<<name`, or `<<-name` when leading tabs are dropped (`chomp`)."""

    name: str
    text: str = ""
    expand: bool = True
    chomp: bool = False


@dataclass(frozen=True, slots=True)
class Statement:
    """One instruction's text: `line` and `last_line` count from 1, `column` is where its keyword stands."""

    source: str
    line: int
    last_line: int
    column: int
    word: str
    flags: tuple[str, ...]
    arguments: str
    heredocs: tuple[Heredoc, ...] = ()


@dataclass(slots=True)
class Reader:
    """Walks over the lines of one Dockerfile.

    Parameters:
        text: the Dockerfile; `lenient`: its frontend is not Docker's, so nothing in it is an error.
    """

    text: str
    lenient: bool = False
    escape: str = "\\"
    at: int = 0
    lines: list[str] = field(default_factory=list)
    directives: list[tuple[str, str]] = field(default_factory=list)
    _in_directives: bool = True

    def statements(self) -> Iterator[Statement]:
        """Yield the instructions in order.

        Raises:
            DockerfileError: an escape directive, a heredoc or a line that BuildKit refuses.
        """
        self.lines = self.text.removeprefix("\ufeff").split("\n")
        if self.lines[-1] == "":
            self.lines.pop()
        while self.at < len(self.lines):
            start = self.at
            first = self._next()
            self._directive(first.strip("\r").lstrip(SPACE))
            if _is_comment(first):
                continue
            joined, more = self._continued(first.rstrip("\r").lstrip(SPACE))
            if not joined and not more:
                continue
            line = self._join(joined, more)
            if not line.strip(SPACE):
                # BuildKit takes what a lone backslash leaves for an instruction without a name, and refuses it.
                self._refuse("There is no instruction on this line, only a line continuation.", "Remove the line.", start + 1)
                continue
            yield self._statement(line, start, len(first) - len(first.lstrip(SPACE)) + 1)

    def _next(self) -> str:
        line = self.lines[self.at]
        self.at += 1
        if len(line) > LONGEST_LINE // 4 and len(line.encode(errors="replace")) > LONGEST_LINE:
            self._refuse(
                f"The line is longer than {LONGEST_LINE} bytes.", "Break it, or put the text in a file and COPY it.", self.at
            )
        return line

    def _refuse(self, message: str, hint: str, line: int, column: int = 0) -> None:
        if not self.lenient:
            raise DockerfileError(message, hint, line=line, column=column)

    def _directive(self, line: str) -> None:
        """Take `# escape=`, `# syntax=` and `# check=` lines; they must stand above everything else."""
        match = self._in_directives and line.startswith("#") and _DIRECTIVE.fullmatch(line[1:].lstrip(SPACE))
        if not match or (name := match[1].lower()) not in ("syntax", "escape", "check"):
            self._in_directives = False
            return
        if name == "escape":
            if any(known == "escape" for known, _ in self.directives):
                self._refuse("The escape directive stands here twice.", "Keep one of them.", self.at)
            if match[2][0] not in "\\`":
                self._refuse(
                    f'"{match[2]}" cannot be the escape character.', "It can be a backslash or a backtick: # escape=`", self.at
                )
            else:
                self.escape = match[2][0]
        self.directives.append((name, match[2]))

    def _continued(self, line: str) -> tuple[str, bool]:
        """Cut off a continuation character; say whether there was one."""
        bare = line.rstrip(" \t")
        if not bare.endswith(self.escape):
            return line, False
        if len(bare) > 1 and bare[-2] == self.escape:
            return line, False
        return (bare[:-1], True) if len(bare) > 1 or line.startswith(self.escape) else (line, False)

    def _join(self, line: str, more: bool) -> str:
        parts = [line]
        while more and self.at < len(self.lines):
            following = self._next()
            if _is_comment(following) or not following.strip(SPACE):
                continue
            part, more = self._continued(following.rstrip("\r"))
            parts.append(part)
        return "".join(parts)

    def _statement(self, line: str, start: int, column: int) -> Statement:
        word, flags, arguments = split_instruction(line, self.escape)
        heredocs: list[Heredoc] = []
        for heredoc in self._heredocs(word, arguments, line):
            body: list[str] = []
            while self.at < len(self.lines):
                raw = self._next()
                bare = raw.rstrip("\r")
                if (bare.lstrip("\t") if heredoc.chomp else bare) == heredoc.name:
                    break
                body.append(raw + "\n")
            else:
                self._refuse(
                    f"The heredoc <<{heredoc.name} has no end.",
                    f"Write {heredoc.name} on a line of its own, with nothing before or behind it, where the text ends.",
                    start + 1,
                    max(self.lines[start].find("<<") + 1, 0),
                )
            heredocs.append(Heredoc(heredoc.name, "".join(body), heredoc.expand, heredoc.chomp))
        source = "\n".join(each.rstrip("\r") for each in self.lines[start : self.at]).strip(SPACE)
        return Statement(source, start + 1, self.at, column, word, flags, arguments, tuple(heredocs))

    def _heredocs(self, word: str, arguments: str, line: str) -> list[Heredoc]:
        if word.upper() == "ONBUILD":
            word, _, arguments = split_instruction(arguments, self.escape)
        if word.upper() not in ("RUN", "COPY", "ADD") or "<<" not in line or json_strings(arguments) is not None:
            return []
        try:
            words = Lexer(raw_quotes=True, raw_escapes=True, keep_unset=True).words(line)
        except WordError:
            return []  # so does BuildKit: with a quote left open, it sees no heredoc
        return [heredoc for each in words if (heredoc := read_heredoc(each))]


def _is_comment(line: str) -> bool:
    return line.lstrip(SPACE).startswith("#")


def split_instruction(line: str, escape: str) -> tuple[str, tuple[str, ...], str]:
    """Part an instruction into its keyword, its flags and the rest."""
    pieces = _GAP.split(line.strip(SPACE), maxsplit=1)
    if len(pieces) == 1:
        return pieces[0], (), ""
    flags, rest = _flags(pieces[1], escape)
    return pieces[0], flags, rest.strip(SPACE)


def _flags(line: str, escape: str) -> tuple[tuple[str, ...], str]:
    """Take the words at the front that begin with two dashes; quotes and escapes are resolved in them."""
    flags: list[str] = []
    at = 0
    while True:
        while at < len(line) and line[at] in _BLANK:
            at += 1
        if not line.startswith("--", at):
            return tuple(flags), line[at:]
        word: list[str] = []
        quote = ""
        while at < len(line) and (quote or line[at] not in _BLANK):
            char = line[at]
            at += 1
            if char == quote:
                quote = ""
            elif not quote and char in "'\"":
                quote = char
            elif char == escape:
                word.append(line[at : at + 1])
                at += 1
            else:
                word.append(char)
        if "".join(word) == "--":
            return tuple(flags), line[at:]
        flags.append("".join(word))


def read_heredoc(word: str) -> Heredoc | None:
    """Read `<<EOF`, `<<-EOF`, `<<"EOF"` or `3<<EOF`; None when the word is something else."""
    match = _HEREDOC.fullmatch(word)
    if not match or not match[3]:
        return None
    try:
        plain = Lexer(keep_unset=True).words(match[3])
        quoted = Lexer(keep_unset=True, raw_quotes=True).words(match[3])
    except WordError:
        return None
    if len(plain) != 1 or len(quoted) != 1:
        return None
    return Heredoc(plain[0], expand=_quotes(plain[0]) == _quotes(quoted[0]), chomp=match[2] == "-")


def _quotes(word: str) -> int:
    return word.count("'") + word.count('"')


def json_strings(arguments: str) -> list[object] | None:
    """Give the members of a JSON array, or None when the text is not one (and so is in shell form)."""
    if not arguments.lstrip(SPACE).startswith("["):
        return None
    try:
        found = json.loads(arguments.strip(SPACE), parse_constant=_no_constant, parse_int=str.encode, parse_float=str.encode)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, list) else None


def _no_constant(name: str) -> None:
    raise ValueError(name)  # NaN and Infinity are Python's, not JSON's
