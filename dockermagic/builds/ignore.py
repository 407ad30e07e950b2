"""`.dockerignore`: which files of a context a build does not get.

A port of the rules, not of the code, of Go's `patternmatcher`, which the docker CLI and BuildKit share, with its oddities: `**`
crosses folders, a later `!pattern` takes back in what an earlier pattern left out, and the last one that matches decides.
Source: https://github.com/moby/patternmatcher, patternmatcher.go and ignorefile/ignorefile.go.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from dockermagic.builds.globs import BadPattern, check_syntax, expression, simple_expression
from dockermagic.builds.words import SPACE
from dockermagic.errors import UsageError

__all__ = ["Ignore", "State", "read_ignore"]

State = tuple[bool, ...]
"""For a folder: which of the patterns matched it, or a folder above it."""


def read_ignore(text: str) -> tuple[str, ...]:
    """Read a `.dockerignore` file: comments and blank lines dropped, each pattern cleaned.

    Parameters:
        text: the whole file.
    Raises:
        UsageError: a pattern that Docker refuses too; the message names it and its line.
    """
    patterns: list[str] = []
    for number, line in enumerate(text.removeprefix("\ufeff").split("\n"), 1):
        if line.startswith("#"):
            continue
        pattern = line.strip(SPACE)
        if not pattern:
            continue
        inverted = pattern.startswith("!")
        if inverted:
            pattern = pattern[1:].strip(SPACE)
        if pattern:
            pattern = clean_path(pattern)
            if len(pattern) > 1 and pattern.startswith("/"):
                pattern = pattern[1:]
        patterns.append("!" + pattern if inverted else pattern)
        try:
            _compile(patterns[-1])
        except BadPattern as error:
            raise UsageError(f'.dockerignore, line {number}: "{line.strip(SPACE)}": {error}.', error.hint) from None
    return tuple(patterns)


def clean_path(path: str) -> str:
    """Shorten a path as Go's filepath.Clean does: no empty or "." parts, ".." resolved, "." for nothing."""
    cleaned = posixpath.normpath(path)
    return cleaned[1:] if cleaned.startswith("//") else cleaned


@dataclass(frozen=True, slots=True)
class _Pattern:
    """One pattern: `inverted` when it begins with "!"; `match` says whether a path is what it names."""

    text: str
    inverted: bool
    match: Callable[[str], object]

    def may_match_below(self, folder: str) -> bool:
        """Whether some path inside the folder could match; True in doubt."""
        deep = self.text.find("**")
        fixed = self.text if deep < 0 else self.text[:deep]
        if "|" in self.text or any(sign in fixed for sign in "[\\{^"):
            return True
        parts, wanted = folder.split("/"), fixed.split("/")
        if deep >= 0:
            last = wanted.pop()  # what stands before ** in the same part may be the beginning of anything
            if len(parts) > len(wanted) and last and not _part_matches(last + "*", parts[len(wanted)]):
                return False
        elif len(wanted) <= len(parts):
            return False
        return all(_part_matches(want, part) for want, part in zip(wanted, parts, strict=False))

    def reaches(self, depth: int) -> bool:
        """Whether a path with so many slashes could match; True in doubt."""
        return "**" in self.text or any(sign in self.text for sign in "|[\\{^") or self.text.count("/") == depth


def _part_matches(pattern: str, part: str) -> bool:
    if "*" not in pattern and "?" not in pattern:
        return pattern == part
    return simple_expression(pattern).search(part) is not None


