"""Files that are taken to be changed, though they are not."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Sequence

from dockermagic.builds.ignore import Ignore
from dockermagic.builds.why.prints import Print, Tree
from dockermagic.errors import UsageError

__all__ = ["inside", "touch"]

CHANGED = "as it would be"


def inside(path: str, root: str, folder: str) -> str:
    """Give a path of the context, as its root sees it.

    Parameters:
        path: as typed, from the context's root or from `folder`.

    Raises:
        UsageError: it lies outside the context.
    """
    clean = posixpath.normpath(path.replace(os.sep, "/"))
    if not os.path.isabs(path) and not clean.startswith(".."):
        return "" if clean == "." else clean
    found = os.path.relpath(os.path.abspath(os.path.join(folder, os.path.expanduser(path))), root)
    if found.startswith(".."):
        raise UsageError(f"{path} lies outside the build context, so no build sees it.", f"The context is the folder {root}.")
    return "" if found == "." else found.replace(os.sep, "/")


def touch(tree: Tree, paths: Sequence[str], patterns: tuple[str, ...]) -> tuple[Tree, tuple[str, ...]]:
    """Give the tree with other content in the files that are named, and remarks on those that make no difference.

    A folder stands for all the files in it; a file that does not exist is taken to be added.
    """
    files = dict(tree.files)
    ignore = Ignore(patterns) if patterns else None
    notes = []
    for path in paths:
        named = (
            [path] if path in files and files[path].kind != "d" else [each for each in tree.below(path) if files[each].kind == "f"]
        )
        if not named and ignore is not None and ignore.matches(path):
            notes.append(f"{path} is left out by .dockerignore: no build sees it.")
            continue
        for each in named or [path]:
            known = files.get(each)
            files[each] = Print("f", known.mode if known is not None else 0o644, CHANGED, -1, 0)
    return Tree.of(files, tree.doubts), tuple(notes)
