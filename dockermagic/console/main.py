"""What is typed after `dockermagic` in a terminal."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from dockermagic import __version__
from dockermagic.console import doctor, handout, lesson, prepare, room
from dockermagic.course.seals import seal
from dockermagic.errors import DockerMagicError, UsageError

__all__ = ["main", "parsers"]


def main(words: Sequence[str] | None = None) -> int:
    """Carry a command out.

    Parameters:
        words: what was typed; None for what was typed in the terminal.

    Returns:
        0, or 1 when it could not be done.
    """
    asked = _parser().parse_args(words)
    try:
        return int(asked.run(asked))
    except DockerMagicError as error:
        print(f"dockermagic: {error.message}", file=sys.stderr)  # noqa: T201  # a terminal's way
        if error.hint:
            print(f"What to try: {error.hint}", file=sys.stderr)  # noqa: T201
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="dockermagic", description="For authors and instructors of courses with dockermagic.")
    parser.add_argument("--version", action="version", version=f"dockermagic {__version__}")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)

    one = commands.add_parser("handout", help="make what learners get of a lesson", description=handout.__doc__)
    one.add_argument("lesson", type=Path, metavar="LESSON", help="a notebook, its source (.md), or a folder of lessons")
    one.add_argument("-o", "--output", type=Path, help="where it is written (LESSON-handout.ipynb; a folder for a folder)")
    one.add_argument("--solution", action="store_true", help="keep the solutions, for those who teach")
    one.add_argument("--html", action="store_true", help="write a page as well")
    one.add_argument("--slides", action="store_true", help="write slides as well, a slide a heading")
    one.add_argument("--check", action="store_true", help="run the lesson with its solutions, and tell how long each cell takes")
    one.set_defaults(run=handout.run)

    one = commands.add_parser("new-lesson", help="begin a lesson", description=lesson.__doc__)
    one.add_argument("name", metavar="NAME", help="what it is called: 15-logs")
    one.add_argument("--folder", type=Path, default=Path(), help="where it is made (here)")
    one.set_defaults(run=lesson.run)

    _add_images(commands)

    one = commands.add_parser(
        "seal", help="seal a quiz's answer", description="Print the seal of an answer, for quiz.choice and quiz.order."
    )
    one.add_argument("lines", nargs="*", metavar="LINE", help="the answer, or the lines in their order; else they are read")
    one.set_defaults(run=_seal)
    return parser


def _add_images(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add what has to do with the images of a course."""
    one = commands.add_parser("doctor", help="say whether this machine is ready for the course", description=doctor.__doc__)
    _images(one)
    one.set_defaults(run=doctor.run)

    one = commands.add_parser("prefetch", help="get all images that the course needs", description=room.__doc__)
    _images(one)
    _archive(one)
    one.set_defaults(run=room.prefetch)

    one = commands.add_parser("bundle", help="write all images of the course into one file", description=room.__doc__)
    _images(one)
    one.add_argument("-o", "--output", type=Path, default=Path("dockermagic-course.tar"), help="the file (dockermagic-course.tar)")
    one.set_defaults(run=room.bundle)

    one = commands.add_parser("prepare", help="make the disk that private engines here begin with", description=prepare.__doc__)
    one.add_argument("images", nargs="*", metavar="IMAGE", help="what is put on it (the course's images)")
    _archive(one)
    one.add_argument("--disk", default="", metavar="BYTES", help="the most that it and what learners write take together (4g)")
    one.set_defaults(run=prepare.run)


def parsers() -> dict[str, argparse.ArgumentParser]:
    """Give what reads each command's words, by the command's name."""
    (commands,) = (action for action in _parser()._actions if isinstance(action, argparse._SubParsersAction))
    return dict(commands.choices)


def _images(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--image", action="append", default=[], metavar="IMAGE", help="another image that is needed; may be repeated"
    )


def _archive(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--from", dest="archive", type=Path, metavar="FILE", help="load them from a bundle; no network is needed")


def _seal(asked: argparse.Namespace) -> int:
    answer = "\n".join(asked.lines) if asked.lines else sys.stdin.read()
    if not answer.strip():
        raise UsageError("There is no answer to seal.", 'dockermagic seal "FROM busybox" "RUN true"')
    print(seal(answer))  # noqa: T201
    return 0
