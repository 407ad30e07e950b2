"""Values that hold several fields: comma-separated ones, and name=value pairs.

Source: Go's encoding/csv; docker/cli, opts/parse.go.
"""

from __future__ import annotations

from collections.abc import Iterable


def split_fields(text: str) -> list[str]:
    """Split a value at its commas; a field that holds one is quoted as a whole: "a=1,2".

    Raises:
        ValueError: the value is empty, or a quote stands where none may.
    """
    if not text.strip("\r\n"):
        raise ValueError("It is empty.")
    fields: list[str] = []
    place = 0
    while True:
        field, place = _quoted(text, place + 1) if text[place : place + 1] == '"' else _plain(text, place)
        fields.append(field)
        if place >= len(text):
            return fields
        place += 1


def _plain(text: str, place: int) -> tuple[str, int]:
    end = text.find(",", place)
    field = text[place:] if end < 0 else text[place:end]
    if '"' in field:
        raise ValueError(
            f'A quote may only stand around a whole field: write "{field.replace(chr(34), "")}" with the quotes outside.'
        )
    return field, place + len(field)


def _quoted(text: str, place: int) -> tuple[str, int]:
    field = ""
    while (end := text.find('"', place)) >= 0:
        field += text[place:end]
        if text[end + 1 : end + 2] != '"':
            if end + 1 < len(text) and text[end + 1] != ",":
                raise ValueError('After a closing quote comes a comma or nothing: "a=1,2",b=3.')
            return field, end + 1
        field += '"'
        place = end + 2
    raise ValueError("A quote is not closed.")


def pairs(values: Iterable[str]) -> dict[str, str]:
    """Make a mapping of "name=value" texts; a name alone has an empty value, the last of a name counts."""
    return {name: value for name, _, value in (each.partition("=") for each in values)}
