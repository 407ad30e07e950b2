"""The reference has everything that can be typed, since it is made of what reads it."""

from __future__ import annotations

import json
import re

import nbformat

from dockermagic import tabs
from dockermagic.commands.registry import all_verbs
from dockermagic.console.main import parsers
from dockermagic.magics import DockerMagic
from tools import book
from tools.reference import reference


def test_every_magic_command_and_flag_is_in_it() -> None:
    text = reference()
    headings = set(re.findall(r"(?m)^#{2,3} `(.+)`$", text))
    for kind in ("line", "cell"):
        for name in DockerMagic.magics[kind]:
            assert {f"%{name}", f"%%{name}", f"%{name} COMMAND"} & headings, name
    assert {f"%docker {verb.names[0]}" for verb in all_verbs()} <= headings
    assert {f"dockermagic {name}" for name in parsers()} <= headings
    for command in tabs._commands().values():
        if not command.name.startswith("%compose"):
            missing = [flag.long for flag in command.flags if not flag.hidden and f"--{flag.long}" not in text]
            assert missing == [], command.name
    assert all(f"- `{name}`" in text for name in DockerMagic.class_own_traits(config=True))


def test_a_lesson_in_the_book_folds_solutions_and_has_no_notes_for_teachers() -> None:
    for path in book.lessons():
        made = book.for_readers(nbformat.read(path, as_version=4))
        assert "SOLUTION" not in json.dumps([cell.source for cell in made.cells])
        assert not any("instructor" in cell.metadata.get("tags", []) for cell in made.cells)


def test_the_first_page_names_every_lesson() -> None:
    text = book.index((book.ROOT / "README.md").read_text())
    assert all(f"\n{path.stem}\n" in text for path in book.lessons())
    assert "# Learn Docker by doing it" in text
