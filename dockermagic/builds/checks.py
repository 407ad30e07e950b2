"""What BuildKit certainly refuses in a Dockerfile, said before any engine is asked, in words for people who learn.

A check belongs here only when every BuildKit since Engine 20.10 refuses; in doubt the engine has the word.
Source: https://github.com/moby/buildkit, frontend/dockerfile/instructions/parse.go.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from difflib import get_close_matches

from dockermagic.builds.syntax import Statement, json_strings, split_instruction
from dockermagic.builds.words import SPACE
from dockermagic.errors import DockerfileError

_NAME = re.compile(r"[a-z][a-z0-9\-_.]*")
_EXAMPLES = {
    "ADD": "ADD app.tar.gz /app/",
    "ARG": "ARG VERSION=1.0",
    "CMD": 'CMD ["python", "app.py"]',
    "COPY": "COPY app.py /app/",
    "ENTRYPOINT": 'ENTRYPOINT ["python", "app.py"]',
    "ENV": "ENV LANG=C.UTF-8",
    "EXPOSE": "EXPOSE 8080",
    "FROM": "FROM busybox",
    "HEALTHCHECK": "HEALTHCHECK CMD wget -q -O- http://localhost:8080/ || exit 1",
    "LABEL": "LABEL version=1.0",
    "MAINTAINER": "MAINTAINER Ada Lovelace",
    "ONBUILD": "ONBUILD COPY . /app",
    "RUN": "RUN echo hello > /greeting",
    "SHELL": 'SHELL ["/bin/bash", "-c"]',
    "STOPSIGNAL": "STOPSIGNAL SIGINT",
    "USER": "USER nobody",
    "VOLUME": "VOLUME /data",
    "WORKDIR": "WORKDIR /app",
}
KEYWORDS = frozenset(_EXAMPLES)


class _Refusal(Exception):
    """An instruction that BuildKit refuses: message, hint, and the word to point at."""

    def __init__(self, message: str, hint: str = "", word: str = "") -> None:
        super().__init__(message)
        self.message, self.hint, self.word = message, hint, word


def check(statement: Statement, after_from: bool, escape: str) -> None:
    """Refuse an instruction that BuildKit would refuse.

    Parameters:
        after_from: a FROM stands above it; `escape`: the file's escape character.
    Raises:
        DockerfileError: with the line and column, and the likely instruction when the word is misspelt.
    """
    try:
        keyword = statement.word.upper()
        if keyword not in KEYWORDS:
            raise _unknown(statement)
        json = json_strings(statement.arguments) if keyword in _JSON else None
        if json is not None and not all(isinstance(each, str) for each in json):
            raise _Refusal(
                f'{keyword}: a list in square brackets may hold only "quoted" words.', f"For example: {_EXAMPLES[keyword]}"
            )
        (_CHECKS.get(keyword) or _at_least_one)(keyword, statement.arguments, escape)
        if not after_from and keyword not in ("FROM", "ARG"):
            raise _Refusal(
                f"{keyword} comes before the first FROM.", "A Dockerfile begins with the image to start from: FROM busybox"
            )
    except _Refusal as refusal:
        column = statement.column
        if refusal.word and (place := statement.source.split("\n")[0].find(refusal.word)) >= 0:
            column += place
        raise DockerfileError(refusal.message, refusal.hint, line=statement.line, column=column) from None


def check_whole(instructions: int, stages: int, text: str) -> None:
    """Refuse a file that holds no instruction, or no FROM.

    Raises:
        DockerfileError: at its last line.
    """
    if stages:
        return
    line = text.rstrip("\n").count("\n") + 1
    if instructions:
        raise DockerfileError("There is no FROM.", "A Dockerfile begins with the image to start from: FROM busybox", line=line)
    raise DockerfileError("There are only comments here, no instruction.", "Begin with FROM busybox", line=line)


def _unknown(statement: Statement) -> _Refusal:
    word = statement.word
    message = f"{word} is not an instruction." if word.isprintable() else "This line does not begin with an instruction."
    likely = _swapped(word.upper()) or get_close_matches(word.upper(), sorted(KEYWORDS), n=1, cutoff=0.5)
    if likely:
        return _Refusal(message, f"Did you mean {likely[0]}?")
    if word.startswith(("%", "!")):
        return _Refusal(message, "A magic or a shell command cannot stand inside a Dockerfile; put it in a cell of its own.")
    if word.startswith(("&&", "||", "|", "-")):
        return _Refusal(message, "If it belongs to the line above, that line needs a \\ at its end.")
    return _Refusal(message, f"A line begins with one of {', '.join(sorted(KEYWORDS - {'MAINTAINER'}))}.")


def _swapped(word: str) -> list[str]:
    return [keyword for keyword in sorted(KEYWORDS) if sorted(keyword) == sorted(word)]


def _at_least_one(keyword: str, arguments: str, escape: str) -> None:
    if not arguments:
        raise _Refusal(f"{keyword} needs something behind it.", f"For example: {_EXAMPLES[keyword]}")


def _anything(keyword: str, arguments: str, escape: str) -> None:
    """Accept everything: RUN, CMD and ENTRYPOINT may stand alone, at least for the parser."""


def _from(keyword: str, arguments: str, escape: str) -> None:
    _at_least_one(keyword, arguments, escape)
    words = re.split(r"[\t\v\f\r ]+", arguments)
    if len(words) == 3 and words[1].upper() == "AS":
        if not _NAME.fullmatch(words[2].lower()):
            raise _Refusal(
                f'"{words[2]}" cannot be the name of a stage.',
                "A stage's name begins with a letter; letters, digits, - _ and . may follow.",
                words[2],
            )
        return
    if len(words) == 1:
        return
    if words[1].upper() == "AS":
        hint = f"Name the stage: FROM {words[0]} AS build" if len(words) == 2 else "Only one name may follow AS."
    elif len(words) == 2:
        hint = (
            f"To name the stage, write FROM {words[0]} AS {words[1].lower()}. A tag is joined with a colon: FROM {':'.join(words)}"
        )
    else:
        hint = f"One image, or one image, AS and a name: FROM {words[0]} AS build. A comment needs a line of its own."
    raise _Refusal("FROM takes one image, or an image, AS and a name.", hint, words[1])


def _sources(keyword: str, arguments: str, escape: str) -> None:
    json = json_strings(arguments)
    count = len(arguments.split() if json is None else json)
    if count < 2:
        what = "where to copy it to" if count else "what to copy and where to"
        raise _Refusal(f"{keyword} does not say {what}.", f"For example: {_EXAMPLES[keyword]}")


def _pairs(keyword: str, arguments: str, escape: str) -> None:
    _at_least_one(keyword, arguments, escape)
    words = parse_words(arguments, escape)
    if words and "=" not in words[0]:
        if len(re.split(r"[\t\v\f\r ]+", arguments, maxsplit=1)) < 2:
            raise _Refusal(f"{keyword} {words[0]} has no value.", f"Write {keyword} {words[0]}=value", words[0])
        return
    for word in words:
        name, equals, _ = word.partition("=")
        if not equals:
            raise _Refusal(
                f'{keyword}: "{word}" has no = in it.',
                'Each must be name=value; a value with spaces needs quotes: name="a value"',
                word,
            )
        if not name:
            raise _Refusal(f'{keyword}: "{word}" has no name before its =.', f"For example: {_EXAMPLES[keyword]}", word)


def _arg(keyword: str, arguments: str, escape: str) -> None:
    _at_least_one(keyword, arguments, escape)
    if arguments.startswith("="):
        raise _Refusal("ARG has no name before its =.", f"For example: {_EXAMPLES[keyword]}", "=")


def _healthcheck(keyword: str, arguments: str, escape: str) -> None:
    _at_least_one(keyword, arguments, escape)
    words = arguments.split(maxsplit=1)
    kind, rest = words[0].upper(), words[1] if len(words) > 1 else ""
    if kind not in ("CMD", "NONE"):
        raise _Refusal(f"HEALTHCHECK cannot be followed by {words[0]}.", f"For example: {_EXAMPLES[keyword]}", words[0])
    if kind == "NONE" and rest:
        raise _Refusal("HEALTHCHECK NONE takes nothing behind it.", "Write HEALTHCHECK NONE alone on its line.", rest.split()[0])
    if kind == "CMD" and not rest:
        raise _Refusal("HEALTHCHECK CMD has no command behind it.", f"For example: {_EXAMPLES[keyword]}")


def _shell(keyword: str, arguments: str, escape: str) -> None:
    if not json_strings(arguments):
        raise _Refusal('SHELL takes a list of "quoted" words in square brackets.', f"For example: {_EXAMPLES[keyword]}")


def _volume(keyword: str, arguments: str, escape: str) -> None:
    json = json_strings(arguments)
    if not arguments or json == []:
        raise _Refusal("VOLUME names no folder.", f"For example: {_EXAMPLES[keyword]}")


def _onbuild(keyword: str, arguments: str, escape: str) -> None:
    _at_least_one(keyword, arguments, escape)
    trigger = split_instruction(arguments, escape)[0].upper()
    if trigger in ("ONBUILD", "FROM", "MAINTAINER"):
        raise _Refusal(f"ONBUILD cannot hold {trigger}.", f"For example: {_EXAMPLES[keyword]}")


_JSON = frozenset({"ADD", "COPY", "CMD", "ENTRYPOINT", "RUN", "SHELL", "VOLUME"})
_CHECKS: dict[str, Callable[[str, str, str], None]] = {
    "ADD": _sources,
    "ARG": _arg,
    "CMD": _anything,
    "COPY": _sources,
    "ENTRYPOINT": _anything,
    "ENV": _pairs,
    "FROM": _from,
    "HEALTHCHECK": _healthcheck,
    "LABEL": _pairs,
    "ONBUILD": _onbuild,
    "RUN": _anything,
    "SHELL": _shell,
    "VOLUME": _volume,
}


def parse_words(text: str, escape: str) -> list[str]:
    """Split `a=1 b="2 3"` at the spaces outside quotes; quotes and escapes stay."""
    words: list[str] = []
    word: list[str] = []
    quote = ""
    at = 0
    while at < len(text):
        char = text[at]
        at += 1
        if not quote and char in SPACE:
            if word:
                words.append("".join(word))
            word = []
            continue
        if char == escape and quote != "'":
            if at == len(text):
                break
            word.append(char + text[at])
            at += 1
            continue
        if char == quote:
            quote = ""
        elif not quote and char in "'\"":
            quote = char
        word.append(char)
    return [*words, "".join(word)] if word else words
