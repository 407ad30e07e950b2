"""What a terminal would show after a program's output."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockermagic.views.colours import PLAIN, Style, css, styled
from dockermagic.views.hostile import clip, link, one_line, visible
from dockermagic.views.screen import LONGEST, shown_lines
from dockermagic.views.theme import CARD, CARD_TEXT, INK, contrast, legible


def texts(output: str) -> list[str]:
    return ["".join(text for text, _ in line) for line in shown_lines(output)]


@pytest.mark.parametrize(
    ("output", "shown"),
    [
        ("", []),
        ("one\ntwo\n", ["one", "two"]),
        ("one\n\ntwo", ["one", "", "two"]),
        ("one\r\ntwo\r\n", ["one", "two"]),
        ("10%\r20%\r100%\n", ["100%"]),
        ("long line\rshort\n", ["shortline"]),
        ("long line\r\x1b[Kshort\n", ["short"]),
        ("abc\x1b[1Kd", ["   d"]),
        ("abc\x1b[2Kd", ["   d"]),
        ("abc\b\bX", ["aXc"]),
        ("a\tb", ["a       b"]),
        ("one\ntwo\n\x1b[2A\x1b[2KONE\n\x1b[Bend", ["ONE", "two", "end"]),
        ("one\ntwo\x1b[Fup", ["upe", "two"]),
        ("abcdef\x1b[3Gx\x1b[Cy\x1b[2Dz", ["abxzyf"]),
        ("\x1b]0;title\x07a\x1b]8;;http://e\x1b\\link\x1b]8;;\x1b\\", ["alink"]),
        ("\x1b]0;never ended\nnext", ["", "next"]),
        ("\x1bP q sixel \x1b\\a\x1b_app\x1b\\b\x1b(Bc\x1b=d", ["abcd"]),
        ("\x9b31mC1\x9b0m", ["C1"]),
        ("a\x00b\x07c\x7fd\x85e", ["abcde"]),
        ("\x1b[", []),
        ("a\u202eb\ud800c\u2028d", ["a⟨U+202E⟩b\ufffdc⟨U+2028⟩d"]),
    ],
)
def test_output_and_what_is_shown(output: str, shown: list[str]) -> None:
    assert texts(output) == shown


def test_erasing_below() -> None:
    assert texts("one\ntwo\nthree\x1b[2F\x1b[J") == []
    assert texts("one\ntwo\nthree\x1b[F\x1b[Jend") == ["one", "end"]


def test_a_far_cursor_stays_within_bounds() -> None:
    (line,) = texts("x\x1b[999999999Cy\x1b[999999999Bz")
    assert len(line) < LONGEST + 60
    assert texts("\x1b[500Bx") == ["x"]


def test_colours_are_kept() -> None:
    (line,) = shown_lines("a\x1b[1;31mred\x1b[0mb")
    assert [text for text, _ in line] == ["a", "red", "b"]
    assert line[1][1].bold
    assert line[1][1].ink
    assert (line[0][1], line[2][1]) == (PLAIN, PLAIN)


def test_a_colour_goes_on_in_the_next_line() -> None:
    first, second = shown_lines("\x1b[32mone\ntwo\x1b[m")
    assert first[0][1] == second[0][1] != PLAIN


@pytest.mark.parametrize(
    ("numbers", "style"),
    [
        ("38;5;196", Style(ink="#ff0000")),
        ("48;5;232", Style(ground="#080808")),
        ("38;2;1;2;300", Style(ink="#0102ff")),
        ("38:2:1:2:3", Style(ink="#010203")),
        ("38;5", PLAIN),
        ("38", PLAIN),
        ("1;4;9", Style(bold=True, underline=True, struck=True)),
        ("999;", PLAIN),
        ("31;39", PLAIN),
    ],
)
def test_colour_codes(numbers: str, style: Style) -> None:
    assert styled(PLAIN, numbers) == style


@given(st.integers(0, 255), st.none() | st.integers(0, 255), st.booleans(), st.booleans())
def test_every_coloured_text_is_legible(ink: int, ground: int | None, inverse: bool, dim: bool) -> None:
    style = styled(
        PLAIN, f"38;5;{ink}" + (f";48;5;{ground}" if ground is not None else "") + (";7" if inverse else "") + (";2" if dim else "")
    )
    parts = dict(part.split(":") for part in css(style).split(";"))
    assert contrast(parts.get("color", CARD_TEXT), parts.get("background-color", CARD)) >= 4.5


def test_ink_stands_out_on_white_and_on_dark() -> None:
    for colour in INK.values():
        assert contrast(colour, "#ffffff") >= 3
        assert contrast(colour, "#111111") >= 3
    assert contrast(CARD_TEXT, CARD) >= 7
    assert legible("#777777", "#777777") in ("#000000", "#ffffff") or contrast(legible("#777777", "#777777"), "#777777") >= 4.5


@given(st.text(alphabet=st.sampled_from("ab \t\n\r\b\x1b[]0123456789;:mKJABCDGHPX^_\\\x07\x9b\x9c\u202e\ud800é"), max_size=200))
def test_any_output_is_shown_without_control_codes(output: str) -> None:
    for line in texts(output):
        assert line.isprintable() or set(line) <= set(" é\ufffd") | {c for c in line if c.isprintable()}


@pytest.mark.parametrize(
    "output",
    [
        "z" * 2_000_000,
        "10%\r" * 200_000,
        "\x1b[31m" * 200_000,
        "\x1b]" * 200_000,
        "\b" * 500_000,
        "\x1b[A\x1b[K\n" * 50_000,
        "\x1b[1999Cx\r" * 2_000,
    ],
    ids=["one line", "progress", "colours", "titles", "backspaces", "up and down", "far right"],
)
def test_no_output_takes_long(output: str) -> None:
    began = time.process_time()
    shown_lines(output)
    assert time.process_time() - began < 3


def test_clipping_says_how_much_is_left_out() -> None:
    (line,) = texts("z" * (LONGEST + 1234))
    assert line.endswith(" … 1,234 more characters")


def test_hostile_names() -> None:
    assert one_line("a\n\x1b[31mb\x1b[0m\t c ") == "a b c"
    assert clip("abcdef", 4) == "abc…"
    assert visible("tab\tline\nend") == "tab\tline\nend"


def test_links() -> None:
    assert link("https://docs.docker.com/go/x/#y?z=1") == "https://docs.docker.com/go/x/#y?z=1"
    for url in ("javascript:x", "ftp://host/", "https://", "//host", "https://a b", "", "https://\x1b[0m", "HTTPS:evil"):
        assert link(url) == ""
