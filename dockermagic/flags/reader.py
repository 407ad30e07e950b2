"""Reading a command line word by word, as pflag's parseArgs does."""

from __future__ import annotations

import csv
import re
import shlex
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches

from dockermagic.errors import UsageError
from dockermagic.flags.table import Command, Flag, Parsed, Value

TRUE = frozenset({"1", "t", "T", "TRUE", "true", "True"})
FALSE = frozenset({"0", "f", "F", "FALSE", "false", "False"})
LONG_DASHES = ("\u2013", "\u2014")
_EMPTY: Mapping[str, Value] = {"string": "", "bool": False, "int": 0, "float": 0.0, "list": (), "csv": ()}
_BASES = (
    (16, r"0[xX]_?([0-9a-fA-F]+(?:_[0-9a-fA-F]+)*)"),
    (2, r"0[bB]_?([01]+(?:_[01]+)*)"),
    (8, r"0[oO]?_?([0-7]+(?:_[0-7]+)*)"),
    (10, r"(0|[1-9][0-9]*(?:_[0-9]+)*)"),
)


def parse(command: Command, line: str | Iterable[str]) -> Parsed:
    """Read a command line as Docker's CLI would.

    Parameters:
        line: the line as typed (split as a POSIX shell would), or words that are already split.
    Raises:
        UsageError: Docker would not accept it either; the message says what to type.
    """
    words = split(line, command.name) if isinstance(line, str) else list(line)
    reader = _Reader(command, words)
    reader.read()
    if not reader.help:
        reader.count_positionals()
    return Parsed(reader.values, tuple(reader.positionals), tuple(reader.given), reader.help)


def split(line: str, name: str = "") -> list[str]:
    """Split a line into words as a POSIX shell would, without expanding anything.

    Raises:
        UsageError: a quote is not closed; the message shows where it opens.
    """
    try:
        return shlex.split(line)
    except ValueError:
        place, what = _unclosed(line)
    shown = f"{name} {line}" if name else line
    marker = " " * (len(shown) - len(line) + place) + "^"
    if what == "\\":
        raise UsageError(f"The line ends in a backslash:\n{shown}\n{marker}", "Remove the backslash at the end.") from None
    raise UsageError(f"The quote {what} is not closed:\n{shown}\n{marker}", f"Add a {what} where the value ends.") from None


def _unclosed(line: str) -> tuple[int, str]:
    """Find the quote or the backslash that a POSIX shell would still wait for."""
    quote, opened, escaped = "", 0, False
    for place, char in enumerate(line):
        if escaped:
            escaped = False
        elif char == "\\" and quote != "'":
            escaped = True
        elif quote:
            quote = "" if char == quote else quote
        elif char in "'\"":
            quote, opened = char, place
    return (opened, quote) if quote else (len(line) - 1, "\\")


