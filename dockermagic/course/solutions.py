"""Solutions in cells, marked as nbgrader marks them. Pure.

    %%dockerfile -t app:1
    ### BEGIN SOLUTION
    FROM busybox
    ### END SOLUTION

1. What stands between the marks is the solution, the marks included; a handout has `STUB` in its place, as far to the right as the
   first mark.
2. A mark that has no partner, and a region in a region, is a slip of the author's: nothing is stripped by halves.
"""

from __future__ import annotations

import re

__all__ = ["BEGIN", "END", "STUB", "SolutionError", "without_solutions"]

BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"
STUB = "# Your turn"
_MARK = re.compile(r"\s*#+\s*(BEGIN|END)\s+SOLUTION\s*", re.IGNORECASE)


class SolutionError(ValueError):
    """Marks that do not fit together; its text says where."""


def without_solutions(source: str, stub: str = STUB) -> str:
    """Give a cell with its solutions replaced.

    Parameters:
        stub: what stands in their place; a comment in Python and in a Dockerfile.

    Raises:
        SolutionError: a region begins and does not end, or the other way round.
    """
    kept: list[str] = []
    begun = 0
    for number, line in enumerate(source.split("\n"), 1):
        mark = _MARK.fullmatch(line)
        word = mark[1].upper() if mark is not None else ""
        if word == "BEGIN" and begun:
            raise SolutionError(f"line {number}: a solution begins in the one that began in line {begun}")
        if word == "END" and not begun:
            raise SolutionError(f"line {number}: a solution ends that did not begin")
        if word == "BEGIN":
            begun = number
            kept.append(line[: len(line) - len(line.lstrip())] + stub)
        elif word == "END":
            begun = 0
        elif not begun:
            kept.append(line)
    if begun:
        raise SolutionError(f"line {begun}: a solution begins and does not end")
    return "\n".join(kept)
