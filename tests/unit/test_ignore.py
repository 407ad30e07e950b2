""".dockerignore: the same files stay behind as with Docker."""

from __future__ import annotations

import time
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockermagic.builds.ignore import Ignore, State, clean_path, read_ignore
from dockermagic.errors import UsageError
from tests.unit.ignore_cases import CASES, TREE


def left_out(text: str) -> set[str]:
    """Walk the tree as a context is walked, and skip what need not be walked."""
    matcher = Ignore(read_ignore(text))
    gone: set[str] = set()

    def walk(folder: str, state: State, skipped: bool) -> None:
        depth = folder.count("/") + 1 if folder else 0
        for name in sorted({path.split("/")[depth] for path in TREE if path.startswith(f"{folder}/" if folder else "")}):
            path = f"{folder}/{name}" if folder else name
            excluded, inner = matcher.child(state, path) if not skipped else (True, state)
            if path in TREE:
                gone.update({path} if excluded else set())
            else:
                walk(path, inner, skipped or (excluded and not matcher.may_hold_exceptions(path)))

    walk("", matcher.root(), False)
    return gone


@pytest.mark.parametrize(("text", "expected"), CASES)
def test_what_docker_leaves_out(text: str, expected: frozenset[str]) -> None:
    assert left_out(text) == expected


WALK_ONLY = {"src/deep\n!src\n": {"src/deep/app.py", "src/deep/er/a.txt"}, "**/m/*\n!node_modules\n": {"node_modules/m/index.js"}}
"""Go's two functions differ here: asked for alone, a file is taken back in by a pattern for a folder that was never left out."""


@pytest.mark.parametrize(("text", "expected"), [case for case in CASES if case[0] not in WALK_ONLY])
def test_one_path_alone(text: str, expected: frozenset[str]) -> None:
    matcher = Ignore(read_ignore(text))
    assert {path for path in TREE if matcher.matches(path)} == expected


@pytest.mark.parametrize(("text", "paths"), WALK_ONLY.items())
def test_one_path_alone_where_a_walk_finds_otherwise(text: str, paths: set[str]) -> None:
    matcher = Ignore(read_ignore(text))
    assert not any(map(matcher.matches, paths))
    assert paths <= left_out(text)


def test_there_are_enough_cases() -> None:
    assert len(CASES) >= 80


@pytest.mark.parametrize(
    ("text", "patterns"),
    [
        ("", ()),
        ("\n\n  \n", ()),
        ("# a\na\n #b\n", ("a", "#b")),
        ("/a\n//b/\n./c/../d\n", ("a", "b", "d")),
        ("! /a \n!b/\n", ("!a", "!b")),
        ("a\r\nb\r\n", ("a", "b")),
        ("\ufeffa\n", ("a",)),
        ("\ufeff# a\nb\n", ("b",)),
        ("/\n.\n..\n../a\n", ("/", ".", "..", "../a")),
        ("a/./b//c/\n", ("a/b/c",)),
        ("\u00a0a\u2003\n", ("a",)),
        ("a\x1f\n", ("a\x1f",)),
    ],
)
def test_reading_the_file(text: str, patterns: tuple[str, ...]) -> None:
    assert read_ignore(text) == patterns


@pytest.mark.parametrize(
    ("pattern", "says"),
    [
        ("!", "! needs a pattern"),
        ("[", "has no ]"),
        ("a[", "has no ]"),
        ("[^", "has no ]"),
        ("[a", "has no ]"),
        ("[]a]", "has no ]"),
        ("[-x]", "has no ]"),
        ("[x-]", "has no ]"),
        ("[a-b-c]", "has no ]"),
        ("a\\", "backslash"),
        ("[b-a]", "not a range"),
        ("\\y", "means nothing"),
        ("[[:nope:]]", "not a set"),
    ],
)
def test_patterns_that_docker_refuses(pattern: str, says: str) -> None:
    with pytest.raises(UsageError) as caught:
        read_ignore(f"# fine\nfine\n{pattern}\n")
    assert f'line 3: "{pattern}"' in caught.value.message
    assert says in caught.value.message
    assert caught.value.hint
    with pytest.raises(UsageError, match="is not a pattern"):
        Ignore([pattern])


