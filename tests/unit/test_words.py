"""Words and variables of a Dockerfile, as BuildKit expands them."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockermagic.builds.words import Lexer, WordError


@pytest.mark.parametrize(
    ("text", "expanded"),
    [
        ("$A", "a/b.c"),
        ("${A}", "a/b.c"),
        ("x$A-y", "xa/b.c-y"),
        ("\\$A", "$A"),
        ("'$A'", "$A"),
        ('"$A"', "a/b.c"),
        ("$NO", ""),
        ("${NO:-d}", "d"),
        ("${NO-d}", "d"),
        ("${EMPTY:-d}", "d"),
        ("${EMPTY-d}", ""),
        ("${A:+x}", "x"),
        ("${NO:+x}", ""),
        ("${NO:-${A}}", "a/b.c"),
        ("${A#*/}", "b.c"),
        ("${A#a}", "/b.c"),
        ("${A%.*}", "a/b"),
        ("${S##*.}", "z"),
        ("${S#*.}", "y.z"),
        ("${S%%.*}", "x"),
        ("${S/./-}", "x-y.z"),
        ("${S//./-}", "x-y-z"),
        ("${A:?why}", "a/b.c"),
        ("$", "$"),
        ("a\\b", "ab"),
        ("$1x", "x"),
    ],
)
def test_variables(text: str, expanded: str) -> None:
    assert Lexer({"A": "a/b.c", "EMPTY": "", "S": "x.y.z"}).expand(text) == expanded


@pytest.mark.parametrize("text", ["${", "${A", "'a", '"a', "${}", "${:x}", "${NO:?why}", "${A^}", "${A:#x}", "${S/x}", "${" * 200])
def test_what_no_shell_would_expand(text: str) -> None:
    with pytest.raises(WordError):
        Lexer({"A": "a"}).expand(text)


def test_the_beginning_of_a_word_with_a_substitution_is_forgotten_here_too() -> None:
    assert Lexer().words("a b${E:-q}c") == ["a", "qc"]


def test_words_are_parted_outside_quotes() -> None:
    assert Lexer({"A": "b c"}).words("a 'b c' \"d e\"f g\\ h $A") == ["a", "b c", "d ef", "g h", "b", "c"]


@given(st.lists(st.sampled_from(list("ab ${}:-+?#%/'\"\\<*\t")), max_size=30).map("".join))
def test_any_word_ends(text: str) -> None:
    with suppress(WordError):
        Lexer({"a": "abab" * 5, "b": ""}).words(text)
