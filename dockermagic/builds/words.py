"""Words of a Dockerfile: quotes, escapes and variables, as BuildKit's `shell.Lex` reads them.

Source: https://github.com/moby/buildkit, frontend/dockerfile/shell/lex.go.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from dockermagic.builds.substitution import WordError, replace, trim

__all__ = ["SPACE", "Lexer", "WordError"]

SPACE = "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000"
"""What Go's unicode.IsSpace calls a space; Python's str.isspace calls a few more so."""

SPECIAL = frozenset("@*#?-$!0")
DEEPEST = 60
"""How deep substitutions may nest; nobody writes that, but a stack has an end."""


class Lexer:
    """Splits text into words and expands variables.

    Parameters:
        variables: values by name; `keep_unset` leaves variables that are not among them as they stand.
        escape: the escape character; `raw_quotes`, `raw_escapes`: keep them in the result.
    """

    def __init__(
        self,
        variables: Mapping[str, str] | None = None,
        *,
        escape: str = "\\",
        keep_unset: bool = False,
        raw_quotes: bool = False,
        raw_escapes: bool = False,
    ) -> None:
        self.variables = variables or {}
        self.escape = escape
        self.keep_unset = keep_unset
        self.raw_quotes = raw_quotes
        self.raw_escapes = raw_escapes
        self.unset: set[str] = set()
        self._text = ""
        self._at = 0
        self._depth = 0
        self._letters: list[str] = []

    def expand(self, text: str) -> str:
        """Give the text with its variables replaced and its quotes removed.

        Raises:
            WordError: the text is not well formed.
        """
        return self._begin(text)[0]

    def words(self, text: str) -> list[str]:
        """Give the words of the text; spaces inside quotes do not part words.

        Raises:
            WordError: the text is not well formed.
        """
        return self._begin(text)[1]

    def _begin(self, text: str) -> tuple[str, list[str]]:
        self._text, self._at, self._depth = text.removeprefix("\ufeff"), 0, 0
        return self._until("", self.raw_escapes)

    def _peek(self) -> str:
        return self._text[self._at : self._at + 1]

    def _next(self) -> str:
        char = self._peek()
        self._at += 1
        return char

    def _until(self, stop: str, raw_escapes: bool) -> tuple[str, list[str]]:
        """Read up to `stop`, or to the end when it is empty."""
        if self._depth > DEEPEST:
            raise WordError("substitutions nest too deep")
        before, self.raw_escapes = self.raw_escapes, raw_escapes
        self._depth += 1
        try:
            return self._read(stop)
        finally:
            self.raw_escapes = before
            self._depth -= 1

    def _read(self, stop: str) -> tuple[str, list[str]]:
        special: dict[str, Callable[[], str]] = {
            "$": self._dollar,
            "<": self._angle,
            "'": self._single,
            '"': self._double,
        }
        result: list[str] = []
        words = _Words(self._letters)
        while char := self._peek():
            if char == stop:
                self._next()
                return "".join(result), words.end()
            if char in special:
                piece = special[char]()
                result.append(piece)
                words.add(piece, parted=char == "$")
                continue
            self._next()
            if char == self.escape:
                if self.raw_escapes:
                    words.add(char)
                    result.append(char)
                char = self._next()
                if not char:
                    break
                words.add(char)
            else:
                words.add(char, parted=True)
            result.append(char)
        if stop:
            raise WordError(f"the {stop} is missing")
        return "".join(result), words.end()

    def _single(self) -> str:
        self._next()
        end = self._text.find("'", self._at)
        if end < 0:
            raise WordError("a single quote (') is not closed")
        inner = self._text[self._at : end]
        self._at = end + 1
        return f"'{inner}'" if self.raw_quotes else inner

    def _double(self) -> str:
        quote = self._next() if self.raw_quotes else self._next() and ""
        result = [quote]
        while char := self._peek():
            if char == '"':
                self._next()
                return "".join(result) + quote
            if char == "$":
                result.append(self._dollar())
                continue
            self._next()
            if char == self.escape:
                if self.raw_escapes:
                    result.append(char)
                following = self._peek()
                if not following:
                    continue
                if following in ('"', "$", self.escape):
                    char = self._next()
            result.append(char)
        raise WordError('a double quote (") is not closed')

    def _angle(self) -> str:
        """Keep `<<` and the spaces behind it in one word: it may begin a heredoc."""
        self._next()
        if self._peek() != "<":
            return "<"
        self._next()
        start = self._at
        while self._peek() in ("\t", "\r", " "):
            self._next()
        return "<<" + self._text[start : self._at]

    def _dollar(self) -> str:
        self._next()
        if self._peek() != "{":
            name = self._name()
            if not name:
                return "$"
            value = self._get(name)
            return f"${name}" if value is None and self.keep_unset else value or ""
        self._next()
        if self._peek() in ("", "{", "}", ":"):
            raise WordError("a ${ has no name, or no }")
        name = self._name()
        sign = self._next()
        if sign == "}":
            value = self._get(name)
            return f"${{{name}}}" if value is None and self.keep_unset else value or ""
        if sign == "/":
            return self._replace(name)
        return self._modify(name, sign)

    def _modify(self, name: str, sign: str) -> str:
        """Read the rest of ${name:-word} and its relatives."""
        empty_is_unset = sign == ":"
        kind = self._next() if empty_is_unset else sign
        if not kind or kind not in "+-?#%" or (empty_is_unset and kind in "#%"):
            raise WordError(f"${{{name}{sign}… is not a substitution that Dockerfiles know")
        word, _ = self._until("}", kind in "#%")
        value = self._get(name)
        if value is None and self.keep_unset:
            return f"${{{name}{':' if empty_is_unset else ''}{kind}{word}}}"
        present = value is not None and not (empty_is_unset and not value)
        if kind == "-":
            return value or "" if present else word
        if kind == "+":
            return word if present else ""
        if kind == "?":
            if not present:
                raise WordError(f"{name}: {word or 'has no value'}")
            return value or ""
        return trim(value or "", word, kind)

    def _replace(self, name: str) -> str:
        everywhere = self._peek() == "/"
        if everywhere:
            self._next()
        pattern, _ = self._until("/", True)
        replacement, _ = self._until("}", True)
        value = self._get(name)
        if value is None and self.keep_unset:
            return f"${{{name}/{pattern}/{replacement}}}"
        return replace(value or "", pattern, replacement, everywhere)

    def _name(self) -> str:
        char = self._peek()
        if char.isdecimal():
            start = self._at
            while self._peek().isdecimal():
                self._next()
            return self._text[start : self._at]
        if char in SPECIAL:
            return self._next()
        start = self._at
        while (char := self._peek()) and (char.isalpha() or char.isdecimal() or char == "_"):
            self._next()
        return self._text[start : self._at]

    def _get(self, name: str) -> str | None:
        value = self.variables.get(name)
        if value is None:
            self.unset.add(name)
        return value


class _Words:
    """Collects characters into words, parted at spaces.

    The letters of the word that is open are shared with what is read inside it: `a${b:-c}` gives the word "c", since BuildKit
    forgets the "a". It decides what is a heredoc, so it is kept.
    """

    def __init__(self, letters: list[str]) -> None:
        letters.clear()
        self.done: list[str] = []
        self.open = letters

    def add(self, text: str, parted: bool = False) -> None:
        if not parted:
            self.open.append(text)
            return
        for char in text:
            if char not in SPACE:
                self.open.append(char)
            elif word := "".join(self.open):
                self.done.append(word)
                self.open.clear()

    def end(self) -> list[str]:
        if word := "".join(self.open):
            self.done.append(word)
            self.open.clear()
        return self.done
