"""What is said about a command: its help, and what is wrong with a line."""

from __future__ import annotations

import pytest

from dockermagic.errors import UsageError
from dockermagic.flags import Command, Flag, help_text, parse, split
from tests.unit.flag_tables import BUILD, RUN


def test_an_unknown_flag_names_the_likely_one() -> None:
    with pytest.raises(UsageError) as caught:
        parse(BUILD, "--tags x")
    assert caught.value.hint == "Did you mean --tag?"
    with pytest.raises(UsageError, match=r'-x in "-qx"'):
        parse(BUILD, "-qx")
    with pytest.raises(UsageError) as caught:
        parse(BUILD, "--buildarg x")
    assert caught.value.hint == "Did you mean --build-arg?"
    with pytest.raises(UsageError) as caught:
        parse(BUILD, "--zzz")
    assert "--help" in caught.value.hint


@pytest.mark.parametrize("word", ["---tag", "--=x"])
def test_bad_flag_syntax(word: str) -> None:
    with pytest.raises(UsageError, match="is not a flag"):
        parse(BUILD, word)


def test_a_missing_value_says_which_flag_and_gives_an_example() -> None:
    with pytest.raises(UsageError) as caught:
        parse(BUILD, "--no-cache -t")
    assert "-t needs a value" in caught.value.message
    assert caught.value.hint == "For example: -t hello:1"


def test_the_number_of_arguments() -> None:
    with pytest.raises(UsageError, match="needs 1 argument"):
        parse(RUN, "-i")
    with pytest.raises(UsageError, match='takes no arguments: "x"'):
        parse(BUILD, "x")
    with pytest.raises(UsageError) as caught:
        parse(BUILD, "--no-cache false")
    assert caught.value.hint == "Write --no-cache=false, in one word."
    with pytest.raises(UsageError) as caught:
        parse(BUILD, "--build-arg A=hello world")
    assert '"A=hello world"' in caught.value.hint


def test_a_typographic_dash_is_pointed_out() -> None:
    with pytest.raises(UsageError) as caught:
        parse(BUILD, "\u2013t hello:1")
    assert caught.value.hint.endswith(" -t")
    with pytest.raises(UsageError) as caught:
        parse(BUILD, "\u2014tag hello:1")
    assert caught.value.hint.endswith(" --tag")


@pytest.mark.parametrize(
    ("line", "column"), [("a 'b c", 2), ('a "b\\" c', 2), ("a 'b' \"c", 6), ("it's", 2), ("abc\\", 3), ("'\"' \"'", 4)]
)
def test_an_open_quote_is_shown(line: str, column: int) -> None:
    with pytest.raises(UsageError) as caught:
        split(line, "%x")
    shown, marker = caught.value.message.split("\n")[1:]
    assert shown == f"%x {line}"
    assert marker == " " * (3 + column) + "^"


def test_the_help_is_worth_reading() -> None:
    text = help_text(BUILD)
    assert text.startswith("Usage:  %%dockerfile [FLAGS]\n\nBuild the cell as a Dockerfile.")
    docker, ours = text.index("Docker's own flags:"), text.index("dockermagic's flags:")
    assert docker < text.index("-t, --tag NAME[:TAG]") < text.index("--no-cache ") < ours < text.index("--as NAME")
    assert "build and name the image" in text
    assert text.endswith("The cell's text is the Dockerfile.\n")
    assert max(map(len, text.split("\n"))) <= 96


def test_hidden_flags_work_and_are_not_in_the_help() -> None:
    command = Command("%x", "", "", (Flag("secretly", kind="bool", hidden=True),))
    assert parse(command, "--secretly").on("secretly")
    assert "secretly" not in help_text(command)


def test_asking_for_the_wrong_type_is_a_bug() -> None:
    with pytest.raises(TypeError):
        parse(BUILD, "").on("tag")
    with pytest.raises(KeyError):
        parse(BUILD, "").text("nope")