class Ignore:
    """Patterns to match paths against. The same rules serve to leave files out and to take them in.

    Parameters:
        patterns: as `read_ignore` gives them; blank ones are dropped.
    Raises:
        UsageError: a pattern that Docker refuses too.
    """

    def __init__(self, patterns: Iterable[str]) -> None:
        self._patterns: list[_Pattern] = []
        for pattern in patterns:
            try:
                compiled = _compile(pattern)
            except BadPattern as error:
                raise UsageError(f'"{pattern}" is not a pattern: {error}.', error.hint) from None
            if compiled is not None:
                self._patterns.append(compiled)

    def root(self) -> State:
        """Give the state of the folder that paths are relative to."""
        return (False,) * len(self._patterns)

    def child(self, state: State, path: str) -> tuple[bool, State]:
        """Match a path when the state of its folder is known.

        Parameters:
            state: of the folder that holds it; `path`: from the root, with slashes, clean.
        Returns:
            whether the patterns match it, and, should it be a folder, its state.
        """
        matched = False
        found: list[bool] = []
        for pattern, above in zip(self._patterns, state, strict=True):
            match = above
            if not match and pattern.inverted == matched:
                match = bool(pattern.match(path))
            found.append(match)
            if match:
                matched = not pattern.inverted
        return matched, tuple(found)

    def decider(self, depth: int) -> Callable[[str], object] | None:
        """Give a fast way to match paths with so many slashes, of whose folders none matches; None when nothing can match there.

        It is right only where `simple` says so.
        """
        patterns = [each for each in self._patterns if each.reaches(depth)]
        plain = frozenset(each.text for each in patterns if not any(sign in each.text for sign in "*?[]\\"))
        others = tuple(each.match for each in patterns if each.text not in plain)
        if not others:
            return plain.__contains__ if plain else None
        if not plain and len(others) == 1:
            return others[0]

        def decide(path: str) -> bool:
            if path in plain:
                return True
            for match in others:  # noqa: SIM110  # half the time of any()
                if match(path):
                    return True
            return False

        return decide

    @property
    def simple(self) -> bool:
        """Whether there is no "!pattern", so that what matches is out, with all below it."""
        return not any(pattern.inverted for pattern in self._patterns)

    def matches(self, path: str) -> bool:
        """Match one path, its folders considered.

        Parameters:
            path: from the root, with slashes.
        """
        path = clean_path(path)
        if path == ".":
            return False
        parts = path.split("/")
        above = ["/".join(parts[:count]) for count in range(1, len(parts))]
        matched = False
        for pattern in self._patterns:
            if pattern.inverted == matched and (pattern.match(path) or any(map(pattern.match, above))):
                matched = not pattern.inverted
        return matched

    def may_hold_exceptions(self, folder: str) -> bool:
        """Whether a folder that is left out must be walked all the same, since a `!pattern` could match inside."""
        return any(pattern.inverted and pattern.may_match_below(folder) for pattern in self._patterns)

    def may_match_below(self, folder: str) -> bool:
        """Whether something inside a folder that does not match itself could match."""
        return any(not pattern.inverted and pattern.may_match_below(folder) for pattern in self._patterns)


def _compile(pattern: str) -> _Pattern | None:
    """Make a matcher of one pattern; None for a blank one.

    Raises:
        BadPattern: Go refuses it.
    """
    pattern = pattern.strip(SPACE)
    if not pattern:
        return None
    pattern = clean_path(pattern)
    inverted = pattern.startswith("!")
    if inverted:
        pattern = pattern[1:]
        if not pattern:
            raise BadPattern("a ! needs a pattern behind it", "For example: !README.md")
    check_syntax(pattern)
    return _Pattern(pattern, inverted, _matcher(pattern))


def _matcher(pattern: str) -> Callable[[str], object]:
    plain = not any(sign in pattern for sign in "*?[]\\")
    if plain:
        return pattern.__eq__
    if pattern.endswith("**") and not any(sign in pattern[:-2] for sign in "*?[]\\"):
        start = pattern[:-2]
        return lambda path: path.startswith(start)
    if pattern.startswith("**") and not any(sign in pattern[2:] for sign in "*?[]\\"):
        end = pattern[2:]
        return lambda path: path.endswith(end) or (end[0] == "/" and path == end[1:])
    made: re.Pattern[str] = expression(pattern)
    return made.search
