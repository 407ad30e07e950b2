"""What of a model goes into a file that others will see: secrets masked, long outputs cut to their end. Pure."""

from __future__ import annotations

import re
from typing import Any

from dockermagic.log import Log
from dockermagic.records import plain
from dockermagic.secrecy import MASK, masked_words, secret_variable

__all__ = ["LONGEST", "safe", "safe_text"]

LONGEST = 32_000
"""Characters of an output that are kept: more is not drawn."""
_CUT = "… what was printed before is not in the recording\n"

_FLAG = re.compile(r"(?P<flag>--?[A-Za-z][\w-]*)(?P<gap>[ \t]+)(?P<value>\"[^\"\n]*\"|'[^'\n]*'|[^\s\"'-]\S*)")
"""A flag and its value, which stand apart: --password hunter2."""
_NO_TEXT = re.compile("[\ud800-\udfff]")
"""Bytes that were no UTF-8: a file that is passed on is all text."""


def safe(model: Any) -> Any:
    """Give a model as plain values, fit for a file that is passed on.

    1. A value is masked where its variable, flag or label says that it is secret, or its form does; see `secrecy`.
    2. Of an output, the last `LONGEST` characters are kept, from where a line begins.
    """
    return _safe(plain(_shortened(model)))


def safe_text(text: str) -> str:
    """Give a text with what looks like secrets masked."""

    def flag(found: re.Match[str]) -> str:
        plainly = found["value"].startswith(("$", "id=")) or not secret_variable(found["flag"])
        return found[0] if plainly else f"{found['flag']}{found['gap']}{MASK}"

    if text.isalnum():
        return text
    text = masked_words(_NO_TEXT.sub("\N{REPLACEMENT CHARACTER}", text))
    return _FLAG.sub(flag, text) if "--" in text else text


def _safe(value: Any) -> Any:
    if isinstance(value, str):
        return safe_text(value)
    if isinstance(value, dict):
        return {name: _safe(each) for name, each in value.items()}
    if isinstance(value, list):
        pair = len(value) == 2 and isinstance(value[0], str) and isinstance(value[1], str)
        if pair and secret_variable(value[0]):
            return [value[0], MASK]
        return [MASK if _after_flag(value, place) else _safe(each) for place, each in enumerate(value)]
    return value


def _after_flag(words: list[Any], place: int) -> bool:
    """Say whether a word is the value of the flag before it, and secret."""
    word, flag = words[place], words[place - 1] if place else ""
    return (
        isinstance(word, str) and isinstance(flag, str) and flag.startswith("-") and "=" not in flag
        and not word.startswith(("-", "$", "id=")) and secret_variable(flag)
    )  # fmt: skip


def _shortened(model: Any) -> Any:
    """Give the model with its outputs cut to their end."""
    import dataclasses

    if isinstance(model, Log):
        return _end(model)
    if isinstance(model, tuple):
        return tuple(map(_shortened, model))
    if dataclasses.is_dataclass(model) and not isinstance(model, type):
        return dataclasses.replace(
            model, **{each.name: _shortened(getattr(model, each.name)) for each in dataclasses.fields(model)}
        )
    return model


def _end(log: Log) -> Log:
    if log.size <= LONGEST:
        return log
    found: list[tuple[int, str]] = []
    room = LONGEST
    for page in (log.tail, *reversed(log.pages)):
        for stream, text in reversed(page):
            if room <= 0:
                break
            found.append((stream, text[-room:]))
            room -= len(text)
    stream, first = found[-1]
    found[-1] = stream, _CUT + first[first.find("\n") + 1 :]
    short = Log()
    for stream, text in reversed(found):
        short = short.append(stream, text)
    return short
