"""Docker-style command lines: pflag's rules, one by one."""

from __future__ import annotations

import shlex
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockermagic.errors import UsageError
from dockermagic.flags import Command, Parsed, parse, split
from tests.unit.flag_tables import BUILD, RUN


def test_long_flags_take_their_value_after_an_equals_sign_or_from_the_next_word() -> None:
    assert parse(BUILD, "--target=a --tag b").values["target"] == "a"
    assert parse(BUILD, "--target=a --tag b").list("tag") == ("b",)
    assert parse(BUILD, "--target=a=b").text("target") == "a=b"
    assert parse(BUILD, "--target=").text("target") == ""


def test_a_value_may_begin_with_a_dash() -> None:
    assert parse(RUN, "--memory-swap -1 busybox").text("memory-swap") == "-1"
    assert parse(BUILD, ["--target", "--no-cache"]).text("target") == "--no-cache"
    assert parse(BUILD, ["-t", "--"]).list("tag") == ("--",)


def test_a_bool_never_takes_the_next_word() -> None:
    parsed = parse(RUN, "-t false busybox")
    assert parsed.on("tty") is True
    assert parsed.positionals == ("false", "busybox")


@pytest.mark.parametrize("word", ["1", "t", "T", "TRUE", "true", "True"])
def test_words_for_true(word: str) -> None:
    assert parse(BUILD, f"--no-cache={word}").on("no-cache") is True


@pytest.mark.parametrize("word", ["0", "f", "F", "FALSE", "false", "False"])
def test_words_for_false(word: str) -> None:
    assert parse(BUILD, f"--no-cache={word}").on("no-cache") is False


@pytest.mark.parametrize("word", ["yes", "tRUE", "", "on", "2"])
def test_words_that_are_neither(word: str) -> None:
    with pytest.raises(UsageError, match="true or false"):
        parse(BUILD, [f"--no-cache={word}"])


@pytest.mark.parametrize(
    ("line", "tags", "quiet"),
    [
        ("-qt x", ("x",), True),
        ("-tq x", ("q",), False),
        ("-tx", ("x",), False),
        ("-t=x", ("x",), False),
        ("-t==x", ("=x",), False),
        ("-t=", ("=",), False),
        ("-qt=x", ("x",), True),
        ("-t x -t y", ("x", "y"), False),
        ("-q=true", (), True),
        ("-q=false", (), False),
        ("-qq", (), True),
    ],
)
def test_short_flags_in_clusters(line: str, tags: tuple[str, ...], quiet: bool) -> None:
    parsed = parse(Command("%x", "", "", BUILD.flags), line)
    assert parsed.list("tag") == tags
    assert parsed.on("quiet") is quiet


def test_an_equals_sign_alone_is_no_value_of_a_short_bool() -> None:
    with pytest.raises(UsageError, match='-= in "-q="'):
        parse(BUILD, "-q=")


def test_two_dashes_end_the_flags() -> None:
    parsed = parse(RUN, "-i -- -t image")
    assert parsed.positionals == ("-t", "image")
    assert parsed.on("tty") is False


def test_flags_of_run_end_at_the_image() -> None:
    parsed = parse(RUN, "-it busybox ls -l -e A=1 --unknown")
    assert parsed.positionals == ("busybox", "ls", "-l", "-e", "A=1", "--unknown")
    assert parsed.list("env") == ()


def test_flags_stand_anywhere_in_an_interspersed_command() -> None:
    command = Command("%x", "", "", BUILD.flags)
    assert parse(command, "a -q b --target c d").positionals == ("a", "b", "d")


def test_a_lone_dash_is_an_argument() -> None:
    assert parse(RUN, "-").positionals == ("-",)


def test_a_repeated_string_keeps_the_last_and_a_list_keeps_all() -> None:
    assert parse(BUILD, "--target a --target b").text("target") == "b"
    assert parse(BUILD, "--build-arg A=1,2 --build-arg B=3").list("build-arg") == ("A=1,2", "B=3")
    assert parse(BUILD, ["--cache-from", "a,b", "--cache-from=c", "--cache-from", '"d,e",f']).list("cache-from") == (
        "a",
        "b",
        "c",
        "d,e",
        "f",
    )


def test_aliases_defaults_and_bare_values() -> None:
    assert parse(RUN, "--net host i").text("network") == "host"
    assert parse(RUN, "i").text("pull") == "missing"
    assert parse(RUN, "--pull i").text("pull") == "always"
    assert parse(RUN, "--pull=never i").text("pull") == "never"
    assert parse(RUN, "i").list("label") == ("a",)
    assert parse(RUN, "-l b -l c i").list("label") == ("b", "c")
    assert parse(RUN, "-l b i").given == ("label",)


@pytest.mark.parametrize(
    ("text", "number"),
    [("5", 5), ("-5", -5), ("+7", 7), ("0x1F", 31), ("010", 8), ("0b11", 3), ("1_000", 1000), ("0", 0), ("0o17", 15)],
)
def test_numbers_are_read_as_go_reads_them(text: str, number: int) -> None:
    assert parse(RUN, f"-c {text} i").number("cpu-shares") == number


@pytest.mark.parametrize("text", ["", "x", "1.5", "08", "1__0", "9223372036854775808", "0x", "1" * 100])
def test_what_is_no_number_to_go_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="whole number"):
        parse(RUN, ["-c", text, "i"])


def test_values_are_checked_and_the_check_says_why() -> None:
    with pytest.raises(UsageError, match="--memory-swap: a size is a number"):
        parse(RUN, "--memory-swap lots busybox")
    assert parse(RUN, "--cpus 1.5 i").number("cpus") == 1.5
    with pytest.raises(UsageError, match="not a number"):
        parse(RUN, "--cpus many i")


def test_help_stops_the_reading() -> None:
    assert parse(BUILD, "--help --nonsense").help is True
    assert parse(BUILD, "-h").help is True
    assert parse(RUN, "-h name i").text("hostname") == "name"


def test_quotes_are_the_shells() -> None:
    assert split('-e MSG=\'hello world\' "a\\"b" c\\ d {{.Names}} $HOME *') == [
        "-e",
        "MSG=hello world",
        'a"b',
        "c d",
        "{{.Names}}",
        "$HOME",
        "*",
    ]


words = st.lists(
    st.one_of(
        st.text(max_size=8),
        st.sampled_from(["-q", "-t", "--tag", "--", "-", "--no-cache=false", "-qt", "--target=", "--help", "-=", "--cpus", "-c"]),
    ),
    max_size=8,
)


@given(words, st.sampled_from([BUILD, RUN]))
def test_any_words_are_read_or_refused_in_words(line: list[str], command: Command) -> None:
    with suppress(UsageError):
        parsed = parse(command, line)
        assert isinstance(parsed, Parsed)
        assert set(parsed.values) == {flag.long for flag in command.flags}


@given(st.text(max_size=60))
def test_any_line_is_read_or_refused_in_words(line: str) -> None:
    with suppress(UsageError):
        parse(BUILD, line)


@given(st.lists(st.text(min_size=1, max_size=10), max_size=6))
def test_values_survive_quoting(values: list[str]) -> None:
    line = " ".join(f"--build-arg {shlex.quote(value)}" for value in values)
    assert parse(BUILD, line).list("build-arg") == tuple(values)
