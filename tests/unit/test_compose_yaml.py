"""Slips in a Compose file: told before Compose is asked, or found in what Compose says, with the line that they mean."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockermagic.compose.errors import ComposeFileError
from dockermagic.compose.locate import locate
from dockermagic.compose.places import nodes, place_of
from dockermagic.compose.yaml_checks import check

SLIPS = [
    ("services:\n  api:\n  image: busybox\n  ports: ['80']\n", 3, 3, "level of the services", "a key of api"),
    ("services:\n  api:\n    image: x\n  ports:\n    - '80:80'\n", 4, 3, "ports: stands at the level of the services", "of api"),
    ("services:\n  api:\n    image: x\nports:\n  - '80'\n", 4, 1, "stands at the level of services:", "into api"),
    ("services:\napi:\n  image: x\n", 2, 1, "services: has nothing in it", "two spaces"),
    ("services:\n  a: {image: x}\nb:\n  image: y\n", 3, 1, "looks like a service", "two more spaces"),
    ("services:\n\tapi:\n\t\timage: x\n", 2, 1, "tab", "spaces"),
    ("services:\n  api:\n  \timage: x\n", 3, 3, "tab", "spaces"),
    ("services:\n  api:\n    image: 'x\n", 3, 12, "quote opens here", "closing quote"),
    ("services:\n  api: image: x\n", 2, 13, "not allowed here", "quotes"),
    ("services:\n  api:\n    image: x\n   command: y\n", 4, 4, "indentation", "column"),
    ("services:\n  api:\n    image:busybox\n", 3, 5, "text where its keys", "space is missing"),
    ("services:\n  a: {image: x}\n  a: {image: y}\n", 3, 3, "second time; the first is in line 2", "Keep one"),
    ("- services\n", 1, 1, "mapping", "services:"),
    ("", 0, 0, "nothing in", "services:"),
    ("# only a remark\n", 0, 0, "nothing in", "services:"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "line", "column", "message", "hint"), SLIPS)
def test_slips(text: str, line: int, column: int, message: str, hint: str) -> None:
    with pytest.raises(ComposeFileError) as caught:
        check(text)
    assert (caught.value.line, caught.value.column) == (line, column), str(caught.value)
    assert message in caught.value.message
    assert hint in caught.value.hint
    if line:
        assert caught.value.source


@pytest.mark.parametrize(
    "text",
    [
        "services:\n  ports: {image: x}\n  image: {build: .}\n",  # services may be called so
        "x-base: &base\n  image: x\nservices:\n  a:\n    <<: *base\n    command: y\n",
        "services:\n  a:\n    image: x\n    volumes: !override []\n",
        "name: n\ninclude: [a.yaml]\n",
        "services:\n  a:\n    image: x\n---\nservices:\n  b:\n    image: y\n",
        "services:\n  a:\n    command: |\n      \tindented by the shell\n    image: x\n",
    ],
)
def test_what_is_right_is_let_through(text: str) -> None:
    assert check(text) == []


def test_version_is_a_note() -> None:
    notes = check("# course\nversion: '3.8'\nservices:\n  a: {image: x}\n")
    assert [(note.line, "obsolete" in note.text) for note in notes] == [(2, True)]


FILE = """\
services:
  api:
    image: x
    portz: ["80"]
    ports:
      - "abc:80"
      - target: 80
        foo: 1
    depends_on: [db, other]
    networks:
      - front
    environment:
      A: ${X:?must}
  my.db:
    image: [1]
  a:
    image: y
    depends_on: [b]
    env_file: ./nope.env
  b:
    image: y
    depends_on: [a]
    volumes: ["data:/x"]
foo: 1
"""

MEANT = [
    ("validating -: services.api.portz false schema", 4, "Did you mean ports:?"),
    ("validating /x/compose.yaml: services.api Additional property portz is not allowed", 4, "ports"),
    ("validating -: services.api.ports.1 additional properties 'foo' not allowed", 8, "no key foo"),
    ("validating -:  additional properties 'foo' not allowed", 24, "at the top"),
    ("validating -: services.my.db.image must be a string", 15, "must be a string"),
    ('service "api" depends on undefined service "db": invalid compose project', 9, "Add a service db"),
    ('service "api" refers to undefined network front: invalid compose project', 11, "networks: {front: }"),
    ('service "b" refers to undefined volume data: invalid compose project', 23, "volumes: {data: }"),
    ("dependency cycle detected: a -> b -> a", 18, "a → b → a"),
    ("error while interpolating services.api.environment.A: required variable X is missing a value: must", 13, ".env"),
    ("invalid hostPort: abc", 6, "8080:80"),
    ("env file /books/nope.env not found: stat /books/nope.env: no such file or directory", 19, "notebook's folder"),
    ('service "a" has neither an image nor a build context specified: invalid compose project', 16, "Add image"),
    ("failed to parse -: go-yaml load error in scanner (while scanning) at L2.C3: found character", 2, "no YAML"),
]


@pytest.mark.parametrize(("message", "line", "told"), MEANT)
def test_compose_s_words_are_shown_at_the_line_they_mean(message: str, line: int, told: str) -> None:
    error = locate(message, FILE)
    assert error is not None
    assert (error.line, told in str(error)) == (line, True), str(error)


def test_what_is_not_about_the_file_is_left_alone() -> None:
    assert locate("Error response from daemon: port is already allocated", FILE) is None


def test_places_through_anchors() -> None:
    text = "x-a: &a\n  image: x\nservices:\n  one:\n    <<: *a\n    ports: ['1', '2']\n"
    assert place_of(nodes(text), "services.one.image") == (2, 3)
    assert place_of(nodes(text), "services.one.ports.1") == (6, 18)
    assert place_of(nodes(text), "volumes.x") is None


WORDS = st.sampled_from(
    [
        "services:",
        "\n",
        "  ",
        "\t",
        "api:",
        "image:",
        " x",
        "- ",
        "'",
        '"',
        "{",
        "}",
        "[",
        "]",
        "&a",
        "*a",
        "<<: *a",
        ":",
        "#",
        "---",
        "!x",
    ]
)


@given(st.lists(WORDS, max_size=20).map("".join) | st.text(max_size=60))
def test_any_text_is_let_through_or_refused_in_words(text: str) -> None:
    with contextlib.suppress(ComposeFileError):
        check(text)


@given(st.sampled_from([message for message, _, _ in MEANT]) | st.text(max_size=80), st.text(max_size=60) | st.just(FILE))
def test_any_message_beside_any_text(message: str, text: str) -> None:
    locate(message, text)