@dataclass(slots=True)
class _Reader:
    """Walks over the words once, as pflag's parseArgs does."""

    command: Command
    words: list[str]
    values: dict[str, Value] = field(default_factory=dict)
    positionals: list[str] = field(default_factory=list)
    given: list[str] = field(default_factory=list)
    help: bool = False
    at: int = 0

    def read(self) -> None:
        for flag in self.command.flags:
            self.values[flag.long] = _EMPTY[flag.kind] if flag.default is None else flag.default
        while self.at < len(self.words) and not self.help:
            word = self.words[self.at]
            self.at += 1
            if len(word) < 2 or word[0] != "-":
                self.positionals.append(word)
                if self.command.interspersed:
                    continue
            elif word != "--":
                self.long(word) if word[1] == "-" else self.short(word)
                continue
            self.positionals += self.words[self.at :]
            return

    def long(self, word: str) -> None:
        name, equals, value = word[2:].partition("=")
        if not name or name.startswith("-"):
            raise UsageError(f'"{word}" is not a flag.', "A flag is written --name or --name=value.")
        flag = self.command.named(name)
        if flag is None:
            self.help = name == "help"
            if not self.help:
                raise self.unknown(f"--{name}", name)
        elif equals:
            self.put(flag, f"--{name}", value)
        elif _bare(flag):
            self.put(flag, f"--{name}", _bare(flag))
        else:
            self.put(flag, f"--{name}", self.next_word(flag, f"--{name}"))

    def short(self, word: str) -> None:
        letters = word[1:]
        while letters and not self.help:
            letter, rest = letters[0], letters[1:]
            flag = self.command.shorthand(letter)
            if flag is None:
                self.help = letter == "h"
                if not self.help:
                    raise self.unknown(f"-{letter}", word.lstrip("-"), f' in "{word}"' if len(word) > 2 else "")
            elif len(rest) > 1 and rest[0] == "=":
                self.put(flag, f"-{letter}", rest[1:])
                return
            elif _bare(flag):
                self.put(flag, f"-{letter}", _bare(flag))
            else:
                self.put(flag, f"-{letter}", rest or self.next_word(flag, f"-{letter}"))
                return
            letters = rest

    def next_word(self, flag: Flag, written: str) -> str:
        if self.at == len(self.words):
            raise UsageError(f"{written} needs a value, and the line ends there.", _try(flag, written))
        self.at += 1
        return self.words[self.at - 1]

    def put(self, flag: Flag, written: str, text: str) -> None:
        try:
            value = _value(flag, text)
        except ValueError as error:
            raise UsageError(f'{written}: "{text}" is not {error}.', _try(flag, written)) from None
        try:
            if flag.check is not None:
                flag.check(text)
        except ValueError as error:
            raise UsageError(f"{written}: {error}", _try(flag, written)) from None
        old = self.values[flag.long]
        if flag.long not in self.given:
            self.given.append(flag.long)
            old = ()
        if isinstance(value, tuple) and isinstance(old, tuple):
            value = old + value
        self.values[flag.long] = value

    def unknown(self, written: str, name: str, where: str = "") -> UsageError:
        names = [flag.long for flag in self.command.flags if not flag.hidden]
        likely = get_close_matches(name, names, n=1, cutoff=0.6)
        if likely:
            return UsageError(f"{written}{where} is not a flag of {self.command.name}.", f"Did you mean --{likely[0]}?")
        return UsageError(f"{written}{where} is not a flag of {self.command.name}.", f"{self.command.name} --help lists them all.")

    def count_positionals(self) -> None:
        command, got = self.command, self.positionals
        if got and got[0].startswith(LONG_DASHES):
            name = got[0].lstrip("\u2013\u2014-")
            plain = f"--{name}" if len(name) > 1 else f"-{name}"
            raise UsageError(f'"{got[0]}" begins with a long dash, which is no flag.', f"Type it with plain hyphens: {plain}")
        if len(got) < command.least:
            raise UsageError(f"{command.name} needs {_count(command.least)}.", f"Usage: {command.name} {command.usage}")
        if command.most is not None and len(got) > command.most:
            extra = got[command.most]
            takes = _count(command.most) if command.most else "no arguments"
            raise UsageError(f'{command.name} takes {takes}: "{extra}" is one too many.', self.stray(extra))

    def stray(self, extra: str) -> str:
        """Guess how a word came to stand alone: most often as the value of a flag that takes none."""
        place = self.words.index(extra)
        before = self.words[place - 1] if place else ""
        flag = self.command.named(before[2:]) if before.startswith("--") else self.command.shorthand(before[1:])
        if before.startswith("-") and flag and flag.kind == "bool" and extra in TRUE | FALSE:
            return f"Write {before}={extra}, in one word."
        if " " not in extra and place and not before.startswith("-"):
            return f'A value with spaces needs quotes: "{before} {extra}".'
        return f"Usage: {self.command.name} {self.command.usage}"


def _count(number: int) -> str:
    return "1 argument" if number == 1 else f"{number} arguments"


def _bare(flag: Flag) -> str:
    return "true" if flag.kind == "bool" else flag.bare


def _try(flag: Flag, written: str) -> str:
    value = flag.example or flag.metavar or {"int": "1", "float": "1.5", "bool": "true"}.get(flag.kind, "VALUE")
    equals = "=" if flag.kind == "bool" else " "
    return f"For example: {written}{equals}{shlex.quote(value) if ' ' in value else value}"


def _value(flag: Flag, text: str) -> Value:
    """Read one value by the flag's kind; ValueError says what it should have been."""
    if flag.kind == "bool":
        if text not in TRUE | FALSE:
            raise ValueError("true or false")
        return text in TRUE
    if flag.kind == "int":
        return _integer(text)
    if flag.kind == "float":
        try:
            return float(text)
        except ValueError:
            raise ValueError("a number") from None
    if flag.kind == "list":
        return (text,)
    if flag.kind == "csv":
        try:
            return tuple(next(csv.reader([text], strict=True), [])) if text else ()
        except csv.Error:
            raise ValueError("a list of values with commas between them") from None
    return text


def _integer(text: str) -> int:
    """Read a whole number as Go's strconv.ParseInt does with base 0: 0x, 0o and 0b prefixes, and a plain 0 for octal."""
    sign, digits = (text[:1], text[1:]) if text[:1] in ("+", "-") else ("", text)
    for base, pattern in _BASES:
        match = re.fullmatch(pattern, digits)
        if match and len(digits) < 80:
            number = int(match[1].replace("_", ""), base) * (-1 if sign == "-" else 1)
            if -(2**63) <= number < 2**63:
                return number
    raise ValueError("a whole number")