@pytest.mark.parametrize(
    ("pattern", "path", "matches"),
    [
        ("a\\*b", "a*b", True),
        ("a\\*b", "axb", False),
        ("[\\]a]", "]", True),
        ("[x\\-]", "-", True),
        ("[a-\u03b6]*", "\u03b1", True),
        ("a[^a]b", "a\u263ab", True),
        ("a?b", "a\u263ab", True),
        ("a?b", "a/b", False),
        ("a.|)$(}+{bc", "a.|)$(}+{bc", True),
        ("a(b)c/def", "a(b)c/def", True),
        ("a^b*", "a^bc", False),
        ("[[:digit:]]x", "5x", True),
        ("\\dx", "5x", True),
        ("[\\d]x", "5x", True),
        ("a[*]", "a]", True),
        ("a{2}?", "aab", True),
        ("a{b}?", "a{b}c", True),
        ("a|b*", "bc", True),
        ("*", "a\n", True),
        ("**", "a\nb", True),
        ("a", "a\n", False),
        ("a?", "a\n", True),
    ],
)
def test_oddities_of_go(pattern: str, path: str, matches: bool) -> None:
    assert Ignore([pattern]).matches(path) is matches


@pytest.mark.parametrize(
    ("patterns", "folder", "worth"),
    [
        (("*",), "a", False),
        (("*", "!a"), "b", False),
        (("*", "!a/b"), "a", True),
        (("*", "!a/b"), "a/b", False),
        (("*", "!a/b"), "a/c", False),
        (("*", "!a/b/c"), "a/b", True),
        (("*", "!*/b"), "x", True),
        (("*", "!*.d/b"), "x", False),
        (("*", "!*.d/b"), "x.d", True),
        (("*", "!**/b"), "x/y/z", True),
        (("*", "!a/**/b"), "x", False),
        (("*", "!a/**/b"), "a/x", True),
        (("*", "!a/b**"), "a/bc", True),
        (("*", "!a/b**"), "a/cb", False),
        (("*", "!a[b]/c"), "zz", True),
        (("*", "!a|b/c"), "zz", True),
        ((), "a", False),
    ],
)
def test_which_folders_are_walked_for_exceptions(patterns: tuple[str, ...], folder: str, worth: bool) -> None:
    assert Ignore(patterns).may_hold_exceptions(folder) is worth
    taken_in = tuple(pattern[1:] for pattern in patterns if pattern.startswith("!"))
    assert Ignore(taken_in).may_match_below(folder) is worth


def test_include_patterns_take_in_what_is_below() -> None:
    only = Ignore(["src/app", "*.md"])
    state = only.root()
    assert only.child(state, "README.md")[0]
    matched, inner = only.child(state, "src")
    assert not matched
    assert only.may_match_below("src")
    matched, deeper = only.child(inner, "src/app")
    assert matched
    assert only.child(deeper, "src/app/x/y")[0]
    assert not only.child(inner, "src/other")[0]


@pytest.mark.parametrize(
    ("path", "cleaned"),
    [("", "."), ("/", "/"), ("//a", "/a"), ("///a//b/", "/a/b"), ("a/..", "."), ("../a/./b/..", "../a"), ("/..", "/")],
)
def test_paths_are_cleaned_as_go_cleans_them(path: str, cleaned: str) -> None:
    assert clean_path(path) == cleaned


def test_many_stars_take_no_time() -> None:
    matcher = Ignore(["*a" * 30 + "*b", "**/a*a*a*a*a*a*a*a*c", "?*" * 20 + "d"])
    start = time.perf_counter()
    assert not matcher.matches("/".join(["a" * 200] * 6))
    assert time.perf_counter() - start < 2.0


signs = st.lists(st.sampled_from([*"ab*?[]^-\\/!.|{}()+$d #", "**", "**/", "[a-b]", "\n"]), max_size=14).map("".join)
names = st.lists(st.sampled_from(["a", "b", "ab", "a.b", "d", "\\", "]", "-"]), min_size=1, max_size=4).map("/".join)


@given(signs, names)
def test_any_pattern_is_read_or_refused_in_words(text: str, path: str) -> None:
    with suppress(UsageError):
        matcher = Ignore(read_ignore(text))
        matcher.matches(path)
        state, parts = matcher.root(), path.split("/")
        skipped = False
        for count in range(1, len(parts) + 1):
            here = "/".join(parts[:count])
            excluded, state = matcher.child(state, here)
            assert not (skipped and not excluded), "something worth keeping was in a folder that would not be walked"
            skipped = skipped or (excluded and not matcher.may_hold_exceptions(here))
