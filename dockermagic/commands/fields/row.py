"""The fields of a thing in a list, as a format names them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

__all__ = ["Row", "cut", "labels_text", "with_labels"]


class Row(dict[str, Any]):
    """Fields by name; a function stands for what the CLI has as a method. As JSON the functions are left out."""

    def plain(self) -> dict[str, Any]:
        """Give what is no function, sorted by name as the CLI writes it."""
        return {name: value for name, value in sorted(self.items()) if not callable(value)}


def cut(text: str, most: int) -> str:
    """Give at most `most` characters, the last of them an ellipsis if there were more."""
    return text if len(text) <= most else text[: most - 1] + "…"


def labels_text(labels: Mapping[str, str] | None) -> str:
    """Give labels as the CLI lists them: "a=1,b=2"."""
    return ",".join(f"{name}={value}" for name, value in sorted((labels or {}).items()))


def with_labels(row: Row, labels: Mapping[str, str] | None) -> Row:
    """Add the fields `.Labels` and `.Label "name"`."""
    row["Labels"] = labels_text(labels)
    row["Label"] = lambda name: (labels or {}).get(name, "")
    return row
