"""Checks of a build context: what a build gets to see of a folder."""

from __future__ import annotations

import os

from dockermagic.builds.why.xray import Xray, xray
from dockermagic.course.sizes import read_size
from dockermagic.course.subject import Place, Subject
from dockermagic.views.units import bytes_text

__all__ = ["ContextCheck"]


class ContextCheck(Subject):
    """Claims about a folder that is built from, and its .dockerignore.

    Parameters:
        folder: the one that a build gets with --context.
    """

    def __init__(self, place: Place, folder: str, exercise: str = "") -> None:
        super().__init__(place, f"context {folder}", exercise)
        self.folder = folder

    def _seen(self) -> Xray:
        return xray(os.path.abspath(os.path.expanduser(self.folder)))

    def sends(self, path: str) -> ContextCheck:
        """A build gets to see a file."""
        seen, path = self._seen(), path.removeprefix("./")
        rule = seen.excluded.get(path)
        saw = f"{rule} leaves it out." if rule is not None else "There is no such file." if path not in seen.sizes else "it is sent"
        hints = (
            f"What does %docker_context {self.folder} list under Left out?",
            f"Line {rule.line} leaves out too much: name what is to go, or take this file back in."
            if rule is not None
            else "Is the file's name right, letter by letter?",
            f"!{path}, below the line that leaves it out",
        )
        return self.judge(f"sends {path}", path in seen.sizes, saw, hints)

    def leaves_out(self, path: str) -> ContextCheck:
        """A build does not get to see a file, and .dockerignore is why."""
        seen, path = self._seen(), path.removeprefix("./")
        rule, name = seen.excluded.get(path), path.rpartition("/")[2]
        deep = "/" in path and any(each.pattern.removeprefix("!") in (name, f"*{os.path.splitext(name)[1]}") for each in seen.rules)
        saw = str(rule) if rule is not None else f"A build gets {bytes_text(seen.sizes[path])} of it." if path in seen.sizes else ""
        hints = (
            f"Which pattern in {self.folder}/.dockerignore fits {path}?" if seen.rules else f"Has {self.folder} a .dockerignore?",
            "A pattern without a slash fits at the top of the context only. In any folder: **/ in front of it."
            if deep
            else "A line of it names a file, a folder with all in it, or a pattern. The last line that fits decides.",
            f"%%dockerignore {self.folder}, and a line: {'**/' + name if deep else path}",
        )
        return self.judge(f"leaves out {path}", rule is not None, saw or "There is no such file.", hints)

    def is_smaller_than(self, size: str | int) -> ContextCheck:
        """What is sent has fewer bytes than this.

        Parameters:
            size: "200 kB", or bytes.
        """
        seen = self._seen()
        largest = max(seen.sizes, key=seen.sizes.__getitem__, default="")
        return self.judge(
            f"sends less than {bytes_text(read_size(size))}",
            seen.bytes < read_size(size),
            f"It sends {bytes_text(seen.bytes)}.",
            (
                f"What is the biggest of it? %docker_context {self.folder}",
                f"The biggest file is {largest}: does the image need it?",
                f"%%dockerignore {self.folder}, and a line for each that it does not need",
            ),
        )
